"""Maps by Folium: the map, its panes, its layers and their control.

Folium runs whatever text it is given, so it is given none: our layers pass addresses and numbers to
``static/js/sitmap.js``, which fetches the events as JSON and writes them with ``textContent``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import folium
from branca.element import Figure, MacroElement
from flask import current_app, url_for
from flask_babel import gettext as _
from folium.map import CustomPane, Layer, LayerControl
from folium.template import Template
from markupsafe import Markup

from web.assets import basemap_version

MIN_ZOOM, MAX_ZOOM = 2, 18
PANES = {
    "outlines": 150, "heat": 180, "control": 200, "regions": 250, "change": 280, "front": 300, "discs": 350,
    "names": 380,
}  # fmt: skip
"""Stacking order of what lies under the marks."""
POINTED_AT = ("regions", "change")
"""Panes of which something can be opened; the others let the pointer through."""

OUTLINES_FROM = "Outlines: Natural Earth · Places: GeoNames (CC BY 4.0)"
TILES_FROM = (
    '© <a href="https://www.openstreetmap.org/copyright" rel="noreferrer">OpenStreetMap</a> contributors'
)


@dataclass(frozen=True, slots=True)
class MapMarkup:
    """A rendered map: its element, and the body of the module script that fills it."""

    html: Markup
    script: Markup


def situation_map(*, alone: bool = False) -> MapMarkup:
    """Return the main map. What it shows is fetched for the filters and the window in the page's address.

    ``alone`` is for a page that has nothing around it.
    """
    built = _Builder()
    built.add_events()
    built.add("heatLayer", _("Heat map of events"), show=False, url=url_for("view.heat"))
    built.add_control(url_for("control.control"))
    built.add("changeLayer", _("Change in the window"), show=False, url=url_for("control.changes"))
    return built.render("alone" if alone else "situation", control=True)


def choropleth_map(
    *,
    regions: str,
    level: str,
    measure: str,
    classes: Sequence[tuple[float, int]],
    window: Mapping[str, Sequence[str]],
) -> MapMarkup:
    """Return the map of regions shaded by ``measure``; ``classes`` are where each begins, and its colour.

    ``window`` are the arguments that the regions' pages take over.
    """
    built = _Builder()
    built.add(
        "choroplethLayer",
        _("Regions"),
        url=regions,
        level=level,
        measure=measure,
        classes=classes,
        page=url_for("pages.region", region_id="-").removesuffix("-"),
        query=urlencode(window, doseq=True),
    )
    return built.render("choropleth")


def region_map(*, outline: str, level: str, query: Mapping[str, Sequence[str]]) -> MapMarkup:
    """Return the map of one region: its outline, those of its parts of that level that have events, and the
    events that ``query`` asks for."""
    built = _Builder()
    built.add("boundaryLayer", _("Outline"), url=outline)
    built.add_events(query, level=level)
    return built.render("inside")


def evidence_map(*, event: str, family: int) -> MapMarkup:
    """Return the small map of one event's page, by its GeoJSON's address and its family's number."""
    built = _Builder()
    built.add("eventLayer", _("Event"), url=event, family=family)
    return built.render("single")


def near_map() -> MapMarkup:
    """Return the map of what lies around a position. Which one, the page's address says."""
    built = _Builder()
    built.add_events({})
    return built.render("around")


def control_map(*, control: str) -> MapMarkup:
    """Return the small map of who holds what, by its GeoJSON's address."""
    built = _Builder()
    built.add_control(control)
    return built.render("control")


class _ModuleLayer(Layer):
    """A layer that one of our own functions makes."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} ="
        " sitmap.{{ this.maker }}({{ this._parent.get_name() }}, {{ this.options|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, maker: str, title: str, options: Mapping[str, Any], **shown: bool) -> None:
        super().__init__(name=title, **shown)
        self._name = maker
        self.maker = maker
        self.options = options


class _Start(MacroElement):
    """The call that ties a page to its finished map."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "sitmap.{{ this.page }}({{ this._parent.get_name() }}, {"
        " {% for maker, layer in this.layers.items() %}{{ maker }}: {{ layer.get_name() }}, {% endfor %}"
        "});"
        "{% endmacro %}"
    )

    def __init__(self, page: str, layers: Mapping[str, Layer]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Start"
        self.page = page
        self.layers = layers


class _Builder:
    """Puts a map together: base first, then what is added, then the control."""

    def __init__(self) -> None:
        self._layers: dict[str, Layer] = {}
        self._map = folium.Map(
            location=(30, 15), zoom_start=MIN_ZOOM, tiles=None, world_copy_jump=True,
            # Folium hands its own max_zoom to tiles only.
            minZoom=MIN_ZOOM, maxZoom=MAX_ZOOM,
        )  # fmt: skip
        for name, z_index in PANES.items():
            pane = CustomPane(name, z_index=z_index, pointer_events=name in POINTED_AT)
            self._map.add_child(pane)
        tiles = current_app.config["SITMAP_TILES"]
        options = {
            "coarse": url_for("assets.basemap", detail="coarse", v=basemap_version()),
            "fine": url_for("assets.basemap", detail="fine", v=basemap_version()),
            "attribution": OUTLINES_FROM,
        }
        outlines = _ModuleLayer(
            "outlineLayer", "Outlines", options, overlay=False, control=bool(tiles), show=not tiles
        )
        self._map.add_child(outlines)
        if tiles:
            self._map.add_child(
                folium.TileLayer(tiles, attr=TILES_FROM, name="OpenStreetMap", max_zoom=MAX_ZOOM)
            )

        self.add("townLayer", _("Towns"), control=False, url=url_for("features.places"))

    def add(self, maker: str, title: str, *, show: bool = True, control: bool = True, **options: Any) -> None:
        """Add an overlay that ``maker`` of our script draws; ``control`` tells whether it can be switched."""
        self._layers[maker] = _ModuleLayer(maker, title, options, overlay=True, show=show, control=control)
        self._map.add_child(self._layers[maker])

    def add_control(self, url: str) -> None:
        """Add who holds what at ``url``: one answer that three layers draw."""
        self.add("controlLayer", _("Control areas"), url=url)
        self.add("contestedLayer", _("Contested"))
        self.add("frontLayer", _("Front line"))

    def add_events(self, query: Mapping[str, Sequence[str]] | None = None, level: str = "") -> None:
        """Add the events of a view as signs and clusters, how unsure their places are, and their regions.

        ``query`` are the filters, those of the page's address where it is ``None``; ``level`` is that of the
        regions, by the zoom where it is empty.
        """
        asked = None if query is None else urlencode(query, doseq=True)
        page = url_for("pages.event", event_id="-").removesuffix("-")
        spot = url_for("view.listing")
        self.add("markLayer", _("Events"), url=url_for("view.clusters"), query=asked, page=page, spot=spot)
        self.add("areaLayer", _("Where exact places are not known"))
        self.add(
            "regionLayer", _("Regions by number of events"), url=url_for("features.regions"), level=level
        )

    def render(self, page: str, *, control: bool = False) -> MapMarkup:
        """Return the map; ``page`` is the function of our script that takes it over."""
        if control:
            self._map.add_child(LayerControl(position="topright", collapsed=True))
        self._map.add_child(_Start(page, self._layers))
        # Folium's own header is left out: it loads from other hosts and forbids zooming on phones.
        self._map.default_js, self._map.default_css = [], []
        figure = self._map.get_root()
        assert isinstance(figure, Figure)
        figure.render()
        return MapMarkup(Markup(figure.html.render()), Markup(figure.script.render()))
