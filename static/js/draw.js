// The filters that have a place: an area drawn corner by corner, a distance, a box. Shown as outlines on the map.

import { el } from "./dom.js";
import { on, query, setQuery } from "./state.js";
import { t } from "./words.js";

const DECIMALS = 4;
const FEWEST = 3;
const MOST = 60;
const CLOSE_PIXELS = 12;
const OUTLINE = { className: "area-outline", interactive: false };

// Ties the map to the two buttons of the form, and shows what the query holds.
export function startDrawing(map) {
  const outlines = L.layerGroup().addTo(map);
  const show = () => showOutlines(outlines);
  document.getElementById("draw-area").addEventListener("click", () => draw(map));
  document.getElementById("area-of-view").addEventListener("click", () => {
    const view = map.getBounds();
    ask([view.getSouthWest(), view.getSouthEast(), view.getNorthEast(), view.getNorthWest()]);
  });
  on("query", show);
  show();
}

// ---------------------------------------------------------------- what the query holds

function showOutlines(outlines) {
  const [area, around, bbox] = ["area", "around", "bbox"].map((name) => query().get(name));
  outlines.clearLayers();
  if (area)
    add(
      outlines,
      "area",
      L.polygon(
        area.split(";").map((corner) => corner.split(",").map(Number).reverse()),
        OUTLINE,
      ),
    );
  if (around) {
    const [lat, lon, km] = around.split(",").map(Number);
    add(outlines, "around", L.circle([lat, lon], { ...OUTLINE, radius: 1000 * km }));
  }
  if (bbox) {
    const [west, south, east, north] = bbox.split(",").map(Number);
    add(
      outlines,
      "bbox",
      L.rectangle(
        [
          [south, west],
          [north, east],
        ],
        OUTLINE,
      ),
    );
  }
}

// The outline, with a button on it that takes it away.
function add(outlines, name, outline) {
  outlines.addLayer(outline);
  const remove = el("button", { type: "button", class: "chip", "aria-label": t("Take this area away") }, "×");
  remove.addEventListener("click", () => setQuery({ [name]: "" }));
  L.DomEvent.disableClickPropagation(remove);
  const icon = L.divIcon({ className: "area-remove", html: remove, iconSize: [24, 24] });
  outlines.addLayer(L.marker(highest(outline), { icon, interactive: false, keyboard: false }));
}

function highest(outline) {
  const bounds = outline.getBounds?.() || null;
  if (!outline.getLatLngs) return [bounds.getNorth(), bounds.getCenter().lng];
  return outline.getLatLngs()[0].reduce((one, other) => (other.lat > one.lat ? other : one));
}

// ---------------------------------------------------------------- drawing

// Takes corners by click or tap until a double click, Enter or the first corner ends it; Esc gives up.
function draw(map) {
  const corners = [];
  const line = L.polygon([], OUTLINE).addTo(map);
  const dots = L.layerGroup().addTo(map);
  const bar = hint(map, { end, stop });
  const lasting = new AbortController();

  function redraw() {
    line.setLatLngs(corners);
    dots.clearLayers();
    for (const corner of corners)
      dots.addLayer(L.circleMarker(corner, { ...OUTLINE, radius: 4, className: "area-corner" }));
    bar.say(corners.length);
  }
  function corner({ latlng, containerPoint }) {
    const pixels = (other) => map.latLngToContainerPoint(other).distanceTo(containerPoint);
    // The second click of a double one is no corner of its own.
    if (corners.length && pixels(corners.at(-1)) < CLOSE_PIXELS) return;
    if (corners.length >= FEWEST && pixels(corners[0]) < CLOSE_PIXELS) return end();
    corners.push(latlng);
    redraw();
    if (corners.length === MOST) end();
  }
  function key(event) {
    const acts = {
      Enter: end,
      Escape: stop,
      Backspace: () => {
        corners.pop();
        redraw();
      },
    }[event.key];
    if (!acts || (event.key === "Enter" && event.target.tagName === "BUTTON")) return;
    event.preventDefault();
    event.stopPropagation();
    acts();
  }
  function stop() {
    lasting.abort();
    map.off({ click: corner, dblclick: end });
    map.doubleClickZoom.enable();
    map.getContainer().classList.remove("drawing");
    for (const layer of [line, dots]) layer.remove();
    bar.remove();
    document.getElementById("draw-area").disabled = false;
    document.getElementById("draw-area").focus();
  }
  function end() {
    if (corners.length < FEWEST) return;
    stop();
    ask(corners);
  }

  // Marks let the clicks through meanwhile.
  map.getContainer().classList.add("drawing");
  map.doubleClickZoom.disable();
  map.on({ click: corner, dblclick: end });
  document.addEventListener("keydown", key, { signal: lasting.signal, capture: true });
  document.getElementById("draw-area").disabled = true;
  if (matchMedia("(max-width: 899px)").matches) document.getElementById("filters").open = false;
  map.getContainer().focus({ preventScroll: true });
  redraw();
}

// What to do next, over the map, with buttons for those who have no keys.
function hint(map, { end, stop }) {
  const words = el("span", { role: "status" });
  const done = el("button", { type: "button" }, t("Done"));
  const cancel = el("button", { type: "button", class: "quiet" }, t("Cancel"));
  const bar = el("div", { class: "drawing-bar" }, words, done, cancel);
  done.addEventListener("click", end);
  cancel.addEventListener("click", stop);
  L.DomEvent.disableClickPropagation(bar);
  map.getContainer().append(bar);
  const say = (number) => {
    done.disabled = number < FEWEST;
    words.textContent =
      number < FEWEST
        ? t("Click the corners of the area. Backspace takes the last one back.")
        : t("{number} corners. A double click, Enter or the first corner ends it.", { number });
  };
  return { say, remove: () => bar.remove() };
}

// The world repeats itself on a map; the area is asked for in the one between 180° W and 180° E.
function ask(corners) {
  const middle = corners.reduce((sum, { lng }) => sum + lng, 0) / corners.length;
  const turns = 360 * Math.round(middle / 360);
  const inside = (value, most) => Math.min(Math.max(value, -most), most).toFixed(DECIMALS);
  setQuery({ area: corners.map(({ lat, lng }) => `${inside(lng - turns, 180)},${inside(lat, 90)}`).join(";") });
}
