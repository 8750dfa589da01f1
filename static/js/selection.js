// Rows are selected by their checkboxes, which belong to the form of the bar; this only makes it
// quicker: ranges, the whole page, the number of what is selected, and where the focus goes on.

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
const boxes = () => rows().flatMap((row) => row.querySelector(".row-select") ?? []);
const bar = () => document.getElementById("bulk");

/** The id of the checkbox from which a range goes. */
let anchor = null;
/** The id of the row that the keys come back to when the bar is done. */
let came = null;

function selectTo(box) {
  const all = boxes();
  const [from, to] = [all.findIndex((each) => each.id === anchor), all.indexOf(box)];
  if (from < 0 || to < 0) return;
  for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = true;
}

function onClick(event) {
  const target = event.target;
  if (!(target instanceof Element)) return;
  if (target.closest("[data-select-page]")) {
    for (const box of boxes()) box.checked = true;
    tell();
    bar()?.querySelector("summary")?.focus();
  }
  if (!target.matches(".row-select")) return;
  if (event.shiftKey && anchor) {
    target.checked = true;
    selectTo(target);
  }
  anchor = target.id;
  came = target.closest("[data-row]").id;
  tell();
}

/** Says how many are selected: in the bar, and to who does not see it. */
function tell() {
  const count = document.getElementById("bulk-count");
  if (!count) return;
  const all = document.getElementById("bulk-all").checked;
  const number = all ? Number(count.dataset.matching) : document.querySelectorAll(".row-select:checked").length;
  count.textContent = `${number} selected`;
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = `${number} item${number === 1 ? "" : "s"} selected`;
}

/** After a reset nothing is selected, not even what was when the page came. */
function onReset(event) {
  if (event.target !== bar()) return;
  setTimeout(() => {
    for (const box of document.querySelectorAll(".row-select, #bulk-all")) box.checked = false;
    anchor = null;
    tell();
    toRow();
  });
}

function toRow() {
  document.getElementById(came)?.querySelector('[data-key="open"]')?.focus({ preventScroll: true });
}

/** Which rows are here, and which of them are unfolded: the answer holds no others. */
function addShown(event) {
  const { ctx } = event.detail;
  if (ctx.request.method !== "POST" || !ctx.sourceElement.matches("#bulk, .toast form")) return;
  const keys = (all) => all.map((row) => row.id.replace("row-", "")).join(" ");
  ctx.request.body.set("shown", keys(rows()));
  ctx.request.body.set("open", keys(rows().filter((row) => row.hasAttribute("data-open"))));
}

function settle(event) {
  const { ctx } = event.detail;
  if (ctx.sourceElement?.id !== "bulk") return;
  const status = ctx.response?.status;
  if (status >= 400) {
    const fault = bar()?.querySelector("[role=alert], [aria-invalid=true]");
    fault?.focus();
    return tell();
  }
  // Only what the server left selected is selected still.
  for (const box of document.querySelectorAll(".row-select")) box.checked = box.defaultChecked;
  anchor = null;
  if (document.querySelector(".row-select:checked")) tell();
  toRow();
}

export function startSelection() {
  document.addEventListener("click", onClick);
  document.addEventListener("change", (event) => event.target.id === "bulk-all" && tell());
  document.addEventListener("reset", onReset);
  document.addEventListener("htmx:config:request", addShown);
  document.addEventListener("htmx:after:swap", settle);
}
