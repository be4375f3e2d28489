// The signs on the map: shape and colour by family, fill and edge by stance.

import { svg } from "./dom.js";
import { compact } from "./words.js";

const BOX = "0 0 20 20";

// The sign of an event: its family's number, and how its stance is called in the data.
export function sign(family, stance) {
  const use = svg("use", { href: `#family-${family}` });
  return svg("svg", { class: `sign family-${family} stance-${stance}`, viewBox: BOX, "aria-hidden": "true" }, use);
}

// An event near a place or in part of one: a soft disc with a small shape, not a sign on a spot.
function halo(family, stance) {
  const disc = svg("circle", { class: "disc", cx: 10, cy: 10, r: 9.5 });
  const use = svg("use", { href: `#family-${family}`, x: 6, y: 6, width: 8, height: 8 });
  const classes = `sign halo family-${family} stance-${stance}`;
  return svg("svg", { class: classes, viewBox: BOX, "aria-hidden": "true" }, disc, use);
}

export function markerIcon({ family, stance, geo_precision: precision }) {
  const near = precision === 2;
  const size = near ? 26 : 20;
  return L.divIcon({ className: "mark", html: (near ? halo : sign)(family, stance), iconSize: [size, size] });
}

// The width of a cluster's disc grows with the logarithm of the count.
export function discPixels(count) {
  return Math.round(24 + 6 * Math.log10(count));
}

// A disc with the count and a thin ring divided by family.
export function clusterIcon(families) {
  const count = families.reduce((sum, number) => sum + number, 0);
  const size = discPixels(count);
  const radius = size / 2 - 2;
  const round = 2 * Math.PI * radius;
  const picture = svg(
    "svg",
    { class: "cluster", viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true" },
    svg("circle", { class: "cluster-disc", cx: size / 2, cy: size / 2, r: radius }),
  );
  let turned = 0;
  families.forEach((number, family) => {
    if (!number) return;
    const length = (number / count) * round;
    picture.append(
      svg("circle", {
        class: `ring family-${family}`,
        cx: size / 2,
        cy: size / 2,
        r: radius,
        "stroke-dasharray": `${length} ${round - length}`,
        "stroke-dashoffset": round / 4 - turned,
      }),
    );
    turned += length;
  });
  picture.append(svg("text", { x: size / 2, y: size / 2 }, compact(count)));
  return L.divIcon({ className: "mark", html: picture, iconSize: [size, size] });
}
