// Texts of the interface in the reader's language, and how it writes numbers and dates. The page brings the texts
// that scripts use; English ones stand in the code.

export const LANGUAGE = document.documentElement.lang || "en";

const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");
const countries = new Intl.DisplayNames(LANGUAGE, { type: "region", fallback: "none" });
const plural = new Intl.PluralRules(LANGUAGE);
const monthOf = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" });
// The forms of a plural in the order of the catalogues.
const FORMS = { en: ["one", "other"], uk: ["one", "few", "many"], ru: ["one", "few", "many"] }[LANGUAGE];

// Returns a text in the reader's language, with its {names} filled in.
export function t(text, values = {}) {
  return filled(texts[text] || text, values);
}

// Returns a text that stands in data, not in the code, in the reader's language where it is translated.
export function translated(text) {
  return texts[text] || text;
}

// Returns a country's name, by its ISO code; `name` is the English one.
export function countryName(code, name) {
  return LANGUAGE === "en" || !code ? name : countries.of(code) || name;
}

// Returns the text that goes with a number, in which {n} is the number: tn("{n} event", "{n} events", 3).
export function tn(one, many, n, values = {}) {
  const forms = texts[one] || [one, many];
  const text = forms[FORMS.indexOf(plural.select(n))] || forms.at(-1);
  return filled(text, { n: number(n), ...values });
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// "1,942" or "1 942".
export function number(value) {
  return value.toLocaleString(LANGUAGE);
}

// "31 Jan 2025", or "30 Jan – 2 Feb 2025" with what both ends share said once.
export function days(start, end) {
  if (!end) return t("date not known");
  const [first, last] = [start || end, end].map((text) => new Date(`${text}T00:00Z`));
  const day = (date) => `${dayOfYear(date)} ${date.getUTCFullYear()}`;
  if (first.getTime() === last.getTime()) return day(last);
  if (first.getUTCFullYear() !== last.getUTCFullYear()) return `${day(first)} – ${day(last)}`;
  if (first.getUTCMonth() !== last.getUTCMonth()) return `${dayOfYear(first)} – ${day(last)}`;
  return `${first.getUTCDate()} – ${day(last)}`;
}

function dayOfYear(date) {
  const month = monthOf.formatToParts(date).find((part) => part.type === "month").value;
  return `${date.getUTCDate()} ${month}`;
}

// 999, 1.2k, 34k: what fits into a cluster's disc.
export function compact(value) {
  if (value < 1000) return String(value);
  return `${number(Number((value / 1000).toFixed(value < 9950 ? 1 : 0)))}k`;
}
