// The form of filters, live: each change asks at once, and each new query is shown in the form, wherever it came from.
// Without scripts the same form is sent by its button.

import { showChips } from "./chips.js";
import { onCounts } from "./counts.js";
import { startDistance } from "./distance.js";
import { el } from "./dom.js";
import { on, query, setQuery } from "./state.js";
import { askedTypes, settleTypes, showTypes } from "./types.js";
import { number, t } from "./words.js";

const WRITING_MS = 500;
const FIRST_NAMES = 8;
const USUAL_STANCES = ["reported", "claimed", "confirmed"];
const NAMED = { actor: "by_actor", outlet: "by_source" };
const COUNTED = { type: "by_type", stance: "by_stance", precision: "by_precision" };
const FIELDS = ["start", "end", "text", "fatalities", "region"];
const KEPT = ["around", "area", "bbox"];

export const FILTERS = ["type", "stance", "precision", ...Object.keys(NAMED), ...FIELDS, ...KEPT];

const form = document.getElementById("filter-form");

export function startFilters() {
  let writing = 0;
  const ask = () => {
    clearTimeout(writing);
    if (!fits()) return;
    setQuery(asked());
    show();
  };
  form.classList.add("live");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === "type") settleTypes(form, target);
    if (target.name) ask();
  });
  form.addEventListener("input", ({ target }) => {
    if (!["text", "fatalities"].includes(target.name)) return;
    clearTimeout(writing);
    writing = setTimeout(ask, WRITING_MS);
  });
  document.getElementById("show-all").addEventListener("click", (event) => {
    event.preventDefault();
    setQuery(Object.fromEntries(FILTERS.map((name) => [name, ""])));
  });
  startDistance();
  on("query", show);
  onCounts(sayNumbers);
  show();
}

// ---------------------------------------------------------------- from the form to the query

function asked() {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value.trim()]));
  return {
    ...fields,
    type: askedTypes(form),
    stance: askedStances(),
    ...Object.fromEntries(
      ["precision", ...KEPT, ...Object.keys(NAMED)].map((name) => [name, [...ticked(name), ...written(name)]]),
    ),
  };
}

function boxes(name) {
  return [...form.querySelectorAll(`input[type=checkbox][name=${name}]`)];
}

function ticked(name) {
  return boxes(name)
    .filter(({ checked }) => checked)
    .map(({ value }) => value);
}

function written(name) {
  const field = form.querySelector(`input[type=text][name=${name}]`);
  const value = field?.value.trim();
  return value && !ticked(name).includes(value) ? [value] : [];
}

// The three usual ones are what the server takes where none is named, and so are not named.
function askedStances() {
  const stances = ticked("stance");
  if (stances.length === boxes("stance").length) return ["all"];
  const usual = stances.length === USUAL_STANCES.length && USUAL_STANCES.every((one) => stances.includes(one));
  return usual ? [] : stances;
}

// Says what is wrong beside the field, and asks for nothing while it is.
function fits() {
  const [start, end] = [form.elements.start, form.elements.end];
  const ordered = !start.value || !end.value || start.value <= end.value;
  start.setCustomValidity(ordered ? "" : t("The first day lies after the last."));
  return form.reportValidity();
}

// ---------------------------------------------------------------- from the query to the form

function show() {
  const now = query();
  for (const name of FIELDS) showField(form.elements[name], now.get(name) || "");
  for (const name of KEPT) showKept(name, now.get(name) || "");
  for (const name of Object.keys(NAMED)) showNamed(name, now.getAll(name));
  tick("precision", now.getAll("precision"));
  tick("stance", stances(now.getAll("stance")));
  showTypes(form, now.getAll("type"));
  const chosen = showChips(form, now);
  document.getElementById("show-all").hidden = chosen === 0;
  sayBadge(chosen);
}

// What is being written keeps its spaces.
function showField(field, value) {
  if (field.value.trim() !== value) field.value = value;
}

function showKept(name, value) {
  const [box] = boxes(name);
  box.value = value;
  box.checked = value !== "";
  box.closest("label").hidden = value === "";
}

function showNamed(name, chosen) {
  form.querySelector(`input[type=text][name=${name}]`).value = "";
  const known = boxes(name).map(({ value }) => value);
  const list = form.querySelector(`[data-names=${name}]`);
  list.append(...chosen.filter((one) => !known.includes(one)).map((one) => namedRow(name, one)));
  tick(name, chosen);
}

function tick(name, chosen) {
  for (const box of boxes(name)) box.checked = chosen.includes(box.value);
}

function stances(chosen) {
  if (chosen.includes("all")) return boxes("stance").map(({ value }) => value);
  return chosen.length ? chosen : USUAL_STANCES;
}

function sayBadge(chosen) {
  const badge = document.querySelector("#filters > summary .badge");
  badge.textContent = number(chosen);
  badge.hidden = chosen === 0;
}

// ---------------------------------------------------------------- the numbers beside the choices

function sayNumbers(counts) {
  for (const [name, field] of Object.entries(NAMED)) offerNames(name, counts[field]);
  for (const [name, field] of Object.entries(COUNTED)) {
    for (const box of boxes(name)) sayNumber(box, counts[field][box.value] || 0);
  }
  offerRegions(form.elements.region, counts.regions);
}

function sayNumber(box, events) {
  const label = box.closest("label");
  label.querySelector(".count").textContent = number(events);
  label.classList.toggle("none", !events);
}

// The most frequent names and those that are chosen, as rows; the others as suggestions.
function offerNames(name, counted) {
  const list = form.querySelector(`[data-names=${name}]`);
  const numbers = new Map(counted);
  const first = [...new Set([...counted.slice(0, FIRST_NAMES).map(([one]) => one), ...query().getAll(name)])];
  const rows = new Map(boxes(name).map((box) => [box.value, box.closest("li")]));
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  list.replaceChildren(...first.map((one) => rows.get(one) || namedRow(name, one)));
  for (const box of boxes(name)) {
    sayNumber(box, numbers.get(box.value) || 0);
    if (box.value === focused) box.focus();
  }
  tick(name, query().getAll(name));
  const others = counted.map(([one]) => one).filter((one) => !first.includes(one));
  document.getElementById(`${name}-names`).replaceChildren(...others.map((one) => el("option", { value: one })));
}

function namedRow(name, value) {
  return el(
    "li",
    {},
    el(
      "label",
      { class: "choice" },
      el("input", { type: "checkbox", name, value }),
      el("span", { class: "words" }, value),
      el("span", { class: "count" }),
    ),
  );
}

function offerRegions(select, countries) {
  const option = ({ id, name, count }, before = "") =>
    el("option", { value: id, "data-name": name }, `${before}${name} (${number(count)})`);
  const groups = countries.map((country) =>
    el(
      "optgroup",
      { label: country.name },
      option(country),
      ...country.divisions.map((division) => option(division, "– ")),
    ),
  );
  select.replaceChildren(select.options[0], ...groups);
  select.value = query().get("region") || "";
}
