// Where the tabs are wider than the page, the one that is shown is brought into sight; the page itself
// stays where it is.

export function startTabs() {
  for (const shown of document.querySelectorAll(".tabs > [aria-current]")) {
    const tabs = shown.parentElement;
    const [outer, inner] = [tabs.getBoundingClientRect(), shown.getBoundingClientRect()];
    tabs.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  }
}
