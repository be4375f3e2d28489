"""Numbers as news writes them."""

from __future__ import annotations

import re

import pytest

from extract.numbers import NUMBER, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("1,200", 1200),
        ("12 000", 12_000),
        ("12\u00a0000", 12_000),
        ("zero", 0),
        ("twelve", 12),
        ("Twelve", 12),
        ("twenty-three", 23),
        ("thirty eight", 38),
        ("a dozen", 12),
        ("two dozen", 24),
        ("a hundred", 100),
        ("two hundred and six", 206),
        ("three thousand", 3000),
        ("five thousand two hundred and ten", 5210),
        ("a hundred thousand", 100_000),
        ("one million", 1_000_000),
        ("half a dozen", 6),
        ("half a million", 500_000),
        ("1,50,000", 150_000),
        ("1.5 lakh", 150_000),
        ("two lakh fifty thousand", 250_000),
        ("2 crore", 20_000_000),
        ("12 thousand", 12_000),
        ("1.2 thousand", 1200),
        ("3 dozen", 36),
        ("20-odd", 20),
        ("twenty odd", 20),
        ("1.2 billion", 1_200_000_000),
    ],
)
def test_a_number_is_read(text: str, value: float) -> None:
    assert read_number(text) == value
    assert re.fullmatch(NUMBER, text.lower()) or "." in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "an",
        "and",
        "a man",
        "dozens",
        "many",
        "twelve men",
        "-3",
        "½",
        "1,2",
        "1,2000",
        "9" * 13,
        "scores",
        "9,999 billion",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_a_score_is_twenty_where_something_is_counted_by_it() -> None:
    assert read_number("a score") == 20
    assert re.search(NUMBER, "a score of men")
    assert not re.search(NUMBER, "to settle a score")


def test_a_number_too_large_to_mean_anything_is_none() -> None:
    assert read_number("hundred " * 400) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("killed two hundred and six people", "two hundred and six", id="and after a scale"),
        pytest.param("killed two and six fled", "two", id="and between two numbers"),
        pytest.param("and three more", "three", id="and before a number"),
        pytest.param("some 1,200 men", "1,200", id="thousands"),
        pytest.param("sixteen men", "sixteen", id="longest word"),
    ],
)
def test_a_number_is_found_in_a_text(text: str, expected: str) -> None:
    found = re.search(rf"\b{NUMBER}\b", text)
    assert found is not None
    assert found[0] == expected
