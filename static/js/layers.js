// The layers of the map. Folium calls these with addresses; each fetches its own GeoJSON.

import { el } from "./dom.js";
import { load, loadOrSay } from "./load.js";
import { eventPopup, regionPopup } from "./popup.js";
import { clusterIcon, markerIcon } from "./signs.js";
import { days, sentenceCase } from "./words.js";

const CLUSTER_PIXELS = 44;
const HALO_PIXELS = 13;
const SHADES = 4;
const LETTER_PIXELS = 7;
const BADGE_PIXELS = 34;
const REGION_ZOOM = 6;
const CLOSE_UP = 9;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const POPUP = { minWidth: 220, maxWidth: 320, maxHeight: 340, autoPanPadding: [12, 12] };

// ---------------------------------------------------------------- outlines

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

function onZoom(map, draw) {
  map.on("zoomend", draw);
  map.whenReady(draw);
}

function pixelsWide(map, box) {
  return map.project(box.getNorthEast()).x - map.project(box.getSouthWest()).x;
}

function toggle(group, layer, shown) {
  if (shown) group.addLayer(layer);
  else group.removeLayer(layer);
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

// ---------------------------------------------------------------- regions

// Regions shaded by their number of events. `ready` gives the features by place id.
export function regionLayer(map, { url }) {
  const group = L.layerGroup();
  group.ready = loadOrSay("The regions", () => load(url)).then(({ features }) => {
    const most = Math.max(1, ...features.map(({ properties }) => properties.events));
    group.addLayer(L.geoJSON(features.filter(({ geometry }) => geometry), {
      pane: "regions",
      style: ({ properties: { events, level } }) => ({ className: `region shade-${shade(events, most)} ${level}` }),
      onEachFeature: (feature, layer) => {
        const { label, events } = feature.properties;
        layer.bindTooltip(el("span", {}, `${label}: ${events}`), { sticky: true });
        feature.layer = layer;
      },
    }));
    onZoom(map, () => map.getContainer().classList.toggle("close-up", map.getZoom() >= CLOSE_UP));
    group.steps = steps(most);
    return new Map(features.map((feature) => [feature.properties.id, feature]));
  });
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

export function frontLayer(map, { url }) {
  const group = L.layerGroup();
  loadOrSay("The front line", () => load(url)).then((lines) => {
    group.addLayer(L.geoJSON(lines, { pane: "front", interactive: false, style: { className: "front" } }));
  });
  return group;
}

export function circleLayer(map, { lat, lon, km }) {
  const circle = L.circle([lat, lon], { pane: "regions", radius: km * 1000, interactive: false, className: "radius" });
  return L.layerGroup([circle]);
}

// ---------------------------------------------------------------- events

// `ready` gives the events as read; `show(event)` opens one; `draw(outlines)` adds those known only
// to a region, on the outlines given by place id or else on their own geometry.
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
  const discs = L.layerGroup();
  const rough = L.layerGroup();
  const group = L.layerGroup([rough, discs, clusters]);
  const marks = new Map();

  group.ready = loadOrSay("The events", () => load(url)).then((answer) => {
    const events = (answer.features || [answer]).map((feature) => read(feature, page, families));
    const placed = events.filter(({ precision }) => precision === 1 || precision === 2);
    clusters.addLayers(placed.map((event) => {
      const mark = L.marker([event.lat, event.lon], {
        icon: markerIcon(event), family: Math.min(event.family, families.length - 1), title: event.title,
      });
      const popup = L.popup(POPUP);
      mark.bindPopup(popup).on("popupopen", () => tell(popup, event));
      marks.set(event.id, mark);
      return mark;
    }));
    drawDiscs(map, discs, placed.filter(({ precision }) => precision === 2));
    return events;
  });

  group.draw = (events, outlines = new Map()) => {
    drawRough(map, rough, events.filter(({ precision }) => precision === 3), outlines);
  };
  group.show = (event) => {
    const mark = marks.get(event.id);
    if (mark) clusters.zoomToShowLayer(mark, () => mark.openPopup());
    else showRough(map, event);
  };
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
    placeId: properties.place_id,
    lat: properties.lat,
    lon: properties.lon,
    spot: properties.geo_precision ? L.latLng(properties.lat, properties.lon) : null,
    km: properties.uncertainty_km,
    title: [kind, place, days(start, end), properties.stance].filter(Boolean).join(", "),
  };
}

// Fills an open popup; it is measured again once its text is there.
function tell(popup, event) {
  const box = eventPopup(event);
  box.addEventListener("filled", () => popup.update());
  popup.setContent(box);
}

// The real radius of what is only near a place, as soon as it is larger than its mark.
function drawDiscs(map, group, events) {
  const draw = () => {
    group.clearLayers();
    const view = map.getBounds().pad(0.5);
    for (const event of events) {
      const spot = L.latLng(event.lat, event.lon);
      const metresPerPixel = (40075016 * Math.cos((event.lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);
      if (view.contains(spot) && (event.km * 1000) / metresPerPixel > HALO_PIXELS) {
        const className = `disc family-${event.family}`;
        group.addLayer(L.circle(spot, { pane: "discs", radius: event.km * 1000, interactive: false, className }));
      }
    }
  };
  map.on("moveend", draw);
  map.whenReady(draw);
}

// A region is its outline with the count at its label point; no sign stands in its middle.
function drawRough(map, group, events, outlines) {
  const badges = [];
  for (const [placeId, here] of byPlace(events)) {
    const outline = outlines.get(placeId);
    const [area, box] = roughArea(here[0], outline);
    const [lon, lat] = outline?.properties.label_at || [here[0].lon, here[0].lat];
    const badge = L.marker([lat, lon], {
      icon: L.divIcon({ className: "region-count", html: el("span", {}, String(here.length)), iconSize: [24, 18], iconAnchor: [12, -6] }),
      title: `${here[0].place}: ${here.length} known only to the region`,
    });
    const region = { label: outline?.properties.label || here[0].place, count: outline?.properties.events };
    for (const target of [area, badge]) target.bindPopup(() => regionPopup(region, here), POPUP);
    group.addLayer(area);
    badges.push({ badge, box });
    for (const event of here) Object.assign(event, { spot: L.latLng(lat, lon), box });
  }
  // Where a region is hardly wider than its count, the counts would hide it and each other.
  onZoom(map, () => {
    for (const { badge, box } of badges) toggle(group, badge, pixelsWide(map, box) > BADGE_PIXELS);
  });
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

function showRough(map, event) {
  if (pixelsWide(map, event.box) < BADGE_PIXELS || !map.getBounds().contains(event.spot)) {
    map.fitBounds(event.box, { maxZoom: REGION_ZOOM, animate: false });
  }
  const popup = L.popup(POPUP).setLatLng(event.spot).openOn(map);
  tell(popup, event);
}

function byPlace(events) {
  const groups = new Map();
  for (const event of events) {
    const key = event.placeId || `${event.lat},${event.lon}`;
    groups.set(key, [...(groups.get(key) || []), event]);
  }
  return groups;
}
