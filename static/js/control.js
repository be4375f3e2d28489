// Who holds what: the ground of the parties, what is contested, the front line, and what changed.

import { el } from "./dom.js";
import { live } from "./live.js";
import { setOption } from "./state.js";
import { days, LANGUAGE, t, tn } from "./words.js";

const COLOURS = 6;
const LABEL_PIXELS = { wide: 44, high: 36 };
const LABEL_ZOOM = 5;
const LABEL_CELLS = 1.2;
const FINE_ZOOM = 11;
const LAND_FROM = "© OpenStreetMap contributors (ODbL)";

// What the parties are called in the reader's language, by how the data calls them.
const names = {};

// The colour of a party, the same on every page.
function colour(party, parties) {
  return parties.indexOf(party) % COLOURS;
}

function ofKind(kind, { features }) {
  return features.filter(({ properties }) => properties.kind === kind);
}

export function controlLayer(map, { url }) {
  const areas = L.layerGroup();
  const labels = L.layerGroup();
  const group = L.layerGroup([areas, labels], { attribution: t("Control: on land {source}", { source: LAND_FROM }) });
  let held = [];
  const label = () => {
    labels.clearLayers();
    if (map.getZoom() < LABEL_ZOOM) return;
    for (const { party, number, spot } of spots(map, held)) {
      const icon = L.divIcon({
        className: `name holder party-${number}`,
        html: el("span", {}, called(party)),
        iconSize: [0, 0],
      });
      labels.addLayer(L.marker(spot, { icon, pane: "names", interactive: false, keyboard: false }));
    }
  };
  map.on("moveend", label);
  group.options.url = url;
  group.draw = (collection) => {
    Object.assign(names, collection.names);
    held = ofKind("control", collection).map(({ properties: { party }, geometry }) => ({
      party,
      number: colour(party, collection.parties),
      geometry,
    }));
    areas.clearLayers();
    for (const { number, geometry } of held) {
      const className = `held party-${number}`;
      areas.addLayer(L.geoJSON(geometry, { pane: "control", interactive: false, style: { className } }));
    }
    map.whenReady(label);
  };
  return group;
}

export function contestedLayer() {
  return drawing("contested", {
    pane: "control",
    style: { className: "contested", fillColor: "url(#hatch-contested)" },
  });
}

export function frontLayer() {
  return drawing(
    "frontline",
    { pane: "front", style: { className: "front-casing" } },
    { pane: "front", style: { className: "front" } },
  );
}

function drawing(kind, ...looks) {
  const group = L.layerGroup();
  group.draw = (collection) => {
    group.clearLayers();
    for (const look of looks) group.addLayer(L.geoJSON(ofKind(kind, collection), { interactive: false, ...look }));
  };
  return group;
}

// Ground that changed hands, hatched in the colour of who has it now, and the places that did.
export function changeLayer(map, { url }) {
  const group = L.layerGroup();
  group.options.url = url;
  group.draw = (collection) => {
    Object.assign(names, collection.names);
    group.clearLayers();
    for (const { properties, geometry } of ofKind("change", collection)) {
      const number = colour(properties.to_party, collection.parties);
      const look = { className: `change party-${number}`, fillColor: `url(#hatch-gain-${number})` };
      const words = `${called(properties.from_party)} → ${called(properties.to_party)}: ${km2(properties.km2)}`;
      group.addLayer(
        L.geoJSON(geometry, { pane: "change", style: look }).bindTooltip(el("span", {}, words), { sticky: true }),
      );
    }
    for (const { properties, geometry } of ofKind("place", collection)) {
      const [lon, lat] = geometry.coordinates;
      const number = colour(properties.claimant || properties.party, collection.parties);
      const mark = L.circleMarker([lat, lon], { pane: "change", radius: 4, className: `turned party-${number}` });
      group.addLayer(mark.bindPopup(() => turned(properties), { maxWidth: 280 }));
    }
  };
  return group;
}

function turned({ name, before, party, claimant, since, said, sources, events }) {
  const day = days(since, since);
  const now = claimant
    ? t("Claimed by {party} since {day}", { party: called(claimant), day })
    : t("Held by {party} since {day}", { party: called(party), day });
  const links = events
    .split("; ")
    .filter(Boolean)
    .map((id, at) => {
      const words = at ? t("Another event that says so") : t("The event that says so");
      const open = el("button", { type: "button", class: "quiet" }, words);
      open.addEventListener("click", () => setOption("event", id, { step: true }));
      return el("p", {}, open);
    });
  return el(
    "div",
    { class: "popup" },
    el("h3", {}, name || t("A place without a name")),
    el("p", {}, now),
    before ? el("p", {}, t("before: {party}", { party: called(before) })) : null,
    el("p", { class: "note" }, [said || t("seen in the drawing"), sources].filter(Boolean).join(" · ")),
    ...links,
  );
}

