// The filters that are on, one chip each: pressing it takes the filter away.

import { el } from "./dom.js";
import { setQuery } from "./state.js";
import { days, t } from "./words.js";

const TICKED = ["type", "precision", "actor", "outlet"];
const WORDED = {
  text: (value) => t("“{words}”", { words: value }),
  fatalities: (number) => t("At least {number} killed", { number }),
  region: (id, form) => form.elements.region.querySelector(`option[value="${CSS.escape(id)}"]`)?.dataset.name || id,
  around: aroundWords,
  area: () => t("Drawn area"),
  bbox: (corners) => t("Within {corners}", { corners: corners.replaceAll(",", ", ") }),
};

// Shows a chip for each filter of the query. Returns how many.
export function showChips(form, query) {
  const list = document.getElementById("chips");
  const at = [...list.children].findIndex((item) => item.contains(document.activeElement));
  const chips = [...dates(query), ...ticked(form, query), ...stances(form, query), ...worded(form, query)];
  list.replaceChildren(...chips.map(chip));
  // The focus goes on to the next chip, not to the top of the page.
  if (at >= 0)
    (
      list.querySelectorAll("button")[Math.min(at, chips.length - 1)] || document.querySelector("#filters > summary")
    ).focus();
  return chips.length;
}

// "Within 50 km of 48.28, 37.18".
export function aroundWords(value) {
  const [lat, lon, km] = value.split(",");
  return t("Within {km} km of {spot}", { km, spot: `${Number(lat).toFixed(2)}, ${Number(lon).toFixed(2)}` });
}

function dates(query) {
  const [start, end] = [query.get("start"), query.get("end")];
  if (!start && !end) return [];
  const words =
    start && end
      ? days(start, end)
      : start
        ? t("From {day}", { day: days(start, start) })
        : t("Until {day}", { day: days(end, end) });
  return [{ words, changes: { start: "", end: "" } }];
}

function ticked(form, query) {
  return TICKED.flatMap((name) =>
    query.getAll(name).map((value) => ({
      words: labelOf(form, name, value),
      changes: { [name]: query.getAll(name).filter((other) => other !== value) },
    })),
  );
}

// The stances are one filter: without it the usual ones are shown again.
function stances(form, query) {
  const chosen = query.getAll("stance");
  if (!chosen.length) return [];
  const words = chosen.includes("all")
    ? t("All stances")
    : chosen.map((one) => labelOf(form, "stance", one)).join(", ");
  return [{ words, changes: { stance: "" } }];
}

function worded(form, query) {
  return Object.entries(WORDED)
    .filter(([name]) => query.get(name))
    .map(([name, words]) => ({ words: words(query.get(name), form), changes: { [name]: "" } }));
}

function labelOf(form, name, value) {
  const box = form.querySelector(`input[type=checkbox][name=${name}][value="${CSS.escape(value)}"]`);
  return box?.closest("label").querySelector(".words").textContent || value;
}

function chip({ words, changes }) {
  const button = el(
    "button",
    { type: "button", class: "chip", title: t("Take this filter away") },
    el("span", {}, words),
    el("span", { "aria-hidden": "true" }, "×"),
  );
  button.addEventListener("click", () => setQuery(changes));
  return el("li", {}, button);
}
