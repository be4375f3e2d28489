// The share menu: the address, the code of a frame, downloads of what is in view, a picture, and print.

import { corners } from "./live.js";
import { load } from "./load.js";
import { png, sheet } from "./picture.js";
import { address, on, query, setView, view } from "./state.js";
import { t } from "./words.js";

const FRAME = { width: 800, height: 600 };
const QUIET_MS = 1000;
const PAPER_PIXELS = 1040;

export function startShare(map) {
  const menu = document.getElementById("share");
  const note = document.getElementById("share-note");
  const words = questionInWords(menu.dataset.said);
  const say = (text) => {
    note.textContent = text;
  };
  const press = (id, act) =>
    document.getElementById(id).addEventListener("click", () =>
      act().catch((error) => {
        say(error.message);
      }),
    );
  for (const part of menu.querySelectorAll("[data-needs-script]")) part.hidden = false;

  const follow = () => {
    for (const link of document.querySelectorAll("a[data-address]")) link.href = target(link, map);
    document.getElementById("embed-code").value = frame(address(menu.dataset.embed));
    say("");
  };
  menu.addEventListener("toggle", () => {
    // On another screen the same events would be fitted into another part of the map.
    if (menu.open && !view()) rememberView(map);
    follow();
  });
  for (const kind of ["query", "view", "option"]) on(kind, follow);
  map.on("moveend", follow);
  follow();

  press("copy-link", async () => {
    await copy(address());
    say(t("The link is copied."));
  });
  press("copy-embed", async () => {
    await copy(document.getElementById("embed-code").value);
    say(t("The code is copied."));
  });
  press("save-picture", async () => {
    say(t("The picture is being drawn …"));
    save(await png(sheet(map, await words(), address())));
    say(t("The picture is saved."));
  });
  press("print-view", async () => {
    await words();
    print();
  });
  printSheet(map, words);
  closeWithEscape(menu);
}

async function copy(text) {
  if (!navigator.clipboard)
    throw new Error(t("Your browser lets pages copy only over HTTPS: select the text instead."));
  await navigator.clipboard.writeText(text);
}

function rememberView(map) {
  const { lat, lng } = map.getCenter().wrap();
  setView({ zoom: map.getZoom(), lat, lon: lng });
}

// Returns a function that promises { window, filters } of the present query. What was said last is its `last`, for
// printing does not wait.
function questionInWords(url) {
  let asked = "";
  let timer = 0;
  const words = async () => {
    const now = query().toString();
    if (now !== asked || !words.last) words.last = await load(`${url}?${now}`);
    asked = now;
    return words.last;
  };
  on("query", () => {
    clearTimeout(timer);
    timer = setTimeout(() => words().catch(() => {}), QUIET_MS);
  });
  words().catch(() => {});
  return words;
}

function target(link, map) {
  const asked = query();
  if ("inView" in link.dataset) asked.set("view", corners(map.getBounds()));
  return asked.size ? `${link.dataset.address}?${asked}` : link.dataset.address;
}

function frame(url) {
  const escaped = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const size = `width="${FRAME.width}" height="${FRAME.height}"`;
  return `<iframe src="${escaped}" ${size} title="Sitmap" loading="lazy"></iframe>`;
}

function save(blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `sitmap-${new Date().toISOString().slice(0, 10)}.png`;
  link.click();
  URL.revokeObjectURL(link.href);
}

// On paper the sheet stands in for the page.
function printSheet(map, words) {
  let paper;
  addEventListener("beforeprint", () => {
    paper?.remove();
    paper = sheet(map, words.last || { window: "", filters: [] }, address());
    paper.style.setProperty("zoom", Math.min(1, PAPER_PIXELS / Number.parseFloat(paper.style.width)));
    document.body.append(paper);
  });
  addEventListener("afterprint", () => paper?.remove());
}

function closeWithEscape(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", ({ target: clicked }) => {
    if (!menu.contains(clicked)) menu.open = false;
  });
}
