// Layers of the smaller maps: regions shaded by a measure, one outline, one event.

import { el } from "./dom.js";
import { load, loadOrSay } from "./load.js";
import { choroplethPopup } from "./popup.js";
import { t } from "./words.js";

// Regions shaded by a measure, in the classes of the page's legend. `ready` gives the bounds of all, and how many
// are not drawn, for no outline of theirs is known.
export function choroplethLayer(map, { url, level, measure, classes, page, query }) {
  const group = L.layerGroup();
  group.ready = loadOrSay(t("The regions"), () => load(url)).then(({ features }) => {
    const asked = features.filter(({ properties }) => properties.level === level);
    const drawn = asked.filter(({ geometry }) => geometry);
    const value = ({ events, fatalities, per_100k: rate }) => ({ count: events, fatalities, per_100k: rate })[measure];
    const shade = (properties) => classes.findLast(([start]) => value(properties) >= start)?.[1] ?? 0;
    const areas = L.geoJSON(drawn, {
      pane: "regions",
      style: ({ properties }) => ({ className: `step step-${shade(properties)}` }),
      onEachFeature: ({ properties }, layer) => {
        const words = `${properties.label}: ${value(properties) ?? t("not known")}`;
        layer.bindTooltip(el("span", {}, words), { sticky: true });
        layer.bindPopup(() => choroplethPopup(properties, `${page}${properties.id}?${query}`), { maxWidth: 320 });
      },
    });
    group.addLayer(areas);
    return { bounds: areas.getBounds(), undrawn: asked.length - drawn.length };
  });
  return group;
}

// The line around one region. `ready` gives its feature.
export function boundaryLayer(map, { url }) {
  const group = L.layerGroup();
  group.ready = loadOrSay(t("The outline"), () => load(url)).then((region) => {
    if (region.geometry) {
      group.addLayer(L.geoJSON(region, { pane: "front", interactive: false, style: { className: "boundary" } }));
    }
    return region;
  });
  return group;
}

// One event. `ready` gives its feature, with the number of its family.
export function eventLayer(map, { url, family }) {
  const group = L.layerGroup();
  group.ready = loadOrSay(t("The event"), () => load(url)).then((event) => {
    event.properties.family = family;
    return event;
  });
  return group;
}
