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
from folium.map import CustomPane, Layer, LayerControl
from folium.template import Template
from markupsafe import Markup

from ontology import Ontology
from web.assets import basemap_version

MIN_ZOOM, MAX_ZOOM = 2, 18
PANES = {
    "outlines": 150, "control": 200, "regions": 250, "change": 280, "front": 300, "discs": 350, "names": 380,
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


def situation_map(ontology: Ontology) -> MapMarkup:
    """Return the main map. What it shows is fetched for the filters and the window in the page's address."""
    built = _Builder(ontology)
    built.add_control(url_for("control.control"))
    built.add("changeLayer", "Change in the window", show=False, url=url_for("control.changes"))
    built.add("regionLayer", "Regions by number of events", url=url_for("features.regions"))
    built.add_events("Events", url_for("features.events"))
    return built.render("situation", control=True)


def choropleth_map(
    ontology: Ontology,
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
    built = _Builder(ontology)
    built.add(
        "choroplethLayer",
        "Regions",
        url=regions,
        level=level,
        measure=measure,
        classes=classes,
        page=url_for("pages.region", region_id="-").removesuffix("-"),
        query=urlencode(window, doseq=True),
    )
    return built.render("choropleth")


def region_map(ontology: Ontology, *, outline: str, regions: str, events: str) -> MapMarkup:
    """Return the map of one region: its outline, those of its parts that have events, and the events."""
    built = _Builder(ontology)
    built.add("regionLayer", "Parts by number of events", url=regions)
    built.add("boundaryLayer", "Outline", url=outline)
    built.add_events("Events", events)
    return built.render("inside")


def evidence_map(ontology: Ontology, *, event: str) -> MapMarkup:
    """Return the small map of one event's page."""
    built = _Builder(ontology)
    built.add_events("Event", event)
    return built.render("single")


def near_map(ontology: Ontology) -> MapMarkup:
    """Return the map of what lies around a position. Which one, the page's address says."""
    built = _Builder(ontology)
    built.add_events("Events", url_for("features.near"))
    return built.render("around")


def control_map(ontology: Ontology, *, control: str) -> MapMarkup:
    """Return the small map of who holds what, by its GeoJSON's address."""
    built = _Builder(ontology)
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

    def __init__(self, ontology: Ontology) -> None:
        self._families = [
            {"name": family.name, "shape": family.shape} for family in ontology.families.values()
        ]
        self._layers: dict[str, Layer] = {}
        self._map = folium.Map(
            location=(30, 15), zoom_start=MIN_ZOOM, tiles=None, world_copy_jump=True,
            # Folium hands its own max_zoom to tiles only, and clusters need the map's.
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

        self.add("townLayer", "Towns", url=url_for("features.places"))

    def add(self, maker: str, title: str, *, show: bool = True, **options: Any) -> None:
        """Add an overlay that ``maker`` of our script draws."""
        self._layers[maker] = _ModuleLayer(maker, title, options, overlay=True, show=show)
        self._map.add_child(self._layers[maker])

    def add_control(self, url: str) -> None:
        """Add who holds what at ``url``: one answer that three layers draw."""
        self.add("controlLayer", "Control areas", url=url)
        self.add("contestedLayer", "Contested")
        self.add("frontLayer", "Front line")

    def add_events(self, title: str, url: str) -> None:
        """Add the events at ``url``, each with its sign and a link to its page."""
        page = url_for("pages.event", event_id="-").removesuffix("-")
        self.add("eventLayer", title, url=url, page=page, families=self._families)

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
