// How many events the view has: fetched whenever the query changes, told to whoever listens, and written into
// the count line and, where nothing is left to show, into a box over the map that says what to widen.

import { el } from "./dom.js";
import { load, loadOrSay } from "./load.js";
import { on, option, query, setOption, setQuery } from "./state.js";
import { number, t, tn } from "./words.js";

const LINE = {
  shown: "{number} shown",
  filtered: "{number} filtered out",
  region_only: "{number} region only",
  unplaced: "{number} not placed",
};
const listeners = [];

let latest = null;
let stop = new AbortController();

// Fetches the numbers now and after every change of the query.
export function startCounts() {
  for (const button of document.querySelectorAll("[data-tray]")) {
    button.addEventListener("click", () => toggleTray(button.dataset.tray));
  }
  on("query", count);
  on("option", (name) => {
    if (name === "list") markTray();
  });
  onCounts(sayLine);
  onCounts(sayEmpty);
  return count();
}

// Calls `listener` with each answer of /counts.json.
export function onCounts(listener) {
  listeners.push(listener);
}

// Returns the newest answer, null before the first and on pages that count nothing.
export function counts() {
  return latest;
}

async function count() {
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  const url = `${document.getElementById("counts").dataset.url}?${query()}`;
  const answer = await loadOrSay(t("The numbers"), () => load(url, signal), signal);
  if (!answer) return;
  latest = answer;
  for (const listener of listeners) listener(answer);
}

// ---------------------------------------------------------------- the count line

function sayLine(numbers) {
  const line = document.getElementById("counts");
  for (const [field, words] of Object.entries(LINE)) {
    line.querySelector(`[data-count=${field}]`).textContent = t(words, { number: number(numbers[field]) });
  }
  const whole = tn("{n} event in this window", "{n} events in this window", numbers.window);
  line.querySelector("[data-count=window]").textContent = whole;
  for (const button of line.querySelectorAll("[data-tray]")) button.disabled = !numbers[button.dataset.count];
  markTray();
}

function toggleTray(name) {
  setOption("list", option("list") === name ? "" : name, { step: true });
}

function markTray() {
  for (const button of document.querySelectorAll("[data-tray]")) {
    button.setAttribute("aria-pressed", String(option("list") === button.dataset.tray));
  }
}

// ---------------------------------------------------------------- nothing to show

function sayEmpty(numbers) {
  const box = document.getElementById("empty");
  box.hidden = numbers.shown + numbers.region_only > 0;
  box.replaceChildren(...(box.hidden ? [] : nothing(numbers)));
}

// Returns why there is nothing, and a button for each filter without which there would be something.
export function nothing(numbers) {
  return [el("p", {}, why(numbers)), ...numbers.without.filter((one) => one.shown).map(widen)];
}

function why({ window, unplaced }) {
  if (unplaced) return t("Of none of these events it is known where they were.");
  return window ? t("No event in this window passes all filters.") : t("There are no events in this window.");
}

// The window is one filter with two ends.
function widen({ filter, words, shown }) {
  const wording = t("Without {filter}: {number}", { filter: words, number: number(shown) });
  const button = el("button", { type: "button", class: "quiet" }, wording);
  button.addEventListener("click", () => setQuery(filter === "start" ? { start: "", end: "" } : { [filter]: "" }));
  return button;
}
