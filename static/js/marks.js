// Events as marks: one sign for one event, a disc for many. The server gathers them for the zoom.

import { copyInView, keptLayers, live, steadyBox } from "./live.js";
import { clusterIcon, discPixels, markerIcon } from "./signs.js";
import { setOption } from "./state.js";
import { onZoom } from "./view.js";
import { t, tn } from "./words.js";

const ROOM = [48, 48];
const HALO_PIXELS = 13;
const COVERED = 0.7;
const SPOT_DEGREES = 0.00002;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

// The layer of marks. `choose(event)` is what happens when a sign is pressed.
export function markLayer(map, options) {
  const group = keptLayers(({ lon, lat, properties }) =>
    properties.id ? single(properties, lat, lon, () => group.choose(properties)) : cluster(map, properties, lat, lon),
  );
  group.options = { ...group.options, ...options };
  group.choose = ({ id }) => setOption("event", id, { step: true });
  return group;
}

// How unsure the places of single events are: a disc of the real radius, as soon as it is larger than its mark and
// as long as it does not cover all that is looked at.
export function areaLayer(map) {
  const group = L.layerGroup();
  const discs = keptLayers(({ lon, lat, properties }) =>
    L.circle([lat, lon], {
      pane: "discs",
      radius: properties.uncertainty_km * 1000,
      interactive: false,
      className: `disc family-${properties.family}`,
    }),
  );
  group.addLayer(discs);
  let known = [];
  const draw = () => {
    const { x: width, y: height } = map.getSize();
    const pixels = ({ lat, properties }) => (properties.uncertainty_km * 1000) / metresPerPixel(lat, map.getZoom());
    discs.draw(known.filter((event) => pixels(event) > HALO_PIXELS && pixels(event) < Math.hypot(width, height) / 2));
  };
  group.draw = (features) => {
    known = features.filter(({ properties }) => properties.geo_precision === 2);
    draw();
  };
  onZoom(map, draw);
  return group;
}

// Keeps marks and areas in step with the view and with what `query()` asks for. Returns the function that looks
// for news.
export function startMarks(map, { markLayer: marks, areaLayer: areas }, query) {
  const box = steadyBox();
  return live(map, [marks, areas], {
    what: t("The events"),
    address: (view) => `${marks.options.url}?${withView(query(), box(view), view.zoom)}`,
    draw: ({ features }) => {
      const placed = features.map(({ geometry, properties }) => {
        const [lon, lat] = geometry.coordinates;
        return { lat, lon: copyInView(map, lon), properties };
      });
      marks.events = new Map(placed.map(({ properties }) => [properties.id, properties]));
      marks.draw(apart(map, placed));
      areas.draw(placed);
    },
  });
}

// Takes marks that a cluster's disc would cover into that cluster, the largest first: the server gathers by the cells
// of a grid, and those of neighbouring cells may meet at their border.
function apart(map, placed) {
  const count = ({ properties }) => properties.count || 1;
  const kept = [];
  for (const mark of [...placed].sort((one, other) => count(other) - count(one))) {
    const at = map.project([mark.lat, mark.lon]);
    const reach = discPixels(count(mark)) / 2;
    const over = kept.find(
      (other) => other.properties.box && other.at.distanceTo(at) < COVERED * (other.reach + reach),
    );
    if (over) over.properties = joined(over.properties, mark);
    else kept.push({ ...mark, at, reach });
  }
  return kept.map(({ lat, lon, properties }) => ({ lat, lon, properties }));
}

function joined(cluster, { properties }) {
  const [west, south, east, north] = properties.box || [properties.lon, properties.lat, properties.lon, properties.lat];
  const families = properties.families || cluster.families.map((_, family) => (family === properties.family ? 1 : 0));
  return {
    count: cluster.count + (properties.count || 1),
    families: cluster.families.map((number, family) => number + families[family]),
    box: [
      Math.min(cluster.box[0], west),
      Math.min(cluster.box[1], south),
      Math.max(cluster.box[2], east),
      Math.max(cluster.box[3], north),
    ],
  };
}

// Returns the query with the part of the map that is asked for.
export function withView(query, view, zoom) {
  const asked = new URLSearchParams(query);
  asked.set("view", view);
  asked.set("zoom", zoom);
  return asked;
}

// Returns the marker of one event; `choose` is called when it is pressed.
export function single(event, lat, lon, choose) {
  return pressed(L.marker([lat, lon], { icon: markerIcon(event), title: event.title }), choose);
}

function cluster(map, { count, families, box }, lat, lon) {
  const words = tn("{n} event: show it", "{n} events: show them apart", count);
  const mark = L.marker([lat, lon], { icon: clusterIcon(families), title: words });
  return pressed(mark, () => open(map, box, mark.getLatLng()));
}

// Zooms in until the events of a cluster stand apart; those that never will are shown as those of one spot.
function open(map, [west, south, east, north], at) {
  const turn = copyInView(map, (west + east) / 2) - (west + east) / 2;
  const bounds = L.latLngBounds([south, west + turn], [north, east + turn]);
  const oneSpot = west === east && south === north;
  if (oneSpot || map.getZoom() >= map.getMaxZoom()) {
    const sides = [west - SPOT_DEGREES, south - SPOT_DEGREES, east + SPOT_DEGREES, north + SPOT_DEGREES];
    setOption("spot", sides.map((side) => side.toFixed(5)).join(","), { step: true });
    return;
  }
  const zoom = Math.max(map.getBoundsZoom(bounds, false, L.point(ROOM)), map.getZoom() + 1);
  const middle = zoom > map.getMaxZoom() - 1 ? at : bounds.getCenter();
  map.setView(middle, Math.min(zoom, map.getMaxZoom()), { animate: !still });
}

// A marker has no click of its own for the Enter key.
function pressed(mark, act) {
  mark.on("click", act);
  mark.on("keypress", ({ originalEvent }) => {
    if (originalEvent.key === "Enter") act();
  });
  return mark;
}

function metresPerPixel(lat, zoom) {
  return (40_075_016 * Math.cos((lat * Math.PI) / 180)) / 2 ** (zoom + 8);
}
