"""The state file: the network's memory between two runs, as JSON, replaced in one step."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from resonanz.simulator.records import (
    Account,
    App,
    Conversation,
    Edit,
    KeySeen,
    Memory,
    Notification,
    Status,
    Token,
    Upload,
)

if TYPE_CHECKING:
    from pathlib import Path

FORM = 1  # goes up when the file's shape changes


@dataclass(frozen=True, slots=True)
class Saved:
    """What a state file holds; `scenario` is None where none was played."""

    memory: Memory
    scenario: dict[str, Any] | None
    saved_at: datetime


def save(path: Path, saved: Saved) -> None:
    """Write the file of a whole network."""
    content = {
        "form": FORM,
        "saved_at": saved.saved_at,
        "scenario": saved.scenario,
        "memory": asdict(saved.memory),
    }
    replace(path, content)


def replace(path: Path, content: dict[str, Any]) -> None:
    """Write JSON beside a file and put it in its place, so that a cut leaves the old one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, default=marked)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load(path: Path) -> Saved | None:
    """Read a state file; None where there is none. Raises `ValueError` for one that cannot be used."""
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_hook=unmarked)
        if content["form"] != FORM:
            raise ValueError(f"its form is {content['form']}, expected {FORM}")
        return Saved(memory_of(content["memory"]), content["scenario"], content["saved_at"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no state file of the simulated network: {error}") from error


def marked(value: object) -> dict[str, str]:
    """Write what JSON has no word for, bytes and times; for `json.dumps`."""
    """Write what JSON has no word for: bytes and times."""
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no place in a state file")
    return {"$at": value.isoformat()}


def unmarked(value: dict[str, Any]) -> Any:
    """Read what `marked` wrote; for `json.loads`."""
    if value.keys() == {"$bytes"}:
        return base64.b64decode(value["$bytes"])
    return datetime.fromisoformat(value["$at"]) if value.keys() == {"$at"} else value


def memory_of(raw: dict[str, Any]) -> Memory:
    """Build a memory from its JSON. Raises `KeyError` or `TypeError` for anything else."""
    statuses = {
        i: Status(**s | {"edits": [Edit(**e) for e in s["edits"]]}) for i, s in raw["statuses"].items()
    }
    return Memory(
        accounts={i: Account(**a) for i, a in raw["accounts"].items()},
        statuses=statuses,
        notifications={i: Notification(**n) for i, n in raw["notifications"].items()},
        conversations={i: Conversation(**c) for i, c in raw["conversations"].items()},
        apps={i: App(**a) for i, a in raw["apps"].items()},
        tokens={i: Token(**t) for i, t in raw["tokens"].items()},
        keys=[KeySeen(**k) for k in raw["keys"]],
        uploads={i: Upload(**u) for i, u in raw.get("uploads", {}).items()},
        last_id=raw["last_id"],
        version=raw["version"],
        origin=raw["origin"],
    )
