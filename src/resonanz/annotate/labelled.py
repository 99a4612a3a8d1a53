"""Posts that people have labelled, from a table: what a model learns from and is measured with.

A table is TSV or JSON lines. TSV has a header line; `text` must be there, and `sentiment`, `relevance`,
`intents` (parted by commas), `reason` may be; `\\n` in a text is a line break. A column named after an
intent holds `yes` or `no`. Other columns are passed over. Other names are given as `{"praise": "flausch"}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SENTIMENTS = ("negative", "neutral", "positive")
RELEVANCE = ("false", "true")
INTENTS = (
    "complaint", "praise", "question", "request", "thanks", "cancellation", "purchase", "press", "legal",
    "data_protection", "cooperation", "abuse", "spam", "news", "other",
)  # fmt: skip
REASONS = (
    "delivery", "delay", "outage", "product", "price", "billing", "staff", "reachability", "website",
    "information", "comfort", "safety", "privacy", "ethics", "availability",
)  # fmt: skip
NO_REASON = "none"
YES_OR_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
LONGEST_NAME = 40  # characters of a reason
LONGEST_NUMBER = 4300  # digits of a number in JSON
WORD_WEIGHT = 0.5  # of a word in a list, against 1 for a post


class LabelError(ValueError):
    """A labelled file cannot be used: `place` is its path and line, `expected` what should stand there."""

    def __init__(self, place: str, expected: str) -> None:
        super().__init__(f"{place}: {expected}")
        self.place, self.expected = place, expected


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post and what people said of it. None means that nobody was asked; `said` are intents asked one by
    one.
    """

    text: str
    sentiment: str | None = None
    relevance: str | None = None
    intents: frozenset[str] | None = None
    reason: str | None = None
    said: Mapping[str, bool] | None = None
    weight: float = 1.0
    id: str = ""

    def holds(self, intent: str) -> bool | None:
        """Return whether an intent was said to hold, None where nobody was asked."""
        if self.said is not None and intent in self.said:
            return self.said[intent]
        return None if self.intents is None else intent in self.intents

    def one(self, head: str) -> str | None:
        """Return the label of a head whose labels exclude each other."""
        return {"sentiment": self.sentiment, "relevance": self.relevance, "reason": self.reason}[head]


def labelled(path: Path, columns: Mapping[str, str] | None = None) -> list[Labelled]:
    """Return the posts of a table; raises `LabelError` that names the line and what is expected there."""
    text = _text(path)
    rows = _from_json(path, text) if path.suffix in {".jsonl", ".json"} else _from_tsv(path, text)
    known = list(_posts(rows, dict(columns or {})))
    if not known:
        raise LabelError(str(path), "at least one labelled post")
    return known


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise LabelError(str(path), "a file that can be read") from error
    except UnicodeDecodeError as error:
        raise LabelError(str(path), f"text in UTF-8; byte {error.start + 1} is none") from error


def labelled_in(path: Path, columns: Mapping[str, str] | None = None) -> list[Labelled]:
    """Return the posts of a table, or of all tables in a folder, those of words (`value`, `words`) among
    them.
    """
    if not path.is_dir():
        return labelled(path, columns)
    tables = sorted(path.glob("**/*.tsv"))
    if not tables:
        raise LabelError(str(path), "a folder with tables (*.tsv)")
    known: list[Labelled] = []
    for table in tables:
        first = _text(table).partition("\n")[0]
        if first == "value\twords":
            known += _words_of_feeling(table)
        elif "text" in first.split("\t"):
            known += labelled(table, columns)
    return known


def _words_of_feeling(table: Path) -> Iterator[Labelled]:
    """Return words with a value from −3 to 3 as posts with a feeling, which count half."""
    for number, line in enumerate(_text(table).split("\n")[1:], 2):
        if not line:
            continue
        value, _, words = line.partition("\t")
        if value.removeprefix("-") not in {"0", "1", "2", "3"} or not words:
            raise LabelError(f"{table}:{number}", "a value from -3 to 3, a tab and words")
        feeling = SENTIMENTS[(int(value) > 0) - (int(value) < 0) + 1]
        yield Labelled(words, sentiment=feeling, weight=WORD_WEIGHT)


