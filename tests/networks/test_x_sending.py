"""Answers, posts and messages that go out to X, what became of them, and what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks import (
    DeletePost,
    Gone,
    LoginNeeded,
    NetworkError,
    Refused,
    Temporary,
    Unclear,
)
from resonanz.post import Audience
from tests.networks.scripted import Say
from tests.networks.x_world import (
    ME,
    MENTIONS,
    MIRA,
    OWN,
    TALK,
    answer_to,
    answered,
    delivery,
    desk,
    id_at,
    message,
    post,
    problem,
    running_x,
    sent_body,
)

if TYPE_CHECKING:
    pass


# Sending -----------------------------------------------------------------------------------------


def test_an_answer_goes_out_and_stands_in_its_thread() -> None:
    root = post(-20, "Wer kennt Nordwind?")
    asked = answer_to(root, -5, "@nordwind Wann?")
    with running_x() as script:
        script.routes |= {
            MENTIONS: Say(answered([asked], posts=[root])),
            "POST /2/tweets": Say({"data": {"id": id_at(1), "text": "Um acht."}}, 201),
        }
        x = desk(script)
        x.read("")
        sent = x.send(delivery("Um acht.", asked["id"]))
    assert sent_body(script, "POST", "/2/tweets") == {
        "text": "Um acht.",
        "reply": {"in_reply_to_tweet_id": asked["id"]},
    }
    assert (sent.native_id, sent.own, sent.native_thread_id) == (id_at(1), True, root["id"])
    assert sent.post.reply_to == f"https://x.com/i/status/{asked['id']}"
    assert (sent.post.root, sent.post.author.handle) == (f"https://x.com/i/status/{root['id']}", "nordwind")
    assert script.asked("GET", "/2/tweets") == []


def test_an_answer_to_a_post_that_this_connection_never_saw() -> None:
    root = post(-20, "Wer kennt Nordwind?")
    asked = answer_to(root, -5, "@nordwind Wann?")
    with running_x() as script:
        script.routes |= {
            "GET /2/tweets": [Say(answered([asked], posts=[root])), Say({}, 500)],
            "POST /2/tweets": Say({"data": {"id": id_at(1), "text": "https://t.co/x"}}, 201),
        }
        sent = desk(script).send(delivery("Um acht: nordwind.example/fahrplan", asked["id"]))
        blind = desk(script).send(delivery("Um acht.", asked["id"]))
    assert (sent.post.text, sent.native_thread_id) == ("Um acht: nordwind.example/fahrplan", root["id"])
    assert blind.native_thread_id == asked["id"]


def test_signs_for_which_x_refuses_a_text_are_left_out_and_found_without() -> None:
    with running_x() as script:
        script.routes |= {
            "POST /2/tweets": Say({"data": {"id": id_at(1), "text": "Um acht."}}, 201),
            OWN: Say(answered([post(1, "Um acht.", author=ME)])),
        }
        pasted = delivery("\ufeffUm\ufffe acht.\uffff")
        sent = desk(script).send(pasted)
        found = desk(script).find_sent(pasted)
    assert sent_body(script, "POST", "/2/tweets") == {"text": "Um acht."}
    assert found is not None
    assert (sent.post.text, found.post.text) == ("Um acht.", "Um acht.")


def test_a_post_of_its_own_with_a_quote_and_labels() -> None:
    with running_x() as script:
        script.routes["POST /2/tweets"] = Say({"data": {"id": id_at(1), "text": "Neu"}}, 201)
        sent = desk(script).send(delivery("Neu", quotes="55", paid=True, by_machine=True))
    assert sent_body(script, "POST", "/2/tweets") == {
        "text": "Neu",
        "quote_tweet_id": "55",
        "paid_partnership": True,
        "made_with_ai": True,
    }
    assert (sent.post.quoted, sent.post.root) == ("https://x.com/i/status/55", sent.post.uri)


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (
            Say(problem("x", "not allowed because you have not been mentioned by the author"), 403),
            Refused,
            "not_summoned",
        ),
        (
            Say({"detail": "You are not allowed to create a Tweet with duplicate content."}, 403),
            Refused,
            "said_already",
        ),
        (
            Say({"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."}, 403),
            Gone,
            "gone",
        ),
        (Say({"detail": "Your credit is used up"}, 402), Temporary, "unpaid"),
        (Say(problem("usage-capped"), 429), Temporary, "unpaid"),
        (Say({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, 429), Temporary, "rate_limited"),
        (Say({"title": "Unauthorized"}, 401), LoginNeeded, "token_revoked"),
        (Say({"detail": "Missing scope tweet.write"}, 403), Refused, "scope_missing"),
        (Say({"detail": "The text of your Tweet is too long."}, 400), Refused, "too_long"),
        (Say({"detail": "no"}, 400), Refused, "refused"),
        (Say(problem("client-forbidden"), 403), Refused, "not_allowed_here"),
        (Say(b"<html>", 503), Unclear, "server_error"),
        (Say(b'{"data": {"id"', 201), Unclear, "bad_answer"),
        (Say({"data": {}}, 201), Unclear, "bad_answer"),
        (Say({}, cut=True), Unclear, "cut"),
        (Say({"data": {"id": "1"}}, 201, short=True), Unclear, "cut"),
    ],
)
def test_what_goes_wrong_with_sending(said: Say, kind: type[NetworkError], code: str) -> None:
    with running_x() as script:
        script.routes["POST /2/tweets"] = said
        with pytest.raises(kind) as error:
            desk(script).send(delivery("Hallo", "5"))
    assert error.value.code == code
    assert len([1 for how, path, *_ in script.seen if (how, path) == ("POST", "/2/tweets")]) == 1


def test_before_it_is_known_who_we_are_nothing_is_sent() -> None:
    with running_x() as script:
        script.routes["GET /2/users/me"] = Say({}, 500)
        with pytest.raises(Temporary):
            desk(script).send(delivery("Hallo"))
    assert len(script.seen) == 1


def test_a_direct_message_answers_in_its_talk() -> None:
    path = f"/2/dm_conversations/{TALK}/messages"
    made = {"data": {"dm_conversation_id": TALK, "dm_event_id": id_at(3)}}
    with running_x() as script:
        script.routes[f"POST {path}"] = Say(made, 201)
        sent = desk(script).send(delivery("Gern.", f"dm:{TALK}:{id_at(1)}", audience=Audience.DIRECT))
    assert sent_body(script, "POST", path) == {"text": "Gern."}
    assert (sent.native_id, sent.own, sent.post.author.handle) == (f"dm:{TALK}:{id_at(3)}", True, "nordwind")
    assert (sent.post.text, sent.post.audience) == ("Gern.", Audience.DIRECT)


def test_a_direct_message_to_the_author_of_a_public_post() -> None:
    asked = post(-5, "@nordwind Hilfe")
    path = f"/2/dm_conversations/with/{MIRA}/messages"
    with running_x() as script:
        script.routes |= {
            "GET /2/tweets": Say(answered([asked])),
            f"POST {path}": [
                Say({"data": {"dm_conversation_id": TALK, "dm_event_id": id_at(3)}}, 201),
                Say({"detail": "You cannot send messages to this user."}, 403),
                Say({}, 404),
                Say(problem("client-forbidden"), 403),
            ],
        }
        x = desk(script)
        private = delivery("Gern.", asked["id"], audience=Audience.DIRECT)
        assert x.send(private).native_thread_id == TALK
        for kind, code in ((Refused, "no_messages"), (Gone, "gone"), (Refused, "not_allowed_here")):
            with pytest.raises(kind) as error:
                x.send(private)
            assert error.value.code == code
        script.routes["GET /2/tweets"] = Say(answered([]))
        with pytest.raises(Gone):
            x.send(private)


@pytest.mark.parametrize(
    ("answers", "audience"), [(None, Audience.DIRECT), (f"dm:{TALK}:1", Audience.PUBLIC)]
)
def test_private_and_public_are_not_mixed(answers: str | None, audience: Audience) -> None:
    with running_x() as script, pytest.raises(Refused) as refused:
        desk(script).send(delivery("Hallo", answers, audience=audience))
    assert refused.value.code == "not_allowed_here"
    assert [how for how, *_ in script.seen] == ["GET"]


# What became of it -------------------------------------------------------------------------------


def _link(short: str, whole: str, **more: Any) -> dict[str, Any]:
    return {
        "url": short,
        "expanded_url": whole,
        "display_url": whole.partition("//")[2],
        "start": 0,
        "end": 1,
    } | more


def test_what_was_sent_is_found_again_by_words_target_and_time() -> None:
    asked = post(-5, "@nordwind Wann?")
    text = "Um acht, mehr auf nordwind.example/plan &c. <3"
    right = answer_to(
        asked,
        2,
        "@mira_k Um acht, mehr auf https://t.co/abc &amp;c. &lt;3",
        author=ME,
        entities={"urls": [_link("https://t.co/abc", "https://www.nordwind.example/plan/")]},
    )
    others = [
        answer_to(post(-6, "x"), 1, right["text"], author=ME, entities=right["entities"]),
        answer_to(asked, -30, right["text"], author=ME, entities=right["entities"]),
        answer_to(asked, 3, "@mira_k Um neun.", author=ME),
        post(4, "Um acht", author=ME),
    ]
    with running_x() as script:
        script.routes[OWN] = Say(answered([*others, right]))
        x = desk(script)
        found = x.find_sent(delivery(text, asked["id"]))
        nothing = x.find_sent(delivery("Um zehn", asked["id"]))
    assert found is not None
    assert (found.native_id, found.own, nothing) == (right["id"], True, None)
    query = dict(script.asked("GET", f"/2/users/{ME}/tweets")[0])
    assert query["start_time"] == "2026-11-20T11:50:00Z"


def test_a_long_post_with_a_quote_is_found_by_its_whole_text() -> None:
    text = "Lang. " * 100 + "Ende"
    long = post(
        1,
        text[:270] + "… https://t.co/q",
        author=ME,
        note_tweet={
            "text": f"{text} https://t.co/q",
            "entities": {"urls": [_link("https://t.co/q", "https://x.com/mira_k/status/55")]},
        },
        referenced_tweets=[{"type": "quoted", "id": "55"}],
    )
    with running_x() as script:
        script.routes[OWN] = [Say(answered([], more="b")), Say(answered([long]))]
        found = desk(script).find_sent(delivery(text, quotes="55"))
    assert found is not None
    assert found.post.text == text


def test_a_message_that_was_sent_is_found_again() -> None:
    path = f"GET /2/dm_conversations/{TALK}/dm_events"
    right = message(
        1,
        "Gern. https://t.co/d",
        sender=ME,
        entities={"urls": [_link("https://t.co/d", "https://a.example")]},
    )
    others = [
        message(2, "Gern. https://a.example"),
        message(3, "Nein", sender=ME),
        message(-40, "Gern. https://a.example", sender=ME),
    ]
    with running_x() as script:
        script.routes[path] = Say(answered([*others, right]))
        x = desk(script)
        private = delivery("Gern. https://a.example", f"dm:{TALK}:1", audience=Audience.DIRECT)
        found = x.find_sent(private)
        script.routes[path] = Say(answered(others))
        nothing = x.find_sent(private)
    assert found is not None
    assert (found.native_id, nothing) == (f"dm:{TALK}:{id_at(1)}", None)


# Deleting ----------------------------------------------------------------------------------------


def test_deleting_is_done_when_it_is_gone() -> None:
    with running_x() as script:
        script.routes["DELETE /2/tweets/5"] = Say({"data": {"deleted": True}})
        x = desk(script)
        assert x.act(DeletePost("5")) is None
        assert x.act(DeletePost("6")) is None
        script.routes["DELETE /2/tweets/7"] = Say({"data": {"deleted": False}})
        missing = problem("resource-not-found", resource_id="7", resource_type="tweet")
        script.routes["GET /2/tweets"] = [
            Say(answered([], errors=[missing])),
            Say(answered([post(0, "steht noch") | {"id": "7"}])),
        ]
        assert x.act(DeletePost("7")) is None
        for still in ("7", f"dm:{TALK}:1"):
            with pytest.raises(Refused):
                x.act(DeletePost(still))
    assert [path for how, path, *_ in script.seen if how == "DELETE"] == [
        "/2/tweets/5",
        "/2/tweets/6",
        "/2/tweets/7",
        "/2/tweets/7",
    ]
