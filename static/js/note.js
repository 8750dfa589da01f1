// One note that several people write at once: the textarea and a document (Yjs) say the same, and
// what is typed goes to the server a moment later, again and again until it is acknowledged.

import { Doc, UndoManager, applyUpdate, encodeStateAsUpdate, encodeStateVector } from "../vendor/yjs/yjs.min.js";
import { Kept } from "./note-kept.js";
import { carried, difference, fromBase64, storable, toBase64 } from "./note-text.js";
import { post } from "./note-post.js";

const SEND_AFTER_MS = 300;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** So often the server may say that something is missing before a person must look. */
const MOST_ANEW = 5;

/** Whose change it is: of this page, or the server's. */
const LOCAL = "local";
const SERVER = "server";

/** Textareas that are listened to. */
const bound = new WeakSet();

export class Note {
  constructor(pk, address) {
    this.pk = pk;
    this.address = address;
    this.kept = new Kept(pk);
    this.epoch = null;
    this.version = -1;
    this.area = null;
    this.held = [];
    this.isComposing = false;
    this.isDirty = this.isSending = this.isOver = false;
    this.failures = this.anew = 0;
    this.timer = null;
    this.status = { text: "", tone: "" };
    this.onStatus = () => {};
  }

  /** What the server says now. Whatever was typed and is not there yet stays. */
  receive(state, epoch) {
    if (this.isComposing) return void this.held.push([state, epoch]);
    const bytes = fromBase64(state);
    if (this.epoch === null) this.begin(bytes, epoch);
    else if (epoch > this.epoch) this.beginAnew(bytes, epoch);
    else if (epoch === this.epoch) this.take(bytes);
  }

  /** The documents: what the server has, and that with what was typed. */
  open(bytes, epoch) {
    this.epoch = epoch;
    this.server = new Doc();
    this.doc = new Doc();
    this.text = this.doc.getText("note");
    this.undo = new UndoManager(this.text, { trackedOrigins: new Set([LOCAL]), captureTimeout: 500 });
    this.text.observe((event, transaction) => transaction.origin !== LOCAL && this.show(event.delta));
    this.doc.on("update", (_, origin) => origin !== SERVER && this.changed());
    this.take(bytes);
  }

  begin(bytes, epoch) {
    this.open(bytes, epoch);
    for (const kept of this.kept.adopt()) this.restore(kept);
    if (!this.isDirty) this.kept.drop();
  }

  /** What a former page could not send. */
  restore({ epoch, update, base, typed }) {
    const trial = new Doc();
    applyUpdate(trial, encodeStateAsUpdate(this.doc));
    if (epoch === this.epoch) applyUpdate(trial, fromBase64(update));
    const isWhole = !trial.store.pendingStructs && !trial.store.pendingDs;
    if (epoch === this.epoch && isWhole) applyUpdate(this.doc, fromBase64(update), "kept");
    else this.say(carried(base, typed, this.value));
  }

  /** The server tidied the document up: what was typed on the former one goes into this one. */
  beginAnew(bytes, epoch) {
    const [base, typed] = [this.server.getText("note").toString(), this.value];
    this.undo.destroy();
    this.open(bytes, epoch);
    if (typed !== base) this.say(carried(base, typed, this.value));
    else this.show();
  }

  take(bytes) {
    if (!bytes.length) return;
    applyUpdate(this.server, bytes);
    applyUpdate(this.doc, bytes, SERVER);
  }

  get value() {
    return this.text.toString();
  }

  /** Changes the document to a text, by no more than what differs. */
  say(value, caret) {
    const { at, remove, insert } = difference(this.value, value, caret);
    this.doc.transact(() => {
      if (remove) this.text.delete(at, remove);
      const text = storable(insert);
      if (text) this.text.insert(at, text);
    }, LOCAL);
    this.show();
  }

