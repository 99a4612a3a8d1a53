"""The map, the settings page and the README say what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from resonanz.desk.commands import run

ROOT = Path(__file__).resolve().parent.parent


def test_the_map_names_the_import_contracts() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    drawn = (ROOT / "ARCHITECTURE.md").read_text().split("## 3.")[1].split("## 4.")[0]
    assert re.findall(r"^\| (.+) \|$", drawn, re.MULTILINE) == ["contract", *[rule["name"] for rule in rules]]


def test_every_room_on_the_map_exists() -> None:
    drawn = (ROOT / "ARCHITECTURE.md").read_text().split("## 2.")[1].split("## 3.")[0]
    rooms = [row.split("|")[1] for row in drawn.splitlines() if row.startswith("| `")]
    names = [name for room in rooms for name in re.findall(r"[\w/.]+", room)]
    missing = []
    for name in names:
        bare = name.removeprefix("resonanz/").strip("/").removesuffix(".py")
        places = [ROOT / "src/resonanz" / bare, ROOT / "src/resonanz/desk" / bare]
        if not any(p.exists() or p.with_suffix(".py").exists() for p in places):
            missing.append(name)
    assert missing == []


def test_every_promise_names_a_test_that_exists() -> None:
    promises = (ROOT / "ARCHITECTURE.md").read_text().split("## 4.")[1].split("## 5.")[0]
    files = re.findall(r"`((?:tests/)?[\w/]*test_\w+\.py)`", promises)
    assert len(files) >= 6
    found = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert [name for name in files if Path(name).name not in found] == []


def test_every_variable_is_described() -> None:
    read = set(re.findall(r'"(RESONANZ_\w+)"', (ROOT / "src/resonanz/desk/settings.py").read_text()))
    described = set(re.findall(r"RESONANZ_\w+", (ROOT / "docs/operating.md").read_text()))
    assert read == described


@pytest.mark.parametrize(
    "words",
    [
        ["up"],
        ["web"],
        ["work"],
        ["simulate"],
        ["import", "conversations"],
        ["report", "responses"],
        ["check"],
    ],
)
def test_every_command_of_the_readme_exists(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run([*words, "--help"])
    assert ended.value.code == 0
    assert f"usage: resonanz {' '.join(words)}" in capsys.readouterr().out
    assert words[-1] in (ROOT / "README.md").read_text()


def test_links_in_the_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
