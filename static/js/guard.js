// Warns before text that was typed into a form with data-guard, but not sent, is left behind.

const changed = new Set();

function stillThere() {
  // A draft is put away, and comes back.
  for (const form of changed) if (!form.isConnected && form.dataset.kept === undefined) changed.delete(form);
  return changed.size > 0;
}

export function startGuard() {
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-guard")) changed.add(form);
  });
  for (const over of ["submit", "reset"]) {
    document.addEventListener(over, (event) => changed.delete(event.target));
  }
  // A request that failed has saved nothing: the form is guarded again.
  for (const failure of ["htmx:response:error", "htmx:error"]) {
    document.addEventListener(failure, (event) => {
      const form = event.detail.ctx?.sourceElement?.closest?.("form[data-guard]");
      if (form) changed.add(form);
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (stillThere()) event.preventDefault();
  });
}
