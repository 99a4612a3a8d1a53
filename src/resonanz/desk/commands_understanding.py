"""The commands `model list`, `model use` and `model rollback`: which model judges posts at this desk."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from resonanz.desk import home
from resonanz.desk.commands_words import BadInput, Commands, command

if TYPE_CHECKING:
    from resonanz.desk.models import LearntModel
    from resonanz.desk.understanding import InUse

WRONG = {
    "missing": "its file is missing",
    "no_model": "its file is no model of Resonanz",
    "other_format": "it was made by another version",
    "other_kind": "it is a model for another use",
    "cut_off": "its file is cut off or was changed",
    "worse": "it was worse and was not kept",
    "gone": "its file was removed",
}
Row = dict[str, object]


def add_model_commands(models: Commands[argparse.ArgumentParser]) -> None:
    """Add what stands behind `model` and is about the desk's own models."""
    command(models, "list", "list the models of this desk, the newest first", list_models)
    using = command(models, "use", "take a model into use", use)
    using.add_argument("name", help="as `model list` names it, or a file that `model train` wrote")
    command(models, "rollback", "go back to the model that was in use before", roll_back)


def list_models(options: argparse.Namespace) -> int:
    """Print the models that learnt here and the one that came with the product."""
    home.prepare()
    from resonanz.desk.models import LearntModel  # noqa: PLC0415 - the home is ready only now
    from resonanz.desk.understanding import SHIPPED_NAME, current  # noqa: PLC0415

    now, learnt = current(), list(LearntModel.objects.order_by("-pk"))
    shipped = {"name": SHIPPED_NAME, "in_use": not any(model.in_use for model in learnt), "made_at": None}
    rows = [*map(_row, learnt), shipped | {"corrected_posts": 0, "usable": True}]
    for row in rows:
        if row["in_use"] and now.trouble:
            row |= {"trouble": now.trouble, "judges": _judge(now)}
    print(json.dumps(rows, ensure_ascii=False) if options.json else "\n".join(map(_line, rows)), flush=True)
    return 0


def _judge(now: InUse) -> str:
    return "rules alone" if now.model is None else now.model.name


def _row(model: LearntModel) -> Row:
    return {
        "name": model.name,
        "in_use": model.in_use,
        "made_at": model.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "based_on": model.based_on,
        "corrected_posts": model.corrections_count,
        "held_back_posts": model.held_count,
        "usable": bool(model.file),
        **model.figures,
    }


def _line(row: Row) -> str:
    marks = "in use" if row["in_use"] else "" if row["usable"] else "not kept"
    if "trouble" in row:
        marks += f", cannot be used: {_wrong(row['trouble'])}; instead judges {row['judges']}"
    said = f"{row['corrected_posts']} corrected posts" if row.get("based_on") else "brought in from a file"
    made = f"{row['made_at']}  {said}" if row["made_at"] else "came with Resonanz"
    return f"{row['name']}  {made}  {marks}".rstrip()


def _wrong(code: object) -> str:
    return WRONG.get(str(code), str(code))


def use(options: argparse.Namespace) -> int:
    """Take a model into use by its name, or bring one in from a file first."""
    home.prepare()
    from resonanz.desk import care, understanding  # noqa: PLC0415
    from resonanz.desk.models import LearntModel  # noqa: PLC0415

    wanted = LearntModel.objects.filter(name=options.name).first()
    if wanted is None and options.name != understanding.SHIPPED_NAME:
        wanted = _from_file(options.name)
    try:
        understanding.use(wanted, None)
    except care.CareError as error:
        why = _wrong(error.facts["why"])
        raise BadInput(f"the model {options.name!r} cannot be used: {why}") from error
    return _told(options, options.name if wanted is None else wanted.name)


def _from_file(name: str) -> LearntModel:
    """Keep a model of a file among the desk's own."""
    from resonanz.annotate.model import ModelError  # noqa: PLC0415
    from resonanz.desk import understanding  # noqa: PLC0415

    path = Path(name)
    if not (path.is_file() or path.suffix == ".model" or len(path.parts) > 1):
        raise BadInput(f"there is no model called {name!r}; `resonanz model list` names them")
    try:
        return understanding.bring_in(path)
    except ModelError as error:
        raise BadInput(f"the model {name!r} cannot be used: {_wrong(error.code)}") from error


def roll_back(options: argparse.Namespace) -> int:
    """Go back to the model that was in use before."""
    home.prepare()
    from resonanz.desk import care, understanding  # noqa: PLC0415

    try:
        before = understanding.roll_back(None)
    except care.CareError as error:
        if error.code == "no_model":
            raise BadInput(f"the model before cannot be used: {_wrong(error.facts['why'])}") from error
        raise BadInput("the model that came with Resonanz is in use; there is none before it") from error
    return _told(options, understanding.SHIPPED_NAME if before is None else before.name)


def _told(options: argparse.Namespace, name: str) -> int:
    if options.json:
        print(json.dumps({"in_use": name}, ensure_ascii=False), flush=True)
    else:
        print(f"{name} is in use; the newest posts are judged again by it.", file=sys.stderr, flush=True)
    return 0
