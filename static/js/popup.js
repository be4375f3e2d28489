// What a region says when it is opened. Everything in it is text that came as JSON.

import { el } from "./dom.js";
import { number, t, tn } from "./words.js";

// Returns the element for a region of the main map; `only` and `rough` show what is in it, and what is known only
// to it.
export function regionPopup(region, { only, rough }) {
  return el(
    "div",
    { class: "popup" },
    el("h3", {}, region.label),
    el("p", {}, tn("{n} event", "{n} events", region.events)),
    el("p", {}, button(t("Show only this region"), only)),
    region.region_only
      ? el("p", {}, tn("{n} event known only to the region", "{n} events known only to the region", region.region_only))
      : null,
    region.region_only ? el("p", {}, button(t("List these"), rough)) : null,
  );
}

function button(words, act) {
  const pressed = el("button", { type: "button", class: "quiet" }, words);
  pressed.addEventListener("click", act);
  return pressed;
}

// Returns the element for a region of the choropleth; `page` leads to what is known of it.
export function choroplethPopup(region, page) {
  const { events, fatalities, fatalities_stated: stating, per_100k: rate } = region;
  const lines = [
    tn("{n} event", "{n} events", events),
    stating
      ? tn("{killed} killed, as {n} event states", "{killed} killed, as {n} events state", stating, {
          killed: number(fatalities),
        })
      : "",
    rate === null ? "" : t("{rate} events per 100,000 people", { rate: number(rate) }),
  ];
  return el(
    "div",
    { class: "popup" },
    el("h3", {}, region.label),
    ...lines.filter(Boolean).map((line) => el("p", {}, line)),
    el("p", {}, el("a", { href: page }, t("What happened there"))),
  );
}
