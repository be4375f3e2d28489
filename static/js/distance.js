// The filter by distance: from a place or from the middle of the map, up to a number of kilometres.

import { aroundWords } from "./chips.js";
import { combobox, placesLike } from "./combobox.js";
import { on, query, setQuery, view } from "./state.js";
import { t } from "./words.js";

const KILOMETRES = [1, 2, 5, 10, 15, 25, 50, 75, 100, 150, 200, 300, 500, 1000];
const USUAL_KM = 50;
const DECIMALS = 4;

export function startDistance() {
  const box = document.getElementById("distance");
  const place = document.getElementById("distance-place");
  const reach = document.getElementById("distance-reach");
  const from = ({ lat, lon }) =>
    setQuery({ around: [lat.toFixed(DECIMALS), lon.toFixed(DECIMALS), chosenKm(reach)].join() });

  reach.max = KILOMETRES.length - 1;
  combobox(place, document.getElementById("distance-places"), {
    ask: async (text) =>
      (await placesLike(box.dataset.places, text)).map((found) => ({ ...found, words: found.label, note: found.kind })),
    choose: (found) => {
      place.value = found.label;
      from(found);
    },
  });
  place.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  document.getElementById("distance-middle").addEventListener("click", () => {
    if (view()) from(view());
  });
  reach.addEventListener("input", () => sayKm(reach));
  reach.addEventListener("change", () => {
    const [lat, lon] = around();
    if (lat) setQuery({ around: [lat, lon, chosenKm(reach)].join() });
  });
  on("query", () => show(reach));
  show(reach);
}

function around() {
  return (query().get("around") || "").split(",");
}

function chosenKm(reach) {
  return KILOMETRES[reach.value];
}

// A distance out of a link may lie between two of the slider's.
function show(reach) {
  const km = Number(around()[2]) || USUAL_KM;
  reach.value = KILOMETRES.findLastIndex((one) => one <= Math.max(km, KILOMETRES[0]));
  sayKm(reach, km);
  const kept = document.querySelector("#filter-form [name=around]");
  if (kept.value) kept.nextElementSibling.textContent = aroundWords(kept.value);
}

function sayKm(reach, km = chosenKm(reach)) {
  const words = t("{km} km", { km });
  document.getElementById("distance-km").textContent = words;
  reach.setAttribute("aria-valuetext", words);
}
