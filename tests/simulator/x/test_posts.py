"""Posts on the simulated X: who may answer whom, what is too long, what an edit and a deletion do, money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from resonanz.simulator import SimulatorSettings
from resonanz.simulator.x import create_part, words
from resonanz.simulator.x.problems import Problem
from tests.simulator.x.conftest import CUSTOMER, DESK, Caller

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator, Steered

NOT_CALLED = "Reply to this conversation is not allowed because you have not been mentioned"


def reply_to(desk: Caller, post_id: str, text: str = "Wir sehen nach.") -> httpx.Response:
    return desk.http.post("/2/tweets", json={"text": text, "reply": {"in_reply_to_tweet_id": post_id}})


# the reply gate


def test_only_who_was_called_may_answer(x: Steered, desk: Caller) -> None:
    unnamed = x.say(CUSTOMER, "Nordlicht ist doof")["id"]
    answer = reply_to(desk, unnamed)
    assert (answer.status_code, answer.json()["detail"].startswith(NOT_CALLED)) == (403, True)
    x.order("settings", reply_gate=False)
    assert reply_to(desk, unnamed).status_code == 201
    x.order("settings", reply_gate=True)
    assert reply_to(desk, x.say(CUSTOMER, f"@{DESK} hallo")["id"], "Guten Tag").status_code == 201
    own = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    assert reply_to(desk, own, "Nachtrag").status_code == 201
    quoting = x.say(CUSTOMER, "Seht euch das an", quotes=own)["id"]
    assert reply_to(desk, quoting, "Gern!").status_code == 201


def test_names_that_the_network_put_in_front(x: Steered, desk: Caller) -> None:
    own = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    below = x.say(CUSTOMER, "Was kostet es?", in_reply_to=own)["id"]
    assert x.texts()[-1] == f"@{DESK} Was kostet es?"
    x.order("settings", strict_gate=True)
    assert reply_to(desk, below).status_code == 403
    x.order("settings", strict_gate=False)
    assert reply_to(desk, below).status_code == 201
    assert x.texts()[-1] == f"@{CUSTOMER} Wir sehen nach."
    third = x.say("oezlem_k", f"@{CUSTOMER} @{DESK} bei mir auch", in_reply_to=below)["id"]
    me = x.say(CUSTOMER, "x")["author_id"]
    body = {"text": "Moment", "reply": {"in_reply_to_tweet_id": third, "exclude_reply_user_ids": [me]}}
    assert desk.post("/2/tweets", **body)["data"]["text"] == "@oezlem_k Moment"


def test_parents_and_quotes_that_are_gone(x: Steered, desk: Caller) -> None:
    assert reply_to(desk, "77").json()["detail"].endswith("deleted or not visible to you.")
    quote = {"text": "Seht", "quote_tweet_id": "77"}
    assert desk.refused("POST", "/2/tweets", json=quote)[0] == 403


# texts


@pytest.mark.parametrize(
    ("text", "status"), [("ä" * 280, 201), ("ä" * 281, 403), ("€" * 141, 403), ("", 400)]
)
def test_length(desk: Caller, text: str, status: int) -> None:
    assert desk.http.post("/2/tweets", json={"text": text}).status_code == status


def test_the_same_again_is_refused_for_a_day(x: Steered, desk: Caller) -> None:
    desk.post("/2/tweets", text="Guten Morgen")
    assert desk.refused("POST", "/2/tweets", json={"text": "Guten Morgen"}) == (
        403,
        "You are not allowed to create a Tweet with duplicate content.",
    )
    assert desk.http.post("/_sim/clock", json={"forward_s": 86_500}).status_code == 200
    desk.post("/2/tweets", text="Guten Morgen")


@pytest.mark.parametrize(
    "body", [{"text": 7}, {"text": "x", "colour": "red"}, {"text": "x", "media": {"media_ids": ["77"]}}]
)
def test_bodies_that_are_none(desk: Caller, body: dict[str, Any]) -> None:
    assert desk.refused("POST", "/2/tweets", json=body)[0] == 400


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_bodies_that_are_no_json(desk: Caller, content: bytes) -> None:
    answer = desk.http.post("/2/tweets", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Request")


def test_long_posts_are_shown_in_two_parts(x: Steered, desk: Caller) -> None:
    text = f"@{DESK} " + "Das ist lang & breit. " * 20
    said = x.say(CUSTOMER, text.strip())["id"]
    fields = {"tweet.fields": "note_tweet,entities"}
    shown = desk.get(f"/2/tweets/{said}", **fields)["data"]
    assert shown["text"].endswith("…")
    assert words.weight(shown["text"].replace("&amp;", "&")) <= 280
    assert shown["note_tweet"]["text"] == text.strip().replace("&", "&amp;")
    x.order("settings", spelling="post")
    fields = {"post.fields": "note_post"}
    assert desk.get(f"/2/tweets/{said}", **fields)["data"]["note_post"]["text"].startswith(f"@{DESK} Das")


def test_what_stands_in_a_text(x: Steered, desk: Caller) -> None:
    address = "https://www.laden.example/ein/sehr/langer/weg?und=mehr"
    said = x.say(CUSTOMER, f"<3 @{DESK} @niemand_da {address} #Küche $NL mail@nordlicht.example")["id"]
    shown = desk.get(f"/2/tweets/{said}", tweet__fields="entities")["data"]
    marked = {
        name: [shown["text"][e["start"] : e["end"]] for e in found]
        for name, found in shown["entities"].items()
    }
    short = words.short_address(address)
    assert marked == {
        "mentions": [f"@{DESK}", "@niemand_da"],
        "urls": [short],
        "hashtags": ["#Küche"],
        "cashtags": ["$NL"],
    }
    assert shown["text"].startswith("&lt;3 @")
    assert "id" not in shown["entities"]["mentions"][1]
    assert shown["entities"]["urls"][0]["display_url"] == "laden.example/ein/sehr/lang…"


# edits and deletions


def test_an_edit_makes_a_new_id(x: Steered, desk: Caller) -> None:
    first = x.say(CUSTOMER, f"@{DESK} Wo ist mein Packet?", picture="parcel")["id"]
    assert reply_to(desk, first).status_code == 201
    second = x.order("edit", id=first, text=f"@{DESK} Wo ist mein Paket?")["id"]
    third = x.order("edit", id=first, text=f"@{DESK} Wo ist mein Paket? Bitte.")["id"]
    fields = {"tweet.fields": "edit_history_tweet_ids,conversation_id,attachments,edit_controls"}
    shown = desk.get(f"/2/tweets/{third}", **fields)["data"]
    assert shown["edit_history_tweet_ids"] == [first, second, third]
    older = desk.get("/2/tweets", ids=f"{first},{second}", **fields)["data"]
    assert [post["edit_history_tweet_ids"] for post in older] == [[first, second, third]] * 2
    assert (shown["conversation_id"], shown["attachments"]) == (first, {"media_keys": [f"3_{third}"]})
    assert shown["edit_controls"]["edits_remaining"] == 3
    assert desk.get(f"/2/tweets/{first}")["data"]["text"].startswith(
        f"@{DESK} Wo ist mein Packet? https://t.co/"
    )
    mentions = desk.get(f"/2/users/{desk.id}/mentions")["data"]
    assert [p["id"] for p in mentions] == [third]
    assert next(p["in_reply_to"] for p in x.state()["posts"] if p["handle"] == DESK) == third
    x.order("delete", id=first)
    assert [e["value"] for e in desk.get("/2/tweets", ids=f"{first},{third}")["errors"]] == [first, third]


def test_edits_end(x: Steered, desk: Caller) -> None:
    said = x.say(CUSTOMER, "eins")["id"]
    for n in range(5):
        x.order("edit", id=said, text=f"Fassung {n}")
    assert x.refused("edit", id=said, text="noch eine").status_code == 422
    other = x.say(CUSTOMER, "zwei")["id"]
    assert desk.http.post("/_sim/clock", json={"forward_s": 3700}).status_code == 200
    assert x.refused("edit", id=other, text="zu spät").status_code == 422
    assert desk.get(f"/2/tweets/{other}", tweet__fields="edit_controls")["data"]["edit_controls"] == {
        "edits_remaining": 0,
        "is_edit_eligible": False,
        "editable_until": desk.get(f"/2/tweets/{other}", tweet__fields="edit_controls")["data"][
            "edit_controls"
        ]["editable_until"],
    }


def test_a_company_without_premium_edits_nothing(x: Steered, desk: Caller) -> None:
    own = desk.post("/2/tweets", text="Heute neuu")["data"]["id"]
    body = {"text": "Heute neu", "edit_options": {"previous_post_id": own}}
    assert desk.refused("POST", "/2/tweets", json=body) == (403, "This Post can not be edited any more.")
    other = x.say(CUSTOMER, "meins")["id"]
    body = {"text": "deins", "edit_options": {"previous_post_id": other}}
    assert desk.refused("POST", "/2/tweets", json=body) == (403, "You are not allowed to edit this Post.")


def test_deleting(x: Steered, desk: Caller) -> None:
    own = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    x.order("react", handle=CUSTOMER, id=own, kind="repost")
    assert len(x.texts()) == 2
    assert desk.http.delete(f"/2/tweets/{own}").json() == {"data": {"deleted": True}}
    assert desk.http.delete(f"/2/tweets/{own}").json() == {"data": {"deleted": False}}
    assert x.texts() == []
    other = x.say(CUSTOMER, "meins")["id"]
    assert desk.refused("DELETE", f"/2/tweets/{other}")[0] == 403


def test_replies_are_hidden_in_own_conversations_only(x: Steered, desk: Caller) -> None:
    other = x.say(CUSTOMER, f"@{DESK} hallo")["id"]
    assert desk.refused("PUT", f"/2/tweets/{other}/hidden", json={"hidden": True})[0] == 403
    assert desk.refused("PUT", "/2/tweets/77/hidden", json={"hidden": True})[0] == 403


# looking up


def test_what_comes_along(x: Steered, desk: Caller) -> None:
    own = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    below = x.say(CUSTOMER, f"@oezlem_k @{DESK} schau", in_reply_to=own, picture="coffee")["id"]
    query = {
        "tweet.fields": "public_metrics,paid_partnership",
        "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys,"
        "in_reply_to_user_id,entities.mentions.username,referenced_tweets.id.attachments.media_keys",
        "media.fields": "url,alt_text",
        "user.fields": "public_metrics",
    }
    answer = desk.get(f"/2/tweets/{below}", **query)
    assert {u["username"] for u in answer["includes"]["users"]} == {CUSTOMER, DESK, "oezlem_k"}
    assert [p["id"] for p in answer["includes"]["tweets"]] == [own]
    assert answer["includes"]["tweets"][0]["public_metrics"]["reply_count"] == 1
    picture = desk.http.get(answer["includes"]["media"][0]["url"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    x.order("delete", id=own)
    lost = desk.get(f"/2/tweets/{below}", **query)
    assert [(e["parameter"], e["resource_id"]) for e in lost["errors"]] == [("referenced_tweets.id", own)]
    assert "tweets" not in lost["includes"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/2/tweets", 400),
        ("/2/tweets?ids=" + ",".join(str(n) for n in range(101)), 400),
        ("/2/tweets/abc", 400),
        ("/2/tweets/1?tweet.fields=colour", 400),
        ("/2/tweets/1?post.fields=text", 400),
        ("/2/tweets/1?expansions=referenced_posts", 400),
        ("/2/tweets/1?expansions=colour", 400),
        ("/2/tweets/1?colour=red", 400),
        ("/2/tweets/77/quote_tweets", 404),
        ("/2/users/by", 400),
        ("/2/users/77/mentions", 404),
        ("/2/users/1/mentions?max_results=4", 404),
    ],
)
def test_wrong_questions(desk: Caller, path: str, status: int) -> None:
    assert desk.refused("GET", path)[0] == status


@pytest.mark.parametrize(
    "query",
    [
        "max_results=4",
        "max_results=x",
        "start_time=gestern",
        "start_time=2026-01-01T00:00:00",
        "pagination_token=vorn",
    ],
)
def test_wrong_pages(desk: Caller, query: str) -> None:
    assert desk.refused("GET", f"/2/users/{desk.id}/mentions?{query}")[0] == 400


def test_pages_and_times(x: Steered, desk: Caller) -> None:
    ids = [x.say(CUSTOMER, f"@{DESK} {n}")["id"] for n in range(12)][::-1]
    path = f"/2/users/{desk.id}/mentions"
    first = desk.get(path, max_results=5)
    second = desk.get(path, max_results=5, pagination_token=first["meta"]["next_token"])
    third = desk.get(path, max_results=5, pagination_token=second["meta"]["next_token"])
    assert [p["id"] for page in (first, second, third) for p in page["data"]] == ids
    assert "next_token" not in third["meta"]
    assert (first["meta"]["newest_id"], first["meta"]["oldest_id"]) == (ids[0], ids[4])
    assert [p["id"] for p in desk.get(path, since_id=ids[2])["data"]] == ids[:2]
    assert [p["id"] for p in desk.get(path, until_id=ids[9])["data"]] == ids[10:]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert desk.get(path, start_time=tomorrow) == {"meta": {"result_count": 0}}
    assert desk.get(path, end_time=tomorrow)["meta"]["result_count"] == 10


def test_the_own_timeline_leaves_out_what_is_asked(x: Steered, desk: Caller) -> None:
    own = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    reply = reply_to(desk, own, "Nachtrag").json()["data"]["id"]
    repost = x.say(DESK, "", reposts=own)["id"]
    path = f"/2/users/{desk.id}/tweets"
    assert [p["id"] for p in desk.get(path)["data"]] == [repost, reply, own]
    assert [p["id"] for p in desk.get(path, exclude="replies,retweets")["data"]] == [own]
    assert desk.get(f"/2/users/{desk.id}/mentions")["meta"] == {"result_count": 0}


def test_people(desk: Caller) -> None:
    assert desk.get("/2/users/77")["errors"][0]["value"] == "77"
    assert desk.get("/2/users/by", usernames="niemand")["errors"][0]["value"] == "niemand"
    assert desk.get("/2/users/by", usernames=CUSTOMER).keys() == {"data"}
    face = desk.get("/2/users/me", user__fields="profile_image_url")["data"]["profile_image_url"]
    assert desk.http.get(face).headers["content-type"] == "image/png"
    for path in ("/x/faces/77.png", "/x/pictures/moon.png", "/x/files/77"):
        assert desk.http.get(path).status_code == 404


# spellings


def test_either_spelling_is_answered_as_asked(x: Steered, desk: Caller) -> None:
    own = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    below = x.say(CUSTOMER, "Und?", in_reply_to=own)["id"]
    x.order("settings", spelling="either")
    old = desk.get(f"/2/tweets/{below}", tweet__fields="referenced_tweets", expansions="referenced_tweets.id")
    new = desk.get(f"/2/tweets/{below}", post__fields="public_metrics", expansions="referenced_posts")
    assert (list(old["includes"]), list(new["includes"])) == (["tweets"], ["posts"])
    assert (old["data"]["referenced_tweets"], new["data"]["referenced_posts"]) == (
        [{"type": "replied_to", "id": own}],
    ) * 2
    assert new["data"]["public_metrics"]["repost_count"] == 0
    x.order("settings", spelling="post")
    assert desk.refused("GET", f"/2/tweets/{below}?tweet.fields=text")[0] == 400
    assert desk.refused("GET", f"/2/tweets/{below}?expansions=referenced_tweets.id")[0] == 400
    assert desk.http.get("/2/tweets/abc").json()["type"] == "https://api.x.com/2/problems/invalid-request"


# money and limits


def spent(x: Steered, before: int = 0) -> int:
    return int(x.state()["spent"]) - before


def test_what_calls_cost(x: Steered, desk: Caller) -> None:
    """Prices of 2026-04-20: what is read is paid for once a day, the own mentions are cheap, links dear."""
    me = desk.id
    asked = x.say(CUSTOMER, f"@{DESK} Hallo")["id"]
    other = x.say(CUSTOMER, "Nordlicht!")["id"]
    steps = (
        (lambda: desk.get(f"/2/users/{me}/mentions"), 1_000),
        (lambda: desk.get(f"/2/users/{me}/mentions"), 0),
        (lambda: desk.get(f"/2/tweets/{other}"), 5_000),
        (lambda: reply_to(desk, asked, "Siehe https://nordlicht.example"), 10_000),
        (lambda: desk.post("/2/tweets", text="Ohne"), 15_000),
        (lambda: desk.post("/2/tweets", text="Mit nordlicht.de"), 200_000),
    )
    for step, price in steps:
        before = spent(x)
        step()
        assert spent(x, before) == price
    desk.http.post("/_sim/clock", json={"forward_s": 86_400})
    before = spent(x)
    desk.get(f"/2/users/{me}/mentions")
    assert spent(x, before) == 1_000


def test_credit_runs_out(x: Steered, desk: Caller) -> None:
    x.order("settings", credit=spent(x) + 15_000)
    desk.post("/2/tweets", text="Noch eins")
    answer = desk.http.post("/2/tweets", json={"text": "Keins mehr"})
    assert (answer.status_code, answer.json()["title"]) == (402, "CreditsDepleted")
    x.order("settings", credit=None)
    desk.post("/2/tweets", text="Wieder eins")


def test_limits_are_told_and_kept(x: Steered, desk: Caller) -> None:
    answers = [desk.http.get("/2/users/me") for _ in range(76)]
    assert [a.status_code for a in answers[-2:]] == [200, 429]
    last = answers[-1].headers
    assert (last["x-rate-limit-limit"], last["x-rate-limit-remaining"]) == ("75", "0")
    wait = int(last["x-rate-limit-reset"]) - datetime.now(UTC).timestamp()
    assert 0 <= wait <= 901
    x.order("settings", rate_limits=False)
    unlimited = desk.http.get("/2/users/me")
    assert unlimited.status_code == 200
    assert [name for name in unlimited.headers if name.startswith("x-rate-limit")] == []
    x.order("settings", rate_limits=True)
    desk.http.post("/_sim/clock", json={"forward_s": 901})
    assert desk.http.get("/2/users/me").status_code == 200


# the hand


@pytest.mark.parametrize(
    "order",
    [
        {"handle": CUSTOMER},
        {"handle": " ", "text": "x"},
        {"handle": CUSTOMER, "text": "x", "picture": "moon"},
        {"handle": CUSTOMER, "text": "x", "at": "2026-01-01T00:00:00"},
        {"handle": CUSTOMER, "text": "x", "at": "gestern"},
        {"handle": CUSTOMER, "text": "x", "in_reply_to": "77"},
    ],
)
def test_unfit_orders(x: Steered, order: dict[str, Any]) -> None:
    assert x.refused("say", **order).status_code == 422
    assert x.texts() == []


def test_newcomers_and_backdated_posts(x: Steered) -> None:
    said = x.say("neu.hier@fern.example", "Moin", name="Neu Hier", at="2026-01-01T12:00:00+00:00")
    assert said["created_at"] == "2026-01-01T12:00:00.000Z"
    post = x.state()["posts"][0]
    assert (post["handle"], post["posted_at"]) == ("neu_hier", "2026-01-01T12:00:00+00:00")
    assert next(p["name"] for p in x.state()["people"] if p["handle"] == "neu_hier") == "Neu Hier"
    assert x.refused("delete", id="77").status_code == 422
    assert x.refused("react", handle=CUSTOMER, id="77", kind="like").status_code == 422
    x.order("react", handle=CUSTOMER, id=said["id"], kind="like")
    x.order("react", handle=CUSTOMER, id=said["id"], kind="like")
    assert x.state()["posts"][0]["likes"] == 1


def test_what_is_on_a_network_can_be_saved_and_goes_on(
    simulator: RunningSimulator, x: Steered, desk: Caller
) -> None:
    x.say(CUSTOMER, f"@{DESK} Hallo", picture="parcel")
    x.say(CUSTOMER, "geheim", private=True)
    upload = desk.http.post(
        "/2/media/upload", files={"media": b"png"}, data={"media_category": "tweet_image"}
    )
    desk.post("/2/tweets", text="Bild", media={"media_ids": [upload.json()["data"]["id"]]})
    x.order("settings", spelling="post")
    part = simulator._simulation.parts[0]
    settings = SimulatorSettings(base_url="http://localhost", scenario="none", networks=("x",))
    other = create_part(settings, lambda: datetime.now(UTC))
    other.restore(part.saved())
    assert other.posts() == part.posts()
    assert other.settings_now() == part.settings_now()
    assert other.people() == part.people()
    for nonsense in ({}, {"people": 7}, part.saved() | {"posts": {"1": {"id": "1"}}}):
        with pytest.raises(ValueError, match="no memory of a simulated X"):
            other.restore(nonsense)


def test_likes_are_taken_back() -> None:
    part = create_part(
        SimulatorSettings(base_url="http://localhost", scenario="none", networks=("x",)),
        lambda: datetime.now(UTC),
    )
    said = part.say({"handle": CUSTOMER, "text": "Moin"})["id"]
    person = part.world.person_called(CUSTOMER)
    assert person is not None
    for on in (True, False, False):
        part.world.like(person, said, on=on)
    assert part.posts()[0]["likes"] == 0
    with pytest.raises(Problem):
        part.world.like(person, "77", on=True)
