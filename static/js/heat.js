// The heat map: how densely events lie, one soft spot for each small cell that has some.

import { copyInView, live, steadyBox } from "./live.js";
import { withView } from "./marks.js";
import { t } from "./words.js";

const REACH_PIXELS = 22;
const FAINTEST = 0.04;
const STRONGEST = 0.5;

export const heatLayer = (map, options) => new Heat(options);

// A canvas over the view. While the map zooms it is hidden; the next move draws it anew.
const Heat = L.Layer.extend({
  initialize(options) {
    L.setOptions(this, { pane: "heat", ...options });
    this.cells = [];
    this.most = 0;
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "heat leaflet-zoom-hide", this.getPane());
    map.on("moveend resize", this.paint, this);
    this.paint();
  },

  onRemove(map) {
    map.off("moveend resize", this.paint, this);
    this.canvas.remove();
  },

  draw({ cells, most }) {
    Object.assign(this, { cells, most });
    if (this._map) this.paint();
  },

  paint() {
    const { x: width, y: height } = this._map.getSize();
    L.DomUtil.setPosition(this.canvas, this._map.containerPointToLayerPoint([0, 0]));
    Object.assign(this.canvas, { width, height });
    const brush = softSpot(getComputedStyle(this.canvas).color);
    const context = this.canvas.getContext("2d");
    for (const [lat, lon, count] of this.cells) {
      const at = this._map.latLngToContainerPoint([lat, copyInView(this._map, lon)]);
      if (at.x < -REACH_PIXELS || at.y < -REACH_PIXELS || at.x > width + REACH_PIXELS || at.y > height + REACH_PIXELS)
        continue;
      context.globalAlpha = FAINTEST + (STRONGEST - FAINTEST) * (Math.log(1 + count) / Math.log(1 + this.most));
      context.drawImage(brush, at.x - REACH_PIXELS, at.y - REACH_PIXELS);
    }
  },
});

function softSpot(colour) {
  const brush = document.createElement("canvas");
  Object.assign(brush, { width: 2 * REACH_PIXELS, height: 2 * REACH_PIXELS });
  const context = brush.getContext("2d");
  const fade = context.createRadialGradient(REACH_PIXELS, REACH_PIXELS, 0, REACH_PIXELS, REACH_PIXELS, REACH_PIXELS);
  fade.addColorStop(0, colour);
  // Not "transparent", which is a black without weight and would leave a grey edge.
  fade.addColorStop(1, colour.replace("rgb(", "rgba(").replace(")", ", 0)"));
  context.fillStyle = fade;
  context.fillRect(0, 0, 2 * REACH_PIXELS, 2 * REACH_PIXELS);
  return brush;
}

// Keeps the heat in step with the view and the query. Returns the function that looks for news.
export function startHeat(map, { heatLayer: heat }, query) {
  const box = steadyBox();
  return live(map, [heat], {
    what: t("The heat map"),
    address: (view) => `${heat.options.url}?${withView(query(), box(view), view.zoom)}`,
    draw: (answer) => heat.draw(answer),
  });
}
