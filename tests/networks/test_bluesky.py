"""Bluesky's connector against the simulated Bluesky: hearing, answering, and what goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from resonanz.networks import (
    AcceptEverybody,
    Boost,
    DeletePost,
    Favourite,
    Gone,
    LoginNeeded,
    LookUpProfile,
    Policy,
    ReadPolicy,
    Refused,
    Temporary,
    Unboost,
    Unclear,
    Unfavourite,
)
from resonanz.networks.bluesky import Bluesky
from resonanz.post import Attachment, Audience, MediaKind, Profile
from tests.networks.bluesky_words import delivery, picture, texts
from tests.simulator.bluesky.running import Fault, RunningBluesky

if TYPE_CHECKING:
    pass

PUT = "com.atproto.repo.putRecord"


# Hearing and answering


def test_a_mention_is_heard_answered_and_found(bluesky: RunningBluesky, desk: Bluesky) -> None:
    cursor = desk.read("").cursor
    asked = bluesky.say("frauke_m", "Moin @nordlicht_hilft, meine Waschmaschine läuft aus 🚰")
    page = desk.read(cursor)
    [heard] = page.sightings
    assert (heard.native_id, heard.addressed, heard.own) == (asked["id"], True, False)
    assert heard.post.author.handle == "frauke-m.himmel.test"
    assert heard.post.mentioned == (bluesky.account("nordlicht_hilft").did,)
    answer = delivery("Oje! Bitte drehen Sie das Wasser ab.", answers=heard.native_id)
    assert desk.find_sent(answer) is None
    sent = desk.send(answer)
    assert (sent.own, sent.post.reply_to, sent.post.root) == (True, asked["id"], asked["id"])
    assert desk.find_sent(answer) == sent
    assert desk.send(answer) == sent  # a repeat changes nothing
    assert [one["text"] for one in bluesky.part.posts()] == [
        "Moin @nordlicht_hilft, meine Waschmaschine läuft aus 🚰",
        "Oje! Bitte drehen Sie das Wasser ab.",
    ]
    assert bluesky.count("com.atproto.server.createSession") == 1
    later = desk.read(page.cursor)
    assert texts(later) == [heard.post.text, sent.post.text]  # the question again, as context
    assert [one.addressed for one in later.sightings] == [False, False]
    assert texts(desk.read(later.cursor)) == []


def test_what_went_out_shows_our_name_at_once(bluesky: RunningBluesky, desk: Bluesky) -> None:
    bluesky.breaks("app.bsky.actor.getProfile", Fault("InvalidRequest"))
    first, then = desk.send(delivery("Moin")), desk.send(delivery("Moin, moin"))
    assert [one.post.author.name for one in (first, then)] == [
        "nordlicht-hilft.himmel.test",
        "Nordlicht Haushalt",
    ]


def test_a_thread_comes_with_what_stands_above(bluesky: RunningBluesky, desk: Bluesky) -> None:
    cursor = desk.read("").cursor
    first = bluesky.say("jolandaw", "Kennt jemand eine gute Waschmaschine?")
    second = bluesky.say("tobi_ausm_norden", "Nordlicht, läuft seit Jahren.", in_reply_to=first["id"])
    third = bluesky.say("gregor_p", "Frag mal @nordlicht_hilft", in_reply_to=second["id"])
    page = desk.read(cursor)
    assert [one.native_id for one in page.sightings] == [first["id"], second["id"], third["id"]]
    assert [one.addressed for one in page.sightings] == [False, False, True]
    assert {one.post.root for one in page.sightings} == {first["id"]}
    assert {one.native_thread_id for one in page.sightings} == {first["id"]}
    sent = desk.send(delivery("Gern!", answers=third["id"]))
    value = bluesky.part.world.memory.records[sent.native_id].value
    assert (value["reply"]["root"]["uri"], value["reply"]["parent"]["uri"]) == (first["id"], third["id"])


def test_what_others_say_to_each_other_below_is_heard_and_not_addressed(
    bluesky: RunningBluesky, desk: Bluesky
) -> None:
    news = bluesky.say("nordlicht_hilft", "Neu: die Leise 3000")
    cursor = desk.read("").cursor
    asked = bluesky.say("frauke_m", "Wie laut ist sie?", in_reply_to=news["id"])
    bluesky.say("frauke_m", "Und wie schwer?", in_reply_to=asked["id"])
    bluesky.say("gregor_p", "Leiser als deine Kinder", in_reply_to=asked["id"])
    page = desk.read(cursor)
    assert texts(page, addressed=True) == ["Wie laut ist sie?", "Und wie schwer?"]
    assert texts(page, addressed=False) == ["Neu: die Leise 3000", "Leiser als deine Kinder"]


def test_quotes_reposts_likes_and_follows(bluesky: RunningBluesky, desk: Bluesky) -> None:
    asked = bluesky.say("frauke_m", "@nordlicht_hilft wann habt ihr auf?")
    answer = desk.send(delivery("Mo–Sa 8–20 Uhr", answers=asked["id"]))
    cursor = desk.read("").cursor
    quote = bluesky.say("jolandaw", "Für alle:", quotes=answer.native_id)
    bluesky.part.react({"handle": "gregor_p", "id": answer.native_id, "kind": "repost"})
    bluesky.part.react({"handle": "gregor_p", "id": answer.native_id, "kind": "like"})
    page = desk.read(cursor)
    quoted, reposted = page.sightings[-2:]
    assert (quoted.native_id, quoted.addressed, quoted.post.quoted) == (quote["id"], True, answer.native_id)
    assert (reposted.post.repost_of, reposted.addressed, reposted.post.text) == (answer.native_id, False, "")
    assert (reposted.post.author.uid, reposted.post.uri) != (answer.post.author.uid, answer.native_id)
    assert len(page.sightings) == 2


def test_a_quote_of_ours_and_a_post_of_our_own(bluesky: RunningBluesky, desk: Bluesky) -> None:
    praised = bluesky.say("frauke_m", "Bester Service!")
    sent = desk.send(
        delivery("Das freut uns 😊 #Nordlicht https://nordlicht.example/neu", quotes=praised["id"])
    )
    assert (sent.post.quoted, sent.post.root, sent.post.reply_to) == (praised["id"], sent.native_id, None)
    assert [one.url for one in sent.post.links] == ["https://nordlicht.example/neu"]
    desk.act(DeletePost(sent.native_id))
    desk.act(DeletePost(sent.native_id))  # gone already
    assert [one["text"] for one in bluesky.part.posts()] == ["Bester Service!"]
    with pytest.raises(Refused):
        desk.act(DeletePost(praised["id"]))


def test_handles_become_people_and_unknown_ones_stay_text(bluesky: RunningBluesky, desk: Bluesky) -> None:
    sent = desk.send(delivery("Danke @frauke-m.himmel.test und @niemand.himmel.test!"))
    assert sent.post.mentioned == (bluesky.account("frauke_m").did,)
    [told] = [one for one in bluesky.part.world.memory.notifications if one.reason == "mention"]
    assert told.to == bluesky.account("frauke_m").did


def test_answers_given_in_the_app_are_heard_as_ours(bluesky: RunningBluesky, desk: Bluesky) -> None:
    cursor = desk.read("").cursor
    asked = bluesky.say("frauke_m", "@nordlicht_hilft hallo?")
    bluesky.say("nordlicht_hilft", "Moin!", in_reply_to=asked["id"])
    seen = {one.post.text: (one.own, one.addressed) for one in desk.read(cursor).sightings}
    assert seen == {"@nordlicht_hilft hallo?": (False, True), "Moin!": (True, False)}


def test_own_reposts_are_none_of_our_posts(bluesky: RunningBluesky, desk: Bluesky) -> None:
    asked = bluesky.say("frauke_m", "Schönes Wetter")
    desk.act(Boost(asked["id"]))
    assert texts(desk.read("")) == []


def test_pictures_go_out_with_their_words_and_come_in(bluesky: RunningBluesky, desk: Bluesky) -> None:
    asked = bluesky.say("frauke_m", "@nordlicht_hilft so kam es an", picture="parcel")
    [heard] = desk.read("").sightings
    assert heard.post.media[0].alt.startswith("Ein eingedrückter Karton")
    assert (heard.post.media[0].width, heard.post.media[0].height) == (640, 420)
    media = (picture(alt="So gehört es"), picture(b"no picture at all"))
    sent = desk.send(delivery("Oh nein", answers=asked["id"], media=media, quotes=asked["id"]))
    assert [(one.alt, one.width, one.height) for one in sent.post.media] == [
        ("So gehört es", 4, 3),
        ("", None, None),
    ]
    assert sent.post.media[0].url.startswith(f"{bluesky.base_url}/xrpc/com.atproto.sync.getBlob?did=did:plc:")
    assert sent.post.quoted == asked["id"]
    own = [one for one in desk.read("").sightings if one.own]
    assert own[0].post.media[0].url == sent.post.media[0].url


@pytest.mark.parametrize(
    ("media", "code", "facts"),
    [
        ([picture()] * 5, "too_many_files", {"limit": 4, "count": 5}),
        ([picture(), picture(b"x" * 2_000_001)], "file_too_large", {"limit": 2_000_000, "file": 2}),
        ([picture(kind=MediaKind.VIDEO)], "file_refused", {"file": 1}),
        ([picture(content_type="image/tiff")], "file_refused", {"file": 1}),
        ([picture(alt="x" * 2_001)], "alt_too_long", {"limit": 2_000, "file": 1}),
    ],
)
def test_files_that_are_not_taken(desk: Bluesky, media: list[Attachment], code: str, facts: Any) -> None:
    with pytest.raises(Refused) as refused:
        desk.send(delivery("Bild", media=tuple(media)))
    assert (refused.value.code, refused.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        (Fault("PayloadTooLarge", status=413), Refused, "file_too_large"),
        (Fault("InvalidMimeType"), Refused, "file_refused"),
        (Fault("InternalServerError", status=500), Temporary, "unreachable"),
        (Fault(lost=True), Temporary, "unreachable"),
    ],
)
def test_files_that_the_server_does_not_take(
    bluesky: RunningBluesky, desk: Bluesky, fault: Fault, error: type[Exception], code: str
) -> None:
    bluesky.breaks("com.atproto.repo.uploadBlob", fault)
    with pytest.raises(error) as raised:
        desk.send(delivery("Bild", media=(picture(),)))
    assert raised.value.code == code  # type: ignore[attr-defined]
    assert bluesky.part.posts() == []


# Length


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("ä" * 300, True),
        ("ä" * 301, False),
        ("👨‍👩‍👧‍👦" * 120, True),
        ("👨‍👩‍👧‍👦" * 121, False),  # fewer than 300 to see, and more than 3,000 bytes
        ("e\u0301" * 300, True),
    ],
)
def test_characters_and_bytes_each_have_their_limit(desk: Bluesky, text: str, fits: bool) -> None:
    if fits:
        assert desk.send(delivery(text)).own
    else:
        with pytest.raises(Refused) as refused:
            desk.send(delivery(text))
        assert refused.value.code == "too_long"


# Lost answers


def test_a_lost_answer_is_found_and_repeated_without_a_second_post(
    bluesky: RunningBluesky, desk: Bluesky
) -> None:
    lost = delivery("Einmal")
    bluesky.breaks(PUT, Fault(lost=True))
    with pytest.raises(Unclear):
        desk.send(lost)
    found = Bluesky(bluesky.credentials()).find_sent(lost)
    assert found is not None
    assert Bluesky(bluesky.credentials()).send(lost) == found
    assert len(bluesky.part.posts()) == 1


def test_other_words_under_the_same_key_change_nothing_either(bluesky: RunningBluesky, desk: Bluesky) -> None:
    first = delivery("Die ersten Worte")
    sent = desk.send(first)
    again = replace(first, draft=replace(first.draft, text="Andere Worte"))
    assert desk.send(again) == sent
    assert [one["text"] for one in bluesky.part.posts()] == ["Die ersten Worte"]


def test_two_deliveries_of_one_moment_are_two_posts(desk: Bluesky) -> None:
    one = delivery("Eins")
    other = replace(one, key=UUID(int=one.key.int ^ 5))
    assert desk.send(one).native_id != desk.send(other).native_id


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("InternalServerError", status=500), Unclear),
        (Fault("RateLimitExceeded", status=429), Temporary),
        (Fault("InvalidSwap"), Temporary),  # said, though nothing stands under that key
        (Fault("InvalidRequest"), Refused),
        (Fault("AccountTakedown", status=401), LoginNeeded),
        (Fault(body=b"{", status=200), Unclear),
        (Fault(body={"uri": "x"}, status=200), Unclear),
    ],
)
def test_what_writing_may_meet(
    bluesky: RunningBluesky, desk: Bluesky, fault: Fault, error: type[Exception]
) -> None:
    assert desk.read("").cursor
    bluesky.breaks(PUT, fault)
    with pytest.raises(error):
        desk.send(delivery("Hallo"))


def test_whatever_goes_wrong_before_writing_is_temporary(bluesky: RunningBluesky, desk: Bluesky) -> None:
    asked = bluesky.say("frauke_m", "@nordlicht_hilft hallo")
    bluesky.breaks("app.bsky.feed.getPosts", Fault("InternalServerError", status=500))
    with pytest.raises(Temporary):
        desk.send(delivery("Hallo", answers=asked["id"]))
    bluesky.breaks("com.atproto.server.createSession", Fault("InternalServerError", status=500))
    with pytest.raises(Temporary):
        Bluesky(bluesky.credentials()).send(delivery("Hallo"))
    assert len(bluesky.part.posts()) == 1


def test_what_is_gone_closed_or_private_is_not_answered_in_public(
    bluesky: RunningBluesky, desk: Bluesky
) -> None:
    asked = bluesky.say("frauke_m", "@nordlicht_hilft hallo")
    frauke = bluesky.account("frauke_m")
    gate = {"post": asked["id"], "allow": [], "createdAt": "2026-11-22T10:00:00Z"}
    rkey = asked["id"].rpartition("/")[2]
    bluesky.part.world.put(frauke.did, "app.bsky.feed.threadgate", rkey, gate)
    for answers, error in ((asked["id"], Refused), ("chat:a/b", Refused)):
        with pytest.raises(error):
            desk.send(delivery("Hallo", answers=answers))
    bluesky.breaks("app.bsky.feed.getPosts", Fault(body={"posts": []}, status=200))
    with pytest.raises(Temporary):  # left out of the list, and there all the same
        desk.send(delivery("Hallo", answers=asked["id"]))
    bluesky.part.delete(asked)
    with pytest.raises(Gone):
        desk.send(delivery("Hallo", answers=asked["id"]))
    with pytest.raises(Refused):
        desk.send(delivery("Hallo", audience=Audience.FOLLOWERS))


# Searching


def test_searching(bluesky: RunningBluesky, desk: Bluesky) -> None:
    bluesky.say("frauke_m", "Die Hotline ist besetzt")
    bluesky.say("gregor_p", "@nordlicht_hilft eure Hotline!")
    bluesky.say("jolandaw", "Sonne")
    page = desk.search("hotline", "")
    assert (texts(page), page.backfill) == (
        ["Die Hotline ist besetzt", "@nordlicht_hilft eure Hotline!"],
        True,
    )
    assert [one.addressed for one in page.sightings] == [False, True]
    bluesky.say("frauke_m", "Hotline immer noch besetzt")
    again = desk.search("hotline", page.cursor)
    assert (texts(again), again.backfill) == (["Hotline immer noch besetzt"], False)
    assert texts(desk.search('from:gregor-p.himmel.test "eure hotline"', "")) == [
        "@nordlicht_hilft eure Hotline!"
    ]
    with pytest.raises(Refused):
        desk.search('"offen', "")


def test_searching_page_by_page(
    bluesky: RunningBluesky, desk: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resonanz.networks.bluesky.PAGE", 3)
    cursor = desk.search("nr", "").cursor
    for number in range(8):
        bluesky.say("frauke_m", f"Nr. {number}")
    assert texts(desk.search("nr", cursor)) == [f"Nr. {number}" for number in range(8)]


# Acting


def test_likes_and_reposts_change_nothing_when_repeated_and_can_be_taken_back(
    bluesky: RunningBluesky, desk: Bluesky
) -> None:
    asked = bluesky.say("frauke_m", "Bester Service!")
    for do, undo, kind in ((Favourite, Unfavourite, "like"), (Boost, Unboost, "repost")):
        empty = {"uri": asked["id"], "cid": asked["cid"]}
        desk.act(do(asked["id"]))
        desk.act(do(asked["id"]))
        # the network may not show yet what we did
        bluesky.breaks("app.bsky.feed.getPosts", Fault(status=200, body={"posts": [empty]}))
        desk.act(do(asked["id"]))
        assert len(bluesky.part.world.records(f"app.bsky.feed.{kind}")) == 1
        desk.act(undo(asked["id"]))
        assert bluesky.part.world.records(f"app.bsky.feed.{kind}") == []
        bluesky.part.react({"handle": "nordlicht_hilft", "id": asked["id"], "kind": kind})
        desk.act(do(asked["id"]))
        desk.act(undo(asked["id"]))  # done in the app, taken back here
        assert bluesky.part.world.records(f"app.bsky.feed.{kind}") == []
    bluesky.part.delete(asked)
    desk.act(Unboost(asked["id"]))
    with pytest.raises(Gone):
        desk.act(Favourite(asked["id"]))


def test_the_profile_says_whether_there_are_messages(bluesky: RunningBluesky, desk: Bluesky) -> None:
    profile = desk.act(LookUpProfile())
    assert isinstance(profile, Profile)
    assert (profile.author.handle, profile.author.name) == (
        "nordlicht-hilft.himmel.test",
        "Nordlicht Haushalt",
    )
    assert (profile.limits.length, profile.limits.bytes_length, profile.software) == (300, 3_000, "Bluesky")
    did = bluesky.account("nordlicht_hilft").did
    assert profile.facts == {"did": did, "server": bluesky.base_url, "messages": "yes"}
    bluesky.account("nordlicht_hilft").messages_allowed = False
    without = desk.act(LookUpProfile())
    assert isinstance(without, Profile)
    assert without.facts["messages"] == "scope_missing"


def test_who_may_write_to_us(bluesky: RunningBluesky, desk: Bluesky) -> None:
    assert desk.act(ReadPolicy()) == Policy(known=True, filtered=("not_following",))
    assert desk.act(AcceptEverybody()) == Policy(known=True, filtered=())
    did = bluesky.account("nordlicht_hilft").did
    for chosen, kept in (("none", "private_mentions"), ("vielleicht", "vielleicht")):
        bluesky.part.world.put(did, "chat.bsky.actor.declaration", "self", {"allowIncoming": chosen})
        assert desk.act(ReadPolicy()) == Policy(known=True, filtered=(kept,))
