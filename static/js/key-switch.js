// Single keys can be switched off on this device (WCAG 2.1.4), and are text inside a field.

const SWITCH = "countersign.keys";
export const TYPES_TEXT = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";

export function switchedOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

export function startSwitch() {
  const box = document.getElementById("keyboard-on");
  if (!box) return;
  box.checked = switchedOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(SWITCH, box.checked ? "on" : "off");
    } catch {
      // Storage is forbidden: the keys stay as they are, since nothing could remember the choice.
      box.checked = true;
    }
  });
}
