// What depends on how far the map is zoomed in.

export function onZoom(map, draw) {
  map.on("zoomend", draw);
  map.whenReady(draw);
}

export function pixelsWide(map, box) {
  return map.project(box.getNorthEast()).x - map.project(box.getSouthWest()).x;
}

export function toggle(group, layer, shown) {
  if (shown) group.addLayer(layer);
  else group.removeLayer(layer);
}
