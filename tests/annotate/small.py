"""A small model, made once, and what the tests of models share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from resonanz.annotate import training
from resonanz.annotate.labelled import Labelled, labelled
from resonanz.annotate.model import Model

POSTS = Path(__file__).resolve().parents[2] / "training" / "posts"


@cache
def some_posts() -> tuple[Labelled, ...]:
    """Return nine hundred posts of three trades and two languages."""
    tables = ("de-parcel", "de-rare", "en-airline")
    found = [post for table in tables for post in labelled(POSTS / f"{table}.tsv")]
    return tuple(found[:: max(1, len(found) // 800)])


@cache
def small_model() -> Model:
    """Return a model that has seen `some_posts`."""
    return training.train(some_posts(), name="small")
