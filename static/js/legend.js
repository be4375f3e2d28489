// The legend explains what is drawn, and only that: an entry is there while the map has what it names.

export function startLegend(map) {
  const legend = document.getElementById("legend");
  if (!legend) return;
  const entries = legend.querySelectorAll("[data-drawn]");
  let waiting = false;
  const explain = () => {
    waiting = false;
    const drawn = map.getContainer();
    for (const entry of entries) entry.hidden = !drawn.querySelector(entry.dataset.drawn);
  };
  const soon = () => {
    if (!waiting) requestAnimationFrame(explain);
    waiting = true;
  };
  map.on("layeradd layerremove zoomend", soon);
  explain();
}
