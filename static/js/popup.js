// What a region says when it is opened. Everything in it is text that came as JSON.

import { el } from "./dom.js";
import { t } from "./words.js";

const number = (value) => value.toLocaleString(document.documentElement.lang);

// Returns the element for a region of the main map; `only` and `rough` show what is in it, and what is known only
// to it.
export function regionPopup(region, { only, rough }) {
  return el("div", { class: "popup" },
    el("h3", {}, region.label),
    el("p", {}, t("Events: {count}", { count: number(region.events) })),
    el("p", {}, button(t("Show only this region"), only)),
    region.region_only ? el("p", {}, t("{count} known only to the region", { count: number(region.region_only) })) : null,
    region.region_only ? el("p", {}, button(t("List these"), rough)) : null);
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
    t("Events: {count}", { count: number(events) }),
    stating ? t("Killed: {killed} (stated by {count} events)", { killed: number(fatalities), count: number(stating) }) : "",
    rate === null ? "" : t("{rate} events per 100,000 people", { rate: number(rate) }),
  ];
  return el("div", { class: "popup" },
    el("h3", {}, region.label),
    ...lines.filter(Boolean).map((line) => el("p", {}, line)),
    el("p", {}, el("a", { href: page }, t("What happened there"))));
}
