// The map as a sheet with all that a picture must carry by itself: title, window, filters, legend, scale, sources. The
// sheet goes on paper as it is; for a PNG the browser draws it out of an SVG image together with our own style sheets.

import { el, svg } from "./dom.js";
import { t } from "./words.js";

const SHARPNESS = 2;
const NARROWEST = 720;
const XHTML = "http://www.w3.org/1999/xhtml";

// Returns the sheet of what the map shows now. `words` are { window, filters } as the server says them.
export function sheet(map, words, address) {
  const { x, y } = map.getSize();
  const ground = el("div", { class: "picture-map" }, copy(map.getContainer()));
  ground.style.setProperty("width", `${x}px`);
  ground.style.setProperty("height", `${y}px`);
  const legend = el("div", { class: "picture-legend legend-body" }, ...[...copyOf("#legend .legend-body").childNodes]);
  const figure = el(
    "div",
    { class: "picture" },
    copyOf("svg.defs"),
    el(
      "div",
      { class: "picture-head" },
      el("strong", {}, "Sitmap"),
      el("span", {}, words.window),
      ...words.filters.map((filter) => el("span", { class: "note" }, filter)),
    ),
    ground,
    el("p", { class: "picture-counts" }, document.getElementById("counts").textContent.replace(/\s+/g, " ").trim()),
    legend,
    el("p", { class: "note" }, sources(map)),
    el("p", { class: "note" }, address),
  );
  figure.style.setProperty("width", `${Math.max(x, NARROWEST)}px`);
  return figure;
}

// Draws a sheet; promises a PNG as a blob.
export async function png(figure) {
  const holder = document.body.appendChild(el("div", { class: "picture-bench" }, figure));
  const { width, height } = figure.getBoundingClientRect();
  holder.remove();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing(figure, width, Math.ceil(height)))}`;
  await image.decode();
  const canvas = el("canvas", { width: width * SHARPNESS, height: Math.ceil(height) * SHARPNESS });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(t("The browser gave no picture.")))), "image/png");
  });
}

function drawing(figure, width, height) {
  const css = [...document.styleSheets].flatMap(rules).join("\n");
  figure.setAttribute("xmlns", XHTML);
  const picture = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}` },
    svg("style", {}, css),
    svg("foreignObject", { width, height }, figure),
  );
  picture.style.setProperty("background", "var(--page)");
  picture.style.setProperty("color-scheme", getComputedStyle(document.body).colorScheme);
  // The theme is that of the page, whatever the browser would choose for an image.
  const now = getComputedStyle(document.documentElement);
  for (const name of new Set(css.match(/--[\w-]+(?=\s*:)/g)))
    picture.style.setProperty(name, now.getPropertyValue(name));
  return new XMLSerializer().serializeToString(picture);
}

function rules(style) {
  return [...style.cssRules].map(({ cssText }) => cssText);
}

function copyOf(selector) {
  return copy(document.querySelector(selector));
}

// A copy without names that would be there twice, what is drawn on canvases as images, and nothing of other hosts:
// pictures of a tile server may be shown, but not copied.
function copy(original) {
  const made = original.cloneNode(true);
  const drawn = [...original.querySelectorAll("canvas")];
  for (const [at, canvas] of made.querySelectorAll("canvas").entries()) {
    const image = el("img", {
      src: drawn[at].toDataURL(),
      class: canvas.className,
      style: canvas.getAttribute("style"),
    });
    canvas.replaceWith(image);
  }
  for (const tile of made.querySelectorAll(".leaflet-tile")) tile.remove();
  return made;
}

function sources(map) {
  const ground = map.getContainer().querySelector(".leaflet-control-attribution")?.textContent || "";
  return [ground, t("Events: drawn from the reports they name. Dates are UTC.")].filter(Boolean).join(" · ");
}
