// What the maps' scripts call: the makers of layers, and one function for each page with a map.

import { explainControl } from "./control.js";
import { startCounts } from "./counts.js";
import { startDrawing } from "./draw.js";
import { startFilters } from "./filters.js";
import { el } from "./dom.js";
import { eventList } from "./list.js";
import { load, loadOrSay } from "./load.js";
import { on, query } from "./state.js";
import { startTimeBar } from "./timebar.js";
import { startHere } from "./here.js";
import { startShare } from "./share.js";
import { counted } from "./words.js";

export { changeLayer, contestedLayer, controlLayer, frontLayer } from "./control.js";
export { boundaryLayer, choroplethLayer, circleLayer, eventLayer, regionLayer } from "./layers.js";
export { outlineLayer, townLayer } from "./base.js";
export { around } from "./near.js";

const FIT = { padding: [36, 36], maxZoom: 8, animate: false };
const CLOSE_ZOOM = 8;
const WORLD_ZOOM = 4;
const PART = { lat: 6, lng: 12 };
const CENTRES = 100;
const FINE_ZOOM = 11;
const NARROW = matchMedia("(max-width: 899px)");

// The main map, with the list beside it and the time bar below. All of it is of one window of days: when that
// moves, what was on screen stays until everything of the new window is there.
export async function situation(map, layers) {
  const { eventLayer, changeLayer } = layers;
  foldOnNarrowScreens();
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") map.closePopup(); });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  const shared = viewInAddress();
  if (shared) map.setView(...shared);
  const list = eventList(map, (event) => {
    if (NARROW.matches) document.getElementById("events").open = false;
    eventLayer.show(event);
  });

  let stop = new AbortController();
  let fine;
  const show = async () => {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    // Asked at once, but events are shown as well where nobody can tell who holds what.
    fine = map.getZoom() >= FINE_ZOOM;
    const holds = () => askHolders(layers, { fine, changed: map.hasLayer(changeLayer) }, signal);
    const held = holds().catch(() => null);
    const told = await loadOrSay("The events", () => askEvents(layers, signal), signal);
    const answers = told && await held;
    if (signal.aborted) return null;
    map.closePopup();
    const events = drawEvents(layers, told);
    list(events);
    if (answers) drawHolders(layers, answers);
    else loadOrSay("Who holds what", holds, signal).then((late) => { if (late) drawHolders(layers, late); });
    settled(map);
    return events;
  };
  on("query", () => {
    rememberWindow(query());
    show();
  });
  startTimeBar();
  startShare(map);
  startHere(map, document.getElementById("share").dataset.near);
  changeLayer.on("add", show);
  startFilters();
  startDrawing(map);
  startCounts();
  const events = await show();
  if (events && !shared) fit(map, firstInView(map, events.map(({ spot }) => spot).filter(Boolean)));
  map.on("moveend", () => rememberView(map));
  // Close up, the simplified lines would be off by more than a street.
  map.on("zoomend", () => { if ((map.getZoom() >= FINE_ZOOM) !== fine) show(); });
}

// All spots, unless they lie all over the world: then those in the part of it where more than half of them
// are, if there is one.
function firstInView(map, spots) {
  if (!spots.length || map.getBoundsZoom(L.latLngBounds(spots)) >= WORLD_ZOOM) return spots;
  const every = Math.ceil(spots.length / CENTRES);
  const parts = spots.filter((_, at) => at % every === 0).map(({ lat, lng }) => (
    spots.filter((other) => Math.abs(other.lat - lat) < PART.lat && Math.abs(other.lng - lng) < PART.lng)));
  const largest = parts.reduce((one, other) => (other.length > one.length ? other : one), []);
  return 2 * largest.length > spots.length ? largest : spots;
}

// Fetches the events of the window and the filters in the page's address, and how they are counted.
async function askEvents({ eventLayer, regionLayer }, signal) {
  const query = new URLSearchParams(location.search);
  const [events, regions] = await Promise.all([
    load(`${eventLayer.url}?properties=slim&${query}`, signal),
    load(`${regionLayer.url}?${query}`, signal),
  ]);
  return { events, regions };
}

// Fetches who holds what at the end of the window, and if that is shown what changed since its start.
async function askHolders({ controlLayer, changeLayer }, { fine, changed }, signal) {
  const query = new URLSearchParams(location.search);
  const [from, to] = [query.get("start") || "", query.get("end") || ""];
  const properties = fine ? "" : "slim";
  const ask = (url, days) => load(`${url}?${new URLSearchParams({ properties, ...days })}`, signal);
  const [control, changes] = await Promise.all([
    ask(controlLayer.url, { date: to }),
    changed ? ask(changeLayer.url, { from, to }) : null,
  ]);
  return { control, changes };
}

function drawEvents({ eventLayer, regionLayer }, { events: answer, regions }) {
  const events = eventLayer.read(answer);
  const outlines = regionLayer.draw(regions);
  eventLayer.draw(events, outlines);
  linkRegions(outlines);
  explainShades(regionLayer.steps);
  return events;
}

function drawHolders({ controlLayer, contestedLayer, frontLayer, changeLayer }, { control, changes }) {
  for (const layer of [controlLayer, contestedLayer, frontLayer]) layer.draw(control);
  explainControl(control);
  if (changes) changeLayer.draw(changes);
}

