// The clocks of a room go on between two messages, by the server's time: this device's may be wrong.

const NEARLY = 0.8;

/** How far this device's clock is ahead: of when the first byte of the page came, in server time. */
function ahead() {
  const [page] = performance.getEntriesByType("navigation");
  const came = performance.timeOrigin + (page?.responseStart ?? 0);
  return came - Date.parse(document.body.dataset.roomNow);
}

const spell = (seconds) => {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

function toneOf(seconds, aim) {
  if (!aim || seconds < aim * NEARLY) return "";
  return seconds >= aim ? "over" : "nearly";
}

let offset = 0;

export function tick() {
  for (const clock of document.querySelectorAll(".room-clock[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - offset - Date.parse(clock.dataset.since)) / 1000));
    const aim = Number(clock.dataset.aim);
    const tone = toneOf(seconds, aim);
    const word = { "": "", nearly: "nearly over", over: `${spell(seconds - aim)} over` }[tone];
    set(clock.querySelector("[data-clock-time]"), spell(seconds));
    set(clock.querySelector("[data-clock-word]"), word);
    if (clock.dataset.tone !== tone) clock.dataset.tone = tone;
  }
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function startClocks() {
  // The page says its second, which is half of one ago on average.
  offset = ahead() - 500;
  tick();
  setInterval(tick, 500);
}

const HIDDEN = "countersign.room-clocks";

export function toggleClocks() {
  const hidden = document.body.toggleAttribute("data-no-clocks");
  try {
    localStorage.setItem(HIDDEN, hidden ? "hidden" : "shown");
  } catch {
    // Storage is forbidden: it holds for this page.
  }
}
