// The window of days under the map: over a histogram of the events two edges that can be dragged, the window between
// them that can be moved, presets, and a player that moves it by itself. The window is that of the page's address;
// an open one is of all events, those of unknown date too.

import { dayNumber, dayText, within } from "./daynumbers.js";
import { load, loadOrSay } from "./load.js";
import { on, query, setQuery } from "./state.js";
import { timeChart } from "./timechart.js";
import { player } from "./timeplayer.js";
import { days, number, t } from "./words.js";

const PAUSE_MS = 120;
const CLICK_PIXELS = 4;
const OWN_ARROWS = "input, select, textarea, dialog, [role=listbox], .leaflet-container, .panel";
const OWN_SPACE = `${OWN_ARROWS}, button, a, summary`;

// Starts the bar. A page that knows of no day has none.
export function startTimeBar() {
  const bar = document.getElementById("timebar");
  if (!bar) return;
  const span = { first: dayNumber(bar.dataset.first), last: dayNumber(bar.dataset.last) };
  const chart = timeChart(bar.querySelector(".track"), span);
  const range = timeWindow(span, (shown) => show(bar, shown, span));
  const play = player(bar, range, span);
  const byHand = (change) => {
    play.stop();
    change();
  };

  handleEdges(bar, range, byHand);
  handleTrack(bar.querySelector(".track"), { chart, range, byHand });
  handleButtons(bar, { range, span, byHand });
  handleKeys({ range, play, byHand });
  keepHistogram(bar, chart);
  on("query", range.read);
  range.read();
}

// The window itself: numbers of its first and its last day, and whether it is open. `drawn` is called with it whenever
// it changes; the page's address follows after a pause, or at once.
function timeWindow({ first, last }, drawn) {
  const shown = { low: first, high: last, open: true };
  let waiting;
  const put = (next) => {
    Object.assign(shown, next);
    drawn(shown);
    clearTimeout(waiting);
    waiting = setTimeout(settle, PAUSE_MS);
  };
  const settle = () => {
    clearTimeout(waiting);
    if (!waiting) return;
    waiting = null;
    setQuery(shown.open ? { start: "", end: "" } : { start: dayText(shown.low), end: dayText(shown.high) });
  };
  const range = {
    shown,
    settle,
    open: () => put({ low: first, high: last, open: true }),
    set: (low, high) => put({ low, high, open: false }),

    // Moves the window by days, as far as there are any, from where it is or was. Returns whether it moved.
    move(by, { low, high, open } = shown) {
      const possible = open ? 0 : within(by, Math.min(first - low, 0), Math.max(last - high, 0));
      if (open || low + possible === shown.low) return false;
      range.set(low + possible, high + possible);
      return true;
    },

    // Takes the window from the address, unless the reader is just moving it. An end that is open there is that of
    // the bar, or of the window where that begins beyond it.
    read() {
      if (waiting) return;
      const [start, end] = ["start", "end"].map((name) => dayNumber(query().get(name) || ""));
      const low = Number.isNaN(start) ? Math.min(first, Number.isNaN(end) ? first : end) : start;
      const high = Number.isNaN(end) ? Math.max(last, low) : end;
      Object.assign(shown, { low, high, open: Number.isNaN(start) && Number.isNaN(end) });
      drawn(shown);
    },
  };
  return range;
}

function show(bar, { low, high, open }, { first, last }) {
  const track = bar.querySelector(".track");
  const [from, to] = track.querySelectorAll("input");
  const share = (day) => (within(day, first, last + 1) - first) / (last + 1 - first);
  track.style.setProperty("--low", share(low));
  track.style.setProperty("--high", share(high + 1));
  track.dataset.window = open ? "open" : beside(low, high, { first, last });
  // The first day begins at its edge, and the last one ends at its own.
  Object.assign(from, { min: first, max: last + 1, value: low });
  Object.assign(to, { min: first - 1, max: last, value: high });
  from.setAttribute("aria-valuetext", days(dayText(low), dayText(low)));
  to.setAttribute("aria-valuetext", days(dayText(high), dayText(high)));
  bar.querySelector("output").textContent = open ? t("all days") : days(dayText(low), dayText(high));
  for (const button of bar.querySelectorAll("[data-step]")) button.disabled = open;
  for (const button of bar.querySelectorAll("[data-days]")) {
    const wanted = Number(button.dataset.days);
    button.setAttribute("aria-pressed", wanted ? !open && high - low + 1 === wanted : open);
  }
}

