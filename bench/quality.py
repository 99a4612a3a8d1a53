"""Writes docs/quality.md: how well the model does on corpora that it never saw, by the product's commands.

    RESONANZ_TEST_DATA=… python -m bench.quality

A row is one run of `resonanz model evaluate`, those of the second table after `resonanz model train`. Danger
is counted on the project's own cases, which `resonanz annotate` judges.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("RESONANZ_TEST_DATA", ROOT.parent / "shared" / "data"))
CASES = ROOT / "tests" / "annotate"
PAGE = ROOT / "docs" / "quality.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A corpus and what is asked of it; `column` where it calls that otherwise."""

    name: str
    table: Path
    label: str
    column: str = ""
    only: str = ""  # the label whose F1 counts


def _resonanz(*words: str) -> Any:
    command = [sys.executable, "-m", "resonanz.desk", *words, "--json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def _evaluated(case: Case, *words: str) -> Any:
    column = ("--column", case.column) if case.column else ()
    return _resonanz("model", "evaluate", "--data", str(case.table), "--label", case.label, *column, *words)


def _trained(table: Path, out: Path, column: str, *more: str) -> Path:
    words = ("--column", column) if column else ()
    _resonanz("model", "train", "--data", str(table), "--out", str(out), *words, *more)
    return out


def _danger(table: Path) -> str:
    """Return how much of the danger in a table (level, tab, text) is heard, and how much of the rest."""
    known = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as file:
        file.writelines(json.dumps({"id": str(n), "text": text}) + "\n" for n, (_, text) in enumerate(known))
        file.flush()
        command = [sys.executable, "-m", "resonanz.desk", "annotate", file.name, "--json"]
        lines = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    heard = [json.loads(line)["urgency"]["level"] == "safety" for line in lines]
    danger = [has for (level, _), has in zip(known, heard, strict=True) if level == "safety"]
    others = [has for (level, _), has in zip(known, heard, strict=True) if level != "safety"]
    share, false = sum(danger) / len(danger), sum(others) / len(others)
    return f"| `{table.name}` | {len(danger)} | {share:.3f} | {len(others)} | {false:.1%} |"


def _halves(table: Path, folder: Path) -> tuple[Path, Path]:
    """Return the odd and the even lines of a table, each with its header."""
    head, *lines = table.read_text(encoding="utf-8").rstrip("\n").split("\n")
    made = []
    for part in range(2):
        made.append(folder / f"{table.parent.name}-{part}.tsv")
        made[-1].write_text("\n".join([head, *lines[part::2]]) + "\n", encoding="utf-8")
    return made[0], made[1]


def _row(case: Case, found: Any) -> str:
    label = case.only or ("true" if case.label == "relevance" else "positive")
    one, error = found["labels"][label], found["reliability"]["error"]
    cells = (
        case.name,
        case.label,
        f"{found['posts']:,}",
        f"{found['majority']:.3f}",
        f"**{found['micro_f1']:.3f}**",
        f"{found['macro_f1']:.3f}",
        f"{label}: {one['precision']:.2f} / {one['recall']:.2f} / {one['f1']:.2f}",
        f"{found['unsure']:.1%}",
        f"{found['sure_right']:.3f}",
        f"{found['looked_twice']:.0%}",
        f"{error:.3f}",
    )
    return f"| {' | '.join(cells)} |"


def _looked_twice(cases: Sequence[Case], learnt_from: Path, model: Path) -> list[str]:
    """Return the rows of cases that heads for the second look have learnt for as well."""
    heads = _trained(learnt_from, model.with_suffix(".second"), "", "--second-look")
    twice = ("--model", str(model), "--second-look", str(heads))
    return [_row(replace(case, name=f"{case.name}, second look"), _evaluated(case, *twice)) for case in cases]


NAMES = (
    "corpus", "label", "posts", "commonest label alone", "micro-F1", "macro-F1",
    "one label: precision / recall / F1", "unsure", "right when sure", "looked at twice", "calibration error",
)  # fmt: skip
HEAD = f"| {' | '.join(NAMES)} |\n|{'---|' * len(NAMES)}"


def main() -> None:
    """Measure everything and write the page's tables."""
    germeval = DATA / "germeval2017"
    syn = [
        Case("GermEval 2017, test_syn", germeval / "test_syn.tsv", label)
        for label in ("sentiment", "relevance")
    ]
    airline = Case("US airlines, English", DATA / "airline_en" / "tweets.tsv", "sentiment")
    praise = Case(
        "Flausch (praise)", DATA / "praise_flausch" / "train.tsv", "intent", "praise=flausch", "praise"
    )
    shipped = (*syn, airline, praise)
    lines = ["**As shipped.**", "", HEAD, *(_row(case, _evaluated(case)) for case in shipped)]
    lines += ["", "**As shipped, with the second look.**", "", HEAD]
    lines += [_row(case, _evaluated(case, "--second-look")) for case in (*syn, airline)]
    lines += ["", "**After `resonanz model train` on a part of the corpus alone.**", "", HEAD]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        learnt = _trained(germeval / "dev.tsv", folder / "dev.model", "")
        lines += [_row(case, _evaluated(case, "--model", str(learnt))) for case in syn]
        second = _looked_twice(syn, germeval / "dev.tsv", learnt)
        for case in (airline, praise):
            one, other = _halves(case.table, folder)
            learnt = _trained(one, folder / "half.model", case.column)
            halved = Case(f"{case.name}, other half", other, case.label, case.column, case.only)
            lines.append(_row(halved, _evaluated(halved, "--model", str(learnt))))
            if case is airline:
                second += _looked_twice([halved], one, learnt)
    lines += [
        *second,
        *("", "**Danger, on the project's own cases.**", ""),
        *("| table | danger | heard | others | of these called danger |", f"|{'---|' * 5}"),
        *map(_danger, sorted(CASES.glob("urgency*.tsv"))),
    ]
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
