// Days as whole numbers, to reckon with: the days since 1 January 1970, UTC.

import { LANGUAGE } from "./words.js";

const DAY_MS = 86_400_000;
const monthOf = new Intl.DateTimeFormat(LANGUAGE, { month: "short", timeZone: "UTC" });

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

// Returns the number of the first day of a month, which is counted from January of the year 0.
export function monthStart(month) {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS;
}

export function monthName(number) {
  return monthOf.format(number * DAY_MS);
}

export function within(number, low, high) {
  return Math.min(Math.max(number, low), high);
}
