// What a mark says when it is opened. Everything in it is text that came as JSON.

import { el, outward } from "./dom.js";
import { load } from "./load.js";
import { sign } from "./signs.js";
import { counted, days } from "./words.js";

const MOST_LINKS = 6;

// Returns an element that fills itself with the event's evidence.
export function eventPopup(event) {
  const box = el("div", { class: "popup" }, el("p", { class: "note" }, "Loading …"));
  fill(box, event);
  return box;
}

async function fill(box, event) {
  try {
    const { properties } = await load(`${event.page}.geojson`);
    box.replaceChildren(...body(event, properties));
  } catch (error) {
    const again = el("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => fill(box, event));
    box.replaceChildren(el("p", {}, `The event could not be loaded: ${error.message}. `, again));
  }
  box.dispatchEvent(new CustomEvent("filled"));
}

function body(event, { words, evidence }) {
  const head = el("h3", {}, sign(event.family, event.shape, event.stance), words.headline);
  const facts = [words.place, words.date, words.count, words.people, words.weapon].filter(Boolean).map((line) => el("p", {}, line));
  const reports = evidence.slice(0, 2).flatMap(report);
  const more = evidence.length > 2 ? el("p", { class: "note" }, `and ${evidence.length - 2} more`) : null;
  const link = el("p", {}, el("a", { href: event.page }, "Evidence, and why this place"));
  return [head, ...facts, ...reports, more, link].filter(Boolean);
}

function report(item) {
  const pieces = item.sentence.map(({ text, role }) => (role ? el("mark", { class: role }, text) : text));
  const about = [item.said, item.source || "source not given",
    item.published && days(item.published, item.published)];
  const line = el("p", { class: "note" }, about.filter(Boolean).join(" · "));
  if (item.url) line.append(" · ", outward(item.url, "report"));
  return [el("blockquote", {}, ...pieces), line];
}

// Returns the element for a region: how many events, and those that are known only to it.
export function regionPopup(region, events) {
  const rough = events.slice(0, MOST_LINKS).map((event) => el("li", {},
    sign(event.family, event.shape, event.stance),
    el("a", { href: event.page }, event.kind), ` ${days(event.start, event.end)}`));
  const left = events.length - rough.length;
  const only = `${counted(events.length, "event")} known only to the region`;
  return el("div", { class: "popup" },
    el("h3", {}, region.label),
    region.count === undefined ? null : el("p", {}, counted(region.count, "event")),
    events.length ? el("p", { class: "note" }, only) : null,
    el("ul", { class: "plain-list" }, ...rough),
    left > 0 ? el("p", { class: "note" }, `and ${left} more in the list`) : null,
    region.filter ? el("p", {}, el("a", { href: region.filter }, "Show only this region")) : null);
}

// Returns the element for a region of the choropleth; `page` leads to what is known of it.
export function choroplethPopup(region, page) {
  const lines = [
    counted(region.events, "event"),
    region.fatalities_stated ? `${region.fatalities.toLocaleString("en")} killed, as ${counted(region.fatalities_stated, "event states", "events state")}` : "",
    region.per_100k === null ? "" : `${region.per_100k} events per 100,000 people`,
  ];
  return el("div", { class: "popup" },
    el("h3", {}, region.label),
    ...lines.filter(Boolean).map((line) => el("p", {}, line)),
    el("p", {}, el("a", { href: page }, "What happened there")));
}
