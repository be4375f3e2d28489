// Regions of the main map: shaded by their number of events; where some are known only to the region, its outline
// with their number.

import { el } from "./dom.js";
import { copyInView, keptLayers, live, steadyBox } from "./live.js";
import { withView } from "./marks.js";
import { regionPopup } from "./popup.js";
import { setOption, setQuery } from "./state.js";
import { onZoom, pixelsWide, toggle } from "./view.js";
import { compact, number, t, tn } from "./words.js";

const SHADES = 4;
const BADGE_PIXELS = 34;
const CLOSE_UP = 9;
const DIVISION_ZOOM = 5;
const BAND = 2;

// Outlines are as fine as every second zoom shows them.
const fineness = (zoom) => Math.ceil(zoom / BAND) * BAND;

export function regionLayer(map, options) {
  const shapes = keptLayers(area, keyOf);
  const outlines = keptLayers(area, keyOf);
  const badges = L.layerGroup();
  const group = L.layerGroup([shapes, outlines, badges]);
  group.options = { ...group.options, ...options };
  let rough = [];
  // Where a region is hardly wider than its count, the counts would hide it and each other.
  const showBadges = () => {
    for (const { badge, box } of rough) toggle(badges, badge, !box || pixelsWide(map, box) > BADGE_PIXELS);
  };
  group.draw = (features) => {
    const most = Math.max(1, ...features.map(({ properties }) => properties.events));
    const known = features.filter(({ geometry }) => geometry);
    const only = features.filter(({ properties }) => properties.region_only);
    const drawn = fineness(map.getZoom());
    shapes.draw(known.map((feature) => ({ feature, drawn, shade: shadeOf(feature.properties.events, most) })));
    outlines.draw(only.filter(({ geometry }) => geometry).map((feature) => ({ feature, drawn, shade: 0 })));
    badges.clearLayers();
    rough = only
      .filter(({ properties }) => properties.label_at)
      .map((feature) => ({
        badge: badge(map, feature),
        box: feature.geometry && L.geoJSON(feature).getBounds(),
      }));
    group.steps = steps(most);
    map.whenReady(showBadges);
  };
  onZoom(map, () => {
    map.getContainer().classList.toggle("close-up", map.getZoom() >= CLOSE_UP);
    showBadges();
  });
  return group;
}

// Keeps the regions in step with the view and with what `query()` asks for. Returns the function that looks for news.
export function startRegions(map, { regionLayer: regions }, query) {
  const { url, level } = regions.options;
  const box = steadyBox(fineness);
  const fitting = (zoom) => level || (zoom < DIVISION_ZOOM ? "country" : "admin1");
  return live(map, [regions], {
    what: t("The regions"),
    address: (view) => {
      const asked = withView(query(), box(view), Math.min(fineness(view.zoom), map.getMaxZoom()));
      return `${url}?${asked}&level=${fitting(view.zoom)}&properties=slim`;
    },
    draw: ({ features }) => {
      regions.draw(features);
      const words = document.getElementById("shade-words");
      if (words && regions.steps.length > 1) {
        words.textContent = t("region by number of events, from {steps}", { steps: regions.steps.join(", ") });
      }
    },
  });
}

// 1 to SHADES, in steps of equal ratio: news is never spread evenly.
function shadeOf(count, most) {
  return Math.max(1, Math.ceil((SHADES * Math.log(count + 1)) / Math.log(most + 1)));
}

function steps(most) {
  const lowest = new Map();
  for (let shade = SHADES; shade >= 1; shade -= 1) {
    const from = Math.ceil((most + 1) ** ((shade - 1) / SHADES) - 1) || 1;
    lowest.set(shadeOf(from, most), from);
  }
  return [...lowest.values()].sort((one, other) => one - other);
}

// What tells whether a region must be drawn anew: its outline alone would be long.
function keyOf({ feature: { properties }, drawn, shade }) {
  return [properties.id, drawn, shade, properties.events, properties.region_only].join();
}

// A shaded region, or with shade 0 the dashed outline of what is known only to it.
function area({ feature, shade }) {
  const { properties } = feature;
  const className = shade ? `region shade-${shade} ${properties.level}` : "region-only";
  const layer = L.geoJSON(feature, { pane: "regions", style: { className } });
  return layer.bindTooltip(words(properties), { sticky: true }).bindPopup(() => told(properties), { maxWidth: 280 });
}

function badge(map, { properties }) {
  const [lon, lat] = properties.label_at;
  const icon = L.divIcon({
    className: "region-count",
    html: el("span", {}, compact(properties.region_only)),
    iconSize: [24, 18],
    iconAnchor: [12, 9],
  });
  const { label: region, region_only: only } = properties;
  const title = tn("{region}: {n} event known only to it", "{region}: {n} events known only to it", only, { region });
  return L.marker([lat, copyInView(map, lon)], { icon, title }).bindPopup(() => told(properties), { maxWidth: 280 });
}

function words({ label, events }) {
  return el("span", {}, `${label}: ${number(events)}`);
}

function told(properties) {
  return regionPopup(properties, {
    only: () => setQuery({ region: properties.id }),
    rough: () => {
      setQuery({ region: properties.id });
      setOption("list", "region");
    },
  });
}
