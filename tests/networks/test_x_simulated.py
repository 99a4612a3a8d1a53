"""The connector for X against the simulated X: no fault, in or out, loses, doubles or pretends anything."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from resonanz.networks import (
    NETWORKS,
    CheckPosts,
    Credentials,
    LookUpPosts,
    LookUpProfile,
    NetworkError,
    ReadBack,
)
from resonanz.networks.x import X
from resonanz.post import Attachment, Audience, Delivery, Draft, MediaKind, Page
from resonanz.simulator.trouble import AFTER, BEFORE, LISTS
from tests.networks.x_world import Ring, Wallet
from tests.simulator.running import running_simulator
from tests.simulator.x.consent import consent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resonanz.post import Sighting
    from tests.simulator.running import RunningSimulator

DESK, CUSTOMER = "nordlicht_hilft", "frauke_m"


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(networks=("x",)) as running:
        running.network("x").order("settings", rate_limits=False, processing_s=0.1)
        yield running


def desk(simulator: RunningSimulator, **more: Any) -> X:
    token = more.pop("token", None) or simulator.network("x").token(DESK)
    secret = {"access_token": token}
    return X(Credentials(base_url=simulator.base_url, secret=secret, simulated=True, **more))


def delivery(text: str, answers: str | None = None, **more: Any) -> Delivery:
    audience = more.pop("audience", Audience.PUBLIC)
    draft = Draft(text=text, audience=audience, **more)
    return Delivery(key=uuid4(), draft=draft, created_at=datetime.now(UTC), answers=answers)


def page(answer: object) -> Page:
    assert isinstance(answer, Page)
    return answer


def test_a_quote_without_a_name_is_heard_and_may_be_answered(simulator: RunningSimulator) -> None:
    x_part, x = simulator.network("x"), desk(simulator)
    first = x.read("")
    ours = x.send(delivery("Wir haben jetzt länger auf."))
    said = x_part.say(CUSTOMER, "Das glaube ich erst, wenn ich es sehe", quotes=ours.native_id)
    (seen,) = [one for one in x.read(first.cursor).sightings if not one.own]
    assert (seen.native_id, seen.addressed, seen.gate) == (said["id"], True, "")
    x.send(delivery("Kommen Sie vorbei!", seen.native_id))
    assert x_part.texts()[-1] == f"@{CUSTOMER} Kommen Sie vorbei!"


@pytest.mark.parametrize("spelling", ["tweet", "post", "either"])
def test_a_conversation_in_every_spelling(simulator: RunningSimulator, spelling: str) -> None:
    x_part = simulator.network("x")
    x_part.order("settings", spelling=spelling)
    x = desk(simulator)
    begin = x.read("")
    above = x_part.say(CUSTOMER, f"Wer kennt sich aus? {spelling}")
    asked = x_part.say(CUSTOMER, f"@{DESK} Ihr vielleicht? {spelling}", in_reply_to=above["id"])
    x_part.say(CUSTOMER, f"Unter uns {spelling}", private=True)
    heard = desk(simulator).read(begin.cursor)
    assert [(one.post.text, one.addressed, one.gate) for one in heard.sightings] == [
        (f"Wer kennt sich aus? {spelling}", False, "not_summoned"),
        (f"@{DESK} Ihr vielleicht? {spelling}", True, ""),
        (f"Unter uns {spelling}", True, ""),
    ]
    assert heard.unread == ()
    picture = Attachment(kind=MediaKind.IMAGE, content=b"\x89PNG", content_type="image/png", alt="Ein Plan")
    answer = delivery(f"Ja, siehe bahn.de & so. {spelling}", asked["id"], media=(picture,))
    sent = x.send(answer)
    found = x.find_sent(answer)
    assert found is not None
    assert (found.native_id, found.post.uri) == (sent.native_id, sent.post.uri)
    with pytest.raises(NetworkError) as gate:
        x.send(delivery("Wir!", above["id"]))
    assert gate.value.code == "not_summoned"
    private = delivery(f"Gern. {spelling}", heard.sightings[2].native_id, audience=Audience.DIRECT)
    message = x.send(private)
    again = x.find_sent(private)
    assert again is not None
    assert again.native_id == message.native_id
    x_part.order("delete", id=asked["id"])
    looked = page(x.act(LookUpPosts((asked["id"], above["id"]))))
    assert (looked.gone, [one.native_id for one in looked.sightings]) == ((asked["id"],), [above["id"]])
    checked = page(x.act(CheckPosts((asked["id"], above["id"]))))
    assert (checked.gone, checked.sightings) == ((asked["id"],), ())
    newer = x_part.order("edit", id=above["id"], text=f"Wer kennt sich hier aus? {spelling}")
    checked = page(x.act(CheckPosts((above["id"],))))
    assert [(one.post.text, one.native_id) for one in checked.sightings] == [
        (f"Wer kennt sich hier aus? {spelling}", newer["id"])
    ]
    own = [one.native_id for one in desk(simulator).read(heard.cursor).sightings if one.own]
    assert sorted(own) == sorted([sent.native_id, message.native_id])


PATIENCE_S = 1.0


@pytest.mark.parametrize("kind", [kind for kind in (*BEFORE, *AFTER) if kind != "revoked"])
def test_no_fault_makes_an_answer_double_or_pretends_one(
    simulator: RunningSimulator, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resonanz.networks.http.READ_SECONDS", PATIENCE_S)
    x_part = simulator.network("x")
    asked = x_part.say(CUSTOMER, f"@{DESK} Frage {kind}")
    x, text = desk(simulator), f"Antwort {kind}"
    x.act(LookUpProfile())
    x_part.fault("posts.create", kind, delay_s=PATIENCE_S + 0.5 if kind.startswith("timeout") else 0.1)
    answer = delivery(text, asked["id"])
    found: Sighting | None = None
    try:
        found = x.send(answer)
    except NetworkError as error:
        acted, found = error.acted, x.find_sent(answer)
    else:
        acted = True
    there = sum(said.endswith(text) for said in x_part.texts())
    assert there == (found is not None)
    assert acted in (bool(there), None)
    if not there and kind != "parent_deleted":
        x.send(delivery(text, asked["id"]))
    assert sum(said.endswith(text) for said in x_part.texts()) == (kind != "parent_deleted")


@pytest.mark.parametrize("endpoint", ["users.mentions", "messages.all", "users.posts"])
@pytest.mark.parametrize("kind", [kind for kind in (*BEFORE, *AFTER, *LISTS) if kind != "revoked"])
def test_no_fault_loses_what_was_said(
    simulator: RunningSimulator, kind: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x_part, token = simulator.network("x"), simulator.network("x").token(DESK)
    x, began = desk(simulator), datetime.now(UTC) - timedelta(minutes=1)
    cursor = x.read("").cursor
    said = [f"@{DESK} {kind} {endpoint} {number}" for number in range(3)]
    for text in said:
        x_part.say(CUSTOMER, text)
    said.append(f"Geheim {kind} {endpoint}")
    x_part.say(CUSTOMER, said[-1], private=True)
    x_part.fault(endpoint, kind, delay_s=PATIENCE_S + 0.5 if kind.startswith("timeout") else 0.1)
    monkeypatch.setattr("resonanz.networks.http.READ_SECONDS", PATIENCE_S)
    heard: list[Sighting] = []
    for _ in range(3):
        try:
            found = desk(simulator, token=token).read(cursor)
        except NetworkError:
            continue
        cursor = found.cursor
        heard += found.sightings
        assert len({one.post.uri for one in found.sightings}) == len(found.sightings)
    if kind in LISTS:  # X itself left something out: reading back finds it
        heard += page(desk(simulator, token=token).act(ReadBack(began))).sightings
    texts = {one.post.text.removesuffix(" (edited)") for one in heard}
    expected = [text for text in said if text in " ".join(x_part.texts())]
    assert [text for text in expected if not any(text in one for one in texts)] == []


def test_one_refresh_token_for_many(simulator: RunningSimulator) -> None:
    made = consent(simulator, DESK)
    lock, failed = threading.Lock(), list[NetworkError]()

    class Locked(Ring):
        def trade(self, *words: Any) -> dict[str, str]:
            with lock:
                return super().trade(*words)

    ring = Locked(dict(made.secret))
    later = [timedelta(hours=2 * turn) for turn in range(1, 4)]

    def ask(ahead: timedelta) -> None:
        keys = Credentials(base_url=simulator.base_url, secret=made.secret, simulated=True, keys=ring)
        try:
            X(keys, clock=lambda: datetime.now(UTC) + ahead).act(LookUpProfile())
        except NetworkError as error:
            failed.append(error)

    for ahead in later:
        threads = [threading.Thread(target=ask, args=(ahead,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (failed, ring.trades) == ([], 3)


def test_the_stream_says_when_to_read(simulator: RunningSimulator) -> None:
    x_part = simulator.network("x")
    secret = {"access_token": x_part.token(DESK), "bearer_token": x_part.state()["app_token"]}
    stream = NETWORKS["x"].stream(Credentials(base_url=simulator.base_url, secret=secret, simulated=True))
    next(stream)
    timer = threading.Timer(0.2, x_part.say, (CUSTOMER, f"@{DESK} Hallo, Strom?"))
    timer.start()
    assert len(list(islice(stream, 1))) == 1
    timer.join()


def test_the_meter_is_never_below_the_network_s(simulator: RunningSimulator) -> None:
    x_part, wallet = simulator.network("x"), Wallet()
    before = x_part.state()["spent"]
    x = desk(simulator, purse=wallet)
    cursor = x.read("").cursor
    for number in range(30):
        x_part.say(CUSTOMER, f"@{DESK} Kosten {number}")
    heard = x.read(cursor)
    x.send(delivery("Das kostet.", heard.sightings[-1].native_id))
    assert 0 < x_part.state()["spent"] - before <= wallet.spent
