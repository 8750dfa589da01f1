// Evidence on an open row without a field: an address that is pasted, files that are dropped or
// pasted. Each goes through the row's own form, which works without this too.

import { mayChange } from "./proposal.js";
import { say } from "./toast.js";

const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog *";

const openRows = () => [...document.querySelectorAll("[data-row][data-open]")].filter((row) => form(row, "file"));
const form = (row, kind) => row.querySelector(`[data-adds="${kind}"] form`);

/** The open row that somebody works at: the one with the focus, or else the only one. */
function rowAtHand() {
  const open = openRows();
  return open.find((row) => row.contains(document.activeElement)) ?? (open.length === 1 ? open[0] : null);
}

function address(text) {
  const word = text.trim();
  return /^https?:\/\/\S+$/i.test(word) && URL.canParse(word) ? word : "";
}

/** The link's form with the address in it; Enter sends it. */
function offerLink(row, url) {
  const link = form(row, "link");
  const field = link.elements.namedItem("url");
  link.closest("details").open = true;
  field.value = url;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  say("Press Enter to add this link.");
}

function onPaste(event) {
  if (event.defaultPrevented || event.target.closest?.(FIELD)) return;
  const row = rowAtHand();
  const data = event.clipboardData;
  if (!row || !data) return;
  const url = address(data.getData("text/plain"));
  if (data.files.length) send(row, [...data.files]);
  else if (url) offerLink(row, url);
  else return;
  event.preventDefault();
}

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
const under = (event) => openRows().find((row) => row.contains(event.target));

function mark(row) {
  for (const marked of document.querySelectorAll("[data-drop]")) if (marked !== row) delete marked.dataset.drop;
  if (row) row.dataset.drop = "";
}

function onDragOver(event) {
  if (!holdsFiles(event) || !openRows().length || event.target.matches?.("input[type=file]")) return;
  // Beside a row too: a browser would leave the page, and what was typed, to show the file.
  event.preventDefault();
  const row = under(event);
  event.dataTransfer.dropEffect = row ? "copy" : "none";
  mark(row);
}

function onDrop(event) {
  mark(null);
  if (!holdsFiles(event) || !openRows().length || event.target.matches?.("input[type=file]")) return;
  event.preventDefault();
  const row = under(event);
  if (row) send(row, [...event.dataTransfer.files]);
}

/** One after another, so that a slow line is not shared by all and each error has its file. */
let queue = Promise.resolve();

function send(row, files) {
  const { id } = row;
  files.forEach((file, index) => {
    const place = files.length > 1 ? `, ${index + 1} of ${files.length}` : "";
    queue = queue.then(() => upload(id, file, place)).catch((error) => say(`${file.name}: ${error.message}`, "fail"));
  });
}

/** The row may have been swapped since: it is looked up by its id. */
async function upload(id, file, place) {
  const row = document.getElementById(id);
  const target = row && form(row, "file");
  if (!target) throw new Error("The row was closed; open it and drop the file again.");
  const most = Number(target.dataset.maxBytes);
  if (file.size > most) throw new Error(`It is larger than ${Math.floor(most / 1048576)} MB.`);
  if (!(await mayChange())) return;
  const job = showJob(row, `${file.name}${place}`);
  try {
    await answered(await post(target, file, job.querySelector("progress")), row);
  } finally {
    job.remove();
  }
}

function showJob(row, name) {
  const job = row.querySelector("template[data-upload]").content.firstElementChild.cloneNode(true);
  job.querySelector("[data-upload-name]").textContent = `Sending ${name}`;
  job.querySelector("progress").setAttribute("aria-label", `Sending ${name}`);
  document.querySelector(".toasts").append(job);
  return job;
}

/** By XMLHttpRequest, which tells how far a body has gone; fetch does not. */
function post(target, file, progress) {
  const body = new FormData(target);
  body.set("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => (progress.value = (100 * loaded) / total);
    // All is sent, and is being stored: how long that takes nobody knows.
    request.upload.onload = () => progress.removeAttribute("value");
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Error("It could not be sent: the server cannot be reached, or it closed the connection. Check the connection and the file's size."));
    request.open("POST", target.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Current-URL", location.href);
    request.send(body);
  });
}

const REASONS = {
  403: "You may not add evidence here. Ask an owner of the team for the role that may.",
  404: "The item is not here any more. Reload the page.",
  413: "It is too large to be accepted.",
  429: "Too many requests. Wait a minute and drop it again.",
};

async function answered(request, row) {
  const elsewhere = request.getResponseHeader("HX-Redirect");
  if (elsewhere) {
    location.assign(elsewhere);
    throw new Error("Your session has ended; sign in and drop the file again.");
  }
  if (request.status === 200) {
    const source = form(row, "file");
    await htmx.swap({ text: request.responseText, sourceElement: source, target: row, swap: "outerMorph" });
    return;
  }
  const said = new DOMParser().parseFromString(request.responseText, "text/html").querySelector(".field-error, .toast p");
  throw new Error(said?.textContent.trim() || REASONS[request.status] || `The server failed (${request.status}). Nothing was added: try again in a moment.`);
}

export function startEvidence() {
  document.addEventListener("paste", onPaste);
  document.addEventListener("dragover", onDragOver);
  document.addEventListener("drop", onDrop);
  document.addEventListener("dragleave", (event) => event.relatedTarget || mark(null));
}