Row = tuple[str, Mapping[str, str]]  # place, values by column


def _from_tsv(path: Path, text: str) -> Iterator[Row]:
    lines = text.split("\n")
    names = lines[0].split("\t")
    if "text" not in names:
        raise LabelError(
            f"{path}:1", "a header line with names of columns, `text` among them, parted by tabs"
        )
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        values = line.split("\t")
        if len(values) != len(names):
            raise LabelError(f"{path}:{number}", f"{len(names)} values parted by tabs, found {len(values)}")
        row = dict(zip(names, values, strict=True))
        yield f"{path}:{number}", row | {"text": row["text"].replace("\\n", "\n")}


def _from_json(path: Path, text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        row = json_object(place, line)
        if not isinstance(row.get("text"), str):
            raise LabelError(place, "a JSON object with `text`")
        values = {key: _plain(value) for key, value in row.items() if value is not None}
        yield place, {key: whole(place, key, value) for key, value in values.items()}


def json_object(place: str, line: str) -> dict[str, Any]:
    """Return what a line of JSON holds; raises `LabelError` where it is no object, or too deep or long."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise LabelError(place, f"a JSON object; column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise LabelError(place, "a JSON object that is nested less deeply") from error
    except ValueError as error:  # Python reads no longer ones
        raise LabelError(place, f"numbers of at most {LONGEST_NUMBER:,} digits") from error
    if not isinstance(row, dict):
        raise LabelError(place, "a JSON object")
    return row


def whole(place: str, name: str, value: str) -> str:
    """Return a value; raises `LabelError` where it holds half a sign, as `"\\ud83d"` in JSON makes it."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise LabelError(
            place, f"{name} in whole signs; its sign {error.start + 1} is half of one (a lone surrogate)"
        ) from error
    return value


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ",".join("[…]" if isinstance(one, list) else _plain(one) for one in value)
    if isinstance(value, dict):
        return "{…}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _posts(rows: Iterator[Row], columns: Mapping[str, str]) -> Iterator[Labelled]:
    for place, row in rows:
        values = {
            name: row.get(columns.get(name, name)) for name in ("sentiment", "relevance", "intents", "reason")
        }
        said = {
            intent: _yes_or_no(place, intent, row[columns.get(intent, intent)])
            for intent in INTENTS
            if columns.get(intent, intent) in row
        }
        yield Labelled(
            row["text"],
            _among(place, "sentiment", values["sentiment"], SENTIMENTS),
            _among(place, "relevance", values["relevance"], RELEVANCE),
            _intents(place, values["intents"]),
            _reason(place, values["reason"]),
            said or None,
            id=row.get("id", ""),
        )


def _among(place: str, name: str, value: str | None, known: Sequence[str]) -> str | None:
    if value is None or value == "":
        return None
    if value not in known:
        raise LabelError(place, f"{name} {value!r}: one of {', '.join(known)}")
    return value


def _intents(place: str, value: str | None) -> frozenset[str] | None:
    if value is None:
        return None
    return frozenset(_among(place, "intent", one.strip(), INTENTS) or "" for one in value.split(",")) - {""}


def _reason(place: str, value: str | None) -> str | None:
    if value is None:
        return None
    if len(value) > LONGEST_NAME:
        raise LabelError(place, f"a reason of at most {LONGEST_NAME} characters")
    return value or NO_REASON


def _yes_or_no(place: str, name: str, value: str) -> bool:
    if value.lower() not in YES_OR_NO:
        raise LabelError(place, f"{name} {value!r}: yes or no")
    return YES_OR_NO[value.lower()]
