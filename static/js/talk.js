// What people write and choose in the room beside deciding: notes, polls, action items. The room
// brings #talk up to date, whoever changed it; this follows.

import { Note } from "./note.js";
import { sweepKept } from "./note-kept.js";
import { startTalkForms } from "./talk-forms.js";

const WRITES_FOR_MS = 4000;

const notes = new Map();
/** As the page calls whoever wrote or voted; a guest has no account. */
const me = () => document.body.dataset.participant ?? `user-${document.body.dataset.user}`;

function follow() {
  const data = document.querySelector("[data-note]");
  if (data) followNote(data);
  for (const button of document.querySelectorAll("[data-voters]")) {
    const mine = String(button.dataset.voters.split(/\s+/).includes(me()));
    if (button.getAttribute("aria-pressed") !== mine) button.setAttribute("aria-pressed", mine);
  }
}

function followNote(data) {
  const { dataset } = data;
  const form = document.getElementById(`note-form-${dataset.note}`);
  const note = notes.get(dataset.note) ?? open(dataset.note, form.dataset.merge);
  const version = Number(dataset.version);
  if (note.version !== version) {
    // A template that is included ends with its line.
    if (note.version >= 0 && dataset.by.trim() !== me()) seeWriter(note, dataset.byName);
    note.version = Math.max(note.version, version);
    // The attribute: browsers bring back what a field had before a reload.
    note.receive(data.getAttribute("value"), Number(dataset.epoch));
  }
  note.bind(form.elements.text);
  showStatus(note);
}

function open(pk, address) {
  const note = new Note(pk, address);
  note.writers = new Map();
  note.onStatus = showStatus;
  notes.set(pk, note);
  return note;
}

function seeWriter(note, name) {
  clearTimeout(note.writers.get(name));
  note.writers.set(name, setTimeout(() => {
    note.writers.delete(name);
    showStatus(note);
  }, WRITES_FOR_MS));
}

function showStatus(note) {
  const names = [...note.writers.keys()];
  const are = names.length > 1 ? "are" : "is";
  write(`note-writers-${note.pk}`, names.length ? `${names.join(", ")} ${are} writing` : "");
  write(`note-status-${note.pk}`, note.status.text, note.status.tone);
}

function write(id, text, tone = "") {
  const line = document.getElementById(id);
  if (!line || (line.textContent === text && (line.dataset.tone ?? "") === tone)) return;
  line.textContent = text;
  line.dataset.tone = tone;
}

const flush = () => notes.forEach((note) => note.flush());

sweepKept();
document.documentElement.dataset.notes = "";
startTalkForms();
follow();
new MutationObserver(follow).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-version", "data-voters"] });
addEventListener("online", flush);
addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => document.hidden && flush());
