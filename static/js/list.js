// The events in view as a list: the keyboard's way to them. It is sorted by the server and comes in pages; where it is
// empty, it says what to widen.

import { counts, nothing, onCounts } from "./counts.js";
import { el } from "./dom.js";
import { corners } from "./live.js";
import { load, loadOrSay } from "./load.js";
import { sign } from "./signs.js";
import { on, option, query, setOption } from "./state.js";
import { number, t, tn } from "./words.js";

const PAGE = 50;
const LARGEST_PAGE = 200;
// So many lines no one scrolls through, and the page stays quick.
const MOST = 1000;
const FIT = { padding: [36, 36], maxZoom: 8, animate: false };
const BOX = /^(-?\d+(\.\d+)?)(,-?\d+(\.\d+)?){3}$/;
const ORDERS = ["oldest", "nearest", "deadliest"];

// What is listed instead of the view: what no mark stands for.
const TRAYS = {
  unplaced: { precision: "0", title: () => t("Events that are not placed") },
  region: { precision: "3", title: () => t("Events known only to the region") },
};

// Returns the list: `start()` fills it, `pause()` leaves it as it is until `resume(id)`, which leads back to the event
// that was opened, `title(words)` says something else above it meanwhile.
export function eventList(panel, map) {
  const part = (id) => document.getElementById(id);
  const [rows, note, more, back, order] = ["event-list", "list-note", "list-more", "list-back", "list-order"].map(part);
  let events = [];
  let total = null;
  let stop = new AbortController();
  let paused = false;
  let stale = false;

  const title = (words, count = "") => {
    part("side-title").textContent = words;
    part("in-view").textContent = count;
  };

  const ask = async (skip, limit, signal) => {
    const asked = question(map);
    if (!asked) return { total: 0, events: [] };
    asked.set("skip", skip);
    asked.set("limit", limit);
    return loadOrSay(t("The list"), () => load(`${panel.dataset.list}?${asked}`, signal), signal);
  };

  // Asks anew, for as many events as are shown; what is on screen stays until the answer is there.
  const renew = async ({ from = PAGE } = {}) => {
    if (paused) {
      stale = true;
      return;
    }
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const answer = await ask(0, Math.min(from, LARGEST_PAGE), signal);
    if (!answer) return;
    events = [];
    draw(answer);
  };

  const explain = () => {
    const cut = more.hidden && total > events.length;
    const words =
      cut && t("The first {count} of them; zoom in or filter for the others.", { count: number(events.length) });
    note.replaceChildren(...(total === 0 ? explained(panel, map) : [words].filter(Boolean)));
  };

  const extend = async () => {
    more.disabled = true;
    const { signal } = stop;
    const answer = await ask(events.length, PAGE, signal);
    more.disabled = false;
    if (answer) draw(answer);
  };

  const draw = (answer) => {
    const old = new Map([...rows.children].map((line) => [line.firstChild.dataset.event, line]));
    const focused = rows.contains(document.activeElement) ? document.activeElement.dataset.event : "";
    // An event that came in between two pages moves the others on.
    const known = new Set(events.map(({ id }) => id));
    events = [...events, ...answer.events.filter(({ id }) => !known.has(id))];
    total = answer.total;
    rows.replaceChildren(...events.map((event) => old.get(event.id) || row(event)));
    more.hidden = !answer.events.length || events.length >= Math.min(total, MOST);
    explain();
    head();
    markTab(focused);
    if (focused) entry(focused)?.focus({ preventScroll: true });
  };

  const head = () => {
    if (!paused) title(heading(events), number(total || 0));
    back.hidden = !spot() && !TRAYS[option("list")];
    order.value = ORDERS.includes(option("order")) ? option("order") : "";
  };

  const entry = (id) => rows.querySelector(`[data-event="${CSS.escape(id)}"]`);

  // One entry at a time is reached by Tab; the arrows lead to the others.
  const markTab = (id) => {
    const current = (id && entry(id)) || rows.querySelector("button");
    for (const button of rows.querySelectorAll("button")) button.tabIndex = button === current ? 0 : -1;
  };

  const walk = async (event) => {
    const at = [...rows.children].indexOf(event.target.closest("li"));
    const last = rows.children.length - 1;
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (target === undefined || at < 0) return;
    event.preventDefault();
    if (target > last && !more.hidden) await extend();
    const next = rows.children[target]?.firstChild;
    if (!next) return;
    markTab(next.dataset.event);
    next.focus();
  };

  rows.addEventListener("keydown", walk);
  rows.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) setOption("event", button.dataset.event, { step: true });
  });
  more.addEventListener("click", extend);
  order.addEventListener("change", () => setOption("order", order.value));
  back.addEventListener("click", () => {
    setOption("spot", "");
    setOption("list", "");
  });

  return {
    title,
    start() {
      on("query", () => renew());
      onCounts(() => {
        if (total === 0) explain();
      });
      on("view", () => {
        if (!spot() && !TRAYS[option("list")]) renew({ from: Math.max(PAGE, events.length) });
      });
      on("option", (name) => {
        if (["order", "spot", "list"].includes(name)) renew();
      });
      new IntersectionObserver(([{ isIntersecting }]) => {
        if (isIntersecting && !more.disabled) extend();
      }).observe(more);
      renew();
    },
    pause() {
      paused = true;
    },
    resume(id) {
      paused = false;
      head();
      markTab(id);
      (entry(id) || part("side-list")).focus({ preventScroll: true });
      if (stale) renew({ from: Math.max(PAGE, events.length) });
      stale = false;
    },
  };
}

