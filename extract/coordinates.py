"""Positions in figures: decimal degrees, degrees with minutes and seconds, and MGRS grid references.

Whatever only looks like a position (a score, a price, a version, an address) is refused: its figures are
out of range, or nothing but their number speaks for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from mgrs import MGRS
from mgrs.core import MGRSError

from domain import Mention, Relation, Spot

KM_PER_DEGREE = 111.32
LEAST_KM = 0.1
"""However many decimals a text gives: something that happened has an extent."""

GRID_SQUARE_KM = 100.0
"""The side of an MGRS square that is named without figures; each pair of figures makes it a tenth."""

BARE_DECIMALS, MARKED_DECIMALS = 3, 2
"""From so many decimals on a pair of numbers, or of degrees, is a position without a word that says so."""

TELLING_DIGITS = 6
"""From so many figures on a grid reference is one, without a word that says so."""

MAX_CONTEXT = 40
"""Characters before a position within which a word may announce it."""

_SIGN = r"(?P<{n}_sign>[-−])?"
_DEGREES = r"(?P<{n}>\d{{1,3}}(?:\.\d{{1,10}})?)"
_MARK = r"(?P<{n}_mark>\s?[°º˚]|\s(?:deg|degs|degrees)\b)?"
_MINUTES = (
    r"(?:\s?(?P<{n}_minutes>\d{{1,2}}(?:\.\d{{1,6}})?)\s?['’′]"
    r"(?:\s?(?P<{n}_seconds>\d{{1,2}}(?:\.\d{{1,6}})?)\s?(?:[\"”″]|''|’’|′′))?)?"
)
_LABEL = r"(?:\b{label}\w{{0,6}}\.?[:=]?\s{{0,3}})?"
_BEFORE = r"(?:(?P<{n}_before>[{letters}])\.?\s?)?"
_AFTER = r"(?:\s?(?P<{n}_after>[{letters}]\b|\b(?:{words})\b)(?:\.(?=,))?)?"
_ANGLE = _LABEL + _BEFORE + _SIGN + _DEGREES + _MARK + _MINUTES + _AFTER


def _angle(name: str, label: str, letters: str, words: str) -> str:
    return _ANGLE.format(n=name, label=label, letters=letters, words=words)


_LAT = _angle("lat", "lat", "NS", "[Nn]orth|[Ss]outh")
_LON = _angle("lon", "long?", "EW", "[Ee]ast|[Ww]est")
_GAP = r"(?:\s{0,2}[,;/]\s{0,2}|\s{1,2}(?:and\s{1,2})?|(?<=[NSEW])|(?<=[\"”″'’′]))"
_OPEN = r"(?<![\w.,$€£¥%°+-])"
_CLOSE = (
    r"(?![\w°%]|[.,:]\d|\s{0,2}(?:%|per\s?cent|percent|percentage|points?|million|billion|thousand|dollars?"
    r"|euros?|km|kilomet|miles?|met(?:re|er)s?|years?|people|tonn?e?s?|degrees?|[°º˚])\b)"
)
_PAIRS = (
    re.compile(_OPEN + _LAT + _GAP + _LON + _CLOSE),
    re.compile(_OPEN + _LON + _GAP + _LAT + _CLOSE),
)
_GRID = re.compile(
    r"(?<![\w.])(?P<zone>\d{1,2}[C-HJ-NP-X])\s?(?P<square>[A-HJ-NP-Z][A-HJ-NP-V])"
    r"(?:\s?(?P<east>\d{1,5})\s(?P<north>\d{1,5})|\s?(?P<figures>\d{2,10}))?(?![\w]|[.,:]\d)"
)
_ANNOUNCED = re.compile(r"\b(?:co-?ordinates?|geolocat\w+|gps|lat(?:itude)?|position)\b", re.IGNORECASE)
_GRID_ANNOUNCED = re.compile(r"\b(?:grid|mgrs|square|utm)\b", re.IGNORECASE)


def find_coordinates(text: str) -> list[Mention]:
    """Return the positions in a text, in order and without overlaps, each as a mention with its spot."""
    found: list[Mention] = []
    spots = [*_degrees(text), *_grid_references(text)]
    for start, end, spot in sorted(spots, key=lambda each: (each[0], -each[1])):
        if not found or start >= found[-1].end:
            words = text[start:end]
            found.append(Mention(start, end, words, words, relation=Relation.COORDINATES, spot=spot))
    return found


def _degrees(text: str) -> Iterator[tuple[int, int, Spot]]:
    for pattern in _PAIRS:
        for match in pattern.finditer(text):
            lat, lon = _degree(match, "lat", 90), _degree(match, "lon", 180)
            if lat is None or lon is None or not _is_told(text, match):
                continue
            km = max(_rounding(match, "lat"), _rounding(match, "lon") * math.cos(math.radians(lat)))
            yield match.start(), match.end(), _spot(lat, lon, km * KM_PER_DEGREE * math.sqrt(2))


def _degree(match: re.Match[str], name: str, most: int) -> float | None:
    """Return an angle in degrees, ``None`` where it is none or lies outside the range."""
    minutes, seconds = float(match[f"{name}_minutes"] or 0), float(match[f"{name}_seconds"] or 0)
    side = (match[f"{name}_before"], match[f"{name}_after"])
    if minutes >= 60 or seconds >= 60 or all(side) or (any(side) and match[f"{name}_sign"]):
        return None
    value = float(match[name]) + minutes / 60 + seconds / 3600
    below = bool(match[f"{name}_sign"]) or (side[0] or side[1] or "N")[0].upper() in "SW"
    return None if value > most else -value if below else value


def _is_told(text: str, match: re.Match[str]) -> bool:
    """Whether something says of two numbers that they are a position."""
    angles = [_form(match, name) for name in ("lat", "lon")]
    if all(form["side"] for form in angles):
        return all(form["mark"] or form["decimals"] for form in angles)
    # A number alone may be a latitude; in front of a latitude stands a longitude only if it says so.
    if match.re is not _PAIRS[0] or any(form["side"] for form in angles):
        return False
    decimals = min(form["decimals"] for form in angles)
    marked = all(form["mark"] for form in angles)
    if decimals >= (MARKED_DECIMALS if marked else BARE_DECIMALS):
        return True
    before = text[max(0, match.start() - MAX_CONTEXT) : match.start("lat")]
    return decimals > 0 and bool(_ANNOUNCED.search(before))


def _form(match: re.Match[str], name: str) -> dict[str, int]:
    """Return how an angle is written: its decimals, and whether it has a degree sign and a hemisphere.

    Minutes count as two decimals, for they are about as fine.
    """
    return {
        "decimals": len(match[name].partition(".")[2]) + 2 * bool(match[f"{name}_minutes"]),
        "mark": bool(match[f"{name}_mark"] or match[f"{name}_minutes"]),
        "side": bool(match[f"{name}_before"] or match[f"{name}_after"]),
    }


def _rounding(match: re.Match[str], name: str) -> float:
    """Return half of the last place that an angle is given to, in degrees."""
    last, unit = match[name], 1.0
    for part, share in (("minutes", 60), ("seconds", 3600)):
        if match[f"{name}_{part}"]:
            last, unit = match[f"{name}_{part}"], 1 / share
    return float(0.5 * unit * 10.0 ** -len(last.partition(".")[2]))


def _grid_references(text: str) -> Iterator[tuple[int, int, Spot]]:
    """Yield MGRS references with the centres of their squares."""
    for match in _GRID.finditer(text):
        figures = match["figures"] or (match["east"] or "") + (match["north"] or "")
        announced = _GRID_ANNOUNCED.search(text[max(0, match.start() - MAX_CONTEXT) : match.start()])
        uneven = match["east"] and len(match["east"]) != len(match["north"])
        if uneven or len(figures) % 2 or not (announced or len(figures) >= TELLING_DIGITS):
            continue
        try:
            lat, lon = MGRS().toLatLon(match["zone"] + match["square"] + figures)
        except MGRSError:
            # No such square in that zone: it is not a grid reference.
            continue
        side = GRID_SQUARE_KM / 10.0 ** (len(figures) // 2)
        yield match.start(), match.end(), _spot(lat, lon, side * math.sqrt(0.5))


def _spot(lat: float, lon: float, km: float) -> Spot:
    return Spot(round(lat, 6), round(lon, 6), round(max(LEAST_KM, km), 1))