// Says whether the window lies on the bar, or beside all of it.
function beside(low, high, { first, last }) {
  if (high < first) return "before";
  return low > last ? "after" : "within";
}

function handleEdges(bar, range, byHand) {
  const [from, to] = bar.querySelectorAll(".track input");
  from.addEventListener("input", () =>
    byHand(() => {
      const { high } = range.shown;
      range.set(Math.min(Number(from.value), high), high);
    }),
  );
  to.addEventListener("input", () =>
    byHand(() => {
      const { low } = range.shown;
      range.set(low, Math.max(Number(to.value), low));
    }),
  );
  for (const edge of [from, to]) edge.addEventListener("change", range.settle);
}

// Dragging the window moves it, dragging over the bars beside it chooses a new one, and a click the bar under it.
function handleTrack(track, { chart, range, byHand }) {
  let drag = null;
  const take = (event) => {
    if (event.button || event.target.matches("input")) return;
    const moves = event.target.matches(".window");
    drag = { moves, far: false, x: event.clientX, day: chart.dayAt(event.clientX), ...range.shown };
    track.setPointerCapture(event.pointerId);
    chart.explain(null);
  };
  const follow = (clientX) => {
    drag.far ||= Math.abs(clientX - drag.x) >= CLICK_PIXELS;
    if (!drag.far) return;
    const day = chart.dayAt(clientX);
    if (drag.moves) range.move(day - drag.day, drag);
    else range.set(Math.min(day, drag.day), Math.max(day, drag.day));
  };
  const release = ({ type }) => {
    if (!drag) return;
    const { low, high } = chart.barAt(drag.day);
    if (type === "pointerup" && !drag.far && !drag.moves) range.set(low, high);
    drag = null;
    range.settle();
  };
  track.addEventListener("pointerdown", (event) => byHand(() => take(event)));
  track.addEventListener("pointermove", ({ clientX, pointerType }) => {
    if (drag) follow(clientX);
    else if (pointerType === "mouse") chart.explain(chart.barAt(chart.dayAt(clientX)));
  });
  track.addEventListener("pointerleave", () => chart.explain(null));
  for (const end of ["pointerup", "pointercancel"]) track.addEventListener(end, release);
}

function handleButtons(bar, { range, span, byHand }) {
  const long = () => range.shown.high - range.shown.low + 1;
  for (const button of bar.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => byHand(() => range.move(Number(button.dataset.step) * long())));
  }
  for (const button of bar.querySelectorAll("[data-days]")) {
    button.addEventListener("click", () =>
      byHand(() => {
        const wanted = Number(button.dataset.days);
        const high = within(range.shown.high, span.first, span.last);
        if (wanted) range.set(high - wanted + 1, high);
        else range.open();
        range.settle();
      }),
    );
  }
}

function handleKeys({ range, play, byHand }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (direction && !event.target.closest(OWN_ARROWS) && !range.shown.open) {
      event.preventDefault();
      byHand(() => range.move(direction * (range.shown.high - range.shown.low + 1)));
    }
    if (event.key === " " && !event.target.closest(OWN_SPACE)) {
      event.preventDefault();
      play.toggle();
    }
  });
}

// Keeps the bars to the filters: they are those of all days, whatever the window.
function keepHistogram(bar, chart) {
  let asked = null;
  let stop = new AbortController();
  const refresh = async () => {
    const filters = query();
    filters.delete("start");
    filters.delete("end");
    if (filters.toString() === asked) return;
    asked = filters.toString();
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const found = await loadOrSay(t("The events by day"), () => load(`${bar.dataset.url}?${filters}`, signal), signal);
    if (!found) return;
    chart.draw(found);
    const undated = bar.querySelector(".undated");
    undated.hidden = !found.undated;
    undated.textContent = t("+ {count} undated, shown with all days", { count: number(found.undated) });
  };
  on("query", refresh);
  refresh();
}
