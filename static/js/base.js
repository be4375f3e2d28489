// The ground that events are drawn on: outlines and names of countries, names of towns.

import { el } from "./dom.js";
import { load, loadOrSay } from "./load.js";
import { onZoom, pixelsWide, toggle } from "./view.js";
import { countryName, t, translated } from "./words.js";

L.Control.Zoom.mergeOptions({ zoomInTitle: t("Zoom in"), zoomOutTitle: t("Zoom out") });

const FINE_ZOOM = 7;
const LETTER_PIXELS = 7;
const TOWN_ZOOM = 8;
const TOWN_ROOM = { x: 84, y: 20 };
const MOST_TOWN_KM = 250;

// Outlines of two degrees of detail: the fine ones are fetched when the reader first comes close, and the coarse ones
// stay until they are there.
export function outlineLayer(map, { coarse, fine, attribution }) {
  map.attributionControl.setPrefix(false);
  L.control.scale({ imperial: false }).addTo(map);
  const group = L.layerGroup([], { attribution });
  const drawn = { coarse: null, fine: null };
  const show = () => {
    const close = map.getZoom() >= FINE_ZOOM;
    if (close && drawn.fine === null) askFine();
    const [shown, other] = close && drawn.fine ? [drawn.fine, drawn.coarse] : [drawn.coarse, drawn.fine];
    if (shown) group.addLayer(shown);
    if (other) group.removeLayer(other);
  };
  const askFine = async () => {
    drawn.fine = undefined;
    // The coarse ones do meanwhile; coming close again asks again.
    const world = await load(fine).catch(() => null);
    drawn.fine = world && areaLayer(readAreas(world));
    if (world) show();
  };
  loadOrSay(t("The outlines"), () => load(coarse)).then((world) => {
    const areas = readAreas(world);
    drawn.coarse = areaLayer(areas);
    group.addLayer(nameLayer(map, areas));
    onZoom(map, show);
  });
  return group;
}

// Returns the areas of an answer of /basemap.json with their polygons as rings of [lat, lon].
function readAreas({ grid, areas }) {
  const read = (polygons) => polygons.map((rings) => rings.map((row) => readRing(row, grid)));
  return areas.map((about) => ({ ...about, polygons: read(about.polygons) }));
}

// A ring has its first point and then the steps to each next one, in units of the grid.
function readRing(row, grid) {
  const points = [];
  let [x, y] = [0, 0];
  for (let at = 0; at < row.length; at += 2) {
    x += row[at];
    y += row[at + 1];
    points.push([y * grid, x * grid]);
  }
  return points;
}

function areaLayer(areas) {
  return L.layerGroup(
    areas.map(({ kind, polygons }) =>
      L.polygon(polygons, {
        pane: "outlines",
        interactive: false,
        ...(kind === "disputed"
          ? { className: "disputed", fillColor: "url(#hatch)", fillOpacity: 1 }
          : { className: "land" }),
      }),
    ),
  );
}

// Names of countries where there is room for them, and of disputed areas as such.
function nameLayer(map, areas) {
  const group = L.layerGroup();
  const names = areas.map(({ kind, iso2, name, note, polygons }) => {
    const disputed = kind === "disputed";
    const text = disputed ? t("{name} (disputed)", { name: translated(name) }) : countryName(iso2, name);
    const largest = largestRing(polygons);
    const words = el("span", { title: note && translated(note) }, text);
    const icon = L.divIcon({ className: disputed ? "name disputed-name" : "name", html: words, iconSize: [0, 0] });
    const mark = L.marker(middle(largest), { icon, pane: "names", interactive: false, keyboard: false });
    return { box: L.latLngBounds(largest), text, mark };
  });
  onZoom(map, () => {
    for (const { box, text, mark } of names) {
      const room = pixelsWide(map, box);
      toggle(group, mark, room > text.length * LETTER_PIXELS && room < 4 * map.getSize().x);
    }
  });
  return group;
}

function largestRing(polygons) {
  const size = (ring) => Math.abs(area(ring));
  return polygons.map(([outer]) => outer).reduce((best, ring) => (size(ring) > size(best) ? ring : best));
}

// Returns the sides of a ring, the last of which leads back to its first point.
function sides(ring) {
  return ring.map((point, at) => [point, ring[(at + 1) % ring.length]]);
}

// Returns twice the area in square degrees, negative where the ring turns clockwise.
function area(ring) {
  return sides(ring).reduce((sum, [[y0, x0], [y1, x1]]) => sum + x0 * y1 - x1 * y0, 0);
}

function middle(ring) {
  let [x, y] = [0, 0];
  for (const [[y0, x0], [y1, x1]] of sides(ring)) {
    const cross = x0 * y1 - x1 * y0;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  const whole = 3 * area(ring);
  return [y / whole, x / whole];
}

// The largest towns in view that have room for their names, from TOWN_ZOOM on.
export function townLayer(map, { url }) {
  const group = L.layerGroup();
  let asked = 0;
  const draw = async () => {
    asked += 1;
    const question = asked;
    if (map.getZoom() < TOWN_ZOOM || !map.hasLayer(group)) return group.clearLayers();
    const { lat, lng } = map.getCenter();
    const km = Math.min(MOST_TOWN_KM, Math.ceil(map.getBounds().getNorthEast().distanceTo([lat, lng]) / 1000) + 1);
    const query = new URLSearchParams({ lat: lat.toFixed(3), lon: L.Util.wrapNum(lng, [-180, 180]).toFixed(3), km });
    try {
      const { places } = await load(`${url}?${query}`);
      // The map may have moved on meanwhile.
      if (question === asked) show(map, group, places);
    } catch {
      // Names are a help only; what they failed for will say so itself.
      group.clearLayers();
    }
    return group;
  };
  group.on("add", draw);
  map.on("moveend", draw);
  return group;
}

function show(map, group, places) {
  const taken = [];
  group.clearLayers();
  for (const { name, lat, lon } of places) {
    const at = map.latLngToContainerPoint([lat, lon]);
    if (!map.getSize().contains(at) || at.x < 0 || at.y < 0) continue;
    if (taken.some(({ x, y }) => Math.abs(x - at.x) < TOWN_ROOM.x && Math.abs(y - at.y) < TOWN_ROOM.y)) continue;
    taken.push(at);
    const icon = L.divIcon({ className: "name town", html: el("span", {}, name), iconSize: [4, 4] });
    group.addLayer(L.marker([lat, lon], { icon, pane: "names", interactive: false, keyboard: false }));
  }
}
