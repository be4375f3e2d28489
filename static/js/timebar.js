// The window of days under the map: two thumbs, steps and presets. Days are written YYYY-MM-DD; an open
// window, "" to "", is of all events, those of unknown date too.

import { days } from "./words.js";

const PAUSE_MS = 150;
const DAY_MS = 86_400_000;
const OWN_KEYS = "input, select, textarea, [role=listbox], .leaflet-container";

const number = (day) => Math.round(Date.parse(day) / DAY_MS);
const written = (at) => new Date(at * DAY_MS).toISOString().slice(0, 10);
const within = (at, low, high) => Math.min(Math.max(at, low), high);

// Calls `moved` with the new { start, end } soon after the reader has moved the window. A page that knows of no
// day has no bar.
export function timeBar({ start, end }, moved) {
  const bar = document.getElementById("timebar");
  if (!bar) return;
  const [first, last] = [number(bar.dataset.first), number(bar.dataset.last)];
  const [from, to] = bar.querySelectorAll("input");
  for (const thumb of [from, to]) Object.assign(thumb, { min: first, max: last, step: 1 });
  const steps = bar.querySelectorAll("[data-step]");
  const presets = bar.querySelectorAll("[data-days]");
  const shown = { start, end };
  let waiting;

  const draw = () => {
    const [low, high] = ends();
    from.value = within(low, first, last);
    to.value = within(high, first, last);
    from.setAttribute("aria-valuetext", shown.start ? days(shown.start, shown.start) : "open");
    to.setAttribute("aria-valuetext", shown.end ? days(shown.end, shown.end) : "open");
    const share = (at) => (last > first ? ((within(at, first, last) - first) / (last - first)) * 100 : 0);
    const track = from.parentElement;
    track.style.setProperty("--low", share(low));
    track.style.setProperty("--high", share(high));
    const open = !shown.start && !shown.end;
    bar.querySelector("output").textContent = open ? "all days" : days(written(low), written(high));
    for (const button of steps) button.disabled = open;
    for (const button of presets) {
      const wanted = Number(button.dataset.days);
      button.setAttribute("aria-pressed", wanted ? !open && high - low + 1 === wanted : open);
    }
  };
  // An open end is that of the bar, or of the window where that begins beyond it.
  const ends = () => {
    const low = shown.start ? number(shown.start) : Math.min(first, shown.end ? number(shown.end) : first);
    return [low, shown.end ? number(shown.end) : Math.max(last, low)];
  };
  const set = (low, high) => {
    Object.assign(shown, { start: written(low), end: written(high) });
    draw();
    later();
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => moved({ ...shown }), PAUSE_MS);
  };
  const step = (direction) => {
    const [low, high] = ends();
    const long = high - low + 1;
    const by = within(direction * long, Math.min(first - low, 0), Math.max(last - high, 0));
    if (by) set(low + by, high + by);
  };

  from.addEventListener("input", () => {
    const high = ends()[1];
    set(Math.min(Number(from.value), high), high);
  });
  to.addEventListener("input", () => {
    const low = ends()[0];
    set(low, Math.max(Number(to.value), low));
  });
  for (const button of steps) button.addEventListener("click", () => step(Number(button.dataset.step)));
  for (const button of presets) {
    button.addEventListener("click", () => {
      const wanted = Number(button.dataset.days);
      const high = within(ends()[1], first, last);
      if (wanted) return set(high - wanted + 1, high);
      Object.assign(shown, { start: "", end: "" });
      draw();
      return later();
    });
  }
  document.addEventListener("keydown", (event) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const taken = event.target.closest(OWN_KEYS) || event.altKey || event.ctrlKey || event.metaKey;
    if (direction && !taken && (shown.start || shown.end)) {
      event.preventDefault();
      step(direction);
    }
  });
  bar.hidden = false;
  draw();
}
