// Which layers are shown: in the address, unless they are the usual ones.

import { notice } from "./load.js";
import { on, option, setOption } from "./state.js";
import { t } from "./words.js";

const NAMES = ["events", "areas", "regions", "heat", "control", "contested", "front", "change"];
const USUAL = NAMES.filter((name) => name !== "heat" && name !== "change");
const NONE = "none";
const MAKERS = { events: "markLayer", areas: "areaLayer", regions: "regionLayer" };

export function startShown(map, layers) {
  const button = map.getContainer().querySelector(".leaflet-control-layers-toggle");
  if (button) button.title = t("Layers");
  const layer = (name) => layers[MAKERS[name] || `${name}Layer`];
  const show = () => {
    const asked = named(option("layers"));
    for (const name of NAMES) {
      if (asked.includes(name)) map.addLayer(layer(name));
      else map.removeLayer(layer(name));
    }
  };
  show();
  on("option", (name) => {
    if (name === "layers") show();
  });
  map.on("overlayadd overlayremove", () => {
    const shown = NAMES.filter((name) => map.hasLayer(layer(name)));
    setOption("layers", shown.join() === USUAL.join() ? "" : shown.join() || NONE);
  });
}

function named(text) {
  if (!text) return USUAL;
  const asked = text === NONE ? [] : text.split(",");
  const unknown = asked.filter((name) => !NAMES.includes(name));
  if (unknown.length) {
    notice(
      t("There is no layer “{name}”; the link may be of another version.", { name: unknown.join(", ").slice(0, 60) }),
    );
  }
  return asked.filter((name) => NAMES.includes(name));
}
