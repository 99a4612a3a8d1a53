"""Private messages on Bluesky: requests, answers, refusals, and a service that is not there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from resonanz.networks import (
    LoginNeeded,
    LookUpPosts,
    ReadBack,
    Refused,
    Unclear,
    Understand,
    bluesky_messages,
)
from resonanz.networks.bluesky import Bluesky
from resonanz.post import Audience
from tests.networks.bluesky_words import cast_page, delivery, picture, texts
from tests.simulator.bluesky.running import Fault, RunningBluesky

if TYPE_CHECKING:
    pass

CONVO = "chat.bsky.convo"


def test_a_strangers_message_is_accepted_heard_and_answered(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    cursor = open_desk.read("").cursor
    asked = bluesky.say("frauke_m", "Meine Kundennummer ist 4711", private=True)
    page = open_desk.read(cursor)
    [heard] = page.sightings
    assert (heard.native_id, heard.addressed) == (asked["id"], True)
    assert (heard.post.audience, heard.post.author.handle) == (Audience.DIRECT, "frauke-m.himmel.test")
    assert heard.post.mentioned == (bluesky.account("nordlicht_hilft").did,)
    assert heard.post.root == heard.native_thread_id == asked["id"].rpartition("/")[0]
    assert texts(open_desk.read(page.cursor)) == []
    answer = delivery(
        "Danke! Details: https://a.example/4711", answers=heard.native_id, audience=Audience.DIRECT
    )
    assert open_desk.find_sent(answer) is None
    bluesky.breaks(f"{CONVO}.sendMessage", Fault(lost=True))
    with pytest.raises(Unclear):
        open_desk.send(answer)
    found = open_desk.find_sent(answer)
    assert found is not None
    assert (found.own, found.addressed, found.post.root) == (True, False, heard.post.root)
    assert [one.url for one in found.post.links] == ["https://a.example/4711"]
    page = open_desk.read(page.cursor)
    assert [one.native_id for one in page.sightings] == [found.native_id]
    bluesky.say("frauke_m", "Alles klar", in_reply_to=found.native_id, private=True)
    again = open_desk.read(page.cursor)
    assert texts(again, addressed=True) == ["Alles klar"]


def test_what_was_said_before_is_heard_as_such_and_deletions_are_told(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    said = bluesky.say("frauke_m", "Nr. 4711", private=True)
    page = open_desk.read("")
    assert (texts(page), page.backfill) == (["Nr. 4711"], True)
    bluesky.part.delete(said)
    assert open_desk.read(page.cursor).gone == (said["id"],)
    assert texts(open_desk.read("")) == []
    assert cast_page(open_desk.act(LookUpPosts((said["id"],)))).gone == (said["id"],)


def test_messages_are_looked_up_again(bluesky: RunningBluesky, open_desk: Bluesky) -> None:
    said = [bluesky.say("frauke_m", f"Nr. {number}", private=True) for number in range(3)]
    open_desk.read("")
    ids = tuple(one["id"] for one in said)
    page = cast_page(open_desk.act(LookUpPosts((*ids[:2], "chat:none/x"))))
    assert (sorted(texts(page)), page.gone) == (["Nr. 0", "Nr. 1"], ("chat:none/x",))
    bluesky.account("nordlicht_hilft").messages_allowed = False
    page = cast_page(open_desk.act(LookUpPosts(ids)))
    assert (page.sightings, page.gone) == ((), ())  # a right that is missing deletes nothing


def test_a_public_post_is_answered_in_private(bluesky: RunningBluesky, open_desk: Bluesky) -> None:
    asked = bluesky.say("frauke_m", "@nordlicht_hilft hilfe")
    private = delivery("Wie ist Ihre Nummer?", answers=asked["id"], audience=Audience.DIRECT)
    with pytest.raises(Refused) as refused:
        open_desk.send(private)  # she takes messages from those whom she follows
    assert refused.value.code == "no_messages"
    assert open_desk.find_sent(private) is None
    frauke = bluesky.account("frauke_m")
    bluesky.part.world.put(frauke.did, "chat.bsky.actor.declaration", "self", {"allowIncoming": "all"})
    quoting = replace(private, draft=replace(private.draft, quotes=asked["id"]))
    sent = open_desk.send(quoting)
    assert (sent.post.audience, sent.post.quoted) == (Audience.DIRECT, asked["id"])
    assert open_desk.find_sent(quoting) == sent
    by_name = delivery("Noch etwas", audience=Audience.DIRECT, named=("@Frauke-M.himmel.test",))
    assert open_desk.send(by_name).native_thread_id == sent.native_thread_id


def test_private_words_go_to_one_person_and_without_files(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    for broken in (
        delivery("Wem?", audience=Audience.DIRECT),
        delivery("Wem?", audience=Audience.DIRECT, named=("a.test", "b.test")),
        delivery("x" * 1_001, audience=Audience.DIRECT, answers="chat:a/b"),
        delivery("Bild", audience=Audience.DIRECT, answers="chat:a/b", media=(picture(),)),
        delivery("Wohin?", audience=Audience.DIRECT, answers="chat:none/b"),
    ):
        with pytest.raises(Refused):
            open_desk.send(broken)


@pytest.mark.parametrize(
    ("method", "fault", "code"),
    [
        ("getConvoForMembers", Fault("MessagesDisabled"), "no_messages"),
        ("getConvoForMembers", Fault("AccountSuspended"), "refused"),
        ("sendMessage", Fault("BlockedActor"), "no_messages"),
        ("sendMessage", Fault("ConvoLocked"), "no_messages"),
        ("sendMessage", Fault("InvalidConvo"), "refused"),
        ("getConvoAvailability", Fault("InvalidToken"), "scope_missing"),
    ],
)
def test_messages_that_are_refused(
    bluesky: RunningBluesky, open_desk: Bluesky, method: str, fault: Fault, code: str
) -> None:
    frauke = bluesky.account("frauke_m")
    bluesky.part.world.put(frauke.did, "chat.bsky.actor.declaration", "self", {"allowIncoming": "all"})
    bluesky.breaks(f"{CONVO}.{method}", fault)
    with pytest.raises(Refused) as refused:
        open_desk.send(delivery("Hallo", audience=Audience.DIRECT, named=(frauke.handle,)))
    assert refused.value.code == code


def test_a_service_that_lists_requests_among_the_conversations(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    cursor = open_desk.read("").cursor
    bluesky.say("frauke_m", "Nr. 4711", private=True)
    bluesky.breaks(f"{CONVO}.listConvoRequests", Fault("MethodNotImplemented", status=501))
    assert texts(open_desk.read(cursor)) == ["Nr. 4711"]
    assert bluesky.count(f"{CONVO}.acceptConvo") == 1


def test_a_request_of_theirs_is_accepted_before_it_is_answered(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    asked = bluesky.say("frauke_m", "Nr. 4711", private=True)
    public = bluesky.say("frauke_m", "@nordlicht_hilft lest eure Nachrichten")
    sent = open_desk.send(delivery("Moin", answers=public["id"], audience=Audience.DIRECT))
    assert sent.native_thread_id == asked["id"].rpartition("/")[0]
    assert bluesky.count(f"{CONVO}.acceptConvo") == 1


@pytest.mark.parametrize(
    "fault", [Fault("InvalidToken"), Fault("UpstreamFailure", status=502), Fault(lost=True)]
)
def test_without_the_message_service_everything_else_goes_on(
    bluesky: RunningBluesky, open_desk: Bluesky, fault: Fault
) -> None:
    cursor = open_desk.read("").cursor
    bluesky.say("frauke_m", "Nr. 4711", private=True)
    bluesky.say("frauke_m", "@nordlicht_hilft hallo")
    for method in ("listConvoRequests", "getLog"):
        bluesky.breaks(f"{CONVO}.{method}", fault)
        page = open_desk.read(cursor)
        assert "@nordlicht_hilft hallo" in texts(page)
        assert page.messages not in ("yes", None)
    sessions = bluesky.count("com.atproto.server.createSession") + bluesky.count(
        "com.atproto.server.refreshSession"
    )
    assert sessions == 1  # other tokens would not help
    after = open_desk.read(page.cursor)
    assert ("Nr. 4711" in texts(after), after.messages) == (True, "yes")


def test_a_session_that_was_ended_is_opened_again_for_a_message_too(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    said = bluesky.say("frauke_m", "Unter uns", private=True)
    assert open_desk.read("").messages == "yes"
    bluesky.part.sessions.revoke(bluesky.account("nordlicht_hilft").did)
    answer = delivery("Gern", answers=said["id"], audience=Audience.DIRECT)
    assert open_desk.send(answer).post.text == "Gern"
    bluesky.part.revoke(bluesky.account("nordlicht_hilft").app_password)
    with pytest.raises(LoginNeeded):
        open_desk.send(answer)


def test_a_session_that_ran_out_is_renewed_for_messages_too(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    bluesky.breaks(f"{CONVO}.listConvoRequests", Fault("ExpiredToken"))
    assert open_desk.read("").messages == "yes"
    assert bluesky.count("com.atproto.server.refreshSession") == 1


def test_a_first_read_without_messages_begins_with_them_later(
    bluesky: RunningBluesky, open_desk: Bluesky
) -> None:
    bluesky.breaks(f"{CONVO}.listConvoRequests", Fault("InvalidToken"))
    cursor = open_desk.read("").cursor
    bluesky.say("frauke_m", "Nr. 4711", private=True)
    assert texts(open_desk.read(cursor)) == ["Nr. 4711"]


def test_a_long_log_comes_in_bounded_pages(
    bluesky: RunningBluesky, open_desk: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bluesky.say("frauke_m", "Nr. 0", private=True)
    cursor = open_desk.read("").cursor
    for number in range(1, 120):
        bluesky.say("frauke_m", f"Nr. {number}", in_reply_to=first["id"], private=True)
    monkeypatch.setattr(bluesky_messages, "LOG_PAGES", 1)
    page = open_desk.read(cursor)
    rest = open_desk.read(page.cursor)
    assert (page.more, rest.more) == (True, True)
    assert texts(page) + texts(rest) == [f"Nr. {number}" for number in range(1, 120)]
    assert texts(open_desk.read(rest.cursor)) == []


def test_messages_that_make_no_sense_are_put_aside(bluesky: RunningBluesky, open_desk: Bluesky) -> None:
    cursor = open_desk.read("").cursor
    frauke = bluesky.account("frauke_m")
    sender = {"did": frauke.did}
    good = {"id": "1", "rev": "2", "text": "Hallo", "sender": sender, "sentAt": "2026-11-22T10:00:00Z"}
    kind = "chat.bsky.convo.defs#logCreateMessage"
    events = [
        {"$type": kind, "rev": "2222222222223", "convoId": "c", "message": good},
        {"$type": kind, "rev": "2222222222224", "convoId": "c", "message": good | {"id": "2", "text": 5}},
        {"$type": kind, "rev": "2222222222225", "convoId": "c", "message": {"id": "3"}},
        {"$type": "chat.bsky.convo.defs#logReadMessage", "rev": "2222222222226", "convoId": "c"},
    ]
    bluesky.breaks(f"{CONVO}.getLog", Fault(status=200, body={"logs": events}))
    page = open_desk.read(cursor)
    [heard] = page.sightings
    assert heard.post.author.uid == frauke.did  # who he is nobody says
    assert [one.reason for one in page.unread] == ["text", "sender"]
    with pytest.raises(Unclear):
        open_desk.act(Understand(page.unread[0].raw))
    assert texts(cast_page(open_desk.act(Understand(json.dumps(events[0]))))) == ["Hallo"]


def test_messages_that_are_not_found(bluesky: RunningBluesky, open_desk: Bluesky) -> None:
    """Neither another's words, nor older ones, nor a time that is none end the search wrongly."""
    sender = {"did": bluesky.account("nordlicht_hilft").did}
    frauke = {"did": bluesky.account("frauke_m").did}
    lost = delivery("Gesucht", answers="chat:c/1", audience=Audience.DIRECT)
    view = {"$type": "chat.bsky.convo.defs#messageView", "id": "1", "rev": "2", "text": "Gesucht"}
    new, old = "2126-11-22T10:00:00Z", "2020-01-01T00:00:00Z"
    for messages in (
        [],
        [view | {"sender": frauke, "sentAt": new}, view | {"sender": sender, "text": "x", "sentAt": "?"}],
        [view | {"sender": sender, "sentAt": old}],
    ):
        bluesky.breaks(f"{CONVO}.getMessages", Fault(status=200, body={"messages": messages}))
        assert open_desk.find_sent(lost) is None
    group = [{"id": "", "name": "Gruppe"}, {"id": "c", "status": "accepted"}]
    cursor = open_desk.read("").cursor
    bluesky.breaks(f"{CONVO}.listConvoRequests", Fault(status=200, body={"requests": group}))
    assert open_desk.read(cursor).sightings == ()
    assert bluesky.count(f"{CONVO}.acceptConvo") == 0


def test_a_conversation_without_end_is_not_said_to_be_seen(
    bluesky: RunningBluesky, open_desk: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_messages, "PAGE", 1)
    monkeypatch.setattr(bluesky_messages, "BACK_PAGES", 2)
    monkeypatch.setattr(bluesky_messages, "CONVOS_KEPT", 0)
    said = [bluesky.say("frauke_m", f"Nr. {number}", private=True) for number in range(4)]
    bluesky.say("gregor_p", "Auch da", private=True)
    bluesky.say("jolandaw", "Ich auch", private=True)
    with pytest.raises(Unclear):
        open_desk.act(LookUpPosts((said[0]["id"],)))
    page = cast_page(open_desk.act(ReadBack(datetime.now(UTC) - timedelta(hours=1))))
    assert sorted(texts(page)) == ["Auch da", "Ich auch"]  # as far back as it goes
