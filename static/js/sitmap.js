// What the maps' scripts call: the makers of layers, and one function for each page with a map.

import { startControl } from "./control.js";
import { startCounts } from "./counts.js";
import { el } from "./dom.js";
import { startDrawing } from "./draw.js";
import { startEvents } from "./events.js";
import { startFan } from "./fan.js";
import { startFilters } from "./filters.js";
import { startHeat } from "./heat.js";
import { startHere } from "./here.js";
import { startLegend } from "./legend.js";
import { idle, load, loadOrSay } from "./load.js";
import { single as mark, startMarks, withView } from "./marks.js";
import { extent, startOpened } from "./opened.js";
import { startPanels } from "./panels.js";
import { startRegions } from "./regions.js";
import { startShare } from "./share.js";
import { startShown } from "./shown.js";
import { startSide } from "./side.js";
import { address, on, query, view } from "./state.js";
import { startTimeBar } from "./timebar.js";
import { fit, fitMost, followView } from "./view.js";
import { t } from "./words.js";

export { changeLayer, contestedLayer, controlLayer, frontLayer } from "./control.js";
export { boundaryLayer, choroplethLayer, eventLayer } from "./layers.js";
export { areaLayer, markLayer } from "./marks.js";
export { heatLayer } from "./heat.js";
export { around } from "./near.js";
export { regionLayer } from "./regions.js";
export { outlineLayer, townLayer } from "./base.js";

const CLOSE_ZOOM = 8;
const WORLD = { view: "-180,-90,180,90", zoom: 4 };

// The main map and the parts around it, each of which fetches its own and listens to the state in the address.
export async function situation(map, layers) {
  startPanels();
  startFilters();
  startTimeBar();
  startCounts();
  await startMap(map, layers);
  startDrawing(map);
  startSide(map);
  startShare(map);
  startHere(map, document.getElementById("share").dataset.near);
  await drawn(map);
}

// The map alone, in a frame of another page: events and the whole map open beside that page.
export async function alone(map, layers) {
  const { markLayer: marks } = layers;
  marks.choose = ({ id }) => window.open(`${marks.options.page}${encodeURIComponent(id)}`, "_blank", "noopener");
  const whole = document.getElementById("whole");
  whole.addEventListener("click", () => {
    whole.href = address(new URL(whole.href).pathname);
  });
  await startMap(map, layers);
  await drawn(map);
}

async function startMap(map, layers) {
  const { markLayer: marks } = layers;
  keepSize(map);
  startShown(map, layers);
  startLegend(map);
  const starts = [startMarks, startRegions, startHeat, startControl].map((start) => start(map, layers, query));
  if (!view()) await fitFirst(map, marks.options.url);
  followView(map);
  startFan(map, { url: marks.options.spot, choose: marks.choose });
  startOpened(map, marks.options, (id) => marks.events?.get(id));
  const renew = () => Promise.all(starts.map((start) => start()));
  on("query", renew);
  map.on("moveend", renew);
  renew();
}

// Shows where most events are.
async function fitFirst(map, url) {
  const ask = () => load(`${url}?${withView(query(), WORLD.view, WORLD.zoom)}`);
  const { features } = await loadOrSay(t("The events"), ask);
  fitMost(map, features);
}

// The small map of one event.
export async function single(map, { eventLayer }) {
  const event = await eventLayer.ready;
  const { lat, lon, geo_precision: precision, place } = event.properties;
  const area = extent(event);
  eventLayer.addLayer(area);
  if (precision !== 3) eventLayer.addLayer(mark({ ...event.properties, title: place }, lat, lon, () => {}));
  if (precision === 1) {
    map.setView([lat, lon], CLOSE_ZOOM, { animate: false });
    const name = L.tooltip({ permanent: true, direction: "bottom", offset: [0, 8] });
    name
      .setLatLng([lat, lon])
      .setContent(el("span", {}, place))
      .addTo(map);
  } else {
    fit(map, [area.getBounds()]);
  }
  settled(map);
}

// The map of one region and what happened in it.
export async function inside(map, layers) {
  const region = await layers.boundaryLayer.ready;
  if (region.geometry) fit(map, [L.geoJSON(region).getBounds()]);
  startEvents(map, layers, () => layers.markLayer.options.query)();
  await drawn(map);
}

// The small map of who holds what.
export async function control(map, { controlLayer, contestedLayer, frontLayer }) {
  const known = await loadOrSay(t("The control of the ground"), () => load(controlLayer.options.url));
  for (const layer of [controlLayer, contestedLayer, frontLayer]) layer.draw(known);
  fit(map, [longestLine(known.features) || L.geoJSON(known.features).getBounds()], { padding: [4, 4], animate: false });
  settled(map);
}

// The regions shaded by a measure, beside their table.
export async function choropleth(map, { choroplethLayer }) {
  startPanels();
  keepSize(map);
  document.getElementById("legend").open = !matchMedia("(max-width: 899px)").matches;
  const { bounds, undrawn } = await choroplethLayer.ready;
  if (!view()) fit(map, bounds.isValid() ? [bounds] : []);
  followView(map);
  const note = document.getElementById("undrawn");
  note.hidden = undrawn === 0;
  note.textContent = t("Regions without a known outline, in the table only: {count}.", { count: undrawn });
  document.getElementById("filter-form").addEventListener("submit", ({ target }) => {
    target.action = target.getAttribute("action").split("#")[0] + location.hash;
  });
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

function keepSize(map) {
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
}

// Waits until all is drawn that can be: what cannot be loaded must not hold up the rest.
async function drawn(map) {
  await idle();
  settled(map);
}

// Says to whoever waits (a test, a printer) that everything is drawn.
function settled(map) {
  map.getContainer().dataset.ready = "yes";
}
