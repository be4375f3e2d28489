// The legend explains what is drawn, and only that: an entry is there while its sign is to be seen on the map.

export function startLegend(map) {
  const legend = document.getElementById("legend");
  if (!legend) return;
  let waiting = false;
  const explain = () => {
    waiting = false;
    const drawn = map.getContainer();
    const frame = drawn.getBoundingClientRect();
    for (const entry of legend.querySelectorAll("[data-drawn]")) {
      entry.hidden = ![...drawn.querySelectorAll(entry.dataset.drawn)].some((element) => inSight(element, frame));
    }
  };
  const soon = () => {
    if (!waiting) requestAnimationFrame(explain);
    waiting = true;
  };
  map.on("layeradd layerremove moveend", soon);
  soon();
}

// Leaflet leaves what is out of sight in the page, as a path without a length.
function inSight(element, frame) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return right > left && right > frame.left && left < frame.right && bottom > frame.top && top < frame.bottom;
}
