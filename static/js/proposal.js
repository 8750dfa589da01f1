// An edit of a proposed audit takes the signatures back: where there are some, it is asked about once.

/** Whether this page shows an audit whose signatures an edit would take back. */
function wouldOutdate() {
  return Number(document.getElementById("proposal")?.dataset.signatures ?? 0) > 0;
}

let agreed = false;

function ask(dialog) {
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "change"), { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

/** Whether a change may be sent, asked once where it would take signatures back. */
export async function mayChange() {
  const dialog = document.getElementById("confirm-outdate");
  if (agreed || !dialog || !wouldOutdate()) return true;
  if (dialog.open) return false;
  agreed = await ask(dialog);
  return agreed;
}

async function confirmOnce({ ctx, issueRequest, dropRequest }) {
  const goOn = ctx.request.method === "GET" || (await mayChange());
  return goOn ? issueRequest() : dropRequest();
}

export function startProposal() {
  document.addEventListener("htmx:confirm", (event) => {
    // Ours alone: otherwise htmx asks with the words of hx-confirm.
    event.preventDefault();
    confirmOnce(event.detail);
  });
}
