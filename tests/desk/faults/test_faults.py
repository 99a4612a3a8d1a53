"""Every fault against every network, in and out: nothing lost, nothing twice, nothing that looks sent and is
not, the person sees why, and the desk goes on without help where that is possible.

What happened stands in `docs/networks.md`, and each run is compared with it. `make faults` writes it anew.
"""

from __future__ import annotations

import os
from collections import defaultdict

import pytest

from resonanz.simulator.trouble import KINDS, LISTS, STREAMS
from tests.cast import Desk
from tests.desk.faults import page
from tests.desk.faults.ground import PATIENCE_S, ground
from tests.desk.faults.runs import follow, hear, tell
from tests.desk.faults.sides import (
    COLUMNS,
    HEARING,
    NO_ONE_ANSWER,
    POSTS,
    SENDING,
    SIDES,
    impossible,
)

pytestmark = pytest.mark.servers
WRITING = bool(os.environ.get("RESONANZ_WRITE_TABLE"))
CELLS = [(name, kind, column) for name in SIDES for kind in KINDS for column in COLUMNS]
NEVER = {cell: why_not for cell in CELLS if (why_not := impossible(*cell))}
found: dict[page.Cell, str] = {}
said: dict[str, dict[str, str]] = defaultdict(dict)


def hurry(monkeypatch: pytest.MonkeyPatch, *, silent: bool) -> None:
    """Let nobody wait long in real time, for an answer or before a stream is opened again."""
    for name in ("http.READ_SECONDS", "bluesky_stream.CONNECT_SECONDS"):
        monkeypatch.setattr(f"resonanz.networks.{name}", PATIENCE_S)
    if silent:  # the others never come to that
        for name in ("http.SILENCE_SECONDS", "bluesky_stream.SILENCE_SECONDS", "x_streams.HEARTBEAT_S"):
            monkeypatch.setattr(f"resonanz.networks.{name}", PATIENCE_S)
    monkeypatch.setattr("resonanz.networks.bluesky_stream.PAUSES", (0.05,) * 4)
    monkeypatch.setattr("resonanz.networks.x_streams.Backoff.after", lambda *_: 0.05)
    monkeypatch.setattr("resonanz.desk.worker.STREAM_AGAIN_S", (0.05,) * 6)


@pytest.mark.django_db(transaction=True)  # arming is durable only outside other transactions
@pytest.mark.parametrize(("network", "kind", "column"), [cell for cell in CELLS if cell not in NEVER])
def test_a_fault(network: str, kind: str, column: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, silent=kind in ("silent", "timeout_before"))
    cell = (network, kind, column)
    with ground(desk, SIDES[network], heartbeat_s=0.25) as here:
        if column in HEARING:
            found[cell] = hear(here, column, kind)
        elif column in SENDING:
            found[cell] = tell(here, column, kind)
        else:
            found[cell] = follow(here, kind)
    said[network] |= here.said
    if not WRITING:
        assert found[cell] == page.cells()[cell]


def test_what_cannot_happen_is_named_with_the_reason() -> None:
    """And the simulated network agrees: it has no such fault there, or no such endpoint is asked."""
    found.update({cell: f"– {why_not}" for cell, why_not in NEVER.items()})
    assert {kind for _name, kind, _column in NEVER} == {*LISTS, *POSTS, *STREAMS, *NO_ONE_ANSWER, "revoked"}
    if not WRITING:
        assert {cell: page.cells()[cell] for cell in NEVER} == {cell: found[cell] for cell in NEVER}


def test_the_page_is_complete() -> None:
    """What a run did not come to, because only some were chosen, stays as it stands in the page."""
    cells = page.cells() | found
    told = page.sentences()
    known = {name: page.needed(told.get(name, {}) | said[name], cells, name) for name in SIDES}
    drawn = page.drawn(cells, known)
    if WRITING:
        page.write(drawn)
    assert cells.keys() == set(CELLS)
    assert "?" not in cells.values()
    assert page.section() == drawn
