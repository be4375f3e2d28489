"""The forms that the data files leave out."""

from __future__ import annotations

import pytest

from extract.inflect import noun_forms, verb_forms

IRREGULAR = {"strike": ("struck", "stricken"), "hit": ("hit", "hitting"), "seize": ("seized",)}


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        pytest.param("shell", "shell shells shelled shelling", id="regular"),
        pytest.param("seize", "seize seizes seized seizing", id="silent e"),
        pytest.param("occupy", "occupy occupies occupied occupying", id="y after a consonant"),
        pytest.param("deploy", "deploy deploys deployed deploying", id="y after a vowel"),
        pytest.param("clash", "clash clashes clashed clashing", id="sibilant"),
        pytest.param("torpedo", "torpedo torpedoes torpedoed torpedoing", id="o"),
        pytest.param("rob", "rob robs robbed robbing", id="doubled"),
        pytest.param("bomb", "bomb bombs bombed bombing", id="not doubled: two consonants"),
        pytest.param("raid", "raid raids raided raiding", id="not doubled: two vowels"),
        pytest.param("open", "open opens opened opening", id="not doubled: unstressed"),
        pytest.param("free", "free frees freed freeing", id="double e"),
        pytest.param("strike", "strike strikes struck stricken striking", id="irregular"),
        pytest.param("hit", "hit hits hitting", id="irregular without a change"),
    ],
)
def test_a_verb_has_its_forms(base: str, forms: str) -> None:
    assert set(verb_forms(base, IRREGULAR)) == set(forms.split())


@pytest.mark.parametrize(
    ("base", "plural"),
    [
        ("siege", "sieges"),
        ("clash", "clashes"),
        ("city", "cities"),
        ("convoy", "convoys"),
        ("rally", "rallies"),
    ],
)
def test_a_noun_has_its_plural(base: str, plural: str) -> None:
    assert noun_forms(base) == (base, plural)