// Returns what to ask the server for, null where the filters leave nothing of the tray.
function question(map) {
  const asked = query();
  const tray = TRAYS[option("list")];
  if (tray) {
    const precisions = asked.getAll("precision");
    if (precisions.length && !precisions.includes(tray.precision)) return null;
    asked.delete("precision");
    asked.set("precision", tray.precision);
  } else {
    asked.set("view", spot() || corners(map.getBounds()));
  }
  if (ORDERS.includes(option("order"))) asked.set("order", option("order"));
  return asked;
}

// The box that the list is limited to, "" without one; what was typed wrongly counts as none.
function spot() {
  return BOX.test(option("spot")) ? option("spot") : "";
}

function heading(events) {
  const tray = TRAYS[option("list")];
  if (tray) return tray.title();
  if (!spot()) return t("Events in view");
  const places = new Set(events.map(({ place }) => place));
  return places.size === 1 ? t("Events at {place}", { place: events[0].place }) : t("Events at this spot");
}

function row(event) {
  const grain = { 2: t("near it"), 3: t("region only") }[event.geo_precision];
  const deaths = event.fatalities && tn("{n} killed", "{n} killed", event.fatalities);
  const about = [event.kind, event.stance === "reported" ? "" : event.said, grain, deaths].filter(Boolean);
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", "data-event": event.id },
      el(
        "span",
        { class: "line" },
        sign(event.family, event.stance),
        el("span", { class: "place" }, event.place),
        el("time", {}, event.when),
      ),
      el("span", { class: "note" }, about.join(" · ")),
    ),
  );
}

// ---------------------------------------------------------------- where nothing is listed

function explained(panel, map) {
  const numbers = counts();
  if (TRAYS[option("list")] || spot()) return [el("p", {}, t("Nothing, with these filters."))];
  if (!numbers) return [];
  const elsewhere = numbers.shown + numbers.region_only;
  if (!elsewhere) return nothing(numbers);
  const words = tn("{n} elsewhere: show it on the map", "{n} elsewhere: show them on the map", elsewhere);
  const button = el("button", { type: "button", class: "quiet" }, words);
  button.addEventListener("click", () => widen(panel, map));
  return [el("p", {}, t("None in this part of the map.")), button];
}

// Moves the map to where the events are.
async function widen(panel, map) {
  const asked = query();
  asked.set("view", "-180,-90,180,90");
  asked.set("zoom", map.getMinZoom());
  const answer = await loadOrSay(t("The events"), () => load(`${panel.dataset.clusters}?${asked}`));
  const boxes = answer.features.map(({ properties: { box, lat, lon } }) => box || [lon, lat, lon, lat]);
  if (boxes.length) {
    map.fitBounds(
      boxes.map(([west, south, east, north]) => [
        [south, west],
        [north, east],
      ]),
      FIT,
    );
  } else {
    map.fitWorld({ animate: false });
  }
}
