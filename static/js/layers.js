// What is told on the map: regions and events. Folium calls these with the address of their GeoJSON; the
// page fetches it and has them draw it, as often as it changes.

import { el } from "./dom.js";
import { load, loadOrSay } from "./load.js";
import { choroplethPopup, eventPopup, regionPopup } from "./popup.js";
import { clusterIcon, markerIcon } from "./signs.js";
import { onZoom, pixelsWide, toggle } from "./view.js";
import { days } from "./words.js";

const CLUSTER_PIXELS = 44;
const HALO_PIXELS = 13;
const SHADES = 4;
const BADGE_PIXELS = 34;
const CLOSE_UP = 9;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const POPUP_OFFSET = [0, -6];
const POPUP = { minWidth: 220, maxWidth: 320, maxHeight: 340, autoPanPadding: [12, 12] };

// ---------------------------------------------------------------- regions

// Regions shaded by their number of events. `draw(collection)` returns the features by place id.
export function regionLayer(map, { url }) {
  const group = L.layerGroup();
  group.url = url;
  group.draw = ({ features }) => {
    const most = Math.max(1, ...features.map(({ properties }) => properties.events));
    const drawn = L.geoJSON(features.filter(({ geometry }) => geometry), {
      pane: "regions",
      style: ({ properties: { events, level } }) => ({ className: `region shade-${shade(events, most)} ${level}` }),
      onEachFeature: (feature, layer) => {
        const { label, events } = feature.properties;
        layer.bindTooltip(el("span", {}, `${label}: ${events}`), { sticky: true });
        feature.layer = layer;
      },
    });
    group.clearLayers().addLayer(drawn);
    group.steps = steps(most);
    return new Map(features.map((feature) => [feature.properties.id, feature]));
  };
  onZoom(map, () => map.getContainer().classList.toggle("close-up", map.getZoom() >= CLOSE_UP));
  return group;
}

// 1 to SHADES, in steps of equal ratio: news is never spread evenly.
function shade(count, most) {
  return Math.max(1, Math.ceil((SHADES * Math.log(count + 1)) / Math.log(most + 1)));
}

function steps(most) {
  const lowest = new Map();
  for (let count = most; count >= 1; count -= 1) lowest.set(shade(count, most), count);
  return [...lowest.values()].sort((a, b) => a - b);
}

