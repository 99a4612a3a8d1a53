"""The page of the table: the part of `docs/networks.md` between two marks, drawn from what the runs found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from resonanz.desk.wording import network_label
from resonanz.simulator.trouble import KINDS
from tests.desk.faults.sides import COLUMNS, SIDES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "networks.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
Cell = tuple[str, str, str]  # network, kind, column

HEADS = {
    "mentions": "mentions in",
    "messages": "private in",
    "all_in": "everything in",
    "stream": "live",
    "answer": "answer out",
    "message": "private out",
    "all_out": "everything out",
}
WHERE = {"account": "about the account", "answer": "about the answer", "intake": "in the reports"}
# What goes wrong, in words.
FAULTS = {
    "timeout_before": "no answer, nothing was done",
    "cut_before": "connection cut, nothing was done",
    "401": "401: access refused",
    "402": "402: wants money",
    "403": "403: forbidden; on X, not called for",
    "404": "404: not there",
    "409": "409: conflict",
    "429": "429: too many, says until when",
    "429_bare": "429: too many, does not say until when",
    "500": "500: fault before it acted",
    "503": "503: not available",
    "slow": "slow answers",
    "revoked": "access taken back",
    "parent_deleted": "the post is deleted just before",
    "post_edited": "the post is edited just before",
    "timeout_after": "no answer, though it acted",
    "cut_after": "cut in mid-answer, though it acted",
    "500_after": "500, though it acted",
    "broken": "answer is no JSON",
    "truncated": "answer breaks off",
    "unknown_fields": "unknown fields",
    "renamed_fields": "renamed fields",
    "duplicates": "things twice",
    "late": "things late",
    "disorder": "things out of order",
    "missing": "things missing",
    "silent": "silent stream",
}


def drawn(found: Mapping[Cell, str], said: Mapping[str, Mapping[str, str]]) -> str:
    """Return the section: for each network a table, and what a person reads there."""
    return "\n\n".join(_network(name, found, said.get(name, {})) for name in SIDES)


def _network(name: str, found: Mapping[Cell, str], said: Mapping[str, str]) -> str:
    lines = [
        f"### {network_label(name)}",
        "",
        f"| what goes wrong | {' | '.join(HEADS[column] for column in COLUMNS)} |",
        f"|---|{'---|' * len(COLUMNS)}",
    ]
    for kind in KINDS:
        cells = " | ".join(found.get((name, kind, column), "?") for column in COLUMNS)
        lines.append(f"| {FAULTS[kind]} | {cells} |")
    lines += ["", "What a person reads there:", ""]
    for key, words in sorted(said.items()):
        where, _, code = key.partition(" ")
        lines.append(f"- `{code}`, {WHERE[where]} – {words}")
    return "\n".join(lines)


def cells() -> dict[Cell, str]:
    """Return the cells as they stand in the page now."""
    kinds = {words: kind for kind, words in FAULTS.items()}
    known: dict[Cell, str] = {}
    for name, part in _parts().items():
        for line in part.splitlines():
            words, *rest = [piece.strip() for piece in line.strip("|").split(" | ")]
            if words.strip() in kinds:
                kind = kinds[words.strip()]
                known |= {(name, kind, column): cell for column, cell in zip(COLUMNS, rest, strict=True)}
    return known


def sentences() -> dict[str, dict[str, str]]:
    """Return what a person reads, by network and code, as it stands in the page now."""
    places = {words: where for where, words in WHERE.items()}
    known = {}
    for name, part in _parts().items():
        found = re.findall(r"^- `(\w+)`, ([^–]+) – (.+)$", part, re.MULTILINE)
        known[name] = {f"{places[place]} {code}": words for code, place, words in found}
    return known


def needed(said: Mapping[str, str], found: Mapping[Cell, str], network: str) -> dict[str, str]:
    """Return the sentences whose codes stand in a network's cells."""
    shown = " ".join(words for (name, _kind, _column), words in found.items() if name == network)
    return {key: words for key, words in said.items() if f"`{key.partition(' ')[2]}`" in shown}


def _parts() -> dict[str, str]:
    labels = {network_label(name): name for name in SIDES}
    parts = [part.partition("\n") for part in section().split("### ")[1:]]
    return {labels[head]: rest for head, _, rest in parts}


def section() -> str:
    """Return what stands in the page now."""
    _before, _, rest = PAGE.read_text().partition(BEGIN)
    return rest.partition(END)[0].strip()


def write(content: str) -> None:
    """Put it there."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{content}\n\n{END}{rest.partition(END)[2]}")
