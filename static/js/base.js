// The ground that events are drawn on: outlines and names of countries, names of towns.

import { el } from "./dom.js";
import { load, loadOrSay } from "./load.js";
import { onZoom, pixelsWide, toggle } from "./view.js";

const LETTER_PIXELS = 7;
const TOWN_ZOOM = 8;
const TOWN_ROOM = { x: 84, y: 20 };
const MOST_TOWN_KM = 250;

export function outlineLayer(map, { url, attribution }) {
  map.attributionControl.setPrefix(false);
  L.control.scale({ imperial: false }).addTo(map);
  const group = L.layerGroup([], { attribution });
  loadOrSay("The outlines", () => load(url)).then((world) => {
    const countries = [];
    group.addLayer(L.geoJSON(world, {
      pane: "outlines",
      interactive: false,
      style: ({ properties }) => (properties.kind === "disputed"
        ? { className: "disputed", fillColor: "url(#hatch)", fillOpacity: 1 }
        : { className: "land" }),
      onEachFeature: ({ properties, geometry }, layer) => countries.push({ properties, geometry, layer }),
    }));
    group.addLayer(nameLayer(map, countries));
  });
  return group;
}

// Names of countries where there is room for them, and of disputed areas as such.
function nameLayer(map, countries) {
  const group = L.layerGroup();
  const names = countries.map(({ properties, geometry }) => {
    const disputed = properties.kind === "disputed";
    const text = disputed ? `${properties.name} (disputed)` : properties.name;
    const ring = largestRing(geometry);
    const words = el("span", { title: properties.note }, text);
    const icon = L.divIcon({ className: disputed ? "name disputed-name" : "name", html: words, iconSize: [0, 0] });
    const box = L.latLngBounds(ring.map(([lon, lat]) => [lat, lon]));
    return { box, text, mark: L.marker(middle(ring), { icon, pane: "names", interactive: false, keyboard: false }) };
  });
  onZoom(map, () => {
    for (const { box, text, mark } of names) {
      const room = pixelsWide(map, box);
      toggle(group, mark, room > text.length * LETTER_PIXELS && room < 4 * map.getSize().x);
    }
  });
  return group;
}

function largestRing(geometry) {
  return polygons(geometry).map((part) => part[0]).reduce((best, ring) => (area(ring) > area(best) ? ring : best));
}

function polygons({ type, coordinates, geometries }) {
  if (type === "GeometryCollection") return geometries.flatMap(polygons);
  if (type === "MultiPolygon") return coordinates;
  return type === "Polygon" ? [coordinates] : [];
}

function area(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i += 1) {
    sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  }
  return Math.abs(sum / 2);
}

function middle(ring) {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 1; i < ring.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [ring[i - 1], ring[i]];
    const cross = x0 * y1 - x1 * y0;
    sum += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  return [y / (3 * sum), x / (3 * sum)];
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
