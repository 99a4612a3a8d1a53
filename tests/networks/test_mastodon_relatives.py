"""Servers that speak the API in their own way, written down answer by answer: old, poor or broken."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from resonanz.networks import (
    NETWORKS,
    AcceptEverybody,
    Credentials,
    DeletePost,
    Gone,
    LoginNeeded,
    LookUpPosts,
    LookUpProfile,
    Nudge,
    Policy,
    ReadBack,
    ReadPolicy,
    Refused,
    Temporary,
    Unclear,
    Understand,
)
from resonanz.networks.mastodon import CAPABILITIES, Mastodon, begin_login, connect, finish_login, stream
from resonanz.networks.mastodon_login import nudge_from
from resonanz.networks.mastodon_posts import LIMITS
from resonanz.post import Audience, Delivery, Draft, Page, Profile
from tests.networks.scripted import Say, Scripted, running_script

if TYPE_CHECKING:
    from collections.abc import Iterator

US = {"id": "1", "acct": "nordwind", "username": "nordwind", "url": "https://social.example/@nordwind"}
MIRA = {"id": "2", "acct": "mira@fern.example", "username": "mira", "url": "https://fern.example/@mira"}
ME = "GET /api/v1/accounts/verify_credentials"
INSTANCE = "GET /api/v2/instance"
HEARD = "GET /api/v1/notifications"
OWN = "GET /api/v1/accounts/1/statuses"
TALKS = "GET /api/v1/conversations"
POST = "POST /api/v1/statuses"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MISSING = Say({"error": "Record not found"}, 404)
BROKEN = Say({"error": "kaputt"}, 500)


def status(native_id: str, *, account: dict[str, Any] = MIRA, **more: Any) -> dict[str, Any]:
    made = {
        "id": native_id,
        "uri": f"https://social.example/s/{native_id}",
        "account": account,
        "created_at": "2026-03-02T09:00:00Z",
        "content": f"<p>{native_id}</p>",
        "visibility": "public",
        "in_reply_to_id": None,
    }
    return made | more


def notice(native_id: str, said: dict[str, Any] | None, kind: str = "mention") -> dict[str, Any]:
    return {"id": native_id, "type": kind, "status": said}


@contextmanager
def server(**changed: Any) -> Iterator[tuple[Scripted, Mastodon]]:
    """Run a plain server; `changed` replaces routes by name."""
    routes: dict[str, Any] = {
        ME: Say(US),
        INSTANCE: Say({"domain": "social.example", "api_versions": {"mastodon": 7}}),
        HEARD: Say([]),
        OWN: Say([]),
        TALKS: Say([]),
    }
    with running_script(routes | changed.pop("routes", {})) as script:
        yield script, connect(credentials(script))


def credentials(script: Scripted) -> Credentials:
    return Credentials(base_url=script.url, secret={"access_token": "geheim"}, simulated=True)


def ids(page: Page) -> list[str]:
    return [item.native_id for item in page.sightings]


def a_delivery(**more: Any) -> Delivery:
    draft = Draft(text="Hallo", audience=Audience.PUBLIC)
    return replace(Delivery(key=UUID(int=7), draft=draft, created_at=NOW), **more)


def test_the_table_leads_here() -> None:
    row = NETWORKS["mastodon"]
    assert (row.capabilities, row.default_limits) == (CAPABILITIES, LIMITS)
    app = Say({"client_id": "i", "client_secret": "s"})
    token = {"POST /api/v1/apps": app, "POST /oauth/token": Say({"access_token": "geheim"})}
    with server(routes=token | {"GET /api/v1/streaming/user": Say(b"")}) as (script, _):
        login = row.begin_login(script.url, redirect_uri="http://localhost/", simulated=True)
        signed_in = row.finish_login(login, "code")
        assert row.connect(signed_in).read("").backfill
        assert list(row.stream(signed_in)) == [Nudge()]


# Asking the server about itself


@pytest.mark.parametrize("answer", [MISSING, BROKEN, Say(b"<html>"), Say([])])
def test_a_server_that_cannot_describe_itself_has_the_usual_limits(answer: Say) -> None:
    with server(routes={INSTANCE: answer, "GET /api/v1/instance": answer}) as (_, desk):
        profile = desk.act(LookUpProfile())
    assert isinstance(profile, Profile)
    assert (profile.limits, profile.software) == (LIMITS, "")
    assert profile.facts == {"domain": "127.0.0.1", "api": "0"}


def test_an_older_server_describes_itself_in_the_older_form() -> None:
    old = {"uri": "alt.example", "version": "3.1.0", "max_toot_chars": 900}
    with server(routes={INSTANCE: MISSING, "GET /api/v1/instance": Say(old)}) as (_, desk):
        profile = desk.act(LookUpProfile())
    assert isinstance(profile, Profile)
    assert (profile.author.handle, profile.limits.length) == ("nordwind@alt.example", 900)
    assert (profile.software, profile.limits.repeat_window) == ("3.1.0", None)


def test_a_cut_line_is_no_description() -> None:
    with server(routes={INSTANCE: Say(cut=True)}) as (_, desk), pytest.raises(Unclear):
        desk.act(LookUpProfile())


# Reading


def test_only_new_servers_are_asked_for_quotes_and_all_for_what_they_filter() -> None:
    with server() as (script, desk):
        desk.read("")
    assert script.asked("GET", "/api/v1/notifications") == [
        [
            *[("types[]", kind) for kind in ("mention", "quote", "reblog")],
            ("include_filtered", "true"),
            ("limit", "40"),
        ]
    ]
    with server(routes={INSTANCE: Say({"domain": "x"})}) as (script, desk):
        desk.read("")
    assert script.asked("GET", "/api/v1/notifications") == [
        [("types[]", "mention"), ("types[]", "reblog"), ("include_filtered", "true"), ("limit", "40")]
    ]


def test_what_a_server_sends_unasked_is_passed_over_but_not_read_again() -> None:
    rows = [
        notice("9", status("5"), "favourite"),
        notice("8", None),
        notice("10", status("7", account=US)),
        notice("7", status("4")),
    ]
    with server(routes={HEARD: Say(rows), OWN: Say([status("6", account=US, reblog=status("5"))])}) as (
        script,
        desk,
    ):
        page = desk.read("")
        desk.read(page.cursor)
    assert [(item.native_id, item.addressed, item.own) for item in page.sightings] == [
        ("4", True, False),
        ("7", False, True),
    ]
    assert ("min_id", "10") in script.asked("GET", "/api/v1/notifications")[1]
    assert ("min_id", "6") in script.asked("GET", "/api/v1/accounts/1/statuses")[1]


def test_a_server_that_ignores_min_id_brings_nothing_twice() -> None:
    with server(routes={HEARD: Say([notice("9", status("5")), notice("8", status("4"))])}) as (_, desk):
        first = desk.read("")
        second = desk.read(first.cursor)
    assert (ids(first), ids(second), second.more) == (["4", "5"], [], False)
    assert second.cursor == first.cursor


def test_a_server_that_does_not_page_backward_ends_the_search_for_the_beginning() -> None:
    full = [notice(str(100 + number), status(str(200 + number))) for number in range(40)]
    with server(routes={HEARD: [Say([]), Say(full)]}) as (_, desk):
        page = desk.read(desk.read("").cursor)
    assert len(page.sightings) == 40


@pytest.mark.parametrize("cursor", ["x", "[]", "{}", '{"n":1}', '{"n":"","s":"","f":"","c":3}'])
def test_a_cursor_that_is_not_ours_begins_anew(cursor: str) -> None:
    with server() as (_, desk):
        assert desk.read(cursor).backfill


def test_ids_that_are_no_numbers_stay_in_order() -> None:
    older, newer = "01KJPZ8S4Q5T6V7W8X9Y0Z1A2B", "01KJPZ8S4Q5T6V7W8X9Y0Z1A2C"
    rows = [notice(newer, status(newer)), notice(older, status(older))]
    with server(routes={HEARD: Say(rows)}) as (script, desk):
        desk.read(desk.read("").cursor)
    assert ("min_id", newer) in script.asked("GET", "/api/v1/notifications")[1]


def test_a_server_without_conversations_is_asked_once_an_hour() -> None:
    now = [0.0]
    with server(routes={TALKS: MISSING}) as (script, _desk):
        desk = Mastodon(credentials(script), clock=lambda: now[0])
        page = desk.read(desk.read("").cursor)
        now[0] = 3599.0
        desk.read(page.cursor)
        assert len(script.asked("GET", "/api/v1/conversations")) == 1
        now[0] = 3600.0
        desk.read(page.cursor)
    assert not page.backfill
    assert len(script.asked("GET", "/api/v1/conversations")) == 2


@pytest.mark.parametrize(
    ("broken", "reason", "native_id"),
    [
        (3, "notifications", ""),
        ({"type": "mention", "status": {}}, "id", ""),
        ({"type": "mention", "id": "8", "status": {}}, "id", "8"),
        ({"type": "mention", "id": "8", "status": [1]}, "status", "8"),
        ({"type": "reblog", "id": "8", "status": status("9")}, "account", "8"),
        (notice("8", status("9") | {"account": 3}), "account", "9"),
        (notice("8", status("9", created_at="gestern")), "time", "9"),
    ],
)
def test_a_post_of_the_wrong_shape_is_put_aside_and_the_others_are_heard(
    broken: Any, reason: str, native_id: str
) -> None:
    good = notice("7", status("7"))
    with server(routes={HEARD: Say([broken, good])}) as (_, desk):
        page = desk.read("")
    assert ids(page) == ["7"]
    assert [(one.reason, one.native_id) for one in page.unread] == [(reason, native_id)]
    with server() as (_, desk), pytest.raises(Unclear):
        desk.act(Understand(page.unread[0].raw))


def test_an_answer_that_is_no_list_is_unclear() -> None:
    with server(routes={HEARD: Say({"a": 1})}) as (_, desk), pytest.raises(Unclear) as unclear:
        desk.read("")
    assert unclear.value.code == "bad_answer"


@pytest.mark.parametrize("raw", [status("9"), notice("8", status("9"))])
def test_what_was_put_aside_is_understood_once_it_makes_sense(raw: dict[str, Any]) -> None:
    with server() as (_, desk):
        page = desk.act(Understand(json.dumps(raw)))
    assert isinstance(page, Page)
    assert ids(page) == ["9"]


def test_a_first_reading_takes_one_page() -> None:
    full = [notice(str(100 - n), status(str(100 - n))) for n in range(40)]
    with server(routes={HEARD: Say(full)}) as (script, desk):
        assert len(desk.read("").sightings) == 40
    assert len(script.asked("GET", "/api/v1/notifications")) == 1


def test_reading_back_leaves_out_what_we_passed_on_and_ends_with_old_conversations() -> None:
    ours = [status("20", account=US), status("21", account=US, reblog=status("9"))]
    old = talk(direct("5", created_at="2026-01-01T00:00:00Z"))
    with server(routes={OWN: Say(ours), TALKS: Say([talk(direct("30")), old])}) as (_, desk):
        page = desk.act(ReadBack(datetime(2026, 2, 1, tzinfo=UTC)))
    assert isinstance(page, Page)
    assert [(item.native_id, item.own) for item in page.sightings] == [("20", True), ("30", False)]


def test_a_thread_goes_on_below_a_post_that_cannot_be_read() -> None:
    above = [status("3"), status("4", in_reply_to_id="3", created_at="?")]
    asked = status("5", in_reply_to_id="4")
    context = {"GET /api/v1/statuses/5/context": Say({"ancestors": above, "descendants": []})}
    with server(routes={HEARD: Say([notice("1", asked)])} | context) as (_, desk):
        page = desk.read("")
    assert [(item.native_id, item.post.reply_to) for item in page.sightings] == [("5", None)]


def test_a_post_is_not_put_aside_because_its_server_is_busy() -> None:
    asked = status("5", in_reply_to_id="4")
    context = {"GET /api/v1/statuses/5/context": Say(cut=True)}
    with server(routes={HEARD: Say([notice("1", asked)])} | context) as (_, desk), pytest.raises(Unclear):
        desk.read("")


def test_reading_back_goes_on_until_the_moment_and_asks_for_no_thread() -> None:
    newest = [notice(str(100 - n), status(str(100 - n), in_reply_to_id="1")) for n in range(40)]
    older = [notice(str(60 - n), status(str(60 - n), created_at="2026-01-01T00:00:00Z")) for n in range(40)]
    for row in older:
        row["created_at"] = "2026-01-01T00:00:00Z"
    pages = [Say(newest), Say(older)]
    with server(routes={HEARD: pages, TALKS: Say([talk(direct("200"))])}) as (script, desk):
        page = desk.act(ReadBack(datetime(2026, 2, 1, tzinfo=UTC)))
    assert isinstance(page, Page)
    assert {item.native_id for item in page.sightings} == {str(n) for n in range(61, 101)} | {"200"}
    assert all(item.addressed for item in page.sightings)
    assert ("max_id", "61") in script.asked("GET", "/api/v1/notifications")[1]
    assert not any("context" in path for _, path, *_ in script.seen)


# Private mentions


def direct(native_id: str, **more: Any) -> dict[str, Any]:
    return status(native_id, visibility="direct", mentions=[{"id": "1"}], **more)


def talk(said: dict[str, Any] | None) -> dict[str, Any]:
    return {"id": "c", "last_status": said}


def test_a_private_post_that_was_long_on_its_way_is_heard() -> None:
    with server(
        routes={TALKS: [Say([talk(direct("50"))]), Say([talk(direct("50")), talk(direct("40")), talk(None)])]}
    ) as (
        _,
        desk,
    ):
        first = desk.read("")
        second = desk.read(first.cursor)
        third = desk.read(second.cursor)
    assert (ids(first), ids(second), ids(third)) == (["50"], ["40"], [])


def test_a_conversations_private_posts_since_the_last_are_heard() -> None:
    above = [direct("50"), direct("51", in_reply_to_id="50"), status("52", in_reply_to_id="51")]
    last = direct("53", in_reply_to_id="52")
    with server(
        routes={
            TALKS: [Say([talk(direct("50"))]), Say([talk(last)])],
            "GET /api/v1/statuses/53/context": Say({"ancestors": above, "descendants": []}),
        }
    ) as (_, desk):
        page = desk.read(desk.read("").cursor)
    assert [(item.native_id, item.addressed) for item in page.sightings] == [
        ("50", False),
        ("51", True),
        ("52", False),
        ("53", True),
    ]


def test_pages_of_conversations_are_followed_until_nothing_is_new() -> None:
    def page(first: int, last: int, follow: int) -> Say:
        link = {"Link": f'<http://x/api/v1/conversations?max_id={follow}>; rel="next"'}
        return Say([talk(direct(str(number))) for number in range(first, last, -1)], headers=link)

    def answer(query: dict[str, str]) -> Say:
        return page(160, 120, 121) if "max_id" not in query else page(120, 80, 81)

    with server(routes={TALKS: [page(120, 80, 81)]}) as (script, desk):
        first = desk.read("")
        script.routes[TALKS] = answer
        second = desk.read(first.cursor)
        third = desk.read(second.cursor)
        fourth = desk.read(third.cursor)
    assert [len(found.sightings) for found in (first, second, third, fourth)] == [40, 20, 20, 0]
    assert [found.more for found in (first, second, third, fourth)] == [False, True, False, False]
    assert ids(second) + ids(third) == [str(number) for number in range(121, 161)]


def test_short_pages_of_conversations_are_not_taken_for_all() -> None:
    link = {"Link": '<http://x/?max_id=9>; rel="next"'}
    newer = Say([talk(direct("11")), talk(direct("10"))], headers=link)
    with server(routes={TALKS: [Say([talk(direct("10")), talk(direct("9"))], headers=link), newer]}) as (
        _,
        desk,
    ):
        page = desk.read(desk.read("").cursor)
    assert ids(page) == ["11"]
    assert json.loads(page.cursor)["f"] == "10"


def test_a_server_that_repeats_its_page_of_conversations_ends() -> None:
    link = {"Link": '<http://x/?max_id=1>; rel="next"'}
    with server(routes={TALKS: [Say([]), Say([talk(direct("9"))], headers=link)]}) as (script, desk):
        page = desk.read(desk.read("").cursor)
    assert ids(page) == ["9"]
    assert len(script.asked("GET", "/api/v1/conversations")) == 3


# Threads


def reply_server(**routes: Any) -> Any:
    heard = Say([notice("1", status("12", in_reply_to_id="11"))])
    return server(routes={HEARD: heard} | {key.replace("_", " ", 1): say for key, say in routes.items()})


def test_a_thread_the_server_cannot_show_falls_back_to_the_parent() -> None:
    context, parent = "GET /api/v1/statuses/12/context", "GET /api/v1/statuses/11"
    for broken in (BROKEN, Say({"ancestors": 3})):
        with reply_server(**{context: broken, parent: Say(status("11"))}) as (_, desk):
            page = desk.read("")
        assert [(item.native_id, item.native_thread_id) for item in page.sightings] == [
            ("11", "11"),
            ("12", "11"),
        ]
        with reply_server(**{context: broken, parent: MISSING}) as (_, desk):
            (alone,) = desk.read("").sightings
        assert (alone.post.reply_to, alone.post.root) == (None, alone.post.uri)


def test_a_thread_that_cannot_be_read_now_stops_the_read() -> None:
    context, parent = "GET /api/v1/statuses/12/context", "GET /api/v1/statuses/11"
    with reply_server(**{context: Say(cut=True)}) as (_, desk), pytest.raises(Unclear) as cut:
        desk.read("")
    assert cut.value.code == "cut"
    with reply_server(**{context: BROKEN, parent: BROKEN}) as (_, desk), pytest.raises(Unclear):
        desk.read("")


def test_a_thread_is_asked_again_after_ten_minutes_and_forgotten_in_time() -> None:
    now = [0.0]
    context = "GET /api/v1/statuses/12/context"
    with reply_server(**{context: Say({"ancestors": [status("11")]})}) as (script, _):
        desk = Mastodon(credentials(script), clock=lambda: now[0])
        desk.read("")
        desk.read("")
        assert len(script.asked("GET", "/api/v1/statuses/12/context")) == 1
        now[0] = 601.0
        desk.read("")
        assert len(script.asked("GET", "/api/v1/statuses/12/context")) == 2
        for number in range(600):
            desk._threads.keep(str(number), ())
        assert len(desk._threads._lines) == 500
        desk._people = {str(number): "x" for number in range(10_001)}
        desk.read("")
        assert set(desk._people) == {"2"}


# Searching


@pytest.mark.parametrize("answer", [MISSING, Say({"error": "nein"}, 403), Say({"error": "nein"}, 400)])
def test_a_server_without_search_says_so(answer: Say) -> None:
    with server(routes={"GET /api/v2/search": answer}) as (_, desk), pytest.raises(Refused) as refused:
        desk.search("bahn", "")
    assert refused.value.code == "not_allowed_here"


def test_search_goes_back_until_the_cursor_and_no_further() -> None:
    def answer(query: dict[str, str]) -> Say:
        top = int(query.get("max_id", "301"))
        return Say({"statuses": [status(str(number)) for number in range(top - 1, max(top - 41, 99), -1)]})

    with server(routes={"GET /api/v2/search": answer}) as (script, desk):
        page = desk.search("bahn", "190")
        assert (ids(page), page.cursor) == ([str(number) for number in range(191, 301)], "300")
        everything = desk.search("bahn", "")
        assert (len(everything.sightings), everything.backfill) == (200, True)
    assert script.asked("GET", "/api/v2/search")[0] == [
        ("q", "bahn"),
        ("type", "statuses"),
        ("resolve", "false"),
        ("limit", "40"),
    ]
    endless = Say({"statuses": [status(str(number)) for number in range(140, 100, -1)]})
    with server(routes={"GET /api/v2/search": endless}) as (script, desk):
        assert len(desk.search("bahn", "").sightings) == 40
        assert len(script.asked("GET", "/api/v2/search")) == 2


# Sending


def test_what_a_send_says() -> None:
    with server(routes={POST: Say(status("77", account=US, in_reply_to_id="12"))}) as (script, desk):
        sent = desk.send(a_delivery(answers="12", named=("mira@fern.example",)))
    (_, _, _, headers, body), *_ = [seen for seen in script.seen if seen[0] == "POST"]
    assert headers["idempotency-key"] == "00000000-0000-0000-0000-000000000007"
    assert json.loads(body) == {
        "status": "@mira@fern.example Hallo",
        "visibility": "public",
        "in_reply_to_id": "12",
    }
    assert (sent.native_id, sent.own, sent.addressed) == ("77", True, False)


def test_a_sent_post_stands_even_if_its_thread_cannot_be_read() -> None:
    lost = Say(cut=True)
    with server(
        routes={
            POST: Say(status("77", account=US, in_reply_to_id="12")),
            "GET /api/v1/statuses/77/context": lost,
        }
    ) as (_, desk):
        sent = desk.send(a_delivery(answers="12"))
    assert sent.post.root == sent.post.uri


@pytest.mark.parametrize("body", [None, [], {"id": "1"}, {"scheduled_at": "x"}, b"", b"<html>"])
def test_an_answer_to_a_send_that_makes_no_sense_is_unclear(body: Any) -> None:
    with server(routes={POST: Say(body)}) as (_, desk), pytest.raises(Unclear) as unclear:
        desk.send(a_delivery())
    assert (unclear.value.code, unclear.value.acted) == ("bad_answer", None)


def test_the_post_to_answer_is_gone() -> None:
    with server(routes={POST: MISSING}) as (_, desk), pytest.raises(Gone):
        desk.send(a_delivery(answers="12"))
    with server(routes={POST: Say({"error": "weg"}, 422)}) as (_, desk), pytest.raises(Refused) as refused:
        desk.send(a_delivery(answers="12"))
    assert refused.value.reason == "weg"
    moved = Say(status=307, headers={"Location": "https://neu.example/"})
    with server(routes={POST: moved}) as (_, desk), pytest.raises(Refused) as elsewhere:
        desk.send(a_delivery())
    assert elsewhere.value.code == "not_this_network"


# Reading back


def own(native_id: str, at: datetime = NOW, **more: Any) -> dict[str, Any]:
    return status(native_id, account=US, created_at=at.isoformat(), content="<p>Hallo</p>", **more)


def test_only_the_same_audience_parent_time_and_words_are_the_delivery() -> None:
    rows = [
        own("9", visibility="unlisted"),
        own("8", in_reply_to_id="5"),
        own("7") | {"content": "<p>Anderes</p>"},
        own("6", NOW + timedelta(minutes=1)),
        own("5", NOW - timedelta(minutes=11)),
    ]
    with server(routes={OWN: Say(rows)}) as (_, desk):
        found = desk.find_sent(a_delivery())
        assert found is not None
        assert found.native_id == "6"
        assert desk.find_sent(a_delivery(draft=Draft(text="Fehlt", audience=Audience.PUBLIC))) is None


def test_a_private_answer_is_looked_for_in_its_thread_too() -> None:
    answer = own("9", visibility="direct", in_reply_to_id="5") | {"content": "<p>@mira Hallo</p>"}
    private = a_delivery(
        answers="5", named=("mira@fern.example",), draft=Draft(text="Hallo", audience=Audience.DIRECT)
    )
    context = "GET /api/v1/statuses/5/context"
    routes = {context: Say({"ancestors": [], "descendants": [status("8", in_reply_to_id="5"), answer]})}
    with server(routes=routes) as (_, desk):
        found = desk.find_sent(private)
    assert found is not None
    assert found.native_id == "9"
    with server() as (_, desk):
        assert desk.find_sent(private) is None


def test_a_server_that_does_not_page_cannot_say_that_nothing_was_sent() -> None:
    later = [own(str(number), NOW + timedelta(hours=1), visibility="unlisted") for number in range(40, 0, -1)]
    with server(routes={OWN: Say(later)}) as (_, desk), pytest.raises(Unclear) as unclear:
        desk.find_sent(a_delivery())
    assert unclear.value.facts == {"missing": "max_id"}


# Acting


def test_old_servers_are_asked_for_posts_one_by_one() -> None:
    with server(
        routes={
            "GET /api/v1/statuses": MISSING,
            "GET /api/v1/statuses/5": Say(status("5")),
            "GET /api/v1/statuses/7": Say({"error": "nein"}, 403),
        }
    ) as (_, desk):
        page = desk.act(LookUpPosts(("5", "6", "7", "5")))
    assert isinstance(page, Page)
    assert (ids(page), page.gone) == (["5"], ("6",))  # a refusal says nothing about what is there


def test_an_ill_server_that_knows_nothing_any_more_makes_nothing_gone() -> None:
    with server(routes={"GET /api/v1/statuses": Say([])}) as (script, desk):
        page = desk.act(LookUpPosts(("5",)))
        assert isinstance(page, Page)
        assert page.gone == ("5",)
        script.routes["GET /api/v1/accounts/verify_credentials"] = MISSING
        with pytest.raises(Unclear) as ill:
            desk.act(LookUpPosts(("5",)))
    assert ill.value.code == "bad_answer"


def test_a_server_that_answers_another_question_makes_nothing_gone() -> None:
    with server(
        routes={"GET /api/v1/statuses": Say([status("99")]), "GET /api/v1/statuses/5": Say(status("5"))}
    ) as (_, desk):
        page = desk.act(LookUpPosts(("5",)))
    assert isinstance(page, Page)
    assert (ids(page), page.gone) == (["5"], ())


def test_a_server_without_policy_says_that_it_is_not_known() -> None:
    with server() as (_, desk):
        assert desk.act(ReadPolicy()) == Policy(known=False)
        with pytest.raises(Refused) as refused:
            desk.act(AcceptEverybody())
    assert refused.value.code == "not_allowed_here"


def test_everybody_means_also_kinds_that_came_later() -> None:
    address = "/api/v2/notifications/policy"
    kept = {"for_bots": "filter", "for_private_mentions": "drop", "for_new_accounts": "accept", "summary": {}}
    with server(routes={f"GET {address}": Say(kept), f"PATCH {address}": Say({"for_bots": "accept"})}) as (
        script,
        desk,
    ):
        assert desk.act(ReadPolicy()) == Policy(known=True, filtered=("bots", "private_mentions"))
        assert desk.act(AcceptEverybody()) == Policy(known=True)
    (body,) = [json.loads(seen[4]) for seen in script.seen if seen[0] == "PATCH"]
    assert body == dict.fromkeys(
        [
            "for_not_following",
            "for_not_followers",
            "for_new_accounts",
            "for_private_mentions",
            "for_limited_accounts",
            "for_bots",
        ],
        "accept",
    )


def test_a_deletion_may_be_answered_with_nothing() -> None:
    with server(routes={"DELETE /api/v1/statuses/a%2Fb": Say(b"")}) as (_, desk):
        assert desk.act(DeletePost("a/b")) is None


# Signing in and streaming


def test_signing_in_where_no_such_server_is() -> None:
    for answer in (MISSING, Say(b"<html>"), Say([]), Say({"client_id": "x"})):
        with running_script({"POST /api/v1/apps": answer}) as script, pytest.raises(Refused) as refused:
            begin_login(script.url, redirect_uri="http://localhost/", simulated=True)
        assert refused.value.code == "not_this_network"
    with running_script({"POST /api/v1/apps": BROKEN}) as script, pytest.raises(Unclear):
        begin_login(script.url, redirect_uri="http://localhost/", simulated=True)
    with pytest.raises(Refused) as unsafe:
        begin_login("http://127.0.0.1:1", redirect_uri="http://localhost/")
    assert unsafe.value.code == "unsafe_address"


def test_a_token_without_the_scopes_is_no_login() -> None:
    app = Say({"client_id": "i", "client_secret": "s"})
    token = Say({"access_token": "t", "scope": "read:accounts"})
    with running_script({"POST /api/v1/apps": app, "POST /oauth/token": token}) as script:
        login = begin_login(script.url, redirect_uri="http://localhost/", simulated=True)
        with pytest.raises(LoginNeeded) as narrow:
            finish_login(login, "c")
        assert narrow.value.code == "scope_missing"
        script.routes["POST /oauth/token"] = Say({"access_token": "t", "scope": "read write"})
        assert finish_login(login, "c").secret["access_token"] == "t"
    assert "t" not in repr(login).partition("http")[0]


def test_the_stream_is_where_the_server_says() -> None:
    with running_script(
        {"GET /api/v1/streaming/user": Say(b"event: notification\ndata: {}\n\nevent: x\ndata: 1\n\n")}
    ) as elsewhere:
        address = elsewhere.url.replace("http", "ws")
        instance = Say({"configuration": {"urls": {"streaming": address}}})
        with server(routes={INSTANCE: instance}) as (script, _):
            assert list(stream(credentials(script))) == [Nudge(), Nudge()]
    assert elsewhere.seen[0][3]["authorization"] == "Bearer geheim"


def test_a_server_without_stream_says_so() -> None:
    with server() as (script, _), pytest.raises(Refused) as refused:
        next(stream(credentials(script)))
    assert refused.value.code == "not_allowed_here"
    with server(routes={"GET /api/v1/streaming/user": Say(b"", short=True)}) as (script, _):
        nudges = stream(credentials(script))
        assert next(nudges) == Nudge()
        with pytest.raises(Temporary):
            next(nudges)


@pytest.mark.parametrize(
    ("event", "payload", "nudge"),
    [
        ("open", "", Nudge()),
        ("notification", "{}", Nudge()),
        ("conversation", "{}", Nudge()),
        ("delete", "5 ", Nudge(("5",))),
        ("status.update", '{"id": "5"}', Nudge(("5",))),
        ("status.update", "kaputt", None),
        ("update", '{"account": {"id": "1"}}', Nudge()),
        ("update", '{"account": {"id": "2"}}', None),
        ("update", "[]", None),
        ("filters_changed", "", None),
    ],
)
def test_what_an_event_means(event: str, payload: str, nudge: Nudge | None) -> None:
    assert nudge_from(event, payload, "1") == nudge


def test_credentials_keep_their_secrets() -> None:
    with server() as (script, desk):
        shown = f"{desk!r} {credentials(script)!r} {replace(credentials(script), simulated=False)!r}"
    assert "geheim" not in shown
