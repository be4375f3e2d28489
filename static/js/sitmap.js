// What the maps' scripts call: the makers of layers, and one function for each page with a map.

import { el } from "./dom.js";
import { eventList } from "./list.js";
import { counted } from "./words.js";

export { boundaryLayer, choroplethLayer, circleLayer, eventLayer, frontLayer, regionLayer } from "./layers.js";
export { outlineLayer, townLayer } from "./base.js";

const FIT = { padding: [36, 36], maxZoom: 8, animate: false };
const CLOSE_ZOOM = 8;
const NARROW = matchMedia("(max-width: 899px)");

// The main map, with the list beside it.
export async function situation(map, { eventLayer, regionLayer }) {
  foldOnNarrowScreens();
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") map.closePopup(); });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  const shared = viewInAddress();
  if (shared) map.setView(...shared);
  const [events, outlines] = await Promise.all([eventLayer.ready, regionLayer.ready]);
  eventLayer.draw(events, outlines);
  linkRegions(map, outlines);
  explainShades(regionLayer.steps);
  if (!shared) fit(map, events.map(({ spot }) => spot).filter(Boolean));
  eventList(map, events, (event) => {
    if (NARROW.matches) document.getElementById("events").open = false;
    eventLayer.show(event);
  });
  map.on("moveend", () => rememberView(map));
  document.getElementById("filter-form").addEventListener("submit", keepView);
  settled(map);
}

// The small map of one event.
export async function single(map, { eventLayer }) {
  const events = await eventLayer.ready;
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

// The map of what lies around a position.
export async function around(map, { circleLayer, eventLayer }) {
  const [circle] = circleLayer.getLayers();
  fit(map, [circle.getBounds()], { padding: [8, 8], maxZoom: 12, animate: false });
  eventLayer.draw(await eventLayer.ready);
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
  const [region, parts, events] = await Promise.all([boundaryLayer.ready, regionLayer.ready, eventLayer.ready]);
  eventLayer.draw(events, new Map([...parts, [region.id, region]]));
  if (region.geometry) fit(map, [L.geoJSON(region).getBounds()]);
  else fit(map, events.map(({ spot }) => spot).filter(Boolean));
  settled(map);
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

function linkRegions(map, outlines) {
  for (const { properties, layer } of outlines.values()) {
    if (!layer) continue;
    const query = new URLSearchParams(location.search);
    query.set("region", properties.id);
    layer.bindPopup(() => el("div", { class: "popup" },
      el("h3", {}, properties.label),
      el("p", {}, `${properties.events} in this view, ${properties.region_only} of them known only to the region`),
      el("p", {}, el("a", { href: `?${query}` }, "Show only this region"))));
  }
}

function explainShades(steps) {
  if (steps.length > 1) {
    document.getElementById("shade-words").textContent = `region by number of events, from ${steps.join(", ")}`;
  }
}
