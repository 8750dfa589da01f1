/** Says `text` in the polite region, or in the assertive one when `kind` is "fail". */
export function say(text, kind = "info") {
  const region = document.getElementById(kind === "fail" ? "alerts" : "messages");
  const template = document.getElementById("toast-template");
  if (!region || !template) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.dataset.kind = kind;
  toast.querySelector("p").textContent = text;
  // The same error twice is one error.
  for (const old of region.children) {
    if (old.querySelector("p")?.textContent.trim() === text) old.remove();
  }
  region.append(toast);
}

// What went well leaves by itself; what went wrong stays until it is dismissed.
const LEAVES_AFTER_MS = 6000;
/** One that offers something gives time to take it up. */
const OFFERS_FOR_MS = 15000;

function watch(region) {
  const leave = (node) => {
    if (!(node instanceof HTMLElement) || !["pass", "info"].includes(node.dataset.kind)) return;
    const timer = setInterval(() => {
      // Not from under the pointer or the focus (WCAG 2.2.1).
      if (node.matches(":hover, :focus-within")) return;
      clearInterval(timer);
      node.remove();
    }, node.querySelector("form") ? OFFERS_FOR_MS : LEAVES_AFTER_MS);
  };
  region.querySelectorAll(".toast").forEach(leave);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(leave);
  }).observe(region, { childList: true, subtree: true });
}

export function startToasts() {
  const region = document.getElementById("messages");
  if (region) watch(region);
  document.addEventListener("click", (event) => {
    event.target.closest?.("[data-dismiss]")?.closest(".toast, .banner")?.remove();
  });
}