// Regions shaded by a measure, in the classes of the page's legend. `ready` gives the bounds of all, and how many
// are not drawn, for no outline of theirs is known.
export function choroplethLayer(map, { url, level, measure, classes, page, query }) {
  const group = L.layerGroup();
  group.ready = loadOrSay("The regions", () => load(url)).then(({ features }) => {
    const asked = features.filter(({ properties }) => properties.level === level);
    const drawn = asked.filter(({ geometry }) => geometry);
    const value = ({ events, fatalities, per_100k: rate }) => ({ count: events, fatalities, per_100k: rate })[measure];
    const areas = L.geoJSON(drawn, {
      pane: "regions",
      style: ({ properties }) => ({ className: `step step-${classes.findLast(([start]) => value(properties) >= start)?.[1] ?? 0}` }),
      onEachFeature: ({ properties }, layer) => {
        layer.bindTooltip(el("span", {}, `${properties.label}: ${value(properties) ?? "not known"}`), { sticky: true });
        layer.bindPopup(() => choroplethPopup(properties, `${page}${properties.id}?${query}`), POPUP);
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
  group.ready = loadOrSay("The outline", () => load(url)).then((region) => {
    if (region.geometry) {
      group.addLayer(L.geoJSON(region, { pane: "front", interactive: false, style: { className: "boundary" } }));
    }
    return region;
  });
  return group;
}

export function circleLayer(map, { lat, lon, km }) {
  const circle = L.circle([lat, lon], { pane: "regions", radius: km * 1000, interactive: false, className: "radius" });
  return L.layerGroup([circle]);
}

// ---------------------------------------------------------------- events

// `read(answer)` gives the events of a GeoJSON answer; `draw(events, outlines)` shows them in place of those
// before, those known only to a region on the outlines given by place id or else on their own geometry;
// `show(event)` opens one.
export function eventLayer(map, { url, page, families }) {
  const clusters = L.markerClusterGroup({
    maxClusterRadius: CLUSTER_PIXELS,
    showCoverageOnHover: false,
    animate: !still,
    chunkedLoading: true,
    spiderLegPolylineOptions: { className: "spider-leg" },
    iconCreateFunction: (cluster) => {
      const counts = families.map(() => 0);
      for (const mark of cluster.getAllChildMarkers()) counts[mark.options.family] += 1;
      return clusterIcon(counts);
    },
  });
  const discs = discLayer(map);
  const rough = roughLayer(map);
  const group = L.layerGroup([rough, discs, clusters]);

  group.url = url;
  group.read = (answer) => (answer.features || [answer]).map((feature) => read(feature, page, families));
  group.draw = (events, outlines = new Map()) => {
    const placed = events.filter(({ precision }) => precision === 1 || precision === 2);
    clusters.clearLayers();
    clusters.addLayers(placed.map((event) => {
      const mark = L.marker([event.lat, event.lon], {
        icon: markerIcon(event), family: Math.min(event.family, families.length - 1), title: event.title,
      });
      return mark.on("click", () => tell(map, event, mark.getLatLng()));
    }));
    discs.draw(placed.filter(({ precision }) => precision === 2));
    rough.draw(events.filter(({ precision }) => precision === 3), outlines);
  };
  group.show = (event) => tell(map, event, event.spot);
  return group;
}

// One place for the names of the properties.
function read({ id, geometry, properties }, page, families) {
  const family = families.findIndex(({ name }) => name === properties.event_type);
  const kind = properties.sub_event_type;
  const [start, end] = [properties.date_start, properties.date_end];
  const place = properties.place || "";
  return {
    id,
    geometry,
    kind,
    start,
    end,
    place,
    page: `${page}${id}`,
    family: family < 0 ? families.length : family,
    shape: family < 0 ? "ring" : families[family].shape,
    stance: properties.stance,
    precision: properties.geo_precision,
    count: properties.count,
    placeId: properties.place_id,
    lat: properties.lat,
    lon: properties.lon,
    spot: properties.geo_precision ? L.latLng(properties.lat, properties.lon) : null,
    km: properties.uncertainty_km,
    title: [kind, place, days(start, end), properties.stance].filter(Boolean).join(", "),
  };
}

// Opens a popup, and measures it again once its text is there.
function tell(map, event, spot) {
  const box = eventPopup(event);
  const popup = L.popup({ ...POPUP, offset: POPUP_OFFSET }).setLatLng(spot).setContent(box).openOn(map);
  box.addEventListener("filled", () => popup.update());
}

// The real shape of what is only near a place, or its radius where the shape is not sent along, as soon
// as it is larger than its mark.
function discLayer(map) {
  const group = L.layerGroup();
  let events = [];
  const draw = () => {
    group.clearLayers();
    const view = map.getBounds().pad(0.5);
    for (const event of events) {
      const spot = L.latLng(event.lat, event.lon);
      const metresPerPixel = (40075016 * Math.cos((event.lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);
      if (view.contains(spot) && (event.km * 1000) / metresPerPixel > HALO_PIXELS) {
        const look = { pane: "discs", interactive: false, className: `disc family-${event.family}` };
        const shape = event.geometry?.type.endsWith("Polygon") && event.geometry;
        group.addLayer(shape ? L.geoJSON(shape, look) : L.circle(spot, { radius: event.km * 1000, ...look }));
      }
    }
  };
  map.on("moveend", draw);
  group.draw = (others) => {
    events = others;
    map.whenReady(draw);
  };
  return group;
}

// A region is its outline with the count at its label point; no sign stands in its middle.
function roughLayer(map) {
  const group = L.layerGroup();
  let badges = [];
  // Where a region is hardly wider than its count, the counts would hide it and each other.
  const show = () => {
    for (const { badge, box } of badges) toggle(group, badge, pixelsWide(map, box) > BADGE_PIXELS);
  };
  map.on("zoomend", show);
  group.draw = (events, outlines) => {
    group.clearLayers();
    badges = [...byPlace(events)].map(([placeId, here]) => addRough(group, here, outlines.get(placeId)));
    map.whenReady(show);
  };
  return group;
}

function addRough(group, here, outline) {
  const [area, box] = roughArea(here[0], outline);
  const [lon, lat] = outline?.properties.label_at || [here[0].lon, here[0].lat];
  const badge = L.marker([lat, lon], {
    icon: L.divIcon({ className: "region-count", html: el("span", {}, String(here.length)), iconSize: [24, 18], iconAnchor: [12, -6] }),
    title: `${here[0].place}: ${here.length} known only to the region`,
  });
  const region = { label: outline?.properties.label || here[0].place, count: outline?.properties.events };
  for (const target of [area, badge]) target.bindPopup(() => regionPopup(region, here), POPUP);
  group.addLayer(area);
  for (const event of here) event.spot = L.latLng(lat, lon);
  return { badge, box };
}

// The layer and its bounds. An area without a known outline is drawn as wide as it is said to be.
function roughArea(event, outline) {
  const className = "region-only";
  const shape = outline?.geometry || event.geometry;
  if (shape) {
    const area = L.geoJSON(shape, { pane: "regions", style: { className } });
    return [area, area.getBounds()];
  }
  const middle = L.latLng(event.lat, event.lon);
  const area = L.circle(middle, { pane: "regions", radius: event.km * 1000, className });
  return [area, middle.toBounds(2000 * event.km)];
}

function byPlace(events) {
  const groups = new Map();
  for (const event of events) {
    const key = event.placeId || `${event.lat},${event.lon}`;
    groups.set(key, [...(groups.get(key) || []), event]);
  }
  return groups;
}
