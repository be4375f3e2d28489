// Fetching, with what the reader sees of it: nothing under 100 ms, then a bar, after 5 s a way to stop; what failed
// is said, and what is on the screen stays until it works.

import { el } from "./dom.js";
import { LANGUAGE, t } from "./words.js";

const QUIET_MS = 100;
const LONG_MS = 5000;

let running = 0;
const failed = new Map();
const idlers = [];

// Returns the JSON at an address. Throws an Error whose message can be shown. `signal` stops it from outside.
export function load(url, signal) {
  return ask(inLanguage(url), "application/json", signal, async (response) => {
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail || body.title || t("status {status}", { status: response.status }));
    return body;
  });
}

// Returns a page of ours as a document of its own, in which nothing runs; one that says what is wrong is an answer too.
export function loadPage(url, signal) {
  return ask(url, "text/html", signal, async (response) => {
    if (response.status >= 500) throw new Error(t("status {status}", { status: response.status }));
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
    throw new Error(words(error), { cause: error });
  } finally {
    finished();
  }
}

function words(error) {
  if (error.name === "AbortError") return t("stopped");
  return error instanceof TypeError ? t("there is no connection; what is shown stays") : error.message;
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
      if (!signal?.aborted)
        await trouble(t("{what} could not be loaded: {why}.", { what, why: error.message }), signal);
    }
  }
  return null;
}

// Says something that is good to know, until the reader has seen it.
export function notice(text) {
  const box = document.getElementById("notice");
  const seen = el("button", { type: "button", class: "quiet" }, t("Close"));
  seen.addEventListener("click", () => {
    box.hidden = true;
  });
  box.replaceChildren(`${text} `, seen);
  box.hidden = false;
}

// Resolves as soon as nothing is being fetched.
export function idle() {
  return new Promise((resolve) => {
    if (running) idlers.push(resolve);
    else resolve();
  });
}

// Says what is wrong until the reader wants to try again, there is a connection again, or nobody wants to know.
function trouble(sentence, signal) {
  return new Promise((resolve) => {
    failed.set(resolve, sentence);
    sayFailed();
    signal?.addEventListener("abort", () => goOn([resolve]), { once: true });
  });
}

function goOn(waiting) {
  waiting.forEach((resolve) => failed.delete(resolve));
  sayFailed();
  waiting.forEach((resolve) => resolve());
}

function sayFailed() {
  const box = document.getElementById("trouble");
  box.hidden = failed.size === 0;
  if (box.hidden) return;
  const again = el("button", { type: "button" }, t("Try again"));
  again.addEventListener("click", () => goOn([...failed.keys()]));
  box.replaceChildren(...[...new Set(failed.values())].flatMap((sentence) => [sentence, " "]), again);
}

addEventListener("online", () => goOn([...failed.keys()]));

function showBusy(stop) {
  const box = document.getElementById("busy");
  running += 1;
  document.body.dataset.loading = "yes";
  const bar = setTimeout(() => {
    box.hidden = false;
  }, QUIET_MS);
  const sentence = setTimeout(() => {
    const cancel = el("button", { type: "button" }, t("Cancel"));
    cancel.addEventListener("click", () => stop.abort());
    box.replaceChildren(`${t("This takes longer than usual.")} `, cancel);
  }, LONG_MS);
  return () => {
    clearTimeout(bar);
    clearTimeout(sentence);
    running -= 1;
    if (running > 0) return;
    document.body.dataset.loading = "no";
    box.hidden = true;
    box.replaceChildren();
    idlers.splice(0).forEach((resolve) => resolve());
  };
}
