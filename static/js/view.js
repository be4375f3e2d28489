// The part of the map that is looked at, and what depends on how far it is zoomed in.

import { on, setView, view } from "./state.js";

const FIT = { padding: [36, 36], maxZoom: 8, animate: false };
const WORLD_ZOOM = 4;
const PART = { lat: 6, lon: 12 };

export function onZoom(map, draw) {
  map.on("zoomend", draw);
  map.whenReady(draw);
}

export function pixelsWide(map, box) {
  return map.project(box.getNorthEast()).x - map.project(box.getSouthWest()).x;
}

export function toggle(group, layer, shown) {
  if (shown) group.addLayer(layer);
  else group.removeLayer(layer);
}

// Shows what the address names, and keeps the address in step from then on.
export function followView(map) {
  const show = () => {
    const { zoom, lat, lon } = view() || {};
    const { lat: atLat, lng: atLon } = map.getCenter().wrap();
    if (zoom !== undefined && (zoom !== map.getZoom() || lat !== atLat || lon !== atLon)) {
      map.setView([lat, lon], zoom, { animate: false });
    }
  };
  show();
  on("view", show);
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter().wrap();
    setView({ zoom: map.getZoom(), lat, lon: lng });
  });
}

export function fit(map, parts, options = FIT) {
  const bounds = L.latLngBounds([]);
  parts.forEach((part) => bounds.extend(part));
  if (bounds.isValid()) map.fitBounds(bounds, options);
}

// Fits all marks of a world into the map, unless they lie all over it: then those in the part of it where more than
// half of the events are, if there is one.
export function fitMost(map, features) {
  const marks = features.map(({ geometry, properties: { box, count = 1 } }) => {
    const [lon, lat] = geometry.coordinates;
    const [west, south, east, north] = box || [lon, lat, lon, lat];
    return { lat, lon, count, bounds: L.latLngBounds([south, west], [north, east]) };
  });
  const all = marks.map(({ bounds }) => bounds);
  const whole = L.latLngBounds([]);
  all.forEach((bounds) => whole.extend(bounds));
  if (!marks.length || map.getBoundsZoom(whole) >= WORLD_ZOOM) return fit(map, all);
  const total = (some) => some.reduce((sum, { count }) => sum + count, 0);
  const close = (one, other) => Math.abs(one.lat - other.lat) < PART.lat && Math.abs(one.lon - other.lon) < PART.lon;
  const parts = marks.map((middle) => marks.filter((other) => close(middle, other)));
  const largest = parts.reduce((one, other) => (total(other) > total(one) ? other : one));
  return fit(map, 2 * total(largest) > total(marks) ? largest.map(({ bounds }) => bounds) : all);
}
