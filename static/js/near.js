// The page of what happened near a place: the place is typed or clicked, the radius moved, and map and lists follow
// without a reload. The server writes the answer for readers without scripts too; here it takes the place of the one
// before.

import { combobox, placesLike } from "./combobox.js";
import { startEvents } from "./events.js";
import { idle, loadOrSay, loadPage } from "./load.js";
import { on, query, setQuery } from "./state.js";
import { t } from "./words.js";

const CLOSEST_KM = 1;
const FARTHEST_KM = 500;
const STEPS = 100;
const SWAPPED = ["near-title", "answer"];
const OWN = ["place", "place_id", "lat", "lon", "km", "limit"];
const FIT = { padding: [8, 8], maxZoom: 13, animate: false };

// Folium calls this with the finished map.
export function around(map, layers) {
  const form = document.getElementById("near-form");
  const circle = L.circle([0, 0], { pane: "regions", radius: 0, interactive: false, className: "radius" });
  const answered = () => document.getElementById("answer").dataset;
  let stop = new AbortController();

  const renew = startEvents(map, layers, () => {
    const asked = query();
    const { lat, lon, km } = answered();
    OWN.forEach((name) => asked.delete(name));
    if (lat !== undefined) asked.set("around", [lat, lon, km]);
    return asked;
  });
  const draw = async () => {
    const { lat, lon, km } = answered();
    if (lat === undefined) circle.remove();
    else showCircle(map, circle, [Number(lat), Number(lon)], Number(km));
    renew();
    await idle();
    map.getContainer().dataset.ready = "yes";
  };
  const update = async () => {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const page = await loadOrSay(t("The answer"), () => loadPage(`${location.pathname}?${query()}`, signal), signal);
    if (!page) return;
    for (const id of SWAPPED) document.getElementById(id).replaceWith(page.getElementById(id));
    document.title = page.title;
    fillForm(form);
    draw();
  };

  on("query", update);
  askPlaces(form);
  slideRadius(form, (km) => {
    if (map.hasLayer(circle)) circle.setRadius(km * 1000);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { place, lat, lon, km } = form.elements;
    const named = place.value.trim() !== "";
    setQuery({
      place: place.value.trim(),
      place_id: named && place.value === query().get("place") ? query().get("place_id") : "",
      lat: named ? "" : lat.value,
      lon: named ? "" : lon.value,
      km: km.value,
      limit: "",
    });
  });
  map.on("click", ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    setQuery({
      place: "",
      place_id: "",
      lat: lat.toFixed(4),
      lon: lng.toFixed(4),
      km: form.elements.km.value,
      limit: "",
    });
  });
  draw();
}

function showCircle(map, circle, spot, km) {
  circle
    .setLatLng(spot)
    .setRadius(km * 1000)
    .addTo(map);
  map.fitBounds(circle.getBounds(), FIT);
}

function fillForm(form) {
  for (const name of ["place", "lat", "lon"]) form.elements[name].value = query().get(name) || "";
  form.elements.km.value = query().get("km") || form.elements.km.value;
  form.elements.km.dispatchEvent(new Event("input"));
}

function askPlaces(form) {
  const { place, km } = form.elements;
  combobox(place, document.getElementById("place-list"), {
    ask: async (text) =>
      (await placesLike(form.dataset.places, text)).map(({ id, label, kind }) => ({ words: label, note: kind, id })),
    choose: ({ words, id }) => {
      place.value = words;
      setQuery({ place: words, place_id: id, lat: "", lon: "", km: km.value, limit: "" });
    },
  });
}

// The slider goes in equal ratios, so that near places can be told apart as well as far ones.
function slideRadius(form, preview) {
  const { km } = form.elements;
  const slider = document.getElementById("km-slider");
  slider.hidden = false;
  const follow = () => {
    // Several places of the slider mean the same round number: it stays where the hand has left it.
    if (Number(km.value) !== kmAt(slider.value)) slider.value = placeOf(Number(km.value) || CLOSEST_KM);
    slider.setAttribute("aria-valuetext", t("{km} km", { km: km.value }));
  };
  follow();
  km.addEventListener("input", follow);
  slider.addEventListener("input", () => {
    km.value = kmAt(slider.value);
    slider.setAttribute("aria-valuetext", t("{km} km", { km: km.value }));
    preview(km.value);
  });
  slider.addEventListener("change", () => setQuery({ km: km.value, limit: "" }));
}

function kmAt(place) {
  const exact = CLOSEST_KM * (FARTHEST_KM / CLOSEST_KM) ** (place / STEPS);
  return Number(exact.toPrecision(exact < 10 ? 1 : 2));
}

function placeOf(km) {
  const within = Math.min(Math.max(km, CLOSEST_KM), FARTHEST_KM);
  return Math.round((STEPS * Math.log(within / CLOSEST_KM)) / Math.log(FARTHEST_KM / CLOSEST_KM));
}
