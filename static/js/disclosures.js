// What somebody opened to read stays open, whatever the machine or a form beside it brings: only the
// disclosure that a form stood in closes when the server's answer says so.

let sentBy = null;

const isRead = (old) => old.matches("details[open]") && !old.contains(sentBy);

export function startDisclosures() {
  document.addEventListener("htmx:before:swap", ({ detail }) => (sentBy = detail.ctx.sourceElement ?? null));
  window.htmx?.registerExtension("disclosures", {
    htmx_before_morph_attr: (old, { attrName }) => attrName !== "open" || !isRead(old),
  });
}
