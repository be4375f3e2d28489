// The bars behind the window of days: how many events each day has, stacked by family. They are painted once for an
// answer, a width and a theme; while the window moves, they stay as they are.

import { dayNumber, dayParts, dayText, monthName, monthStart, within } from "./daynumbers.js";
import { days, number } from "./words.js";

const AXIS_PIXELS = 14;
const BAR_PIXELS = 2;
const LABEL_PIXELS = 72;
const MONTHS_BETWEEN = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
const DAYS_BETWEEN = [1, 2, 7, 14];
const DAYS_A_MONTH = 30.4;

// Draws into the canvas and the words of `track`, over the days from `first` to `last` (numbers of days).
export function timeChart(track, { first, last }) {
  const canvas = track.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const rows = [...track.querySelectorAll(".bar-words li")];
  const length = last - first + 1;
  let bars = [];
  let answer = { first: null, bins: [] };

  const paint = () => {
    const { width, height } = canvas.getBoundingClientRect();
    if (!width) return;
    bars = gathered(answer, Math.ceil((BAR_PIXELS * length) / width), { first, last });
    Object.assign(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
    pen.scale(devicePixelRatio, devicePixelRatio);
    const colours = rows.map((row) => getComputedStyle(row.querySelector(".sign")).fill);
    const x = (day) => ((day - first) / length) * width;
    paintBars(pen, bars, { x, foot: height - AXIS_PIXELS, colours });
    paintAxis(pen, canvas, { x, first, last, foot: height - AXIS_PIXELS, width });
  };
  new ResizeObserver(paint).observe(canvas);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return {
    // Shows an answer of /histogram.json.
    draw(histogram) {
      answer = histogram;
      paint();
    },

    // Returns the day at a distance from the window's left edge, the nearest one where it is beside the bars.
    dayAt(clientX) {
      const { left, width } = canvas.getBoundingClientRect();
      return within(Math.floor(first + ((clientX - left) / width) * length), first, last);
    },

    // Returns the bar that stands over a day, or one of that day alone where there is none.
    barAt(day) {
      return bars.find((bar) => bar.low <= day && day <= bar.high) || { low: day, high: day, families: [] };
    },

    // Says in words what a bar counts.
    explain(bar) {
      const box = track.querySelector(".bar-words");
      box.hidden = !bar;
      if (!bar) return;
      box.style.setProperty("--at", (bar.low + bar.high + 1 - 2 * first) / 2 / length);
      box.querySelector("strong").textContent = days(dayText(bar.low), dayText(bar.high));
      rows.forEach((row, family) => {
        const count = bar.families[family] || 0;
        row.hidden = !count;
        row.querySelector(".figures").textContent = number(count);
      });
      box.querySelector(".note").hidden = bar.families.some(Boolean);
    },
  };
}

// Joins bins until a bar has at least `least` days. Bars end where the days of the track do.
function gathered({ first: from, days: width, bins }, least, { first, last }) {
  const joined = Math.max(1, Math.ceil(least / width));
  const start = dayNumber(from);
  const bars = [];
  for (let at = 0; at < bins.length; at += joined) {
    const part = bins.slice(at, at + joined);
    const families = part[0].map((_, family) => part.reduce((sum, bin) => sum + bin[family], 0));
    const low = Math.max(start + at * width, first);
    const high = Math.min(start + (at + part.length) * width - 1, last);
    if (low <= high) bars.push({ low, high, families });
  }
  return bars;
}

function paintBars(pen, bars, { x, foot, colours }) {
  const total = ({ families }) => families.reduce((sum, count) => sum + count, 0);
  const highest = Math.max(1, ...bars.map(total));
  colours.forEach((colour, family) => {
    pen.fillStyle = colour;
    for (const { low, high, families } of bars) {
      if (!families[family]) continue;
      const under = families.slice(0, family).reduce((sum, count) => sum + count, 0);
      const tall = (families[family] / highest) * foot;
      const wide = x(high + 1) - x(low);
      pen.fillRect(x(low), foot - (under / highest) * foot - tall, wide > 4 ? wide - 1 : wide, tall);
    }
  });
}

function paintAxis(pen, canvas, { x, first, last, foot, width }) {
  const style = getComputedStyle(canvas);
  pen.fillStyle = style.color;
  pen.font = `11px ${style.fontFamily}`;
  pen.textBaseline = "bottom";
  pen.fillRect(0, foot, width, 0.5);
  let free = 0;
  for (const { day, words } of ticks(first, last, Math.max(1, Math.floor(width / LABEL_PIXELS)))) {
    pen.fillRect(x(day), foot, 1, 3);
    if (x(day) < free || x(day) + pen.measureText(words).width > width) continue;
    pen.fillText(words, x(day) + 3, foot + AXIS_PIXELS);
    free = x(day) + pen.measureText(words).width + 12;
  }
}

// Returns the days that the axis names, at most about `most`: whole years, months, weeks or days. The name of a
// month stands for its first day, and that of a year for its first month.
function ticks(first, last, most) {
  const length = last - first + 1;
  const apart = DAYS_BETWEEN.find((each) => length / each <= most);
  if (apart) {
    return Array.from({ length: Math.ceil(length / apart) }, (_, at) => first + at * apart).map((day) => ({
      day,
      words: `${dayParts(day).date} ${monthName(day)}`,
    }));
  }
  const months = MONTHS_BETWEEN.find((each) => length / DAYS_A_MONTH / each <= most) || MONTHS_BETWEEN.at(-1);
  const { year, month: from } = dayParts(first);
  const found = [];
  for (let at = Math.ceil((year * 12 + from) / months) * months; ; at += months) {
    const day = monthStart(at);
    if (day > last) return found;
    if (day < first) continue;
    const words = at % 12 === 0 ? `${at / 12}` : monthName(day);
    found.push({ day, words: found.length || at % 12 === 0 ? words : `${words} ${Math.floor(at / 12)}` });
  }
}
