// Requests that nobody waits for without end, and that are tried again where that may help.

const IN_TIME_MS = 30_000;
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 1000;

const mayPass = ({ status }) => status >= 500 || status === 429;

/** As fetch(); throws too where no answer comes in time, and where the server fails or has too much to do. */
export async function get(address, options = {}) {
  const response = await fetch(address, { ...options, signal: AbortSignal.timeout(IN_TIME_MS) });
  if (mayPass(response)) throw new Error(`${response.status} from ${address}`);
  return response;
}

/** What `act()` comes to, tried for half a minute: long enough for a server that starts again. */
export async function patiently(act) {
  for (let nth = 1; ; nth += 1) {
    try {
      return await act();
    } catch (error) {
      if (nth === ATTEMPTS) throw error;
    }
    // Not everybody at once.
    await new Promise((done) => setTimeout(done, FIRST_WAIT_MS * 2 ** (nth - 1) * (0.5 + Math.random())));
  }
}

/** Asks for `act()`, which is done `wait()` ms later and one at a time: however often it is asked for
 * until it begins, it is done once, and once more for those who ask while it is done. */
export function soon(act, wait) {
  let [timer, running, again] = [0, false, false];
  const ask = () => {
    if (running) again = true;
    else timer ||= setTimeout(run, wait());
  };
  const run = async () => {
    [timer, running, again] = [0, true, false];
    try {
      await act();
    } finally {
      running = false;
      if (again) ask();
    }
  };
  return ask;
}
