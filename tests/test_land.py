"""The ground of countries: without large waters, each piece one country's."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from domain import BBox, NotPrepared
from geo.land import Land, Plane, Theatre, build_land, land_is_current
from tests.control_samples import land_of

HERE = BBox(29, 44, 35, 48)


def theatre(folder: Path, **outlines: shapely.geometry.base.BaseGeometry) -> Theatre:
    return land_of(folder, **outlines).theatre(HERE)


def codes(seen: Theatre, *spots: tuple[float, float]) -> list[str]:
    """Return the countries of spots in lon, lat."""
    return [str(code) for code in seen.countries_of(seen.plane.flat(np.array(spots, dtype=np.float64)))]


def is_dry(seen: Theatre, country: str, *, lat: float, lon: float) -> bool:
    return bool(shapely.contains(seen.grounds[country].dry, seen.plane.shape(Point(lon, lat))))


def test_flat_positions_are_kilometres_from_the_middle_and_lead_back() -> None:
    plane = Plane(BBox(29, 44, 35, 48))
    assert np.allclose(
        plane.flat(np.array([[32.0, 46.0], [32.0, 47.0]])), np.array([[0, 0], [0, 111.15]]), atol=0.05
    )
    back = plane.on_map(plane.shape(Point(33.5, 47.25)))
    assert shapely.distance(back, Point(33.5, 47.25)) < 1e-7


def test_rivers_and_ponds_are_ground_and_lakes_are_not(tmp_path: Path) -> None:
    river = LineString([(30, 45), (33, 45)]).buffer(0.004)  # 0.9 km wide
    pond, lake = Point(31, 46).buffer(0.02), Point(32, 46).buffer(0.1)  # 15 and 270 km²
    seen = theatre(tmp_path, UKR=box(30, 44.5, 34, 47).difference(shapely.union_all([river, pond, lake])))
    assert is_dry(seen, "UA", lat=45, lon=31.5)
    assert is_dry(seen, "UA", lat=46, lon=31)
    assert not is_dry(seen, "UA", lat=46, lon=32)
    assert codes(seen, (32, 46)) == ["UA"]


def test_what_two_outlines_share_is_the_smaller_countrys(tmp_path: Path) -> None:
    seen = theatre(tmp_path, UKR=box(30, 45, 32.2, 46), RUS=box(31.8, 45, 34.5, 47))
    assert codes(seen, (31, 45.5), (32, 45.5), (33, 45.5)) == ["UA", "UA", "RU"]
    one, other = (ground.dry for ground in seen.grounds.values())
    assert shapely.intersection(one, other).area < 1e-6


def test_a_country_within_another_is_itself(tmp_path: Path) -> None:
    seen = theatre(
        tmp_path, ZAF=box(30, 44.5, 34, 47).difference(box(31, 45, 32, 46)), LSO=box(31, 45, 32, 46)
    )
    assert codes(seen, (31.5, 45.5), (33, 45.5)) == ["LS", "ZA"]


def test_what_lies_a_little_off_the_coast_is_of_the_country_and_the_sea_is_nobodys(tmp_path: Path) -> None:
    seen = theatre(tmp_path, UKR=box(30, 45, 32, 46))
    assert codes(seen, (32.1, 45.5), (32.2, 45.5)) == ["UA", ""]


def test_a_village_hardly_across_a_border_is_of_the_country_around_it(tmp_path: Path) -> None:
    seen = theatre(tmp_path, UKR=box(30, 45, 32, 46), RUS=box(32, 45, 34, 46))
    own = [(31.9 + 0.01 * at, 45.5 - 0.02 * at) for at in range(8)]
    own += [(31.9 - 0.01 * at, 45.5 + 0.02 * at) for at in range(1, 8)]
    assert codes(seen, *own, (32.01, 45.5))[-1] == "UA"
    assert codes(seen, *own, (32.3, 45.5))[-1] == "RU", "not if it lies farther"
    assert codes(seen, (32.01, 45.5)) == ["RU"], "nor if nothing is known around it"


def test_islands_of_a_wide_theatre_are_kept_if_they_are_large(tmp_path: Path) -> None:
    wide = BBox(0, 20, 60, 70)
    islands = {"UKR": shapely.union_all([box(30, 45, 33, 47), Point(20, 40).buffer(0.005)])}
    ground = land_of(tmp_path, **islands).theatre(wide).grounds["UA"]
    assert ground.dry.geom_type == "Polygon"
    assert ground.dry.area == pytest.approx(233 * 222, rel=0.02)


def test_a_theatre_is_kept(tmp_path: Path) -> None:
    land = land_of(tmp_path, UKR=box(30, 45, 32, 46))
    assert land.theatre(HERE) is land.theatre(BBox(29, 44, 35, 48))


def test_a_theatre_at_sea_has_no_grounds(tmp_path: Path) -> None:
    seen = land_of(tmp_path, UKR=box(30, 45, 32, 46)).theatre(BBox(0, 0, 5, 5))
    assert not seen.grounds
    assert codes(seen, (2, 2)) == [""]


def test_pieces_of_no_country_are_not_kept(tmp_path: Path) -> None:
    seen = theatre(tmp_path, UKR=box(30, 45, 32, 46), QQQ=box(32, 45, 34, 46))
    assert set(seen.grounds) == {"UA"}


def test_without_outlines_it_is_said_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotPrepared, match="flask prepare"):
        Land(tmp_path / "land.fgb")
    with pytest.raises(NotPrepared, match="npm ci"):
        build_land(tmp_path / "map.geo.json", tmp_path / "land.fgb")


def test_a_file_from_before_the_last_change_is_built_anew(tmp_path: Path) -> None:
    land_of(tmp_path, UKR=box(30, 45, 32, 46))
    assert land_is_current(tmp_path / "land.fgb")
    os.utime(tmp_path / "land.fgb", (0, 0))
    assert not land_is_current(tmp_path / "land.fgb")
    assert not land_is_current(tmp_path / "none.fgb")


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [(37.8, 48.0, "UA"), (34.1, 44.95, "UA"), (35.27, 51.19, "RU"), (28.2, -29.5, "LS")],
    ids=["Donetsk", "Crimea", "Sudzha", "Lesotho"],
)
def test_the_world_is_cut_into_countries(prepared: dict[str, str], lon: float, lat: float, code: str) -> None:
    box_around = BBox(int(lon) - 2, int(lat) - 2, int(lon) + 3, int(lat) + 3)
    assert codes(Land(Path(prepared["SITMAP_LAND"])).theatre(box_around), (lon, lat)) == [code]