function called(party) {
  return party ? names[party] || party : t("nobody known");
}

function km2(number) {
  const digits = { maximumFractionDigits: number < 10 ? 1 : 0 };
  return t("{number} km²", { number: number.toLocaleString(LANGUAGE, digits) });
}

// Keeps who holds what at the end of the window, and what changed since its start, in step with `query()`. Returns
// the function that looks for news.
export function startControl(
  map,
  { controlLayer: areas, contestedLayer: contested, frontLayer: front, changeLayer: change },
  query,
) {
  // Close up, the simplified lines would be off by more than a street.
  const properties = ({ zoom }) => (zoom >= FINE_ZOOM ? "" : "slim");
  const ask = ({ options: { url } }, view, dates) =>
    `${url}?${new URLSearchParams({ properties: properties(view), ...dates })}`;
  const day = (name) => query().get(name) || "";
  const renew = [
    live(map, [areas, contested, front], {
      what: t("Who holds what"),
      address: (view) => ask(areas, view, { date: day("end") }),
      draw: (known) => {
        for (const layer of [areas, contested, front]) layer.draw(known);
        explainControl(known);
      },
    }),
    live(map, [change], {
      what: t("The change in the window"),
      address: (view) => ask(change, view, { from: day("start"), to: day("end") }),
      draw: (changes) => change.draw(changes),
    }),
  ];
  return () => Promise.all(renew.map((each) => each()));
}

// What the legend says of it: whose the areas are, of which day, and what they are drawn from.
function explainControl(collection) {
  const areas = ofKind("control", collection).sort((one, other) => other.properties.km2 - one.properties.km2);
  const parties = areas.map(({ properties: { party, km2: size } }) => {
    const number = colour(party, collection.parties);
    return el(
      "li",
      { "data-drawn": `path.held.party-${number}` },
      el("span", { class: `swatch party-${number}` }),
      t("{party}: {size} drawn as held", { party: called(party), size: km2(size) }),
    );
  });
  document.getElementById("party-legend")?.replaceChildren(...parties);
  const words = document.getElementById("control-words");
  if (words) words.textContent = madeOf(collection);
}

function madeOf({ date, drawn_from: drawn, facts, note }) {
  if (!date || (note && !drawn.length)) return t("Control: nothing is known of who held what.");
  const maps = [
    ...new Set(
      drawn.map((each) => t("{source}’s map of {day}", { source: each.source, day: days(each.date, each.date) })),
    ),
  ];
  const told = facts ? [tn("{n} fact of events and tables", "{n} facts of events and tables", facts)] : [];
  return t("Control on {day}, drawn from {sources}.", {
    day: days(date, date),
    sources: [...maps, ...told].join(", "),
  });
}

// ---------------------------------------------------------------- where the names stand

// For each party the spot in view that lies deepest in its ground, if there is room for its name.
function spots(map, held) {
  const { x: width, y: height } = map.getSize();
  const grid = { columns: Math.floor(width / LABEL_PIXELS.wide), rows: Math.floor(height / LABEL_PIXELS.high) };
  const cells = Array.from({ length: grid.columns * grid.rows }, (_, at) => {
    const [column, row] = [at % grid.columns, Math.floor(at / grid.columns)];
    const point = [((column + 0.5) * width) / grid.columns, ((row + 0.5) * height) / grid.rows];
    return { column, row, at: map.containerPointToLatLng(point) };
  });
  return held.flatMap(({ party, number, geometry }) => {
    const inside = cells.map(({ at }) => contains(geometry, at.lng, at.lat));
    const outside = cells.filter((_, at) => !inside[at]);
    const depth = ({ column, row }) =>
      Math.min(
        ...[column + 1, row + 1, grid.columns - column, grid.rows - row],
        ...outside.map((other) => Math.hypot(other.column - column, other.row - row)),
      );
    const best = cells
      .filter((_, at) => inside[at])
      .map((cell) => ({ cell, deep: depth(cell) }))
      .reduce((one, other) => (one && one.deep >= other.deep ? one : other), null);
    return best && best.deep >= LABEL_CELLS ? [{ party, number, spot: best.cell.at }] : [];
  });
}

function contains({ type, coordinates }, x, y) {
  const rings = type === "Polygon" ? coordinates : coordinates.flat();
  let inside = false;
  for (const ring of rings) {
    for (let at = 1; at < ring.length; at += 1) {
      const [[x0, y0], [x1, y1]] = [ring[at - 1], ring[at]];
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) inside = !inside;
    }
  }
  return inside;
}
