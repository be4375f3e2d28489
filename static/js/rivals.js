// Why an event is placed where it is: the chosen place and its rivals on two lines, of score and of distance, and on
// a small map. The same number stands for the same place on all three.

import { el, svg } from "./dom.js";
import { LANGUAGE, t, tn } from "./words.js";

const WIDE = 264;
const EDGE = 12;
const HIGH = 44;
const RADIUS = 8;

export function whyThisPlace(why) {
  const { rivals } = why;
  const compared = rivals.length > 1;
  const far = Math.max(...rivals.map(({ distance_km: km }) => km || 0));
  const scores = rivals.map(({ score }) => score);
  return [
    el("h3", {}, t("Why this place")),
    why.said && el("p", {}, t("It was {said}, as the text says; drawn as all that this may mean.", { said: why.said })),
    el("p", { lang: "en" }, why.reason),
    compared && line(t("Score"), scores, Math.min(...scores), Math.max(...scores), decimal, rivals),
    compared &&
      far > 0 &&
      line(
        t("Distance"),
        rivals.map(({ distance_km: km }) => km || 0),
        0,
        far,
        kilometres,
        rivals,
      ),
    why.map && smallMap(why.map, rivals),
    el("ol", { class: "rivals" }, ...rivals.map(rival)),
    why.others > 0 &&
      el(
        "p",
        { class: "note" },
        tn("{n} more of that name scores lower", "{n} more of that name score lower", why.others),
      ),
  ].filter(Boolean);
}

function rival({ label, chosen, score, distance, ahead, behind }) {
  const about = [
    chosen ? t("chosen") : distance && t("{distance} away", { distance }),
    t("score {score}", { score: decimal(score) }),
  ]
    .filter(Boolean)
    .join(" · ");
  const lines = [
    about,
    ahead.length ? t("More for it: {reasons}", { reasons: ahead.join(", ") }) : "",
    behind.length ? t("Less for it: {reasons}", { reasons: behind.join(", ") }) : "",
  ].filter(Boolean);
  return el(
    "li",
    chosen ? { class: "chosen" } : {},
    el("span", {}, label),
    ...lines.map((words) => el("span", { class: "note" }, words)),
  );
}

// A line from the lowest to the highest value with a numbered dot for each. Dots that would cover each other stand
// one above the other. The list below says the same in words.
function line(name, values, low, high, written, rivals) {
  const along = (value) => EDGE + ((value - low) / (high - low || 1)) * (WIDE - 2 * EDGE);
  const stacked = [];
  const dots = values.map((value, at) => {
    const x = along(value);
    const level = stacked.filter((other) => Math.abs(other - x) < 2 * RADIUS).length;
    stacked.push(x);
    return dot(x, HIGH - 14 - level * 2 * RADIUS, at, rivals[at]);
  });
  return svg(
    "svg",
    { class: "rival-line", viewBox: `0 0 ${WIDE} ${HIGH + 4}`, "aria-hidden": "true" },
    svg("text", { x: WIDE / 2, y: HIGH + 2, class: "name" }, name),
    svg("text", { x: 0, y: HIGH + 2 }, written(low)),
    svg("text", { x: WIDE, y: HIGH + 2, class: "end" }, written(high)),
    svg("path", { class: "axis", d: `M${EDGE} ${HIGH - 14}H${WIDE - EDGE}` }),
    ...dots,
  );
}

function smallMap({ width, height, land, area, spots }, rivals) {
  // The chosen one is drawn last: where places lie close together it stays in sight.
  const dots = spots.map(([x, y], at) => dot(x, y, at, rivals[at])).reverse();
  return svg(
    "svg",
    { class: "rival-map", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("Where these places lie") },
    svg("path", { class: "ground", d: land }),
    area && svg("path", { class: "expanse", d: area }),
    ...dots,
  );
}

// A region has no spot: its number stands in a broken ring.
function dot(x, y, at, { chosen, point }) {
  const classes = ["rival-dot", chosen ? "chosen" : "", point ? "" : "expanse"].filter(Boolean).join(" ");
  return svg(
    "g",
    { class: classes },
    svg("circle", { cx: x, cy: y, r: RADIUS }),
    svg("text", { x, y }, String(at + 1)),
  );
}

function kilometres(km) {
  return t("{number} km", { number: decimal(km, km < 9.95 && km > 0 ? 1 : 0) });
}

function decimal(number, digits = 1) {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return number.toLocaleString(LANGUAGE, format).replace("-", "\u2212");
}
