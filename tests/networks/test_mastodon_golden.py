"""Golden pairs: `mastodon/<case>.json` is what a server says, `<case>.post.json` what we make of it."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks import Unclear
from resonanz.networks.mastodon_posts import (
    Home,
    Instance,
    chain_above,
    instance_from,
    post_from_status,
    sighting_from_status,
    speaks_to,
)
from resonanz.networks.threads import parents_first

if TYPE_CHECKING:
    from resonanz.post import Sighting

FOLDER = Path(__file__).parent / "mastodon"
CASES = sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.endswith(".post"))
HOME = Home(account_id="1001", instance=Instance(domain="social.example"))


def as_sighting(case: dict[str, Any]) -> Sighting:
    """Read a case as the account 1001, with the posts above it."""
    line: tuple[Sighting, ...] = ()
    for above in chain_above(case["status"], case.get("ancestors", [])):
        line = (*line, sighting_from_status(above, home=HOME, thread=line))
    return sighting_from_status(
        case["status"],
        home=HOME,
        thread=line,
        people=case.get("people", {}),
        addressed=speaks_to(case["status"], HOME.account_id),
    )


def shown(value: Any) -> Any:
    """Write a value as JSON, without what has its default."""
    if is_dataclass(value):
        kept = {
            field.name: (getattr(value, field.name), field.default)
            for field in fields(value)
            if field.default is MISSING or getattr(value, field.name) != field.default
        }
        return {name: shown(found) for name, (found, _) in kept.items()}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    return [shown(item) for item in value] if isinstance(value, tuple) else value


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 25
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(
        name for case in CASES for name in (f"{case}.json", f"{case}.post.json")
    )


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    said = json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    wanted = json.loads((FOLDER / f"{case}.post.json").read_text(encoding="utf-8"))
    assert shown(as_sighting(said)) == wanted


def _minimum(**changed: Any) -> dict[str, Any]:
    status = json.loads((FOLDER / "the_bare_minimum.json").read_text(encoding="utf-8"))["status"]
    return {key: value for key, value in (status | changed).items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"url": None}, "url"),
        ({"account": None}, "account"),
        ({"account": "mira"}, "account"),
        ({"account": {"id": "2", "acct": "mira"}}, "url"),
        ({"created_at": None}, "created_at"),
        ({"created_at": "yesterday"}, "time"),
    ],
)
def test_what_a_post_cannot_be_without(changed: dict[str, Any], missing: str) -> None:
    with pytest.raises(Unclear) as unclear:
        as_sighting({"status": _minimum(**changed)})
    assert (unclear.value.code, unclear.value.facts) == ("bad_answer", {"missing": missing})


def test_odd_values_are_left_out() -> None:
    odd = _minimum(
        content=7,
        mentions=[3, {"id": None}, {}],
        media_attachments={"a": 1},
        language=5,
        sensitive="no",
        card=[],
        poll="",
        quote="x",
    )
    post = post_from_status(odd, domain="social.example")
    assert post == post_from_status(_minimum(), domain="social.example")


def test_a_ring_of_replies_ends() -> None:
    ring = [_minimum(id="1", in_reply_to_id="2"), _minimum(id="2", in_reply_to_id="1")]
    assert [item["id"] for item in chain_above(_minimum(id="3", in_reply_to_id="1"), ring)] == ["2", "1"]


def test_a_reply_never_stands_before_its_parent_even_with_a_wrong_clock() -> None:
    root = as_sighting(
        {"status": _minimum(id="1", url="https://a.example/1", created_at="2026-01-01T12:00:00Z")}
    )
    early = sighting_from_status(
        _minimum(id="2", url="https://a.example/2", in_reply_to_id="1", created_at="2026-01-01T11:00:00Z"),
        home=HOME,
        thread=(root,),
    )
    other = as_sighting(
        {"status": _minimum(id="3", url="https://a.example/3", created_at="2026-01-01T11:30:00Z")}
    )
    assert [item.native_id for item in parents_first([other, early, root])] == ["1", "2", "3"]


def test_instances_of_all_ages() -> None:
    assert instance_from({}, host="social.example") == Instance(domain="social.example")
    old = {
        "uri": "https://Alt.example/",
        "version": "2.7",
        "max_toot_chars": 1000,
        "urls": {"streaming_api": "wss://s.alt.example"},
    }
    read = instance_from(old, host="x")
    assert (read.domain, read.limits.length, read.limits.unit) == ("alt.example", 1000, "characters")
    assert (read.streaming, read.api, read.limits.repeat_window) == ("wss://s.alt.example", 0, None)
