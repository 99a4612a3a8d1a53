"""The map, the settings page and the README say what is there."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest

from resonanz.desk.commands import run

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def test_the_map_names_the_import_contracts() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    drawn = (ROOT / "ARCHITECTURE.md").read_text().split("## 3.")[1].split("## 4.")[0]
    assert re.findall(r"^\| (.+) \|$", drawn, re.MULTILINE) == ["contract", *[rule["name"] for rule in rules]]


def test_the_map_names_every_module_once_and_none_that_is_not_there() -> None:
    drawn = (ROOT / "ARCHITECTURE.md").read_text().split("## 2.")[1].split("## 3.")[0]
    rooms = re.findall(r"^\| `([\w/]+/)` `([\w ]+)` \|", drawn, re.MULTILINE)
    assert len(rooms) == len([row for row in drawn.splitlines() if row.startswith("| `")])
    named = sorted(f"{folder}{name}.py" for folder, names in rooms for name in names.split(" "))
    files = [path.relative_to(ROOT / "src") for path in (ROOT / "src/resonanz").rglob("*.py")]
    assert named == sorted(
        str(path) for path in files if "migrations" not in path.parts and not path.stem.startswith("__")
    )


def test_every_promise_names_a_test_that_exists() -> None:
    promises = (ROOT / "ARCHITECTURE.md").read_text().split("## 4.")[1].split("## 5.")[0]
    files = re.findall(r"`((?:tests/)?[\w/]*test_\w+\.py)`", promises)
    assert len(files) >= 6
    found = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert [name for name in files if Path(name).name not in found] == []
    assert [name for name in files if "/" in name and not (ROOT / name).exists()] == []
    code = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    tests = re.findall(r"`(test_\w+)`", promises)
    assert len(tests) >= 6
    assert [name for name in tests if f"def {name}(" not in code] == []


def test_every_variable_is_described() -> None:
    read = set(re.findall(r'"(RESONANZ_\w+)"', (ROOT / "src/resonanz/desk/settings.py").read_text()))
    described = set(re.findall(r"RESONANZ_\w+", (ROOT / "docs/operating.md").read_text()))
    assert read == described


def commands_in(text: str) -> set[str]:
    """Return the command lines of a document, without what is explained behind them.

    `web | work` and `intake|inbox` name several commands.
    """
    lines = re.findall(r"^(?:\S+=\S+ |\S+/)*resonanz ([a-z].*)$", text, re.MULTILINE)
    spans = re.findall(r"`(?:\S+=\S+ |\S+/)*resonanz ([a-z][^`]*)`", text)
    found = set()
    for line in [*(re.split(r" {2,}| <", line)[0] for line in lines), *spans]:
        words, rest = re.match(r"((?:[a-z][a-z-]*(?: ?\| ?[a-z-]+)*(?: |$))*)(.*)", line).groups()  # type: ignore[union-attr]
        parts = [part.split("|") for part in re.sub(r" ?\| ?", "|", words.strip()).split(" ")]
        found |= {f"{' '.join(chosen)} {rest}".strip() for chosen in product(*parts)}
    return found


COMMANDS = sorted(set().union(*(commands_in(page.read_text()) for page in PAGES)))


def test_the_documents_name_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(["--help"])
    known = set(re.findall(r"^    ([a-z-]+)(?= |$)", capsys.readouterr().out, re.MULTILINE))
    assert len(known) >= 13
    assert {line.split(" ")[0] for line in COMMANDS} == known


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_line_of_the_documents_can_be_typed(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = re.match(r"[a-z-]+(?: [a-z][a-z-]*(?= |$))*", line)
    assert words is not None
    with pytest.raises(SystemExit) as ended:
        run([*words[0].split(" "), "--help"])
    help_text = capsys.readouterr().out
    assert ended.value.code == 0
    assert help_text.startswith(f"usage: resonanz {words[0].split(' ')[0]} ")
    assert [word for word in words[0].split(" ") if word not in help_text] == []
    assert [option for option in re.findall(r"--[a-z-]+", line) if option not in help_text] == []


def test_links_in_the_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
