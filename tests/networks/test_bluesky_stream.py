"""Jetstream: what is told of the simulated Bluesky's stream in both forms, and what ends it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks import Credentials, Nudge, Refused, Temporary, bluesky_stream
from resonanz.networks.bluesky_stream import Ear, stream
from tests.simulator.bluesky.running import RunningBluesky

if TYPE_CHECKING:
    pass

DESK = "did:plc:deskdeskdeskdeskdeskdesk"
MIRA = "did:plc:miramiramiramiramiramira"
POST = "app.bsky.feed.post"


def listening(bluesky: RunningBluesky, path: str = "") -> Credentials:
    return bluesky.credentials(jetstream=bluesky.base_url.replace("http", "ws") + path)


def hurried(_seconds: float) -> None:
    """Wait for nothing."""


@pytest.mark.parametrize("path", ["", "/subscribe"])
def test_what_concerns_us_is_told_and_nothing_else(bluesky: RunningBluesky, path: str) -> None:
    ours = bluesky.say("nordlicht_hilft", "Neu im Laden")
    told = stream(listening(bluesky, path), pause=hurried)
    assert next(told) == Nudge()  # it stands
    bluesky.say("gregor_p", "Sonne")
    bluesky.part.react({"handle": "gregor_p", "id": ours["id"], "kind": "like"})
    mention = bluesky.say("frauke_m", "@nordlicht_hilft hallo")
    assert next(told) == Nudge()
    for text, more in (("Antwort", {"in_reply_to": ours["id"]}), ("Zitat", {"quotes": ours["id"]})):
        bluesky.say("jolandaw", text, **more)
        assert next(told) == Nudge()
    bluesky.part.delete(bluesky.say("gregor_p", "Nicht an euch"))
    bluesky.part.delete(mention)
    assert next(told) == Nudge((mention["id"],))
    bluesky.say("nordlicht_hilft", "Von uns")
    assert next(told) == Nudge()
    bluesky.part.world.close(bluesky.account("gregor_p").did, "takendown")
    bluesky.part.world.close(bluesky.account("jolandaw").did, "takendown")
    gone = next(told)
    assert len(gone.native_ids) == 2
    told.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["", "/subscribe"])
def test_a_stream_that_breaks_goes_on_where_it_was(bluesky: RunningBluesky, path: str) -> None:
    told = stream(listening(bluesky, path), pause=hurried)
    assert next(told) == Nudge()
    bluesky.say("frauke_m", "@nordlicht_hilft eins")
    assert next(told) == Nudge()
    bluesky.part.stop()  # too slow, says the server, and ends it
    missed = bluesky.say("frauke_m", "@nordlicht_hilft zwei")
    bluesky.part.delete(missed)
    heard = [next(told)]
    while heard[-1] == Nudge():
        heard.append(next(told))
    assert heard[-1] == Nudge((missed["id"],))
    assert len(heard) == (3 if path else 4)  # it stands, in the second form the first again, the second, gone
    told.close()  # type: ignore[attr-defined]


def test_a_cursor_that_is_too_old_begins_anew(bluesky: RunningBluesky) -> None:
    told = stream(listening(bluesky), pause=hurried)
    assert next(told) == Nudge()
    bluesky.say("frauke_m", "@nordlicht_hilft eins")
    assert next(told) == Nudge()
    for event in bluesky.part.world.memory.events:
        event["seq"] += 1_000
    bluesky.part.stop()
    assert next(told) == Nudge()
    told.close()  # type: ignore[attr-defined]


def test_without_an_address_there_is_none(bluesky: RunningBluesky) -> None:
    with pytest.raises(Refused) as refused:
        next(stream(bluesky.credentials()))
    assert refused.value.code == "not_allowed_here"


def test_what_cannot_be_reached_is_tried_some_times(bluesky: RunningBluesky) -> None:
    pauses: list[float] = []
    dead = bluesky.credentials(jetstream="ws://127.0.0.1:9")
    with pytest.raises(Temporary):
        next(stream(dead, pause=pauses.append))
    assert pauses == list(bluesky_stream.PAUSES)
    wrong = bluesky.credentials(jetstream=bluesky.base_url + "/xrpc/app.bsky.feed.getPosts")
    with pytest.raises(Temporary):
        next(stream(wrong, pause=hurried))


def test_silence_is_a_break(bluesky: RunningBluesky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky_stream, "SILENCE_SECONDS", 0.05)
    told = stream(listening(bluesky), pause=hurried)
    assert [next(told), next(told), next(told)] == [Nudge()] * 3
    told.close()  # type: ignore[attr-defined]


def test_only_public_addresses_over_tls(bluesky: RunningBluesky, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [("127.0.0.1",), ("127.0.0.1", "::1")]
    monkeypatch.setattr(bluesky_stream, "public_addresses", lambda host, port: found.pop())
    for typed, connects in (("jetstream.example:9", True), ("ws://jetstream.example", False)):
        address = replace(bluesky.credentials(jetstream=typed), simulated=connects)
        if connects:
            read = bluesky_stream._address(typed, simulated=False)
            assert (read.scheme, read.port, read.path) == ("wss", 9, bluesky_stream.METHOD)
            assert bluesky_stream._secure(read) is not None
            with pytest.raises(Temporary):
                bluesky_stream._connected(read, simulated=False)
        else:
            with pytest.raises(Refused):
                bluesky_stream._address(address.secret["jetstream"], simulated=False)
    six = bluesky_stream.Address("ws", "::1", 80, "/subscribe")
    assert six.question(None).startswith("ws://[::1]:80/subscribe?wantedCollections=")


def frame(kind: str = "commit", **payload: Any) -> str:
    return json.dumps({"$type": "message", "payload": {"$type": f"x#{kind}", **payload}})


def test_frames_that_make_no_sense_are_passed_over() -> None:
    ear = Ear(DESK)
    for said in ("", "5", "[]", "{}", b"\xff", frame(), frame(did=MIRA, collection=POST, operation="create")):
        assert ear.hear(said) is None
    with pytest.raises(Temporary) as ended:
        ear.hear(json.dumps({"$type": "error", "error": "ConsumerTooSlow"}))
    assert (ended.value.code, ended.value.reason) == ("overloaded", "ConsumerTooSlow")


def test_only_so_many_writers_and_posts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky_stream, "WRITERS_KEPT", 2)
    monkeypatch.setattr(bluesky_stream, "POSTS_KEPT", 2)
    ear = Ear(DESK)
    record = {"facets": [{"features": [{"did": DESK}]}]}
    said: dict[str, Any] = {"collection": POST, "operation": "create", "record": record}
    for number in range(3):
        assert ear.hear(frame(did=MIRA, rkey=str(number), seq=number, **said)) == Nudge()
    assert [uri.rpartition("/")[2] for uri in ear.spoken[MIRA]] == ["1", "2"]
    for other in ("did:plc:a", "did:plc:b"):
        ear.hear(frame(did=other, rkey="1", **said))
    assert list(ear.spoken) == ["did:plc:a", "did:plc:b"]
    assert ear.cursor == 2


def test_the_second_form_takes_none_of_the_firsts_names(
    bluesky: RunningBluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = bluesky_stream.METHOD + "?wantedDids=x&"
    monkeypatch.setattr(
        bluesky_stream.Address, "question", lambda self, _: f"{self.scheme}://{self.host}:{self.port}{wrong}"
    )
    with pytest.raises(Temporary) as refused:
        next(stream(listening(bluesky), pause=hurried))
    assert refused.value.reason == "HTTP 400"
