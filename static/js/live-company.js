// Who else is here: in the audit's header, as far as there is room; all of them in its list.

const MOST = 5;

/** `html` is that of live/people.html, and `number` how many are here; whoever looks is left out. */
export function showCompany({ html, number }) {
  const place = document.getElementById("presence");
  if (!place) return;
  const parts = new DOMParser().parseFromString(html, "text/html");
  parts.querySelector(`[data-person="${document.body.dataset.liveUser}"]`)?.remove();
  const others = [...parts.querySelectorAll("[data-person]")];
  // Somebody who looks is here, and stands among those who are not named if not among the others.
  const total = Math.max(others.length, number - 1);
  place.hidden = !total;
  const put = (name, ...content) => place.querySelector(name).replaceChildren(...content);
  put("[data-faces]", ...others.slice(0, MOST).map((each) => document.importNode(each.querySelector(".avatar"), true)));
  put("[data-more]", total > MOST ? `+${total - MOST}` : "");
  put("[data-count] > span", total);
  put("[data-number]", total === 1 ? "1 other person is here" : `${total} other people are here`);
  put("ul", ...[...parts.body.children].map((each) => document.importNode(each, true)));
}
