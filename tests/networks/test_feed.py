"""Feeds over real connections: validators, moves, errors, discovery, the door and the cursor."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from resonanz.networks import (
    Credentials,
    DeletePost,
    Gone,
    Login,
    LookUpPosts,
    LookUpProfile,
    NetworkError,
    Policy,
    ReadPolicy,
    Refused,
    Temporary,
    Unclear,
    feed_http,
    http,
)
from resonanz.networks.feed import (
    CAPABILITIES,
    LIMITS,
    Feed,
    Found,
    begin_login,
    connect,
    discover,
    finish_login,
    stream,
)
from resonanz.networks.feed_entries import MAX_ENTRIES, Entry, entry_uri
from resonanz.networks.feed_find import MAX_FOUND
from resonanz.networks.feed_http import MAX_BODY_BYTES, FeedClient, feed_address, retry_time
from resonanz.networks.feed_memory import MAX_CURSOR, MAX_KEPT, Kept, Memory, compared
from resonanz.post import Audience, Delivery, Draft, Page, Profile
from tests.networks.scripted import Say, Scripted, running_script
from tests.networks.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}


def rss(*titles: str, link: str = "") -> bytes:
    """Write a feed with an entry for each title."""
    items = "".join(
        f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid></item>" for title in titles
    )
    return f"<rss version='2.0'><channel><title>Neues</title>{link}{items}</channel></rss>".encode()


def home(*links: str, base: str = "") -> Say:
    """Write a page whose head has these links."""
    html = f"<!doctype html><html><head>{base}<title>Laden</title>{''.join(links)}</head><body><p>Hallo"
    return Say(html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def named(href: str, kind: str = "rss", title: str = "") -> str:
    """Write a link that names a feed."""
    return f'<link rel="alternate" type="application/{kind}+xml" href="{href}" title="{title}">'


@pytest.fixture
def site() -> Iterator[Scripted]:
    with running_script({}) as script:
        yield script


def feed_at(url: str, now: datetime = NOW) -> Feed:
    credentials = Credentials(base_url=url, secret={}, simulated=True)
    return Feed(credentials, clock=lambda: now, every=timedelta())


def texts(feed: Feed, cursor: str = "") -> list[str]:
    return [sighting.post.text for sighting in feed.read(cursor).sightings]


def failing(work: Callable[[], object], kind: type[NetworkError]) -> NetworkError:
    with pytest.raises(kind) as error:
        work()
    assert type(error.value) is kind
    return error.value


# Reading ---------------------------------------------------------------------------------------


def test_validators_are_sent_back_and_an_unchanged_feed_is_an_empty_page(site: Scripted) -> None:
    stamps = {"ETag": 'W/"a1"', "Last-Modified": "Mon, 02 Mar 2026 08:00:00 GMT"}
    site.routes["GET /feed"] = [
        Say(rss("eins"), headers=XML | stamps),
        Say(b"", 304),
        Say(rss("zwei", "eins"), headers=XML | {"ETag": "é", "Last-Modified": "x" * 501}),
        Say(rss("zwei", "eins"), headers=XML | {"ETag": '"a2"'}),
        Say(b"", 304),
    ]
    feed = feed_at(f"{site.url}/feed")
    first = feed.read("")
    same = feed.read(first.cursor)
    third = feed.read(same.cursor)
    assert [len(read.sightings) for read in (first, same, third)] == [1, 0, 1]
    assert (first.backfill, same.backfill, third.backfill, third.more) == (True, False, False, False)
    assert same.cursor == first.cursor
    assert third.sightings[0].post.text == "zwei"
    fourth = feed.read(third.cursor)
    assert (fourth.sightings, feed.read(fourth.cursor)) == ((), fourth)
    sent = [(h.get("if-none-match"), h.get("if-modified-since")) for _, _, _, h, _ in site.seen]
    assert sent == [(None, None), *[('W/"a1"', stamps["Last-Modified"])] * 2, (None, None), ('"a2"', None)]
    assert {h["accept-encoding"] for _, _, _, h, _ in site.seen} == {"gzip"}


def test_entries_that_came_and_went_meanwhile_leave_a_gap(site: Scripted) -> None:
    later = NOW + timedelta(days=2)
    site.routes["GET /feed"] = [
        Say(rss("eins"), headers=XML),
        Say(rss("zwei", "eins"), headers=XML),
        Say(rss("neun", "acht"), headers=XML),
        Say(rss(), headers=XML),
    ]
    address = f"{site.url}/feed"
    first = feed_at(address).read("")
    soon = NOW + timedelta(hours=1)
    second = feed_at(address, soon).read(first.cursor)  # one of those known is left: nothing can have gone by
    third = feed_at(address, later).read(second.cursor)
    empty = feed_at(address, later).read(third.cursor)
    assert [read.gap for read in (first, second, third, empty)] == [None, None, (soon, later), None]
    assert feed_at(address).read(second.cursor).gap is None  # the clock was put back


def test_a_feed_is_left_in_peace_for_five_minutes(site: Scripted) -> None:
    site.routes["GET /feed"] = [Say(rss("eins"), headers=XML | {"ETag": "1"}), Say(b"", 304)]
    now = [NOW]
    credentials = Credentials(base_url=f"{site.url}/feed", secret={}, simulated=True)
    feed = Feed(credentials, clock=lambda: now[0])
    cursor, asked = feed.read("").cursor, []
    for minutes in (4, 5, 9, 10, 3):  # at last the clock was put back
        now[0] = NOW + timedelta(minutes=minutes)
        site.seen.clear()
        read = feed.read(cursor)
        assert read.sightings == ()
        cursor = read.cursor
        asked.append(len(site.seen))
    assert asked == [0, 1, 0, 1, 1]


def test_not_modified_that_nobody_asked_for_is_no_answer(site: Scripted) -> None:
    site.routes["GET /feed"] = Say(b"", 304)
    assert failing(lambda: feed_at(f"{site.url}/feed").read(""), Refused).facts == {"status": 304}


def test_a_feed_that_moved_for_good_is_asked_there_from_then_on(site: Scripted) -> None:
    site.routes |= {
        "GET /old": Say(b"", 301, {"Location": "/new"}),
        "GET /new": Say(b"", 308, {"Location": f"{site.url}/newest#top"}),
        "GET /newest": [Say(rss("eins"), headers=XML | {"ETag": '"1"'}), Say(b"", 304)],
    }
    feed = feed_at(f"{site.url}/old")
    read = feed.read("")
    assert read.sightings[0].post.uri == f"{site.url}/old#eins"
    assert read.sightings[0].post.author.uid == f"{site.url}/old"
    site.seen.clear()
    assert feed.read(read.cursor).cursor == read.cursor
    assert [path for _, path, *_ in site.seen] == ["/newest"]


def test_a_feed_that_is_elsewhere_for_now_is_asked_at_home_again(site: Scripted) -> None:
    site.routes |= {
        "GET /feed": Say(b"", 302, {"Location": "/today"}),
        "GET /today": Say(b"", 301, {"Location": "/this/hour"}),
        "GET /this/hour": Say(rss("eins", link="<link>about</link>"), headers=XML),
    }
    feed = feed_at(f"{site.url}/feed")
    read = feed.read("")
    assert read.sightings[0].post.author.url == f"{site.url}/this/about"
    site.seen.clear()
    feed.read(read.cursor)
    assert [path for _, path, *_ in site.seen] == ["/feed", "/today", "/this/hour"]


def test_moving_in_circles_ends(site: Scripted) -> None:
    site.routes["GET /feed"] = Say(b"", 307, {"Location": "/feed"})
    assert failing(lambda: feed_at(f"{site.url}/feed").read(""), Refused).reason == "too many redirects"
    assert len(site.seen) == 6
    site.routes["GET /feed"] = Say(b"", 301)
    assert failing(lambda: feed_at(f"{site.url}/feed").read(""), Refused).facts == {"status": 301}


@pytest.mark.parametrize("target", ["https://127.0.0.1/x", "http://10.0.0.1/x", "https://localhost/x"])
def test_no_feed_leads_inside(site: Scripted, target: str) -> None:
    """Where real addresses are checked, also after a move away from a simulated network."""
    site.routes["GET /feed"] = Say(b"", 302, {"Location": target})
    assert failing(lambda: feed_at(f"{site.url}/feed").read(""), Refused).code == "unsafe_address"
    real = Credentials(base_url=target, secret={})
    assert failing(lambda: connect(real), Refused).code == "unsafe_address"


@pytest.mark.parametrize("target", ["ftp://blog.example/x", "javascript:alert(1)", "https://", "https://[x"])
def test_a_move_to_no_address_is_refused(site: Scripted, target: str) -> None:
    site.routes["GET /feed"] = Say(b"", 302, {"Location": target})
    error = failing(lambda: feed_at(f"{site.url}/feed").read(""), Refused)
    assert error.code in {"not_this_network", "refused"}  # the latter for what HTTP itself cannot follow


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Refused, "refused"),
        (401, Refused, "not_allowed_here"),
        (403, Refused, "not_allowed_here"),
        (404, Gone, "gone"),
        (410, Gone, "gone"),
        (429, Temporary, "rate_limited"),
        (500, Unclear, "server_error"),
        (502, Unclear, "server_error"),
        (503, Temporary, "overloaded"),
    ],
)
def test_which_status_becomes_which_error(
    site: Scripted, status: int, kind: type[NetworkError], code: str
) -> None:
    site.routes["GET /feed"] = Say(b"no", status, {"Retry-After": "90"})
    error = failing(lambda: feed_at(f"{site.url}/feed").read(""), kind)
    assert error.code == code
    assert error.permanent is (kind in {Gone, Refused})
    assert error.retry_at == (NOW + timedelta(seconds=90) if kind is Temporary else None)


@pytest.mark.parametrize(
    ("after", "when"),
    [
        (" 120 ", NOW + timedelta(seconds=120)),
        ("Mon, 02 Mar 2026 10:00:00 GMT", NOW + timedelta(hours=1)),
        ("Mon, 02 Mar 2026 10:00:00 -0000", NOW + timedelta(hours=1)),
        ("Mon, 02 Mar 2020 10:00:00 GMT", NOW),
        ("Mon, 02 Mar 2048 10:00:00 GMT", NOW + timedelta(days=7)),
        ("999999", NOW + timedelta(days=7)),
        ("9" * 30, None),
        ("9" * 5000, None),
        ("²", None),
        ("bald", None),
        ("", None),
    ],
)
def test_when_to_come_back(after: str, when: datetime | None) -> None:
    assert retry_time(after, now=NOW) == when


def test_broken_connections(site: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleepy(_: dict[str, str]) -> Say:
        time.sleep(0.5)
        return Say(rss("spät"))

    site.routes |= {"GET /cut": Say(cut=True), "GET /short": Say(rss("a"), short=True), "GET /slow": sleepy}
    assert failing(lambda: feed_at(f"{site.url}/cut").read(""), Unclear).code == "cut"
    assert failing(lambda: feed_at(f"{site.url}/short").read(""), Unclear).code == "cut"
    nobody = f"http://127.0.0.1:{free_port()}/feed"
    assert failing(lambda: feed_at(nobody).read(""), Temporary).code == "unreachable"
    monkeypatch.setattr(http, "READ_SECONDS", 0.1)
    assert failing(lambda: feed_at(f"{site.url}/slow").read(""), Unclear).code == "timeout"
    monkeypatch.setattr(feed_http, "WHOLE_BODY_SECONDS", -1)
    assert failing(lambda: feed_at(f"{site.url}/short").read(""), Unclear).code == "timeout"


def test_packed_and_huge_answers(site: Scripted) -> None:
    packed = {"Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * (40 * 1024 * 1024))
    site.routes |= {
        "GET /packed": Say(gzip.compress(rss("eins")), headers=XML | packed),
        "GET /torn": Say(gzip.compress(rss("eins"))[:-9], headers=XML | packed),
        "GET /not": Say(rss("eins"), headers=XML | packed),
        "GET /other": Say(rss("eins"), headers=XML | {"Content-Encoding": "br"}),
        "GET /bomb": Say(bomb, headers=packed),
        "GET /huge": Say(b" " * (MAX_BODY_BYTES + 1)),
    }
    assert texts(feed_at(f"{site.url}/packed")) == ["eins"]
    told = {
        path: failing(lambda path=path: feed_at(f"{site.url}/{path}").read(""), Unclear)  # type: ignore[misc]
        for path in ("torn", "not", "other", "bomb", "huge")
    }
    assert {path: (error.code, error.reason) for path, error in told.items()} == {
        "torn": ("cut", ""),
        "not": ("bad_answer", "the document is packed wrongly"),
        "other": ("bad_answer", "the document is packed in a way that was not asked for"),
        "bomb": ("bad_answer", "the document is too large"),
        "huge": ("bad_answer", "the document is too large"),
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Bauarbeiten",
        b"<html xmlns:a='http://www.w3.org/2005/Atom'><title>x</title>",
        b"<html><body><item><title>x</title></item>",
        b'{"version":"https://jsonfeed.org/version/1"}',
        b"\x00\x01\xff",
        b"<opml version='2.0'><body/></opml>",
    ],
)
def test_a_document_that_is_no_feed(site: Scripted, body: bytes) -> None:
    site.routes["GET /feed"] = Say(body)
    error = failing(lambda: feed_at(f"{site.url}/feed").read(""), Unclear)
    assert (error.code, error.reason) == ("bad_answer", "the document is no feed")


def test_an_empty_feed_is_one(site: Scripted) -> None:
    site.routes["GET /feed"] = Say(rss(), headers=XML)
    feed = feed_at(f"{site.url}/feed")
    assert (feed.read("").sightings, repr(feed)) == ((), f"Feed('{site.url}/feed')")


# The door --------------------------------------------------------------------------------------


def test_what_a_feed_cannot_do() -> None:
    feed = connect(Credentials(base_url="blog.example/feed", secret={}))
    draft = Draft(text="Hallo", audience=Audience.PUBLIC)
    delivery = Delivery(key=uuid4(), draft=draft, created_at=NOW)
    impossible: list[Callable[[], object]] = [
        lambda: feed.send(delivery),
        lambda: feed.search("Hallo", ""),
        lambda: feed.act(DeletePost("1")),
        lambda: begin_login("blog.example", redirect_uri="https://desk.example/"),
        lambda: finish_login(Login(url="", base_url="", secret={}), "1"),
    ]
    assert {failing(work, Refused).code for work in impossible} == {"not_allowed_here"}
    assert feed.find_sent(delivery) is None
    assert feed.act(LookUpPosts(("1",))) == Page()
    assert feed.act(ReadPolicy()) == Policy(known=False)
    assert list(stream(Credentials(base_url="blog.example", secret={}))) == []
    assert (CAPABILITIES.login, CAPABILITIES.media, CAPABILITIES.stream) == ((), frozenset(), False)


def test_the_subscription_is_not_the_site(site: Scripted) -> None:
    site.routes["GET /feed"] = Say(rss("eins", link=f"<link>{site.url}/</link>"), headers=XML)
    feed = feed_at(f"{site.url}/feed")
    profile = feed.act(LookUpProfile())
    assert isinstance(profile, Profile)
    author = feed.read("").sightings[0].post.author
    assert (author.uid, author.handle, author.name) == (f"{site.url}/feed", "127.0.0.1", "Neues")
    assert (profile.author.uid, profile.limits) == (f"subscription:{author.uid}", LIMITS)
    assert (profile.author.name, profile.author.url) == ("Neues", f"{site.url}/")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Blog.Example ", "https://blog.example/"),
        ("http://blog.example/a b?q=ü#top", "https://blog.example/a%20b?q=%C3%BC"),
        ("feed:https://blog.example/rss", "https://blog.example/rss"),
        ("Feed://blog.example/rss", "https://blog.example/rss"),
        ("//blog.example/rss", "https://blog.example/rss"),
        ("blog.example/?to=https://x.example/", "https://blog.example/?to=https://x.example/"),
        ("https://blog.example/@mira.rss", "https://blog.example/@mira.rss"),
        ("bücher.example/feed", "https://xn--bcher-kva.example/feed"),
    ],
)
def test_a_typed_address_becomes_one(typed: str, address: str) -> None:
    assert feed_address(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "nord wind", "https://[x/", "https://u:p@blog.example/", "blog.example/" + "x" * 500]
)
def test_an_address_that_is_none(typed: str) -> None:
    assert failing(lambda: feed_address(typed), Refused).code == "not_this_network"


# Finding feeds ---------------------------------------------------------------------------------


def found(site: Scripted, path: str = "/") -> list[tuple[str, str]]:
    feeds = discover(f"{site.url}{path}", simulated=True, clock=lambda: NOW)
    return [(feed.address.removeprefix(site.url), feed.title) for feed in feeds]


def test_an_address_that_is_a_feed_is_found_itself(site: Scripted) -> None:
    site.routes |= {"GET /": Say(b"", 301, {"Location": "/feed"}), "GET /feed": Say(rss("eins"))}
    assert found(site) == [("/feed", "Neues")]


def test_feeds_that_a_page_names_in_its_order(site: Scripted) -> None:
    site.routes |= {
        "GET /": Say(b"", 302, {"Location": "/shop/home"}),
        "GET /shop/home": home(
            named("feed.xml", title="Neues &amp; &quot;Altes&quot; ü"),
            '<LINK TYPE="application/atom+xml; charset=utf-8" HREF=/atom REL="Alternate home">',
            named("/atom", "atom", "again"),
            named("feed:http://blog.example/rss", title="x" * 400),
            named("https://[x", title="broken"),
            named("http://[::zz]/", title="broken"),
            named("", title="empty"),
            named("javascript:alert(1)", title="hostile"),
            named("/json", "json"),
            '<link rel="stylesheet" type="application/rss+xml" href="/no">',
            "<link>",
        ),
    }
    assert found(site) == [
        ("/shop/feed.xml", 'Neues & "Altes" ü'),
        ("/atom", ""),
        ("http://blog.example/rss", "x" * 319 + "…"),
    ]


def test_the_first_base_of_a_page_counts(site: Scripted) -> None:
    bases = '<base href="/blog/"><base href="/never/">'
    site.routes["GET /"] = home(named("feed.xml"), base=bases)
    assert found(site) == [("/blog/feed.xml", "")]
    site.routes["GET /"] = home(named("feed.xml"), base='<base href="https://[x">')
    assert found(site) == [("/feed.xml", "")]


def test_titles_in_other_encodings(site: Scripted) -> None:
    html = f"<meta charset='ISO-8859-1'>{named('/a', title='Grüße')}"
    site.routes["GET /"] = Say(html.encode("latin-1"), headers={"Content-Type": "text/html"})
    assert found(site) == [("/a", "Grüße")]
    site.routes["GET /"] = Say(html.encode("utf-16"), headers={"Content-Type": "text/html; charset=UTF-16"})
    assert found(site) == [("/a", "Grüße")]
    site.routes["GET /"] = Say(html.encode("latin-1"), headers={"Content-Type": "text/html; charset=x-own"})
    assert found(site) == [("/a", "Grüße")]


@pytest.mark.parametrize("body", [b"", b"<p>Hallo", b"\xff\xfe\x00", b"<a " * 60_000, b"<div>" * 30_000])
def test_a_page_without_feeds(site: Scripted, body: bytes) -> None:
    site.routes["GET /"] = Say(body, headers={"Content-Type": "text/html"})
    began = time.process_time()
    error = failing(lambda: found(site), Refused)
    assert (error.code, error.reason) == ("not_this_network", "no feed is named there")
    assert time.process_time() - began < 10


def test_a_page_names_no_more_than_can_be_shown(site: Scripted) -> None:
    site.routes["GET /"] = home(*(named(f"/{number}") for number in range(100)))
    assert len(found(site)) == MAX_FOUND


def test_another_server_is_public_or_none() -> None:
    """Names lead to the scripted server; what is asked for, and how strictly, is what counts."""
    asked: list[tuple[str, bool]] = []
    routes = {
        "GET /a": Say(b"", 301, {"Location": "http://b.example/b"}),
        "GET /b": Say(rss("eins"), headers=XML),
    }
    with running_script(routes) as script:

        def client(url: str, *, simulated: bool, clock: Callable[[], datetime]) -> FeedClient:
            asked.append((url, simulated))
            return FeedClient(script.url, simulated=True, clock=clock)

        assert discover("a.example/a", clock=lambda: NOW, client=client) == (
            Found("https://b.example/b", "Neues"),
        )
        moved = "http://a.example/a"
        credentials = Credentials(base_url=moved, secret={}, simulated=True)
        feed = Feed(credentials, client=client, every=timedelta())
        read = feed.read("")
        feed.read(read.cursor)
    assert json.loads(read.cursor)["a"] == "http://b.example/b"
    assert asked == [
        ("https://a.example/a", False),
        ("https://b.example/b", False),
        ("http://a.example/a", True),
        ("http://b.example/b", False),
        ("http://b.example/b", False),
    ]


# Remembering -----------------------------------------------------------------------------------


def entry(uid: str, words: str = "Text", **changed: Any) -> Entry:
    return Entry(**({"uid": uid, "title": uid, "text": words} | changed))


@pytest.mark.parametrize(
    "cursor", ["", "x", "[]", '{"k":3}', '{"k":[[1]]}', '{"k":[],"a":"","e":""}', "[" * 100_000]
)
def test_a_cursor_that_is_not_ours_begins_anew(cursor: str) -> None:
    assert Memory.read(cursor) is None


def test_a_cursor_is_bounded_and_forgets_the_oldest() -> None:
    many = tuple(Kept(f"https://b.example/{n}", f"{n:016}", "", "w", 1, 0) for n in range(2000))
    short = Memory.read(Memory(kept=many).write())
    assert short is not None
    assert short.kept == many[:MAX_KEPT]
    long = tuple(Kept("u" * 400 + str(n), f"{n:016}", "t" * 16, "w" * 16, 2**31, 2**31) for n in range(900))
    cursor = Memory("a" * 500, "e" * 500, "m" * 500, "b" * 16, 2**31, long).write()
    assert MAX_CURSOR - 1000 < len(cursor) <= MAX_CURSOR
    kept = Memory.read(cursor)
    assert kept is not None
    assert MAX_ENTRIES < len(kept.kept) < 900


def test_only_the_newest_of_a_long_document_are_read(site: Scripted) -> None:
    dated = "".join(
        f"<item><title>{n}</title><pubDate>{1 + n % 28} Jan 2026 0{n // 100}:00:00 GMT</pubDate></item>"
        for n in range(600)
    )
    site.routes["GET /feed"] = Say(b"<rss><channel><item><title>new</title></item>" + dated.encode())
    feed = feed_at(f"{site.url}/feed")
    read = feed.read("")
    assert len(read.sightings) == MAX_ENTRIES
    assert read.sightings[-1].post.text == "new"
    assert [s.post.posted_at for s in read.sightings] == sorted(s.post.posted_at for s in read.sightings)
    forgotten = json.dumps(json.loads(read.cursor) | {"b": ""})
    assert feed.read(forgotten).sightings == ()


def news(
    *entries: Entry, known: tuple[Kept, ...] = (), later: int = 0
) -> tuple[list[Kept], tuple[Kept, ...]]:
    heard, kept = compared(entries, known, feed="https://b.example/", now=NOW + timedelta(hours=later))
    return [one.kept for one in heard], kept


def test_an_entry_under_its_old_and_its_new_id_is_one() -> None:
    address = "https://b.example/1"
    _, kept = news(entry("https://b.example/old", title="T", url=address))
    moved, kept = news(entry("https://b.example/new", title="T", url=address), known=kept)
    assert (moved, [one.uri for one in kept]) == ([], ["https://b.example/old"])
    renamed, kept = news(entry("https://b.example/new", "Anders", title="U", url=address), known=kept)
    assert [one.uri for one in renamed] == ["https://b.example/old"]
    both = (
        entry("https://b.example/new", "Anders", title="U", url=address),
        entry("https://b.example/old", "Alt", title="V", url=address),
    )
    assert news(*both, known=kept)[0] == []


def test_times_of_edits_only_grow() -> None:
    said: dict[str, Any] = {"published": NOW - timedelta(hours=9), "updated": NOW - timedelta(hours=1)}
    first, kept = news(entry("1", **said))
    assert first[0].edited == int(said["updated"].timestamp())
    silent, kept = news(entry("1", "Anders", **said), known=kept, later=1)
    assert silent[0].edited == int((NOW + timedelta(hours=1)).timestamp())
    told = said | {"updated": NOW + timedelta(hours=2)}
    spoken, kept = news(entry("1", "Neu", **told), known=kept, later=3)
    assert spoken[0].edited == int(told["updated"].timestamp())
    future = said | {"updated": NOW + timedelta(days=99)}
    early, _ = news(entry("1", "Morgen", **future), known=kept, later=4)
    assert early[0].edited == int((NOW + timedelta(hours=4)).timestamp())
    assert {one.posted for one in (*first, *silent, *spoken, *early)} == {int(said["published"].timestamp())}


def test_ids_that_are_addresses_stay_and_others_belong_to_the_feed() -> None:
    feed = "https://b.example/feed"
    assert [entry_uri(uid, feed) for uid in ("urn:x:1", "TAG:b.example,2026:1", "https://a.example/ü")] == [
        "urn:x:1",
        "TAG:b.example,2026:1",
        "https://a.example/ü",
    ]
    local = [entry_uri(uid, feed) for uid in ("1", "a b#c", "post:1", "https://a.example/\u202e", "\ud800")]
    assert local == [
        f"{feed}#1",
        f"{feed}#a%20b%23c",
        f"{feed}#post:1",
        f"{feed}#https://a.example/%E2%80%AE",
        f"{feed}#?",
    ]
    assert len(entry_uri("https://a.example/" + "x" * 400, feed)) == len(feed) + 17
