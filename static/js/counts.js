// The numbers beside the map: how the view reconciles, and how many events each filter would give.

import { el } from "./dom.js";

const FIELDS = ["shown", "filtered", "region_only", "unplaced", "window"];

export function sayCounts(counts) {
  for (const field of FIELDS) say(`#counts [data-count=${field}]`, counts[field]);
  document.querySelector("#counts [data-plural]").textContent = counts.window === 1 ? "event" : "events";
  for (const box of document.querySelectorAll("[data-type]")) box.textContent = shown(counts.by_type[box.dataset.type]);
  for (const box of document.querySelectorAll("[data-stance]")) box.textContent = shown(counts.by_stance[box.dataset.stance]);
  fillRegions(document.getElementById("region"), counts.regions);
}

function say(selector, number) {
  document.querySelector(selector).textContent = shown(number);
}

function shown(number) {
  return (number || 0).toLocaleString("en");
}

function fillRegions(select, countries) {
  const chosen = select.value;
  const option = ({ id, name, count }, before = "") => el("option", { value: id }, `${before}${name} (${count})`);
  const groups = countries.map((country) => el("optgroup", { label: country.name },
    option(country), ...country.divisions.map((division) => option(division, "– "))));
  select.replaceChildren(select.options[0], ...groups);
  select.value = chosen;
}
