// Days as whole numbers, to reckon with: the days since 1 January 1970, UTC.

const DAY_MS = 86_400_000;

// Returns the number of a day written YYYY-MM-DD, NaN of anything else.
export function dayNumber(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) / DAY_MS : NaN;
}

export function dayText(number) {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

// Returns the year, the month (from 0) and the day of the month.
export function dayParts(number) {
  const day = new Date(number * DAY_MS);
  return { year: day.getUTCFullYear(), month: day.getUTCMonth(), date: day.getUTCDate() };
}

export function within(number, low, high) {
  return Math.min(Math.max(number, low), high);
}
