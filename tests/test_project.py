"""Rules of the project itself, held by looking at it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from app import SETTINGS, create_app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LARGEST_FILE = 40_000_000


def project_files() -> list[Path]:
    """Return what git keeps or would keep; without git, what does not look built."""
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        built = re.compile(r"(\.(?!ci/)[^/]*|instance|node_modules)/|.*__pycache__/")
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")]
        listed = "\0".join(name for name in names if not built.match(name))
    return [ROOT / name for name in listed.split("\0") if (ROOT / name).is_file()]


def commands(tmp_path: Path) -> Mapping[str, click.Command]:
    """Return Sitmap's own commands by name."""
    return create_app({"SITMAP_INSTANCE": str(tmp_path)}).cli.commands


def test_every_command_and_option_has_help(tmp_path: Path) -> None:
    for name, command in commands(tmp_path).items():
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts[0]}"


def test_the_readme_lists_every_command(tmp_path: Path) -> None:
    section = README.partition("\n## Commands\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE) == list(commands(tmp_path))


def test_the_readme_lists_every_setting() -> None:
    section = README.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = [row.split(" | ") for row in re.findall(r"^\| (`SITMAP_.*) \|$", section, re.MULTILINE)]
    assert [row[0].strip("`") for row in rows] == [setting.variable for setting in SETTINGS]
    for row, setting in zip(rows, SETTINGS, strict=True):
        default = setting.default
        shown = ",".join(default) if isinstance(default, tuple) else str(default)
        assert not shown or row[1] == f"`{shown}`", setting.variable


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert "\n    make test\n" in README
    assert lines == ["set -eu", 'cd "$(dirname "$0")/.."', "make browser", "exec make test"]
    assert script.stat().st_mode & 0o111


def test_the_plain_lines_of_the_readme_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = re.findall(r"^(?:run|test):.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert len(recipes) == 2
    for line in "".join(recipes).splitlines():
        assert f"\n    {line.strip().replace('$(BIN)', '.venv/bin')}\n" in README


def test_no_file_is_too_large_for_the_repository() -> None:
    large = [path.name for path in project_files() if path.stat().st_size > LARGEST_FILE]
    assert large == []


@pytest.mark.parametrize(
    "pattern",
    [
        rb"""(?<![\w.:/<>-])/(home|root|tmp|work|Users)/[\w.-]""",
        rb"""\b[A-Z]:\\\\?Users\\""",
        rb"""(files\.pythonhosted|pypi)\.org|npmjs\.(org|com)|(deb|security)\.debian\.org""",
    ],
    ids=["path of a machine", "path of a Windows machine", "host of a registry"],
)
def test_no_file_knows_one_machine(pattern: bytes) -> None:
    known = [
        f"{path.relative_to(ROOT)}: {match[0]!r}"
        for path in project_files()
        if (match := re.search(pattern, path.read_bytes()))
    ]
    assert known == []


SOURCES = ("README.md", "MODEL.md")


def test_every_folder_of_data_says_where_it_comes_from() -> None:
    folders = {path.parent for path in project_files() if path.is_relative_to(ROOT / "data")}
    assert folders
    untold = [
        folder
        for folder in sorted(folders)
        if not any((place / name).is_file() for place in (folder, *folder.parents) for name in SOURCES)
    ]
    assert untold == []


def test_every_decision_is_in_their_list() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index) == [page.name for page in pages]


# --------------------------------------------------------------------------- locks


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_lock_pins_every_direct_dependency(name: str) -> None:
    lock = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    pins = [line for line in lock.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert [pin for pin in pins if not re.match(r"[a-z0-9.-]+==[0-9][\w.]*( ; |$)", pin)] == []
    wanted = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    for dependency in re.findall(r"^([A-Za-z][\w.-]*)", wanted, re.MULTILINE):
        assert re.search(rf"^{dependency.lower()}==", lock, re.MULTILINE), dependency


def test_both_locks_agree() -> None:
    run, dev = (
        set(re.findall(r"^[a-z].*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert run <= dev


def test_npm_packages_are_pinned_and_name_no_registry() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    locked = packages.pop("")
    for kind in ("dependencies", "devDependencies"):
        assert locked[kind] == wanted[kind]
        for name, version in wanted[kind].items():
            assert packages[f"node_modules/{name}"]["version"] == version
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name


def test_the_tables_print_without_what_only_training_needs() -> None:
    blocked = (
        "import sys; sys.modules.update(lightgbm=None, torch=None, transformers=None); import lab.evaluate"
    )
    subprocess.run([sys.executable, "-c", blocked], cwd=ROOT, check=True)
