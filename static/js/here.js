// What a right click, or a long press, on the map offers: what happened near that spot.

import { el } from "./dom.js";
import { query, setQuery } from "./state.js";
import { t } from "./words.js";

const KM = 50;
const DECIMALS = 4;
const OTHERWISE = ["around"];

// `page` is the address of the page of what lies near a place.
export function startHere(map, page) {
  map.on("contextmenu", ({ latlng }) => {
    const spot = latlng.wrap();
    const [lat, lon] = [spot.lat.toFixed(DECIMALS), spot.lng.toFixed(DECIMALS)];
    const only = el("button", { type: "button" }, t("Show only what may lie within {km} km", { km: KM }));
    const popup = L.popup()
      .setLatLng(latlng)
      .setContent(
        el(
          "div",
          { class: "popup here" },
          el("h3", {}, `${lat}, ${lon}`),
          el("p", {}, el("a", { href: nearby(page, lat, lon) }, t("What happened within {km} km", { km: KM }))),
          only,
        ),
      );
    only.addEventListener("click", () => {
      popup.close();
      setQuery({ around: `${lat},${lon},${KM}` });
    });
    popup.openOn(map);
  });
}

function nearby(page, lat, lon) {
  const asked = query();
  for (const name of OTHERWISE) asked.delete(name);
  for (const [name, value] of Object.entries({ lat, lon, km: KM })) asked.set(name, value);
  return `${page}?${asked}`;
}
