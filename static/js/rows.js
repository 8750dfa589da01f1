// A click anywhere on a row's line opens the row, as its title does.

/** What acts by itself when it is clicked. */
const CONTROLS = "a, button, input, select, textarea, label, summary, form";

function opens(event) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  if (!(event.target instanceof Element) || event.target.closest(CONTROLS)) return null;
  // Whoever has just marked text wants to copy it.
  if (!getSelection().isCollapsed) return null;
  return event.target.closest(".row-line")?.querySelector('[data-key="open"]');
}

/** A row that was changed by way of another one keeps its open panel, and what is typed there. */
function keepPanel({ target, fragment }) {
  const [row, panel] = [fragment.querySelector(".row"), target.querySelector(".row-panel")];
  row.toggleAttribute("data-open", true);
  row.append(panel.cloneNode(true));
  row.querySelector('[data-key="open"]').replaceWith(target.querySelector('[data-key="open"]').cloneNode(true));
  row.querySelector(".tick [name=panel]")?.setAttribute("value", "open");
}

function keepPanels(event) {
  for (const task of event.detail.tasks) {
    if (task.type === "oob" && task.target.matches(".row[data-open]")) keepPanel(task);
  }
}

export function startRows() {
  document.addEventListener("htmx:before:swap", keepPanels);
  document.addEventListener("click", (event) => opens(event)?.click());
}
