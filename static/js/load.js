// Fetching, with what the reader sees of it: nothing under 100 ms, then a bar, after 5 s a way to stop.

import { el } from "./dom.js";
import { LANGUAGE } from "./words.js";

const QUIET_MS = 100;
const LONG_MS = 5000;

let running = 0;

// Returns the JSON at an address. Throws an Error whose message can be shown. `signal` stops it from outside.
export function load(url, signal) {
  return ask(inLanguage(url), "application/json", signal, async (response) => {
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail || body.title || `status ${response.status}`);
    return body;
  });
}

// Returns a page of ours as a document of its own, in which nothing runs; one that says what is wrong is an answer too.
export function loadPage(url, signal) {
  return ask(url, "text/html", signal, async (response) => {
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    return new DOMParser().parseFromString(await response.text(), "text/html");
  });
}

async function ask(url, type, signal, read) {
  const stop = new AbortController();
  const finished = showBusy(stop);
  signal?.addEventListener("abort", () => stop.abort());
  try {
    return await read(await fetch(url, { signal: stop.signal, headers: { Accept: type } }));
  } catch (error) {
    throw new Error(error.name === "AbortError" ? "stopped" : error.message, { cause: error });
  } finally {
    finished();
  }
}

// Words in the answer are to be in the page's language, also where a page of another site's forbids cookies.
function inLanguage(url) {
  const whole = new URL(url, location.href);
  if (!whole.searchParams.has("lang")) whole.searchParams.set("lang", LANGUAGE);
  return whole;
}

// Calls `attempt` until it succeeds or the reader gives up; what failed is said at the top of the map.
// Returns null once `signal` says that nobody wants the answer any more.
export async function loadOrSay(what, attempt, signal) {
  while (!signal?.aborted) {
    try {
      const answer = await attempt();
      return signal?.aborted ? null : answer;
    } catch (error) {
      if (!signal?.aborted) await trouble(`${what} could not be loaded: ${error.message}. `, signal);
    }
  }
  return null;
}

// Says what is wrong until the reader wants to try again, or nobody wants to know.
async function trouble(words, signal) {
  const box = document.getElementById("trouble");
  const again = el("button", { type: "button" }, "Try again");
  box.replaceChildren(words, again);
  box.hidden = false;
  await new Promise((resolve) => {
    again.addEventListener("click", resolve, { once: true });
    signal?.addEventListener("abort", resolve, { once: true });
  });
  box.hidden = true;
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
