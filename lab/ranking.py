"""Training of the ranker of places: the weights of the first rounds, and the trees of the last.

All of them maximise the likelihood of the right candidates, where "none of these" is right if no
candidate is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from scipy.optimize import minimize

from domain import Level, Place
from geo.features import CONTEXT, FEATURES, Floats, Ints
from geo.ranker import Ranker, Trees, probabilities
from geo.resolve import Ranking
from lab.cases import Case, Gold

RIDGE = 0.3
"""The weight of the squares of the weights, against overfitting."""

CLOSER_KM = 50.0
"""Of several candidates within tolerance the closer is the more right, on this scale."""

WIDE = (Level.COUNTRY, Level.ADMIN1, Level.AREA)

TURNS = 3
TREES = 150
BOOSTING = {
    "num_leaves": 12,
    "max_depth": 5,
    "learning_rate": 0.1,
    "min_data_in_leaf": 40,
    "lambda_l2": 5.0,
    "verbosity": -1,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
}
_AGAINST = """
    other kind than asked for|alone in its country|outside the place named|far from the place named
    outside the country of the other places|another spelling|only part of the name
    named elsewhere in the text|kilometres to the nearest place|a town of that name lies in it
"""
_EITHER = """
    country|region|district|area|building or base|its people|how far apart the places are
"""


def _listed(names: str) -> frozenset[str]:
    return frozenset(name.strip() for line in names.strip().splitlines() for name in line.split("|"))


AGAINST, EITHER = _listed(_AGAINST), _listed(_EITHER)
"""Features that never speak for a candidate, and those that may do either. No other speaks against one:
what a corpus of some thousand names seems to say to the contrary is chance."""

WAYS = [
    -1 if name in AGAINST else 0 if name in EITHER or name.startswith("none:") else 1 for name in FEATURES
]


@dataclass(slots=True)
class Examples:
    """Toponyms with their candidates: rows of features, owners, how right each row is, and weights."""

    features: Floats
    owner: Ints
    right: Floats
    weight: Floats


def gather(rankings: Sequence[Ranking], cases: Sequence[Case]) -> Examples:
    """Stack the toponyms whose place is known; each mention of one counts, further ones less."""
    features, owner, right, weight = [], [], [], []
    count = 0
    for ranking, case in zip(rankings, cases, strict=True):
        for number, toponym in enumerate(ranking.toponyms):
            gold = next((case.gold[index] for index in toponym.indexes if case.gold[index]), None)
            if gold is None:
                continue
            rows = [*ranking.rows(number), ranking.none(number)]
            features.append(ranking.features[rows])
            fits = [_fit(option.place, gold) for option in toponym.options]
            right += [*fits, 0.0 if any(fits) else 1.0]
            owner += [count] * len(rows)
            weight.append(case.weight * (1 + 0.3 * (len(toponym.indexes) - 1)))
            count += 1
    return Examples(np.concatenate(features), np.array(owner), np.array(right), np.array(weight))


def _fit(place: Place, gold: Gold) -> float:
    """Return how right a place is, 1 to 0. Of a wide one any gazetteer has another point."""
    km = gold.km(lat=place.lat, lon=place.lon)
    within = km <= gold.tolerance_km or (place.level in WIDE and km <= place.radius_km)
    return float(np.exp(-min(km, gold.tolerance_km) / CLOSER_KM)) if within else 0.0


def train(cases: Sequence[Case]) -> Ranker:
    """Return the weights of both rounds and the trees, not calibrated."""
    context = np.array([name in CONTEXT for name in FEATURES])
    pairs = [(Ranking(case.mentions, case.places), case) for case in cases]
    rankings, cases = zip(*((ranking, case) for ranking, case in pairs if ranking.toponyms), strict=True)
    nothing = np.zeros(len(FEATURES))
    first = fit(gather(rankings, cases), nothing, ~context)
    for ranking in rankings:
        ranking.begin(first)
    second = nothing
    # What the second round sees of the others depends on its own weights: they settle in a few turns.
    for _ in range(TURNS):
        for ranking in rankings:
            ranking.look()
        second = fit(gather(rankings, cases), second, np.ones(len(FEATURES), bool))
        for ranking in rankings:
            ranking.score(ranking.features @ second)
    for ranking in rankings:
        ranking.look()
    return Ranker(first, second, boost(gather(rankings, cases), second))


def fit(examples: Examples, start: Floats, free: Ints) -> Floats:
    """Return the weights under which the right rows are likeliest; only ``free`` ones are moved."""
    features = examples.features[:, free]

    def loss(weights: Floats) -> tuple[float, Floats]:
        likely, good, mass = _likelihood(features @ weights, examples)
        value = -float(examples.weight @ np.log(np.maximum(mass, 1e-12))) + RIDGE * float(weights @ weights)
        slope = features.T @ ((likely - good) * examples.weight[examples.owner]) + 2 * RIDGE * weights
        return value, slope

    bounds = [(0 if way > 0 else None, 0 if way < 0 else None) for way in np.array(WAYS)[free]]
    found = minimize(loss, start[free], jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 400})
    weights = np.zeros(len(FEATURES))
    weights[free] = found.x
    return weights


def _likelihood(scores: Floats, examples: Examples) -> tuple[Floats, Floats, Floats]:
    """Return each row's probability, that given that the toponym is answered rightly, and the latter's."""
    likely = probabilities(scores, examples.owner, len(examples.weight))
    mass = np.bincount(examples.owner, likely * examples.right, len(examples.weight)).astype(float)
    return likely, likely * examples.right / np.maximum(mass, 1e-12)[examples.owner], mass


def boost(examples: Examples, weights: Floats) -> Trees:
    """Return trees boosted on the likelihood of the right rows, on top of the weighted sum."""
    weight, summed = examples.weight[examples.owner], examples.features @ weights

    def objective(scores: Floats, _: object) -> tuple[Floats, Floats]:
        likely, good, _mass = _likelihood(summed + scores, examples)
        return (likely - good) * weight, np.maximum(likely * (1 - likely), 1e-3) * weight

    # A label is asked for and not looked at: the objective knows what is right.
    rows = lightgbm.Dataset(examples.features, label=np.zeros(len(weight)))
    parameters = {**BOOSTING, "objective": objective, "monotone_constraints": WAYS}
    model = lightgbm.train(parameters, rows, TREES).dump_model()
    return Trees([_flat(tree["tree_structure"]) for tree in model["tree_info"]])


def _flat(root: dict[str, Any]) -> dict[str, list[float]]:
    """Return a tree of LightGBM as lists, a node each, the root first."""
    nodes: dict[str, list[float]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}

    def add(node: dict[str, Any]) -> int:
        at = len(nodes["feature"])
        leaf = "leaf_value" in node
        for name, value in (
            ("feature", -1 if leaf else node["split_feature"]),
            ("threshold", 0.0 if leaf else node["threshold"]),
            ("left", 0),
            ("right", 0),
            ("value", node["leaf_value"] if leaf else node["internal_value"]),
        ):
            nodes[name].append(value)
        if not leaf:
            nodes["left"][at] = add(node["left_child"])
            nodes["right"][at] = add(node["right_child"])
        return at

    add(root)
    return nodes
