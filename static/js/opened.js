// The event whose evidence is open: ringed on the map, its extent drawn, and not covered by a panel.

import { copyInView } from "./live.js";
import { load } from "./load.js";
import { on, option, view } from "./state.js";

const RING_PIXELS = 36;
const CLOSE_ZOOM = 8;
const ROOM_PIXELS = 60;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

// The extent of an event: what the text supports, or a disc as wide as the doubt. Empty at an exact place.
export function extent({ geometry, properties }) {
  const { geo_precision: precision, lat, lon, uncertainty_km: km } = properties;
  if (precision !== 2 && precision !== 3) return L.layerGroup();
  const look =
    precision === 2
      ? { pane: "discs", className: `disc family-${properties.family}` }
      : { pane: "regions", className: "region-only" };
  if (geometry?.type.endsWith("Polygon")) return L.geoJSON(geometry, { interactive: false, style: look });
  return L.circle([lat, lon], { ...look, radius: km * 1000, interactive: false });
}

// Draws whichever event is opened. `known(id)` gives what is on the map already of an event, if anything.
export function startOpened(map, { page }, known) {
  const group = L.layerGroup().addTo(map);
  let asked;
  const show = async ({ jump = false } = {}) => {
    const id = option("event");
    asked = id;
    group.clearLayers();
    const event = id && (await told(id, known, page));
    if (!event || asked !== id || !event.properties.geo_precision) return;
    const { lat, lon } = event.properties;
    const spot = L.latLng(lat, copyInView(map, lon));
    const icon = L.divIcon({ className: "ring-mark", iconSize: [RING_PIXELS, RING_PIXELS] });
    group.addLayer(extent(event));
    if (event.properties.geo_precision !== 3)
      group.addLayer(L.marker(spot, { icon, interactive: false, keyboard: false }));
    bringIntoSight(map, spot, jump);
  };
  on("option", (name) => {
    if (name === "event") show();
  });
  // A link that names an event and no part of the map means its surroundings.
  if (option("event")) show({ jump: !view() });
}

// An exact place needs no more than its mark tells; of others the extent is fetched. What fails to load is said
// by the panel that opens.
async function told(id, known, page) {
  const mark = known(id);
  if (mark?.geo_precision === 1) return { geometry: null, properties: mark };
  const feature = await load(`${page}${encodeURIComponent(id)}.geojson`).catch(() => null);
  if (feature) feature.properties.family = mark?.family;
  return feature;
}

// Pans by as much as panels cover, once they stand where they will be.
function bringIntoSight(map, spot, jump) {
  requestAnimationFrame(() => {
    map.invalidateSize({ animate: false });
    if (jump) map.setView(spot, CLOSE_ZOOM, { animate: false });
    const frame = map.getContainer().getBoundingClientRect();
    const drawers = [...document.querySelectorAll("details.panel[open] > .panel-body")];
    const tops = drawers
      .map((drawer) => drawer.getBoundingClientRect())
      .filter(({ left, right }) => left < frame.right && right > frame.left);
    const covered = Math.max(0, ...tops.map(({ top }) => frame.bottom - top));
    const room = Math.min(ROOM_PIXELS, (frame.height - covered) / 2 - 1);
    map.panInside(spot, {
      paddingTopLeft: [ROOM_PIXELS, room],
      paddingBottomRight: [ROOM_PIXELS, covered + room],
      animate: !still,
    });
  });
}
