import { say } from "./toast.js";

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  const text = source?.dataset.value ?? source?.textContent.trim() ?? "";
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.", "pass");
  } catch {
    // Without the permission (or without HTTPS) the text is selected for the user's own copy.
    getSelection().selectAllChildren(source);
    say("Selected: press Ctrl+C or ⌘C to copy.");
  }
}

function openDialog(event, opener) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  opener.closest("details.menu")?.removeAttribute("open");
  dialog.showModal();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

function onClick(event) {
  const target = event.target;
  if (!(target instanceof Element)) return;
  closeMenus(target.closest("details.menu"));
  const copier = target.closest("[data-copy]");
  if (copier) copy(copier);
  const opener = target.closest("[data-dialog]");
  if (opener) openDialog(event, opener);
  if (target.closest("[data-print]")) print();
  // A press on the backdrop lands on the dialog itself.
  if (target instanceof HTMLDialogElement && event.offsetX * event.offsetY < 0) target.close();
  if (target.closest(".rail a")) target.closest("[popover]:popover-open")?.hidePopover();
}

export function startControls() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
  });
  document.addEventListener("change", (event) => {
    event.target.form?.matches("[data-auto-submit]") && event.target.form.requestSubmit();
  });
  document.querySelector("[data-autofocus]")?.focus();
}
