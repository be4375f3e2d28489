// Fetching, with what the reader sees of it: nothing under 100 ms, then a bar, after 5 s a way to stop.

import { el } from "./dom.js";

const QUIET_MS = 100;
const LONG_MS = 5000;

let running = 0;

// Returns the JSON at an address. Throws an Error whose message can be shown.
export async function load(url) {
  const stop = new AbortController();
  const finished = showBusy(stop);
  try {
    const response = await fetch(url, { signal: stop.signal, headers: { Accept: "application/json" } });
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail || body.title || `status ${response.status}`);
    return body;
  } catch (error) {
    throw new Error(error.name === "AbortError" ? "stopped" : error.message, { cause: error });
  } finally {
    finished();
  }
}

// Calls `attempt` until it succeeds or the reader gives up; what failed is said at the top of the map.
export async function loadOrSay(what, attempt) {
  try {
    return await attempt();
  } catch (error) {
    const box = document.getElementById("trouble");
    const again = el("button", { type: "button" }, "Try again");
    box.replaceChildren(`${what} could not be loaded: ${error.message}. `, again);
    box.hidden = false;
    await new Promise((resolve) => again.addEventListener("click", resolve, { once: true }));
    box.hidden = true;
    return loadOrSay(what, attempt);
  }
}

function showBusy(stop) {
  const box = document.getElementById("busy");
  running += 1;
  const bar = setTimeout(() => { box.hidden = false; }, QUIET_MS);
  const sentence = setTimeout(() => {
    const cancel = el("button", { type: "button" }, "Cancel");
    cancel.addEventListener("click", () => stop.abort());
    box.replaceChildren("This takes longer than usual. ", cancel);
  }, LONG_MS);
  return () => {
    clearTimeout(bar);
    clearTimeout(sentence);
    running -= 1;
    if (running === 0) {
      box.hidden = true;
      box.replaceChildren();
    }
  };
}
