"""The connector for X against a small X on loopback: hearing, answering, looking, and what goes wrong."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks import (
    NETWORKS,
    AcceptEverybody,
    CheckPosts,
    LookUpPosts,
    LookUpProfile,
    NetworkError,
    Policy,
    ReadBack,
    ReadPolicy,
    Refused,
    Temporary,
    Unclear,
    Understand,
)
from resonanz.networks.x import X
from resonanz.networks.x_posts import time_in
from resonanz.post import Audience, Profile
from tests.networks.scripted import Say
from tests.networks.x_world import (
    ME,
    MENTIONS,
    MIRA,
    NOW,
    OWN,
    PEOPLE,
    TALK,
    Wallet,
    answer_to,
    answered,
    credentials,
    delivery,
    desk,
    id_at,
    me_answer,
    message,
    page,
    post,
    problem,
    running_x,
    stamp,
)

if TYPE_CHECKING:
    pass


# Hearing -----------------------------------------------------------------------------------------


def test_a_mention_is_heard_once_and_may_be_answered() -> None:
    asked = post(-5, "@nordwind Wann fährt der Bus?")
    with running_x() as script:
        script.routes[MENTIONS] = [Say(answered([asked])), Say(answered([]))]
        x = desk(script)
        first = x.read("")
        again = x.read(first.cursor)
    (seen,) = first.sightings
    assert (seen.native_id, seen.addressed, seen.own, seen.gate) == (asked["id"], True, False, "")
    assert (seen.post.text, seen.post.author.handle) == ("@nordwind Wann fährt der Bus?", "mira_k")
    assert (seen.post.uri, seen.post.url) == (
        f"https://x.com/i/status/{asked['id']}",
        f"https://x.com/mira_k/status/{asked['id']}",
    )
    assert (first.backfill, first.more, again.sightings, again.backfill) == (True, False, (), False)
    since = [dict(query).get("since_id") for query in script.asked("GET", f"/2/users/{ME}/mentions")]
    assert since == [None, asked["id"]]


def test_all_that_is_newer_is_read_page_by_page_before_the_mark_moves() -> None:
    posts = [post(number, f"@nordwind {number}") for number in range(6)]

    def pages(query: dict[str, str]) -> Say:
        if "since_id" not in query:
            return Say(answered(posts[:1]))
        number = int(query.get("pagination_token", "5"))
        return Say(answered([posts[number]], more=str(number - 1) if number > 1 else ""))

    with running_x() as script:
        script.routes[MENTIONS] = pages
        x = desk(script)
        begin = x.read("")
        part = x.read(begin.cursor)
        rest = desk(script).read(part.cursor)
        script.routes[MENTIONS] = Say(answered([]))
        done = x.read(rest.cursor)
    assert [one.post.text[-1] for one in part.sightings] == ["2", "3", "4", "5"]
    assert (part.more, rest.more) == (True, False)
    assert [one.post.text[-1] for one in rest.sightings] == ["1"]
    assert json.loads(rest.cursor)["mentions"] == {"mark": posts[5]["id"]}
    asked = [dict(query) for query in script.asked("GET", f"/2/users/{ME}/mentions")]
    assert {query.get("since_id") for query in asked[1:6]} == {posts[0]["id"]}
    assert (asked[-1]["since_id"], done.more) == (posts[5]["id"], False)


def test_a_page_whose_name_is_forgotten_begins_the_sweep_again() -> None:
    posts = [post(number, f"@nordwind {number}") for number in range(3)]
    forgotten: list[str] = []

    def pages(query: dict[str, str]) -> Say:
        if "since_id" not in query:
            return Say(answered(posts[:1]))
        if "pagination_token" in query:
            forgotten.append(query["pagination_token"])
            return Say(problem("invalid-request", "Invalid pagination_token"), 400)
        return Say(answered(posts[1:], more="" if forgotten else "old"))

    with running_x() as script:
        script.routes[MENTIONS] = pages
        x = desk(script)
        found = x.read(x.read("").cursor)
    assert [one.post.text[-1] for one in found.sightings] == ["1", "2"]
    assert (found.more, forgotten) == (False, ["old"])


def test_eight_hundred_mentions_leave_a_gap() -> None:
    many = [post(number, f"@nordwind {number}") for number in range(1, 901)]

    def pages(query: dict[str, str]) -> Say:
        if "since_id" not in query:
            return Say(answered([post(0, "@nordwind 0")]))
        end = int(query.get("pagination_token", "900"))
        begin = max(end - 25, 100)
        return Say(answered(many[begin:end][::-1], more=str(begin) if begin > 100 else ""))

    with running_x() as script:
        script.routes[MENTIONS] = pages
        x = desk(script)
        found = x.read(x.read("").cursor)
        while found.more:
            assert found.gap is None
            found = x.read(found.cursor)
    assert found.gap == (NOW, NOW + timedelta(minutes=101))


def test_what_we_say_on_x_itself_is_heard_as_our_own() -> None:
    asked = post(-9, "@nordwind Hallo?")
    ours = answer_to(asked, -3, "@mira_k Guten Tag!", author=ME)
    with running_x() as script:
        script.routes[OWN] = Say(answered([ours], posts=[asked]))
        found = desk(script).read("")
    above, own = found.sightings
    assert (above.native_id, above.addressed, above.own) == (asked["id"], False, False)
    assert (own.own, own.addressed, own.gate, own.post.reply_to) == (True, False, "", above.post.uri)
    assert own.post.root == above.post.uri
    assert dict(script.asked("GET", f"/2/users/{ME}/tweets")[0])["exclude"] == "retweets"


def test_the_posts_above_are_asked_for_some_levels_up_and_once() -> None:
    line = [post(0, "Der Anfang")]
    for number in range(1, 6):
        line.append(answer_to(line[-1], number, f"Stufe {number}"))
    asked = answer_to(line[-1], 7, "@nordwind und ihr?")
    by_id = {one["id"]: one for one in line}

    def looked_up(query: dict[str, str]) -> Say:
        found = [by_id[native_id] for native_id in query["ids"].split(",")]
        above = [by_id[ref["id"]] for one in found for ref in one.get("referenced_tweets", [])]
        return Say(answered(found, posts=above))

    with running_x() as script:
        script.routes |= {
            MENTIONS: [Say(answered([asked], posts=[line[5]])), Say(answered([]))],
            "GET /2/tweets": looked_up,
        }
        x = desk(script)
        found = x.read("")
        script.routes[MENTIONS] = Say(answered([answer_to(asked, 8, "@nordwind bitte")]))
        later = x.read(found.cursor)
    assert [one.post.text for one in found.sightings] == [
        "Stufe 1",
        "Stufe 2",
        "Stufe 3",
        "Stufe 4",
        "Stufe 5",
        "@nordwind und ihr?",
    ]
    assert [one.addressed for one in found.sightings] == [False] * 5 + [True]
    assert [one.gate for one in found.sightings] == ["not_summoned"] * 5 + [""]
    assert len(script.asked("GET", "/2/tweets")) == 2
    assert [one.post.text for one in later.sightings] == ["@nordwind bitte"]


def test_a_post_above_without_its_author_is_looked_up() -> None:
    root = post(0, "Der Anfang")
    bare = {key: value for key, value in root.items() if key != "author_id"}
    asked = answer_to(root, 1, "@nordwind hm")
    with running_x() as script:
        script.routes |= {
            MENTIONS: Say(answered([asked], posts=[bare])),
            "GET /2/tweets": [Say(answered([root])), Say(answered([bare]))],
        }
        with_author = desk(script).read("")
        without = desk(script).read("")
    assert [one.post.text for one in with_author.sightings] == ["Der Anfang", "@nordwind hm"]
    assert [one.post.text for one in without.sightings] == ["@nordwind hm"]
    assert without.unread == ()


def test_posts_above_that_cannot_be_had_keep_nothing_back() -> None:
    asked = answer_to(post(0, "weg"), 1, "@nordwind hm")
    with running_x() as script:
        script.routes |= {MENTIONS: Say(answered([asked])), "GET /2/tweets": Say(problem("x"), 429)}
        (seen,) = desk(script).read("").sightings
    assert seen.post.reply_to == f"https://x.com/i/status/{asked['referenced_tweets'][0]['id']}"


def test_only_so_many_talks_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resonanz.networks.x_hearing.KNOWN", 1)
    first, second = post(1, "@nordwind a"), post(2, "@nordwind b")
    with running_x() as script:
        script.routes |= {
            MENTIONS: Say(answered([second, first])),
            "POST /2/tweets": Say({"data": {"id": id_at(3), "text": "c"}}, 201),
        }
        x = desk(script)
        x.read("")
        x.send(delivery("c", second["id"]))
        assert script.asked("GET", "/2/tweets") == []
        x.send(delivery("c", first["id"]))
    assert len(script.asked("GET", "/2/tweets")) == 1


def test_direct_messages_are_heard_from_the_newest_down_to_a_known_one() -> None:
    said = [message(number, f"Nachricht {number}") for number in range(5)]
    ours = message(6, "Wir schauen nach.", sender=ME)

    def pages(query: dict[str, str]) -> Say:
        if len(script.asked("GET", "/2/dm_events")) == 1:
            return Say(answered([said[1], said[0]]))
        if "pagination_token" not in query:
            return Say(answered([ours, said[4], said[3]], more="b"))
        return Say(answered([said[2], said[1]], more="c"))

    with running_x() as script:
        script.routes["GET /2/dm_events"] = pages
        x = desk(script)
        first = x.read("")
        found = x.read(first.cursor)
    assert [one.post.text[-1] for one in first.sightings] == ["0", "1"]
    assert [(one.post.text, one.own, one.addressed) for one in found.sightings] == [
        ("Nachricht 2", False, True),
        ("Nachricht 3", False, True),
        ("Nachricht 4", False, True),
        ("Wir schauen nach.", True, False),
    ]
    seen = found.sightings[0]
    assert (seen.post.audience, seen.native_thread_id, seen.gate) == (Audience.DIRECT, TALK, "")
    assert (seen.native_id, seen.post.root) == (f"dm:{TALK}:{id_at(2)}", f"https://x.com/messages/{TALK}")
    assert len(script.asked("GET", "/2/dm_events")) == 3


@pytest.mark.parametrize(
    ("shut", "why", "minutes"),
    [
        (Say({}, 429), "rate_limited", 15),
        (Say(problem("client-forbidden"), 403), "not_allowed_here", 2),
        (Say({}, 404), "gone", 2),
        (Say({}, 429, {"x-rate-limit-reset": str(int(NOW.timestamp()) + 60)}), "rate_limited", 1),
    ],
)
def test_messages_that_are_shut_keep_no_mention_back(shut: Say, why: str, minutes: int) -> None:
    now = [NOW]
    with running_x() as script:
        script.routes |= {MENTIONS: Say(answered([post(1, "@nordwind a")])), "GET /2/dm_events": shut}
        x = X(credentials(script), clock=lambda: now[0])
        found = x.read("")
        now[0] += timedelta(minutes=minutes, seconds=-1)
        again = x.read(found.cursor)
        asked = len(script.asked("GET", "/2/dm_events"))
        script.routes["GET /2/dm_events"] = Say(answered([]))
        now[0] += timedelta(seconds=1)
        after = x.read(found.cursor)
    assert [one.post.text for one in found.sightings] == ["@nordwind a"]
    assert (found.messages, again.messages, asked, after.messages) == (why, why, 1, "yes")


def test_few_calls_that_are_left_are_spread() -> None:
    end = str(int((NOW + timedelta(minutes=9)).timestamp()))
    now = [NOW]

    def answers(_query: dict[str, str]) -> Say:
        left = 11 - len(script.asked("GET", "/2/dm_events"))
        return Say(answered([]), headers={"x-rate-limit-remaining": str(left), "x-rate-limit-reset": end})

    with running_x() as script:
        script.routes["GET /2/dm_events"] = answers
        x = X(credentials(script), clock=lambda: now[0])
        cursor = x.read("").cursor
        for seconds in (0, 0, 59, 61, 100):
            now[0] = NOW + timedelta(seconds=seconds)
            x.read(cursor)
            asked = len(script.asked("GET", "/2/dm_events"))
            assert asked == {0: 2, 59: 2, 61: 3, 100: 3}[seconds]
    assert len(script.asked("GET", f"/2/users/{ME}/mentions")) == 6


def test_an_ill_server_is_told_even_if_only_messages_are_ill() -> None:
    with running_x() as script:
        script.routes["GET /2/dm_events"] = Say(problem("x"), 402)
        with pytest.raises(Temporary) as unpaid:
            desk(script).read("")
    assert unpaid.value.code == "unpaid"


def test_what_cannot_be_understood_is_put_aside_and_can_be_read_again() -> None:
    broken = post(1, "@nordwind kaputt") | {"created_at": "gestern"}
    bad_message = message(2, "kaputt") | {"created_at": "gestern"}
    with running_x() as script:
        script.routes |= {
            MENTIONS: Say(
                answered([broken, post(3, "@nordwind gut")]) | {"includes": {"users": [PEOPLE[MIRA]]}}
            ),
            OWN: Say({"data": [{"text": "ohne id"}, "kein Objekt"]}),
            "GET /2/dm_events": Say({"data": [bad_message, {"text": "ohne id"}]}),
        }
        x = desk(script)
        found = x.read("")
        assert [one.post.text for one in found.sightings] == ["@nordwind gut"]
        assert sorted((one.reason, one.native_id) for one in found.unread) == [
            ("id", ""),
            ("id", ""),
            ("post", ""),
            ("time", broken["id"]),
            ("time", bad_message["id"]),
        ]
        for raw in [one.raw for one in found.unread] + ["{", '{"item": 3}']:
            with pytest.raises(Unclear):
                x.act(Understand(raw))
        whole = next(one.raw for one in found.unread if one.native_id == broken["id"])
        mended = page(x.act(Understand(whole.replace("gestern", stamp(1)))))
        sealed = next(one.raw for one in found.unread if one.native_id == bad_message["id"])
        private = page(x.act(Understand(sealed.replace("gestern", stamp(2)))))
    assert [(one.post.text, one.post.author.handle) for one in mended.sightings] == [
        ("@nordwind kaputt", "mira_k")
    ]
    assert (mended.backfill, private.sightings[0].post.audience) == (True, Audience.DIRECT)


@pytest.mark.parametrize("body", [[], "x", {"data": {"id": "1"}}, {"data": "x"}])
def test_an_answer_of_another_shape_is_a_bad_answer(body: Any) -> None:
    with running_x() as script:
        script.routes[MENTIONS] = Say(body)
        with pytest.raises(Unclear) as unclear:
            desk(script).read("")
    assert unclear.value.code == "bad_answer"


def test_the_new_spelling_is_tried_where_the_old_one_is_not_known_and_remembered() -> None:
    asked = post(1, "@nordwind neu")
    asked["edit_history_post_ids"] = asked.pop("edit_history_tweet_ids")

    def answers(query: dict[str, str]) -> Say:
        if "tweet.fields" in query:
            unknown = {"message": "The query parameter [tweet.fields] is not one of [id,post.fields]"}
            return Say(problem("invalid-request", errors=[unknown]), 400)
        return Say(answered([asked]))

    def messages(query: dict[str, str]) -> Say:
        assert "sender_id" not in query["dm_event.fields"]
        return Say(answered([]))

    with running_x() as script:
        script.routes |= {MENTIONS: answers, OWN: answers, "GET /2/dm_events": messages}
        first = desk(script).read("")
        before = len(script.asked("GET", f"/2/users/{ME}/mentions"))
        desk(script).read(first.cursor)
    assert [one.post.text for one in first.sightings] == ["@nordwind neu"]
    assert (before, len(script.asked("GET", f"/2/users/{ME}/mentions"))) == (2, 3)
    assert len(script.asked("GET", f"/2/users/{ME}/tweets")) == 2


def test_where_neither_spelling_is_taken_the_first_refusal_counts() -> None:
    said = {"errors": [{"message": "expansions: no", "parameters": {"expansions": ["author_id"]}}]}
    with running_x() as script:
        script.routes[MENTIONS] = Say(said, 400)
        with pytest.raises(Refused) as refused:
            desk(script).read("")
    assert refused.value.facts["parameters"] == "expansions expansions"
    assert len(script.asked("GET", f"/2/users/{ME}/mentions")) == 2


def test_reading_back_asks_from_a_moment_on_and_for_no_thread() -> None:
    old, new = message(-200, "alt"), message(-20, "neu")
    ours = answer_to(post(-90, "x"), -30, "@mira_k ja", author=ME)

    def mentions(query: dict[str, str]) -> Say:
        assert query["start_time"] == "2026-11-20T10:00:00Z"
        last = "pagination_token" in query
        return Say(answered([post(-50 if last else -40, "@nordwind ja")], more="" if last else "b"))

    with running_x() as script:
        script.routes |= {
            MENTIONS: mentions,
            OWN: Say(answered([ours])),
            "GET /2/dm_events": Say(answered([new, old], more="b")),
        }
        found = page(desk(script).act(ReadBack(NOW - timedelta(hours=2))))
    assert [one.native_id for one in found.sightings] == [
        id_at(-50),
        id_at(-40),
        id_at(-30),
        f"dm:{TALK}:{id_at(-20)}",
    ]
    assert script.asked("GET", "/2/tweets") == []
    assert len(script.asked("GET", "/2/dm_events")) == 1


@pytest.mark.parametrize(
    ("said", "kind"), [(Say({}, 429), None), (Say({}, 403), None), (Say({}, 402), Temporary)]
)
def test_reading_back_goes_without_messages_that_are_shut(said: Say, kind: type[NetworkError] | None) -> None:
    with running_x() as script:
        script.routes |= {MENTIONS: Say(answered([post(1, "@nordwind a")])), "GET /2/dm_events": said}
        with pytest.raises(kind) if kind else nullcontext():
            assert len(page(desk(script).act(ReadBack(NOW))).sightings) == 1
        assert dict(script.asked("GET", f"/2/users/{ME}/mentions")[0])["max_results"] == "100"


def test_lists_that_never_end_are_left_after_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resonanz.networks.x_hearing.BACK_PAGES", 3)
    monkeypatch.setattr("resonanz.networks.x.SENT_PAGES", 3)
    with running_x() as script:
        script.routes |= {
            MENTIONS: Say(answered([post(1, "@nordwind a")], more="x")),
            OWN: Say(answered([post(1, "b", author=ME)], more="x")),
            "GET /2/dm_events": Say(answered([message(1, "c") | {"created_at": None}], more="x")),
        }
        x = desk(script)
        x.act(ReadBack(NOW))
        with pytest.raises(Unclear):
            x.find_sent(delivery("nie"))
    assert [len(script.asked("GET", path.split()[1])) for path in (MENTIONS, OWN, "GET /2/dm_events")] == [
        3,
        6,
        3,
    ]


# Looking up --------------------------------------------------------------------------------------


def test_looking_up_hears_edits_and_what_is_gone() -> None:
    first, second = id_at(-20), id_at(-10)
    versions: dict[str, Any] = {"edit_history_tweet_ids": [first, second]}
    old, new = post(-20, "Tipfehler", **versions), post(-10, "Tippfehler", **versions)
    missing = problem("resource-not-found", resource_id="77", resource_type="tweet", value="77")
    hidden = problem("not-authorized-for-resource", resource_type="tweet", value="78")
    other = problem("field-hydration-failure", resource_id="79")

    def looked_up(query: dict[str, str]) -> Say:
        if query["ids"] == second:
            return Say(answered([new]))
        return Say(answered([old], errors=[missing, hidden, other]))

    with running_x() as script:
        script.routes["GET /2/tweets"] = looked_up
        found = page(desk(script).act(LookUpPosts((first, "77", "78", "79", f"dm:{TALK}:5", first))))
    assert found.gone == ("77", "78")
    (seen,) = found.sightings
    assert (seen.post.text, seen.native_id) == ("Tippfehler", second)
    assert seen.post.uri == f"https://x.com/i/status/{first}"
    assert (seen.post.posted_at, seen.post.edited_at) == (
        NOW - timedelta(minutes=20),
        NOW - timedelta(minutes=10),
    )
    assert dict(script.asked("GET", "/2/tweets")[0])["ids"] == f"{first},77,78,79"


def test_only_a_post_that_x_names_is_gone() -> None:
    with running_x() as script:
        script.routes["GET /2/tweets"] = [
            Say(problem("resource-not-found"), 404),
            Say({"detail": "not mentioned"}, 403),
            Say({"errors": [problem("resource-not-found", value="77")]}),
        ]
        x = desk(script)
        with pytest.raises(Unclear):
            x.act(LookUpPosts(("77",)))
        with pytest.raises(Refused) as refused:
            x.act(LookUpPosts(("77",)))
        found = page(x.act(LookUpPosts(("77", "78"), with_thread=True)))
    assert (refused.value.code, found.sightings, found.gone) == ("refused", (), ("77",))


def test_more_than_a_hundred_are_looked_up_in_parts() -> None:
    with running_x() as script:
        script.routes["GET /2/tweets"] = Say(answered([]))
        desk(script).act(LookUpPosts(tuple(str(number) for number in range(250))))
    assert [dict(query)["ids"].count(",") + 1 for query in script.asked("GET", "/2/tweets")] == [100, 100, 50]


def test_checking_asks_for_nothing_that_costs_beside_the_posts() -> None:
    first, second, known = id_at(-20), id_at(-10), id_at(-5)
    versions: dict[str, Any] = {"edit_history_tweet_ids": [first, second]}
    missing = problem("resource-not-found", resource_id="77", resource_type="tweet", value="77")
    wallet = Wallet()

    def looked_up(query: dict[str, str]) -> Say:
        if query["ids"] == second:
            return Say(answered([post(-10, "Tippfehler", **versions)]))
        bare = [{"id": first, **versions}, {"id": known, "edit_history_tweet_ids": [known]}, {"text": "?"}]
        return Say({"data": bare, "errors": [missing]})

    with running_x() as script:
        script.routes["GET /2/tweets"] = looked_up
        found = page(desk(script, purse=wallet).act(CheckPosts((first, known, "77", f"dm:{TALK}:5", known))))
        asked = dict(script.asked("GET", "/2/tweets")[0])
    assert asked == {"ids": f"{first},{known},77", "tweet.fields": "edit_history_tweet_ids"}
    assert (found.gone, [one.post.text for one in found.sightings]) == (("77",), ["Tippfehler"])
    assert found.sightings[0].post.uri == f"https://x.com/i/status/{first}"
    assert wallet.calls[0] == ("sweep", 15_000)
    assert wallet.spent == 10_000 + 5_000 * 3 + 10_000  # the two that stand, the newer one with Mira, we


def test_checking_what_stands_says_nothing() -> None:
    known = id_at(-5)
    with running_x() as script:
        script.routes["GET /2/tweets"] = Say({"data": [{"id": known}]})
        found = page(desk(script).act(CheckPosts((known,))))
    assert (found.sightings, found.gone, script.asked("GET", "/2/users/me")) == ((), (), [])


def test_the_profile_tells_whether_long_posts_may_be_written() -> None:
    with running_x() as script:
        profile = desk(script).act(LookUpProfile())
        script.routes["GET /2/users/me"] = me_answer(subscription_type="Premium")
        longer = NETWORKS["x"].connect(credentials(script)).act(LookUpProfile())
    assert isinstance(profile, Profile)
    assert isinstance(longer, Profile)
    assert (profile.author.handle, profile.limits.length, profile.limits.message_length) == (
        "nordwind",
        280,
        10_000,
    )
    assert (longer.limits.length, longer.facts) == (25_000, {"id": ME, "subscription": "Premium"})


def test_what_x_has_not_is_said() -> None:
    with running_x() as script:
        x = desk(script)
        assert x.act(ReadPolicy()) == Policy(known=False)
        with pytest.raises(Refused):
            x.act(AcceptEverybody())
        assert repr(x) == f"X({script.url!r})"


# Searching ---------------------------------------------------------------------------------------


def test_search_begins_with_one_page_and_goes_on_from_there() -> None:
    heard = post(-30, "Der Bus von Nordwind ist weg")
    with running_x() as script:
        script.routes["GET /2/tweets/search/recent"] = [
            Say(answered([heard], more="b")),
            Say(answered([post(-10, "@nordwind Bus?")])),
        ]
        x = desk(script)
        first = x.search("Bus", "")
        later = x.search("Bus", first.cursor)
    assert [(one.post.text, one.addressed, one.gate) for one in first.sightings] == [
        ("Der Bus von Nordwind ist weg", False, "not_summoned")
    ]
    assert (first.backfill, first.more, later.backfill) == (True, False, False)
    assert [(one.addressed, one.gate) for one in later.sightings] == [(True, "")]
    queries = [dict(query) for query in script.asked("GET", "/2/tweets/search/recent")]
    assert [(query["query"], query.get("since_id")) for query in queries] == [
        ("Bus", None),
        ("Bus", heard["id"]),
    ]


def test_a_search_that_finds_much_goes_on_where_it_was() -> None:
    many = [post(number, f"Bus {number}") for number in range(12)]

    def found(query: dict[str, str]) -> Say:
        end = int(query.get("pagination_token", "12"))
        return Say(answered([many[end - 1]], more=str(end - 1) if end > 1 else ""))

    with running_x() as script:
        script.routes["GET /2/tweets/search/recent"] = found
        x = desk(script)
        pages = [x.search("Bus", "")]
        while pages[-1].more or len(pages) == 1:
            pages.append(x.search("Bus", pages[-1].cursor))
    assert [len(one.sightings) for one in pages] == [1, 4, 4, 4]
    assert {one.native_id for page in pages for one in page.sightings} == {one["id"] for one in many}


def test_a_search_that_rested_for_longer_than_a_week_begins_anew_with_a_gap() -> None:
    old, ago = post(-60.0 * 24 * 10, "alt"), timedelta(days=8)
    now = [NOW - ago]

    def found(query: dict[str, str]) -> Say:
        since = time_in(query.get("since_id", id_at(0)))
        if since is not None and since < now[0] - timedelta(days=7):
            return Say(problem("invalid-request", "since_id must be an id created after"), 400)
        return Say(answered([old] if len(script.seen) < 3 else [post(-3, "neu")]))

    with running_x() as script:
        script.routes["GET /2/tweets/search/recent"] = found
        x = X(credentials(script), clock=lambda: now[0])
        first = x.search("Bus", "")
        now[0] += timedelta(days=6)
        assert x.search("Bus", first.cursor).gap is None
        now[0] = NOW
        again = x.search("Bus", first.cursor)
        assert [one.post.text for one in again.sightings] == ["neu"]
        assert again.gap == (NOW - ago - timedelta(hours=1), NOW - timedelta(days=7))
        script.routes["GET /2/tweets/search/recent"] = Say(problem("invalid-request"), 400)
        with pytest.raises(Refused):
            x.search("Bus (", "")
        recent = json.dumps({"x": "", "mentions": {"mark": id_at(-5)}})
        script.routes["GET /2/tweets/search/recent"] = [Say({}, 400), Say(answered([]))]
        assert x.search("Bus", recent).gap is None
