// Layers whose content comes from the server for the part of the map that is looked at.

import { load, loadOrSay } from "./load.js";

const PAD = 0.3;

// Returns a function to call whenever another answer may be due. While one of the layers is shown, it fetches what
// `address()` names and hands it to `draw`; until then all stays as it was. Nothing is fetched twice in a row.
export function live(map, layers, { what, address, draw }) {
  let asked = null;
  let stop = new AbortController();
  const renew = async () => {
    if (!layers.some((layer) => map.hasLayer(layer))) return;
    const url = address();
    if (url === asked) return;
    stop.abort();
    stop = new AbortController();
    asked = url;
    const { signal } = stop;
    const answer = await loadOrSay(what, () => load(url, signal), signal);
    if (answer) draw(answer);
  };
  for (const layer of layers) layer.on("add", renew);
  return renew;
}

// Returns a function that gives a box around the view, as the server takes it. The box stays the same as long as
// the view is within it and `band` gives the same for the zoom: small moves of the map ask for nothing.
export function steadyBox(map, band = (zoom) => zoom) {
  let box = null;
  let drawn = null;
  return () => {
    const view = map.getBounds();
    if (!box?.contains(view) || drawn !== band(map.getZoom())) {
      box = view.pad(PAD);
      drawn = band(map.getZoom());
    }
    return corners(box);
  };
}

// Returns bounds as "west,south,east,north", west > east across the antimeridian.
export function corners(bounds) {
  const whole = bounds.getEast() - bounds.getWest() >= 360;
  const [west, east] = whole ? [-180, 180] : [bounds.getWest(), bounds.getEast()].map((lon) => L.Util.wrapNum(lon, [-180, 180], true));
  const [south, north] = [bounds.getSouth(), bounds.getNorth()].map((lat) => Math.min(Math.max(lat, -90), 90));
  return [west, south, east, north].map((degrees) => degrees.toFixed(5)).join(",");
}

// Returns the longitude of the copy of a spot that is nearest to the middle of the map.
export function copyInView(map, lon) {
  return lon + 360 * Math.round((map.getCenter().lng - lon) / 360);
}

// Returns a group whose `draw(items)` shows what `make` makes of each. What has the same key stays on the map.
export function keptLayers(make, key = JSON.stringify) {
  const group = L.layerGroup();
  let drawn = new Map();
  group.draw = (items) => {
    const next = new Map();
    for (const item of items) next.set(key(item), drawn.get(key(item)) || make(item));
    for (const [name, layer] of drawn) if (!next.has(name)) group.removeLayer(layer);
    for (const layer of next.values()) group.addLayer(layer);
    drawn = next;
  };
  return group;
}
