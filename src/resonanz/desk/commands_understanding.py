"""The commands `model list`, `model use` and `model rollback`: which model judges posts at this desk."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC
from typing import TYPE_CHECKING

from resonanz.desk import home
from resonanz.desk.commands_words import BadInput, Commands, command

if TYPE_CHECKING:
    from resonanz.desk.models import LearntModel

Row = dict[str, object]


def add_model_commands(models: Commands[argparse.ArgumentParser]) -> None:
    """Add what stands behind `model` and is about the desk's own models."""
    command(models, "list", "list the models of this desk, the newest first", list_models)
    using = command(models, "use", "take a model into use", use)
    using.add_argument("name", help="as `model list` names it")
    command(models, "rollback", "go back to the model that was in use before", roll_back)


def list_models(options: argparse.Namespace) -> int:
    """Print the models that learnt here and the one that came with the product."""
    home.prepare()
    from resonanz.desk.models import LearntModel  # noqa: PLC0415 - the home is ready only now
    from resonanz.desk.understanding import SHIPPED_NAME  # noqa: PLC0415

    learnt = list(LearntModel.objects.order_by("-pk"))
    rows = [_row(model) for model in learnt]
    in_use = not any(model.in_use for model in learnt)
    rows.append({"name": SHIPPED_NAME, "in_use": in_use, "made_at": None, "corrections": 0, "usable": True})
    print(json.dumps(rows, ensure_ascii=False) if options.json else "\n".join(map(_line, rows)), flush=True)
    return 0


def _row(model: LearntModel) -> Row:
    return {
        "name": model.name,
        "in_use": model.in_use,
        "made_at": model.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "corrections": model.corrections_count,
        "held_back": model.held_count,
        "usable": bool(model.file),
        **model.figures,
    }


def _line(row: Row) -> str:
    marks = "in use" if row["in_use"] else "" if row["usable"] else "not kept"
    made = f"{row['made_at']}  {row['corrections']} corrections" if row["made_at"] else "came with Resonanz"
    return f"{row['name']}  {made}  {marks}".rstrip()


def use(options: argparse.Namespace) -> int:
    """Take a model into use by its name."""
    home.prepare()
    from resonanz.desk import care, understanding  # noqa: PLC0415
    from resonanz.desk.models import LearntModel  # noqa: PLC0415

    wanted = LearntModel.objects.filter(name=options.name).first()
    if wanted is None and options.name != understanding.SHIPPED_NAME:
        raise BadInput(f"there is no model called {options.name!r}; `resonanz model list` names them")
    try:
        understanding.use(wanted, None)
    except care.CareError as error:
        raise BadInput(f"the model {options.name!r} cannot be used ({error.facts['why']})") from error
    return _told(options, options.name)


def roll_back(options: argparse.Namespace) -> int:
    """Go back to the model that was in use before."""
    home.prepare()
    from resonanz.desk import care, understanding  # noqa: PLC0415

    try:
        before = understanding.roll_back(None)
    except care.CareError as error:
        if error.code == "no_model":
            raise BadInput(f"the model before cannot be used ({error.facts['why']})") from error
        raise BadInput("the model that came with Resonanz is in use; there is none before it") from error
    return _told(options, understanding.SHIPPED_NAME if before is None else before.name)


def _told(options: argparse.Namespace, name: str) -> int:
    if options.json:
        print(json.dumps({"in_use": name}, ensure_ascii=False), flush=True)
    else:
        print(f"{name} is in use; the newest posts are judged again by it.", file=sys.stderr, flush=True)
    return 0
