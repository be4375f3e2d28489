"""The ranker: weights and trees out of a file, and what follows from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import geo.ranker
from domain import BadData
from geo.features import FEATURES
from geo.ranker import Ranker, Trees, load_ranker, probabilities

STUMP: dict[str, list[float]] = {
    "feature": [0, -1, -1],
    "threshold": [2.0, 0, 0],
    "left": [1, 0, 0],
    "right": [2, 0, 0],
}
STUMP["value"] = [0.5, -1.0, 2.0]
TWO: dict[str, list[float]] = {
    "feature": [1, -1, 0, -1, -1],
    "threshold": [0.5, 0, 1.0, 0, 0],
    "left": [1, 0, 3, 0, 0],
    "right": [2, 0, 4, 0, 0],
    "value": [0.0, -0.25, 0.5, 0.25, 1.0],
}


@pytest.mark.parametrize(
    ("row", "score"),
    [
        pytest.param([2.0, 0.0], -1.25, id="on the threshold goes left"),
        pytest.param([2.1, 0.0], 1.75, id="above it goes right"),
        pytest.param([1.0, 1.0], -0.75, id="two deep, left"),
        pytest.param([3.0, 1.0], 3.0, id="two deep, right"),
    ],
)
def test_the_contributions_add_up_to_the_leaves_of_a_row(row: list[float], score: float) -> None:
    trees = Trees([STUMP, TWO])
    assert trees.base + trees.contributions(np.array([row, [9.0, 9.0]])).sum(axis=1)[0] == pytest.approx(
        score
    )


def test_a_feature_contributes_what_the_way_down_gains_by_it() -> None:
    assert Trees([TWO]).contributions(np.array([[3.0, 1.0]]))[0] == pytest.approx([0.5, 0.5])


def test_no_trees_score_nothing() -> None:
    assert Trees([]).base == 0
    assert Trees([]).contributions(np.ones((3, 2))).tolist() == [[0, 0]] * 3


def test_probabilities_are_shares_among_the_rows_of_one_toponym() -> None:
    shares = probabilities(np.array([0.0, 1000.0, 1000.0, -5.0]), np.array([0, 0, 0, 1]), 2)
    assert shares == pytest.approx([0.0, 0.5, 0.5, 1.0])


def test_what_cannot_be_has_no_probability() -> None:
    shares = probabilities(np.array([-np.inf, 0.0]), np.array([0, 0]), 1)
    assert shares == pytest.approx([0.0, 1.0])


def test_confidence_follows_the_curve_of_calibration() -> None:
    nothing = np.zeros(len(FEATURES))
    plain, modest = (Ranker(nothing, nothing, Trees([]), line) for line in ((1.0, 0.0), (0.5, -0.2)))
    assert plain.confidence(0.8) == pytest.approx(0.8)
    assert 0.5 < modest.confidence(0.8) < 0.8
    assert 0 < modest.confidence(0.0) < modest.confidence(1.0) < 1


def test_the_ranker_that_comes_with_sitmap_can_be_read() -> None:
    ranker = load_ranker()
    assert ranker.first.shape == ranker.second.shape == (len(FEATURES),)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="cut off"),
        pytest.param("[]", id="no table"),
        pytest.param('{"features": ["size"]}', id="other features"),
        pytest.param(json.dumps({"features": list(FEATURES), "first": ["x"]}), id="words for numbers"),
    ],
)
def test_a_ranker_that_is_wrong_is_refused_by_name(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "places.json"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(geo.ranker, "MODEL", path)
    load_ranker.cache_clear()
    try:
        with pytest.raises(BadData, match=r"places\.json"):
            load_ranker()
    finally:
        monkeypatch.undo()
        load_ranker.cache_clear()
