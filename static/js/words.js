// The few words that the list of events needs; the long ones come from the server.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// "31 Jan 2025", or "30 Jan – 2 Feb 2025" with what both ends share said once.
export function days(start, end) {
  if (!end) return "date not known";
  const [first, last] = [start || end, end].map((text) => text.split("-").map(Number));
  const day = ([year, month, number]) => `${number} ${MONTHS[month - 1]} ${year}`;
  if (first.join() === last.join()) return day(last);
  if (first[0] !== last[0]) return `${day(first)} – ${day(last)}`;
  if (first[1] !== last[1]) return `${first[2]} ${MONTHS[first[1] - 1]} – ${day(last)}`;
  return `${first[2]} – ${day(last)}`;
}

export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

// 999, 1.2k, 34k: what fits into a cluster's disc.
export function compact(number) {
  if (number < 1000) return String(number);
  return `${(number / 1000).toFixed(number < 9950 ? 1 : 0)}k`;
}

export function sentenceCase(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

// Returns a text of the interface in the reader's language, with its {names} filled in.
export function t(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
