// Suggestions under the search box: a list that arrow keys walk through.

import { el } from "./dom.js";

const PAUSE_MS = 150;
const SHORTEST = 2;

const input = document.getElementById("search");
const list = document.getElementById("search-places");

let timer = 0;
let asked = "";

input.setAttribute("role", "combobox");
input.setAttribute("aria-controls", list.id);
input.setAttribute("aria-autocomplete", "list");
close();

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(suggest, PAUSE_MS);
});

input.addEventListener("keydown", (event) => {
  const options = [...list.children];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") close();
  if (list.hidden || !options.length) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    select(options, at < 0 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    options[at].querySelector("a").click();
  }
});

input.addEventListener("blur", (event) => {
  if (!list.contains(event.relatedTarget)) close();
});

async function suggest() {
  const text = input.value.trim();
  asked = text;
  if (text.length < SHORTEST) return close();
  try {
    const response = await fetch(`${input.dataset.places}?${new URLSearchParams({ q: text })}`);
    const { places } = await response.json();
    // A slow answer to an older question must not replace a newer one.
    if (asked === text && places) open(places, text);
  } catch {
    // The box works without suggestions: Enter asks the page for the name itself.
    close();
  }
}

function open(places, text) {
  list.replaceChildren(...places.map((place, number) => {
    const query = new URLSearchParams({ place: text, place_id: place.id, km: 50 });
    const link = el("a", { href: `${input.dataset.near}?${query}`, tabindex: -1 }, place.label);
    return el("li", { id: `search-place-${number}`, role: "option", "aria-selected": "false" },
      link, el("span", { class: "note" }, place.kind));
  }));
  list.hidden = places.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  input.removeAttribute("aria-activedescendant");
}

function select(options, index) {
  options.forEach((option, number) => option.setAttribute("aria-selected", String(number === index)));
  input.setAttribute("aria-activedescendant", options[index].id);
}

function close() {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
}
