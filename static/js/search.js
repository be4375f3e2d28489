// The one search of the header: places, actors, and words of reports. On the map what is chosen shows there at once;
// from other pages it leads to the map, or to what is near the place.

import { combobox, placesLike } from "./combobox.js";
import { counts } from "./counts.js";
import { query, setQuery, setView } from "./state.js";
import { number, t } from "./words.js";

const MOST_PLACES = 5;
const MOST_ACTORS = 3;
const NEAR_KM = 50;
const SHORTEST = 2;
const ZOOMS = { country: 5, adm1: 7 };
const CLOSE_ZOOM = 11;
const GOES_ALONG = ["start", "end", "type", "stance", "precision", "actor", "outlet", "text", "fatalities"];

const input = document.getElementById("search");

combobox(input, document.getElementById("search-options"), { ask, choose: ({ go }) => go() });
input.form.addEventListener("submit", (event) => {
  if (!onMap()) return;
  event.preventDefault();
  findWords(input.value.trim());
});

function onMap() {
  return document.querySelector("#filter-form.live") !== null;
}

async function ask(text) {
  const places = text.length < SHORTEST ? [] : await placesLike(input.dataset.places, text);
  const there = onMap() ? places.slice(0, MOST_PLACES).map(toPlace) : [];
  const near = (onMap() ? places.slice(0, 1) : places.slice(0, MOST_PLACES)).map(nearPlace);
  return [...there, ...near, ...actors(text), words(text)];
}

function toPlace({ id, label, kind, lat, lon }) {
  const zoom = ZOOMS[id.split(":")[0]] || CLOSE_ZOOM;
  return { words: label, note: kind, go: () => done(() => setView({ zoom, lat, lon })) };
}

function nearPlace({ id, label, kind }) {
  const asked = new URLSearchParams([...query()].filter(([name]) => GOES_ALONG.includes(name)));
  asked.set("place_id", id);
  asked.set("km", NEAR_KM);
  const words = t("Near {place}", { place: label });
  return { words, note: kind, go: () => location.assign(`${input.dataset.near}?${asked}`) };
}

// The actors of the events in view, as far as their numbers are known.
function actors(text) {
  const looked = text.toLocaleLowerCase();
  const found = (counts()?.by_actor || []).filter(([name]) => name.toLocaleLowerCase().includes(looked));
  return found.slice(0, MOST_ACTORS).map(([actor, events]) => ({
    words: t("Actor: {actor}", { actor }),
    note: number(events),
    go: () => done(() => setQuery({ actor: [...new Set([...query().getAll("actor"), actor])] })),
  }));
}

function words(text) {
  const go = () => (onMap() ? findWords(text) : input.form.submit());
  return { words: t("Search reports for “{words}”", { words: text }), go };
}

function findWords(text) {
  done(() => setQuery({ text }));
}

function done(change) {
  input.value = "";
  change();
}
