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

export function startRows() {
  document.addEventListener("click", (event) => opens(event)?.click());
}
