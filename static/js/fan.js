// Events that stand at one spot, fanned out around it; the list beside the map has all of them.

import { copyInView } from "./live.js";
import { load } from "./load.js";
import { single } from "./marks.js";
import { on, option, query, setOption } from "./state.js";

const MOST = 12;
const NEAREST_PIXELS = 44;
const PIXELS_EACH = 5;

export function startFan(map, { url, choose }) {
  const group = L.layerGroup().addTo(map);
  let stop = new AbortController();
  const show = async () => {
    stop.abort();
    stop = new AbortController();
    group.clearLayers();
    const spot = option("spot");
    if (!spot) return;
    const asked = query();
    asked.set("view", spot);
    asked.set("limit", MOST);
    const { signal } = stop;
    // What fails, or a spot that was typed wrongly, is said by the list.
    const answer = await load(`${url}?${asked}`, signal).catch(() => null);
    if (answer && !signal.aborted)
      fanOut(
        map,
        group,
        answer.events.filter(({ geo_precision: precision }) => precision === 1 || precision === 2),
        choose,
      );
  };
  on("option", (name) => {
    if (name === "spot") show();
  });
  on("query", show);
  map.on("zoomstart", () => setOption("spot", ""));
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !option("event")) setOption("spot", "");
  });
  show();
}

function fanOut(map, group, events, choose) {
  const reach = NEAREST_PIXELS + PIXELS_EACH * events.length;
  events.forEach((event, number) => {
    const spot = L.latLng(event.lat, copyInView(map, event.lon));
    const turn = (2 * Math.PI * number) / events.length - Math.PI / 2;
    const at = map.unproject(map.project(spot).add([reach * Math.cos(turn), reach * Math.sin(turn)]));
    group.addLayer(L.polyline([spot, at], { className: "spider-leg", interactive: false }));
    group.addLayer(single(event, at.lat, at.lng, () => choose(event)));
  });
}
