"""The list of keys says all that the scripts listen for, page by page, and nothing that they do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from resonanz.desk import web

HERE = Path(web.__file__).parent
SCRIPTS = {  # of a group: its scripts, and the templates whose buttons name a key
    "everywhere": ("keys", "frame", "parts/bar"),
    "inbox": ("inbox", "bulk"),
    "conversation": (
        *("inbox", "reply", "reply-saved", "reply-around", "enquiries", "incident-link", "sorting"),
        *("promising", "teamwork", "understanding", "replies/reactions"),
    ),
    "streams": ("streams", "streams-arrange"),
    "search": ("search",),
    "themes": ("topics",),
    "alarms": ("alarms", "alarms/ring"),
    "incidents": ("incidents", "incidents/incident"),
    "by-hand": ("by-hand",),
    "shift": ("shift",),
    "checking": ("quality",),
}
NOT_LISTED = {  # what everybody expects of a menu, a list of proposals or a box: nothing to look up
    "everywhere": {"g"},  # the first half of a way, listed with its second half
    "inbox": {"Escape", "X", *"eah"},
    "conversation": {"Escape", "Tab", "ArrowUp", "ArrowDown", *"jk"},
    "search": {"Escape"},
    "incidents": {"Escape"},
    "by-hand": {"h"},
}
NAMED = {"←": "ArrowLeft", "→": "ArrowRight", "↓": "ArrowDown", "↑": "ArrowUp", "Esc": "Escape"}
SAID = re.compile(r'\bkey [!=]== "([^"]+)"')
CHOSEN = re.compile(r"\{([^{}]*)\}\[event\.(?:detail\.)?key\]")
TABLE = re.compile(r"const KEYS = \{(.*?)\n?\};", re.DOTALL)
NAME = re.compile(r"(?:^|,|\n  ?)\s?(\w+)(?=:)")
BUTTON = re.compile(r'data-key="(\w)"')
DIGITS = re.compile(r'"(\d+)"\.includes\(event\.key\)')


def bound(name: str) -> set[str]:
    """Return the keys for which a script listens, or that a template's buttons name."""
    if "/" in name:
        return set(BUTTON.findall((HERE / "templates" / f"{name}.html").read_text()))
    script = (HERE / "static" / "js" / f"{name}.js").read_text()
    script = re.sub(r"^\s*//.*$", "", script, flags=re.MULTILINE)
    found = {*SAID.findall(script), *(digit for run in DIGITS.findall(script) for digit in run)}
    for table in (*TABLE.findall(script), *CHOSEN.findall(script)):
        found |= set(NAME.findall(table))
    return found


def listed(group: str) -> set[str]:
    """Return the keys that a group of the list shows, those with Ctrl and Shift by their last."""
    with override("en"):
        drawn = render_to_string("parts/keys.html", {"LANGUAGE_CODE": "en, for tests"})
    section = re.search(rf'data-keys-of="{group}".*?</section>', drawn, re.DOTALL)
    assert section is not None, group
    rows = [re.findall(r"<kbd>(.*?)</kbd>", row) for row in re.findall(r"<dd>(.*?)</dd>", section[0])]
    return {NAMED.get(key, key) for row in rows for key in row if key not in {"Ctrl", "Shift"}}


@pytest.mark.parametrize("group", SCRIPTS)
def test_what_a_page_listens_for_is_listed(group: str) -> None:
    wanted = set().union(*(bound(name) for name in SCRIPTS[group]))
    digits = {"1", "2", "3", "6"} if group in {"conversation", "alarms"} else set()  # what menus offer
    assert wanted - NOT_LISTED.get(group, set()) - digits == listed(group) - digits


def test_every_place_that_a_letter_leads_to_is_listed() -> None:
    bar = "".join((HERE / "templates" / name).read_text() for name in ("parts/bar.html", "bell/bell.html"))
    assert set(re.findall(r'data-go="(\w)"', bar)) | {"g"} == listed("go")


def test_no_script_that_takes_keys_is_forgotten() -> None:
    known = {name for names in SCRIPTS.values() for name in names}
    folder = HERE / "static" / "js"
    takes = {path.stem for path in folder.glob("*.js") if 'resonanz:key"' in path.read_text()}
    assert takes - {"keys", "frame"} <= known
