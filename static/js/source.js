// A text that is edited as a file is: the numbers of its lines beside it, and the way to a fault.

for (const area of document.querySelectorAll("textarea[data-code]")) {
  const gutter = document.createElement("div");
  gutter.className = "gutter";
  gutter.setAttribute("aria-hidden", "true");
  const frame = document.createElement("div");
  frame.className = "source-editor";
  area.before(frame);
  frame.append(gutter, area);
  let count = 0;

  const number = () => {
    const lines = area.value.split("\n").length;
    if (lines !== count) gutter.textContent = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
    count = lines;
    follow();
  };
  const follow = () => { gutter.scrollTop = area.scrollTop; };
  area.addEventListener("input", number);
  area.addEventListener("scroll", follow);
  number();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const area = link && document.querySelector(link.hash);
  if (!area) return;
  event.preventDefault();
  const lines = area.value.split("\n");
  const line = Math.min(Number(link.dataset.line), lines.length);
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + lines[line - 1].length);
  area.scrollTop = ((line - 4) / lines.length) * area.scrollHeight;
});
