// What a view shows, all of it in the page's address, so that a link shows the same to everybody. The query has the
// window and the filters, as the server understands them; after the # come the part of the map, and what only the
// page knows: layers, the opened event, the order of the list ("#6/48.2/37.2&event=ab12&order=nearest").

const QUERY = "query";
const VIEW = "view";
const OPTION = "option";
const listeners = { [QUERY]: [], [VIEW]: [], [OPTION]: [] };
const HIGHEST_ZOOM = 18;

let now = read();

// Calls `listener` after the query, the view or an option has changed; of an option with its name.
export function on(kind, listener) {
  listeners[kind].push(listener);
}

// Returns a copy of the query.
export function query() {
  return new URLSearchParams(now.query);
}

// Replaces parameters of the query: a text, a list of texts, or nothing ("", [], null) to take one away.
export function setQuery(changes) {
  const next = query();
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of [value].flat()) if (one !== "" && one !== null && one !== undefined) next.append(name, one);
  }
  if (next.toString() === now.query.toString()) return;
  now.query = next;
  write();
  tell(QUERY);
}

// Returns { zoom, lat, lon }, or null where the address names none.
export function view() {
  return now.view;
}

export function setView(next) {
  now.view = next;
  write();
  tell(VIEW);
}

// Returns the text of an option, "" where it is not set.
export function option(name) {
  return now.options.get(name) || "";
}

// With `step` the reader can go back to what was before.
export function setOption(name, value, { step = false } = {}) {
  if (option(name) === value) return;
  if (value) now.options.set(name, value);
  else now.options.delete(name);
  write(step);
  tell(OPTION, name);
}

// Returns the address of a page that shows the same, such as the one to embed.
export function address(path = location.pathname) {
  const asked = now.query.size ? `?${now.query}` : "";
  return `${location.origin}${path}${asked}${fragment()}`;
}

function read() {
  const parts = location.hash.slice(1).split("&");
  // A link may name an event, say, and no part of the map.
  const place = parts[0].includes("=") ? "" : parts.shift();
  const [zoom, lat, lon] = place.split("/").map(Number);
  const usable = place.split("/").length === 3 && [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 90;
  return {
    query: new URLSearchParams(location.search),
    view: usable ? { zoom: Math.min(Math.max(zoom, 0), HIGHEST_ZOOM), lat, lon } : null,
    options: new Map(new URLSearchParams(parts.join("&"))),
  };
}

function fragment() {
  const place = now.view ? `${now.view.zoom}/${now.view.lat.toFixed(4)}/${now.view.lon.toFixed(4)}` : "";
  const options = new URLSearchParams([...now.options]).toString();
  return place || options ? `#${[place, options].filter(Boolean).join("&")}` : "";
}

function write(step = false) {
  const asked = now.query.size ? `?${now.query}` : "";
  const target = `${location.pathname}${asked}${fragment()}`;
  if (step) history.pushState(null, "", target);
  else history.replaceState(null, "", target);
}

function tell(kind, name) {
  for (const listener of listeners[kind]) listener(name);
}

// Back, forward, or an address edited by hand.
function again() {
  const before = now;
  now = read();
  if (before.query.toString() !== now.query.toString()) tell(QUERY);
  if (JSON.stringify(before.view) !== JSON.stringify(now.view)) tell(VIEW);
  for (const name of new Set([...before.options.keys(), ...now.options.keys()])) {
    if (before.options.get(name) !== now.options.get(name)) tell(OPTION, name);
  }
}

addEventListener("popstate", again);
