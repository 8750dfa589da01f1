// Who did what, said calmly: a mark on the row that moves nothing, and a sentence for those who
// do not see it.

/** So long of looking at the page a mark stays. */
const MARK_MS = 20_000;
const TELL_AFTER_MS = 600;

export const sentence = ({ by, says }) => `${by} ${says}.`;

export function markRow(event) {
  const row = document.getElementById(`row-${event.answer}`);
  const template = document.getElementById("live-mark");
  if (!row || !template) return;
  const mark = template.content.firstElementChild.cloneNode(true);
  mark.querySelector("strong").textContent = event.by;
  mark.querySelector("[data-says]").textContent = event.does;
  mark.title = sentence(event);
  row.querySelector(":scope > .row-mark")?.remove();
  row.append(mark);
  leave(mark, row);
}

/** Not while nobody looks at the page, and not from under the pointer or the focus. */
function leave(mark, row) {
  let left = MARK_MS;
  const step = 1000;
  const timer = setInterval(() => {
    if (!document.hidden) left -= step;
    if (left > 0 || row.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    mark.remove();
  }, step);
}

let told = [];
let timer = 0;

/** What comes within a moment is said in one go. */
export function announce(text) {
  told.push(text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.getElementById("live-announcer");
    if (region) region.textContent = told.join(" ");
    told = [];
  }, TELL_AFTER_MS);
}