// The small map of one event.
export async function single(map, { eventLayer }) {
  const events = eventLayer.read(await loadOrSay("The event", () => load(eventLayer.url)));
  eventLayer.draw(events);
  const [event] = events;
  if (event.precision === 1) map.setView(event.spot, CLOSE_ZOOM, { animate: false });
  else fit(map, [event.geometry ? L.geoJSON(event.geometry).getBounds() : event.spot]);
  if (event.precision === 1) {
    const name = L.tooltip({ permanent: true, direction: "bottom", offset: [0, 8] });
    name.setLatLng(event.spot).setContent(el("span", {}, event.place)).addTo(map);
  }
  settled(map);
}

// The small map of who holds what.
export async function control(map, { controlLayer, contestedLayer, frontLayer }) {
  const known = await loadOrSay("The control of the ground", () => load(controlLayer.url));
  for (const layer of [controlLayer, contestedLayer, frontLayer]) layer.draw(known);
  fit(map, [longestLine(known.features) || L.geoJSON(known.features).getBounds()], { padding: [4, 4], animate: false });
  settled(map);
}

// The regions shaded by a measure, beside their table.
export async function choropleth(map, { choroplethLayer }) {
  foldOnNarrowScreens();
  document.getElementById("legend").open = !NARROW.matches;
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  const shared = viewInAddress();
  if (shared) map.setView(...shared);
  const { bounds, undrawn } = await choroplethLayer.ready;
  if (!shared) fit(map, bounds.isValid() ? [bounds] : []);
  const note = document.getElementById("undrawn");
  note.hidden = undrawn === 0;
  note.textContent = `${counted(undrawn, "region")} without a known outline: in the table only.`;
  map.on("moveend", () => rememberView(map));
  document.getElementById("filter-form").addEventListener("submit", keepView);
  settled(map);
}

// The map of one region and what happened in it.
export async function inside(map, { boundaryLayer, regionLayer, eventLayer }) {
  const ask = ({ url }) => load(url);
  const told = loadOrSay("The events", () => Promise.all([regionLayer, eventLayer].map(ask)));
  const [region, [regions, answer]] = await Promise.all([boundaryLayer.ready, told]);
  const events = eventLayer.read(answer);
  eventLayer.draw(events, new Map([...regionLayer.draw(regions), [region.id, region]]));
  if (region.geometry) fit(map, [L.geoJSON(region).getBounds()]);
  else fit(map, events.map(({ spot }) => spot).filter(Boolean));
  settled(map);
}

// Returns the bounds of the longest piece of the front, undefined without one: of several wars one fills the map.
function longestLine(features) {
  const lines = features.filter(({ properties }) => properties.kind === "frontline").map(({ geometry }) => geometry);
  const pieces = lines.flatMap(({ type, coordinates }) => (type === "LineString" ? [coordinates] : coordinates));
  const boxes = pieces.map((piece) => L.latLngBounds(piece.map(([lon, lat]) => [lat, lon])));
  const wide = (box) => box.getNorthEast().distanceTo(box.getSouthWest());
  return boxes.sort((one, other) => wide(other) - wide(one))[0];
}

function fit(map, parts, options = FIT) {
  const bounds = L.latLngBounds([]);
  parts.forEach((part) => bounds.extend(part));
  if (bounds.isValid()) map.fitBounds(bounds, options);
}

// Says to whoever waits (a test, a printer) that everything is drawn.
function settled(map) {
  map.getContainer().dataset.ready = "yes";
}

// ---------------------------------------------------------------- the view in the address

function viewInAddress() {
  const parts = location.hash.slice(1).split("/").map(Number);
  const [zoom, lat, lon] = parts;
  const usable = parts.length === 3 && parts.every(Number.isFinite) && Math.abs(lat) <= 90;
  return usable ? [[lat, lon], zoom] : null;
}

function rememberView(map) {
  const { lat, lng } = map.getCenter();
  history.replaceState(history.state, "", `#${map.getZoom()}/${lat.toFixed(3)}/${lng.toFixed(3)}`);
}

// The window stands in the form, and in the link to the same view as data.
function rememberWindow(asked) {
  for (const name of ["start", "end"]) {
    document.querySelector(`#filter-form [name=${name}]`).value = asked.get(name) || "";
  }
  const link = document.getElementById("geojson");
  link.href = asked.size ? `${link.pathname}?${asked}` : link.pathname;
}

function keepView({ target }) {
  target.action = target.getAttribute("action").split("#")[0] + location.hash;
}

// ---------------------------------------------------------------- around the map

function foldOnNarrowScreens() {
  const panels = document.querySelectorAll("details.panel");
  const set = () => panels.forEach((panel) => { panel.open = !NARROW.matches; });
  set();
  NARROW.addEventListener("change", set);
  // Drawers share the foot of the screen: one is open at a time.
  panels.forEach((panel) => panel.addEventListener("toggle", () => {
    if (!NARROW.matches || !panel.open) return;
    panels.forEach((other) => { if (other !== panel) other.open = false; });
  }));
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && NARROW.matches) panels.forEach((panel) => { panel.open = false; });
  });
}

function linkRegions(outlines) {
  for (const { properties, layer } of outlines.values()) {
    layer?.bindPopup(() => {
      const query = new URLSearchParams(location.search);
      query.set("region", properties.id);
      return el("div", { class: "popup" },
        el("h3", {}, properties.label),
        el("p", {}, `${properties.events} in this view, ${properties.region_only} of them known only to the region`),
        el("p", {}, el("a", { href: `?${query}` }, "Show only this region")));
    });
  }
}

function explainShades(steps) {
  if (steps.length > 1) {
    document.getElementById("shade-words").textContent = `region by number of events, from ${steps.join(", ")}`;
  }
}
