// Layers whose content comes from the server for the part of the map that is looked at.

import { load, loadOrSay, notice } from "./load.js";
import { isPlaying, onRest } from "./timeplayer.js";
import { t } from "./words.js";

const PAD = 0.3;
const PATIENCE_MS = 400;

// Returns a function to call whenever another answer may be due. While one of the layers is shown, it fetches what
// `address(view)` names and hands it to `draw`; until then all stays as it was. Nothing is fetched twice in a row.
// `view` is { bounds, zoom }; while the map zooms, what will be due at its end is fetched already. While the events are
// played, what takes the server long is left as it is until they rest.
export function live(map, layers, { what, address, draw }) {
  let asked = null;
  let ahead = null;
  let stop = new AbortController();
  let took = 0;
  let said = false;
  const tooSlow = () => {
    if (took < PATIENCE_MS || !isPlaying()) return false;
    if (!said) notice(t("{what}: drawn anew when the events rest.", { what }));
    said = true;
    return true;
  };
  const shown = () => layers.some((layer) => map.hasLayer(layer));
  const take = (url, signal) => {
    const early = ahead;
    ahead = null;
    if (early?.url !== url) {
      early?.stop.abort();
      return load(url, signal);
    }
    signal.addEventListener("abort", () => early.stop.abort());
    return early.answer;
  };
  const renew = async () => {
    const url = shown() && address({ bounds: map.getBounds(), zoom: map.getZoom() });
    if (!url || url === asked || tooSlow()) return;
    stop.abort();
    stop = new AbortController();
    asked = url;
    const { signal } = stop;
    const begin = performance.now();
    const answer = await loadOrSay(what, () => take(url, signal), signal);
    if (!answer) return;
    took = performance.now() - begin;
    draw(answer);
  };
  map.on("zoomanim", ({ center, zoom }) => {
    const url = shown() && address({ bounds: boundsAt(map, center, zoom), zoom });
    if (!url || url === asked || url === ahead?.url) return;
    ahead?.stop.abort();
    const early = new AbortController();
    ahead = { url, stop: early, answer: load(url, early.signal) };
    // What fails is said when it is due.
    ahead.answer.catch(() => {});
  });
  for (const layer of layers) layer.on("add", renew);
  onRest(() => {
    said = false;
    renew();
  });
  return renew;
}

function boundsAt(map, center, zoom) {
  const half = map.getSize().divideBy(2);
  const middle = map.project(center, zoom);
  return L.latLngBounds(map.unproject(middle.subtract(half), zoom), map.unproject(middle.add(half), zoom));
}

// Returns a function that gives a box around a view, as the server takes it. The box stays the same as long as the
// view is within it and `band` gives the same for the zoom: small moves of the map ask for nothing.
export function steadyBox(band = (zoom) => zoom) {
  let box = null;
  let drawn = null;
  return ({ bounds, zoom }) => {
    if (!box?.contains(bounds) || drawn !== band(zoom)) {
      box = bounds.pad(PAD);
      drawn = band(zoom);
    }
    return corners(box);
  };
}

// Returns bounds as "west,south,east,north", west > east across the antimeridian.
export function corners(bounds) {
  const whole = bounds.getEast() - bounds.getWest() >= 360;
  const [west, east] = whole
    ? [-180, 180]
    : [bounds.getWest(), bounds.getEast()].map((lon) => L.Util.wrapNum(lon, [-180, 180], true));
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
