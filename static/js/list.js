// The events in view as a list: the keyboard's way to them, newest first.

import { el } from "./dom.js";
import { sign } from "./signs.js";
import { counted, days, sentenceCase } from "./words.js";

const MOST = 200;

// Returns a function that shows other events.
export function eventList(map, show) {
  const list = document.getElementById("event-list");
  const note = document.getElementById("list-note");
  const total = document.getElementById("in-view");
  let events = [];

  const draw = () => {
    const view = map.getBounds();
    const here = events.filter(({ spot }) => spot && view.contains(spot));
    const nowhere = events.filter(({ spot }) => !spot);
    total.textContent = here.length.toLocaleString("en");
    note.textContent = said(here.length, events.length - nowhere.length);
    note.hidden = !note.textContent;
    const rows = here.slice(0, MOST).map((event) => row(event, () => show(event)));
    if (nowhere.length) {
      rows.push(el("li", { class: "divider" }, `${nowhere.length} not placed`));
      rows.push(...nowhere.slice(0, MOST).map(link));
    }
    list.replaceChildren(...rows);
  };
  map.on("moveend", draw);
  return (others) => {
    events = others;
    draw();
  };
}

function said(inView, placed) {
  if (placed === 0) return "No events pass these filters. Take some away, or widen the dates.";
  if (inView === 0) return `None in this part of the map; ${counted(placed, "event")} elsewhere.`;
  if (inView > MOST) return `The newest ${MOST} of them; zoom in for the others.`;
  return "";
}

function row(event, open) {
  const button = el("button", { type: "button", "data-event": event.id }, ...lines(event));
  button.addEventListener("click", open);
  return el("li", {}, button);
}

function link(event) {
  return el("li", {}, el("a", { href: event.page }, ...lines(event)));
}

function lines(event) {
  const stance = event.stance === "reported" ? "" : ` · ${sentenceCase(event.stance)}`;
  const kind = event.count > 1 ? `${event.count.toLocaleString("en")} × ${event.kind}` : event.kind;
  const near = { 2: " · near", 3: " · region" }[event.precision] || "";
  return [
    el("span", { class: "line" }, sign(event.family, event.shape, event.stance),
      el("span", { class: "place" }, event.place || kind), el("time", {}, days(event.start, event.end))),
    el("span", { class: "note" }, `${event.place ? kind : "no place known"}${stance}${near}`),
  ];
}
