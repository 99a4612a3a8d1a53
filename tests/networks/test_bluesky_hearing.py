"""What Bluesky's connector hears: late, many, broken and missing things, threads, and what is read again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks import (
    DeletePost,
    LookUpPosts,
    ReadBack,
    Refused,
    Unclear,
    Understand,
    bluesky_hearing,
    bluesky_places,
)
from resonanz.networks.bluesky import Bluesky
from resonanz.post import Page
from tests.networks.bluesky_words import cast_page, delivery, texts
from tests.simulator.bluesky.running import Fault, RunningBluesky

if TYPE_CHECKING:
    pass


def test_a_late_mention_below_the_newest_is_heard(bluesky: RunningBluesky, desk: Bluesky) -> None:
    bluesky.say("frauke_m", "@nordlicht_hilft eins")
    cursor = desk.read("").cursor
    bluesky.clock.ahead = -timedelta(minutes=5)
    bluesky.say("jolandaw", "@nordlicht_hilft lange unterwegs")
    assert texts(desk.read(cursor)) == ["@nordlicht_hilft lange unterwegs"]


def test_many_mentions_come_in_bounded_pages_and_none_is_lost(
    bluesky: RunningBluesky, desk: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_hearing, "PAGE", 5)
    monkeypatch.setattr(bluesky_places, "PAGES", 2)
    cursor = desk.read("").cursor
    for number in range(23):
        bluesky.say("frauke_m", f"@nordlicht_hilft Nr. {number}")
    found: list[str] = []
    pages = 0
    more = True
    while more:
        page = desk.read(cursor)
        cursor, more = page.cursor, page.more
        pages += 1
        found += texts(page)
        if pages == 1:
            bluesky.say("frauke_m", "@nordlicht_hilft inzwischen")
    found += texts(desk.read(cursor))
    said = {*(f"@nordlicht_hilft Nr. {n}" for n in range(23)), "@nordlicht_hilft inzwischen"}
    assert set(found) == said
    assert (pages, len(found) < len(said) + 10) == (3, True)  # of one moment some may come twice


def test_a_way_back_that_the_network_no_longer_knows_is_a_gap(
    bluesky: RunningBluesky, desk: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_hearing, "PAGE", 2)
    monkeypatch.setattr(bluesky_places, "PAGES", 1)
    for number in range(3):
        bluesky.say("frauke_m", f"@nordlicht_hilft Nr. {number}")
    cursor = desk.read("").cursor
    for number in range(3, 9):
        bluesky.say("frauke_m", f"@nordlicht_hilft Nr. {number}")
    page = desk.read(cursor)
    assert (page.more, page.gap) == (True, None)
    bluesky.breaks("app.bsky.notification.listNotifications", Fault("InvalidRequest"))
    broken = desk.read(page.cursor)
    assert broken.gap is not None
    assert broken.gap[0] < broken.gap[1]
    assert desk.read(broken.cursor).gap is None
    first = json.loads(page.cursor)
    first["heard"]["floor"] = ""
    bluesky.breaks("app.bsky.notification.listNotifications", Fault("InvalidRequest"))
    assert desk.read(json.dumps(first)).gap is None  # since when nobody knows


def test_a_refusal_of_the_first_page_is_raised(bluesky: RunningBluesky, desk: Bluesky) -> None:
    cursor = desk.read("").cursor
    bluesky.breaks("app.bsky.notification.listNotifications", Fault("InvalidRequest"))
    with pytest.raises(Refused):
        desk.read(cursor)


@pytest.mark.parametrize("cursor", ["nonsense", "[]", "{}", '{"heard": 1}'])
def test_a_cursor_that_is_not_ours_begins_anew(bluesky: RunningBluesky, desk: Bluesky, cursor: str) -> None:
    bluesky.say("frauke_m", "@nordlicht_hilft hallo")
    page = desk.read(cursor)
    assert (texts(page), page.backfill) == (["@nordlicht_hilft hallo"], True)


def test_what_cannot_be_understood_is_put_aside_and_read_again(
    bluesky: RunningBluesky, desk: Bluesky
) -> None:
    cursor = desk.read("").cursor
    bluesky.say("frauke_m", "@nordlicht_hilft verständlich")
    account = bluesky.account("frauke_m")
    author = {"did": account.did, "handle": account.handle}
    whole: dict[str, Any] = {
        "uri": f"at://{account.did}/app.bsky.feed.post/3kaaaaaaaaa22",
        "cid": "b",
        "author": author,
    }
    whole |= {"reason": "mention", "indexedAt": "2026-11-22T10:00:00Z", "record": {"text": "Hallo"}}
    broken = [
        "nonsense",
        {"reason": "mention"},
        whole | {"indexedAt": "gestern"},
        whole | {"author": None},
        whole | {"uri": whole["uri"] + "x", "record": {"text": 7}},
        whole | {"reason": "repost", "record": {}},
    ]
    liked = whole | {"uri": whole["uri"] + "3", "reason": "like"}  # not asked for
    answer = {"notifications": [*broken, liked, whole | {"uri": whole["uri"] + "2"}]}
    stranger = Fault(status=200, body={"posts": [{"uri": "at://did:plc:x/app.bsky.feed.post/3kaaaaaaaaa22"}]})
    bluesky.breaks("app.bsky.feed.getPosts", stranger)
    bluesky.breaks("app.bsky.notification.listNotifications", Fault(status=200, body=answer))
    page = desk.read(cursor)
    assert texts(page) == ["Hallo"]
    reasons = {one.raw: one.reason for one in page.unread}
    assert [reasons[json.dumps(one)] for one in broken] == [
        *("item", "uri", "time", "author", "text", "reasonSubject")
    ]
    assert [one.native_id for one in page.unread if one.reason == "time"] == [whole["uri"]]
    for one in page.unread:
        with pytest.raises(Unclear):
            desk.act(Understand(one.raw))
    understood = desk.act(Understand(json.dumps(whole)))
    assert isinstance(understood, Page)
    assert (texts(understood), understood.backfill) == (["Hallo"], True)
    post = {key: value for key, value in whole.items() if key != "reason"}
    assert texts(cast_page(desk.act(Understand(json.dumps({"post": post}))))) == ["Hallo"]


def test_an_answer_of_the_wrong_shape(bluesky: RunningBluesky, desk: Bluesky) -> None:
    bodies: tuple[Any, ...] = ({"notifications": 5}, [])
    for body in bodies:
        bluesky.breaks("app.bsky.notification.listNotifications", Fault(status=200, body=body))
        with pytest.raises(Unclear):
            desk.read("")


def test_a_post_above_that_makes_no_sense_or_is_gone_ends_the_line(
    bluesky: RunningBluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    desk = Bluesky(bluesky.credentials(), clock=lambda: now[0])
    first = bluesky.say("jolandaw", "Weg")
    second = bluesky.say("gregor_p", "@nordlicht_hilft noch da", in_reply_to=first["id"])
    bluesky.part.delete(first)
    assert texts(desk.read("")) == ["@nordlicht_hilft noch da"]
    assert texts(desk.read("")) == ["@nordlicht_hilft noch da"]
    asked = bluesky.count("app.bsky.feed.getPosts")
    now[0] = 601.0
    monkeypatch.setattr(bluesky_hearing, "ABOVE_KEPT", 0)
    broken = {"posts": [{"uri": first["id"], "record": {"text": 5}}]}
    shown = bluesky.part.views.post(bluesky.part.world.memory.records[second["id"]], "")
    both = Fault(status=200, body={"posts": [shown]}), Fault(status=200, body=broken)
    bluesky.breaks("app.bsky.feed.getPosts", *both)
    assert texts(desk.read("")) == ["@nordlicht_hilft noch da"]
    assert bluesky.count("app.bsky.feed.getPosts") == asked + 2


def test_a_long_thread_is_followed_so_far_and_its_first_post_is_there(
    bluesky: RunningBluesky, desk: Bluesky
) -> None:
    first = above = bluesky.say("jolandaw", "Nr. 0")
    for number in range(1, 13):
        above = bluesky.say("gregor_p", f"Nr. {number}", in_reply_to=above["id"])
    bluesky.say("frauke_m", "@nordlicht_hilft sagt mal was", in_reply_to=above["id"])
    found = desk.read("").sightings
    assert found[0].native_id == first["id"]
    assert [one.post.text for one in found[1:]] == [f"Nr. {n}" for n in range(5, 13)] + [
        "@nordlicht_hilft sagt mal was"
    ]


def test_posts_are_looked_up_again(bluesky: RunningBluesky, desk: Bluesky) -> None:
    first = bluesky.say("jolandaw", "Kennt jemand Nordlicht?")
    asked = bluesky.say("frauke_m", "@nordlicht_hilft antwortet!", in_reply_to=first["id"])
    gone = bluesky.say("gregor_p", "@nordlicht_hilft ihr seid blöd")
    sent = desk.send(delivery("Moin", answers=asked["id"]))
    bluesky.part.delete(gone)
    ids = (asked["id"], gone["id"], sent.native_id)
    page = cast_page(desk.act(LookUpPosts(ids)))
    assert ([one.native_id for one in page.sightings], page.gone) == (
        [asked["id"], sent.native_id],
        (gone["id"],),
    )
    assert page.sightings[0].addressed
    page = cast_page(desk.act(LookUpPosts((asked["id"],), with_thread=True)))
    assert [one.native_id for one in page.sightings] == [first["id"], asked["id"]]
    bluesky.breaks("app.bsky.feed.getPosts", Fault(body={"posts": []}, status=200))
    assert cast_page(desk.act(LookUpPosts((asked["id"],)))).gone == ()  # the list left it out
    bluesky.part.world.close(bluesky.account("frauke_m").did, "takendown")
    assert cast_page(desk.act(LookUpPosts((asked["id"],)))).gone == (asked["id"],)


def test_a_post_of_ours_that_is_not_shown_yet_is_not_gone(bluesky: RunningBluesky, desk: Bluesky) -> None:
    sent = desk.send(delivery("Gerade erst gesagt"))
    empty = Fault(status=200, body={"posts": []})
    bluesky.breaks("app.bsky.feed.getPosts", empty)
    assert cast_page(desk.act(LookUpPosts((sent.native_id,)))).gone == ()
    desk.act(DeletePost(sent.native_id))
    assert cast_page(desk.act(LookUpPosts((sent.native_id,)))).gone == (sent.native_id,)


def test_reading_back_to_a_moment(bluesky: RunningBluesky, desk: Bluesky) -> None:
    bluesky.part.world.put(
        bluesky.account("nordlicht_hilft").did,
        "chat.bsky.actor.declaration",
        "self",
        {"allowIncoming": "all"},
    )
    bluesky.clock.ahead = -timedelta(days=3)
    bluesky.say("frauke_m", "@nordlicht_hilft lange her")
    bluesky.say("gregor_p", "Nr. 4711, lange her", private=True)
    bluesky.say("jolandaw", "Auch lange her", private=True)
    bluesky.clock.ahead = timedelta()
    since = datetime.now(UTC) - timedelta(hours=1)
    bluesky.say("frauke_m", "@nordlicht_hilft eben")
    bluesky.say("nordlicht_hilft", "Von uns")
    bluesky.say("gregor_p", "Nr. 4711", private=True)
    page = cast_page(desk.act(ReadBack(since)))
    assert sorted(texts(page)) == ["@nordlicht_hilft eben", "Nr. 4711", "Von uns"]
    bluesky.breaks("chat.bsky.convo.listConvos", Fault("InvalidToken"))
    assert texts(cast_page(desk.act(ReadBack(since)))) == ["@nordlicht_hilft eben", "Von uns"]


def test_reading_back_ends_somewhere(
    bluesky: RunningBluesky, desk: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_hearing, "PAGE", 2)
    monkeypatch.setattr(bluesky_hearing, "BACK_PAGES", 2)
    for number in range(7):
        bluesky.say("frauke_m", f"@nordlicht_hilft Nr. {number}")
    page = cast_page(desk.act(ReadBack(datetime.now(UTC) - timedelta(hours=1))))
    assert texts(page) == [f"@nordlicht_hilft Nr. {number}" for number in (3, 4, 5, 6)]
