// The panels around the map. On narrow screens they are drawers from the foot of the page, a third of its height or
// all of it, one at a time.

import { el } from "./dom.js";
import { on, option } from "./state.js";
import { t } from "./words.js";

const SWIPE_PIXELS = 30;
const NARROW = matchMedia("(max-width: 899px)");

export function startPanels() {
  const panels = [...document.querySelectorAll("details.panel")];
  const set = () =>
    panels.forEach((panel) => {
      panel.open = !NARROW.matches;
    });
  set();
  NARROW.addEventListener("change", set);
  for (const panel of panels) {
    panel.append(grip(panel));
    panel.addEventListener("toggle", () => {
      panel.classList.remove("full");
      if (NARROW.matches && panel.open)
        panels
          .filter((other) => other !== panel)
          .forEach((other) => {
            other.open = false;
          });
    });
  }
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && NARROW.matches && !option("event"))
      panels.forEach((panel) => {
        panel.open = false;
      });
  });
  // What an event is told from is in the side panel.
  const side = document.getElementById("events");
  on("option", (name) => {
    if (side && ["event", "list", "spot"].includes(name) && option(name)) side.open = true;
  });
  if (side && option("event")) side.open = true;
}

// The upper edge of a drawer: pressed, it makes the drawer larger or smaller; it can be swiped up and down.
function grip(panel) {
  const button = el("button", {
    type: "button",
    class: "grip",
    "aria-expanded": "false",
    "aria-label": t("Whole height"),
  });
  let from = 0;
  let swiped = false;
  const size = (full) => {
    panel.classList.toggle("full", full);
    button.setAttribute("aria-expanded", String(full));
  };
  // The click that follows a swipe is none.
  button.addEventListener("click", () => {
    if (!swiped) size(!panel.classList.contains("full"));
  });
  button.addEventListener("pointerdown", ({ clientY, pointerId }) => {
    from = clientY;
    swiped = false;
    button.setPointerCapture(pointerId);
  });
  button.addEventListener("pointerup", (event) => {
    const up = from - event.clientY;
    swiped = Math.abs(up) >= SWIPE_PIXELS;
    if (!swiped) return;
    if (up > 0) size(true);
    else if (panel.classList.contains("full")) size(false);
    else panel.open = false;
  });
  panel.addEventListener("toggle", () => button.setAttribute("aria-expanded", "false"));
  return button;
}