  /** Brings the textarea up to the document; caret and selection stay with their words. */
  show(delta = []) {
    const area = this.area;
    if (!area || this.isComposing) return;
    const { scrollTop } = area;
    let at = 0;
    for (const { retain = 0, insert = "", delete: remove = 0 } of delta) {
      at += retain;
      area.setRangeText(insert, at, at + remove, "preserve");
      at += insert.length;
    }
    const value = this.value;
    if (area.value !== value) {
      const { at: from, remove, insert } = difference(area.value, value);
      area.setRangeText(insert, from, from + remove, "preserve");
    }
    area.scrollTop = scrollTop;
    this.settle();
  }

  /** Text that is on its way by itself is no unsent work: the page may be brought up to date. */
  settle() {
    if (this.area.defaultValue !== this.area.value) this.area.defaultValue = this.area.value;
  }

  /** Takes the place of a textarea that the page showed before. */
  bind(area) {
    if (this.area === area) return this.show();
    this.area = area;
    // The room may show one again that it had put away.
    if (!bound.has(area)) this.listen(area);
    bound.add(area);
    this.show();
  }

  listen(area) {
    area.addEventListener("compositionstart", () => (this.isComposing = true));
    area.addEventListener("compositionend", () => this.composed());
    area.addEventListener("input", () => this.typed());
    area.addEventListener("beforeinput", (event) => {
      if (event.inputType === "historyUndo") this.back(event, "undo");
      if (event.inputType === "historyRedo") this.back(event, "redo");
    });
    // The browser's own undo knows nothing of what others wrote, and may be empty where ours is not.
    area.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "z") this.back(event, event.shiftKey ? "redo" : "undo");
      if (key === "y") this.back(event, "redo");
    });
  }

  back(event, how) {
    event.preventDefault();
    if (!this.isComposing) this.undo[how]();
  }

  typed() {
    if (!this.isComposing) this.say(this.area.value, this.area.selectionEnd);
  }

  composed() {
    this.isComposing = false;
    this.typed();
    for (const [state, epoch] of this.held.splice(0)) this.receive(state, epoch);
  }

  changed() {
    this.isDirty = true;
    const missing = encodeStateAsUpdate(this.doc, encodeStateVector(this.server));
    this.kept.write({ epoch: this.epoch, update: toBase64(missing), base: this.server.getText("note").toString(), typed: this.value });
    this.tell("Saving…");
    this.sendIn(this.failures ? undefined : SEND_AFTER_MS);
  }

  sendIn(wait) {
    if (wait === undefined) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.send();
    }, wait);
  }

  /** At once, also from a page that is about to go. */
  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    this.send();
  }

  async send() {
    if (this.isSending || !this.isDirty || this.isOver) return;
    this.isSending = true;
    this.isDirty = false;
    const { epoch } = this;
    const update = encodeStateAsUpdate(this.doc, encodeStateVector(this.server));
    const known = encodeStateVector(this.doc);
    const answer = await post(this.address, this.area, { epoch, update: toBase64(update), known: toBase64(known) });
    this.isSending = false;
    this[answer.kind](answer, update, epoch);
  }

  // What came of it: the kinds of note-post.js.

  saved({ said }, update, epoch) {
    this.failures = this.anew = 0;
    if (epoch === this.epoch) applyUpdate(this.server, update);
    this.receive(said.update, said.epoch);
    if (this.isDirty) return this.sendIn(SEND_AFTER_MS);
    this.kept.drop();
    this.tell("Saved.");
  }

  missing({ said }) {
    this.isDirty = true;
    this.anew += 1;
    this.receive(said.state, said.epoch);
    if (this.anew > MOST_ANEW) return this.refused({ said });
    this.sendIn(FIRST_WAIT_MS);
  }

  refused({ said }) {
    this.isDirty = true;
    this.failures = 0;
    this.tell(said.error, "fail");
  }

  over({ said }) {
    this.isDirty = this.isOver = true;
    this.tell(`${said.error} What you typed last is kept in this browser: copy it.`, "fail");
  }

  failed({ text }) {
    this.isDirty = true;
    this.failures += 1;
    this.tell(text, "fail");
    this.sendIn(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures));
  }

  tell(text, tone = "") {
    this.status = { text, tone };
    this.onStatus(this);
  }
}
