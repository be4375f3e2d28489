// The events of a smaller map, which has filters of its own.

import { startMarks } from "./marks.js";
import { startRegions } from "./regions.js";

// Keeps marks, areas and regions in step with the map and with what `query()` asks for; to press a mark leads to its
// event's page. Returns the function that looks for news, for when the query has changed.
export function startEvents(map, layers, query) {
  const { page } = layers.markLayer.options;
  layers.markLayer.choose = ({ id }) => location.assign(`${page}${encodeURIComponent(id)}`);
  const starts = [startMarks, startRegions].map((start) => start(map, layers, query));
  const renew = () => Promise.all(starts.map((start) => start()));
  map.on("moveend", renew);
  return renew;
}
