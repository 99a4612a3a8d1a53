"""Whatever a network sends is understood or refused by a `NetworkError`: never anything else, never markup.

Recorded answers are changed at random places: values of other types, cut, deleted, with odd signs. The
reading functions are asked alone; what becomes of a refused post belongs to intake.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from resonanz.networks import NetworkError
from resonanz.networks.feed_entries import read_document
from resonanz.networks.mastodon_posts import (
    Home,
    Instance,
    Marks,
    author_from_account,
    chain_above,
    instance_from,
    people_in,
    policy_from,
    sighting_from_status,
    speaks_to,
)
from resonanz.networks.mastodon_text import read_html
from resonanz.networks.threads import parents_first
from resonanz.post import Post, Sighting
from tests.networks.test_feed_golden import FOLDER as FEEDS
from tests.shared_data import shared_data

HOME = Home(account_id="1", instance=Instance(domain="social.example"))
ODD = [
    "",
    " ",
    "\x00",
    "\ud800",
    "a\udfffb",
    "javascript:alert(1)",
    "https://[",
    "http://",
    "//",
    "@",
    "\u202eabc",
    "9999-12-31T23:59:59+23:59",
    "0001-01-01T00:00:00-23:59",
    "2026-11-20T10:00:00",
    "x" * 20_000,
    "<script>alert(1)</script>",
    "<p><a href='javascript:alert(1)'>x</a>",
    "<" * 500,
    "&#0;&#xD800;&#9999999999;",
    0,
    -1,
    2**70,
    1e308,
    float("inf"),
    float("nan"),
    True,
    None,
    [],
    {},
    [[]],
    [None],
    {"id": None},
    {"": {}},
]
VALUES = st.sampled_from(ODD) | st.text(max_size=40) | st.integers() | st.floats()
LONG = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@cache
def payloads() -> list[Any]:
    folder = shared_data("payloads") / "mastodon"
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json"))]


def _parts(value: Any, wanted: set[str]) -> Iterator[dict[str, Any]]:
    """Yield every object anywhere in an answer that has some names."""
    if isinstance(value, dict):
        if wanted <= value.keys():
            yield value
        for inner in value.values():
            yield from _parts(inner, wanted)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner, wanted)


@cache
def recorded(*names: str) -> list[str]:
    return [json.dumps(part) for payload in payloads() for part in _parts(payload, set(names))]


@st.composite
def changed(draw: st.DrawFn, *names: str) -> Any:
    """A recorded object with some values replaced or gone."""
    value = json.loads(draw(st.sampled_from(recorded(*names))))
    for _ in range(draw(st.integers(1, 5))):
        _change(draw, value)
    return json.loads(json.dumps(value))


def _change(draw: st.DrawFn, value: Any) -> None:
    places = [(holder, key) for holder in _holders(value) for key in _keys(holder)]
    assume(places)
    holder, key = draw(st.sampled_from(places))
    if draw(st.booleans()):
        holder[key] = copy.deepcopy(draw(VALUES))
    elif isinstance(holder[key], str):
        cut = draw(st.integers(0, len(holder[key])))
        holder[key] = holder[key][:cut] + draw(st.sampled_from([odd for odd in ODD if isinstance(odd, str)]))
    else:
        del holder[key]


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)


def _keys(holder: Any) -> list[Any]:
    return sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))


def assert_harmless(post: Post) -> None:
    """What is kept can be stored, and no link leads elsewhere than to the web."""
    said = (
        post.uri,
        post.text,
        post.warning,
        post.url,
        post.author.uid,
        post.author.handle,
        post.author.name,
    )
    beside = (*post.mentioned, post.quoted or "", post.language or "", post.author.avatar_url, post.root)
    media = [text for medium in post.media for text in (medium.url, medium.preview_url, medium.alt)]
    for text in (*said, *beside, *media):
        text.encode("utf-8")
    assert not set(map(chr, range(32))).difference("\n\t") & set(post.text)
    assert all(link.url.startswith(("https://", "http://")) for link in post.links)
    numbers = [post.author.followers_count, *(side for m in post.media for side in (m.width, m.height))]
    assert all(number is None or 0 <= number < 2**63 for number in numbers)


@LONG
@given(changed("content", "visibility", "uri"))
def test_statuses(status: Any) -> None:
    heard: list[Sighting] = []
    try:
        speaks_to(status, "1")
        people = people_in([status])
        heard += [
            sighting_from_status(one, home=HOME, people=people) for one in chain_above(status, [status])
        ]
        heard.append(sighting_from_status(status, home=HOME, thread=heard, addressed=True))
    except NetworkError:
        return
    for sighting in parents_first(heard):
        assert_harmless(sighting.post)


@LONG
@given(changed("acct", "display_name"))
def test_accounts(account: Any) -> None:
    try:
        author = author_from_account(account, domain="social.example")
    except NetworkError:
        return
    f"{author.uid}{author.handle}{author.name}{author.url}{author.avatar_url}".encode()
    assert author.followers_count is None or 0 <= author.followers_count < 2**63


@LONG
@given(changed("configuration", "version") | changed("for_not_following"))
def test_servers_and_policies(answer: Any) -> None:
    try:
        instance, policy = instance_from(answer, host="social.example"), policy_from(answer)
    except NetworkError:
        return
    assert instance.limits.length > 0
    assert all(isinstance(kind, str) for kind in policy.filtered)
    f"{instance.domain}{instance.title}{instance.version}".encode()


@LONG
@given(st.text() | st.sampled_from(["null", "[]", "{}", '{"n":[],"s":{},"f":null,"c":5}', '{"c":"ab"}']))
def test_cursors(cursor: str) -> None:
    marks = Marks.read(cursor)
    assert marks is None or isinstance(marks.write(), str)


# Hostile HTML ------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<br>",
        '<a href="https://a.example">',
        "<a href='JavaScript:alert(1)'>",
        "</a>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "&lt;script&gt;",
        "&#60;b&#62;",
        "<style>",
        '<a href=" java\nscript:x">',
        "<",
        ">",
        '"',
        "'",
        "=",
        "\x00",
        "&amp;lt;",
        "<iframe src=//x>",
        "Wort",
        " ",
        '<a href="data:text/html,x">',
        '<a href="https://b.example" class=mention>@ada</a>',
        "<blockquote>",
        "<math><mi>",
    ]
)


@LONG
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_hostile_html_leaves_words_and_web_links(html: str) -> None:
    text, links = read_html(html)
    assert all(link.url.startswith(("https://", "http://")) for link in links)
    assert not set(map(chr, range(32))).difference("\n\t") & set(text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<script>alert(1)</script>Hallo", "Hallo"),
        ('<img src=x onerror="alert(1)" alt="Bild">', "Bild"),
        ("<scr<script>ipt>1</script>", "ipt>1"),
        ('<a href="javascript:alert(1)">Klick</a>', "Klick"),
        ("<svg><style><img src=x></style>a</svg>", "a"),
        ("&lt;b&gt;fett&lt;/b&gt;", "<b>fett</b>"),
        ("<!-- x --><p>Text<!-- <p> -->", "Text"),
    ],
)
def test_what_is_left_of_hostile_html(html: str, text: str) -> None:
    found, links = read_html(html)
    assert (found, links) == (text, ())


# Feeds -------------------------------------------------------------------------------------------

BITS = st.binary(max_size=12) | st.sampled_from(
    [
        b"<",
        b"]]>",
        b"<![CDATA[",
        b"&x;",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]>",
        b"\xff\xfe",
        b"\x00",
        b"<item>",
        b"</rss>",
        b"<link href='javascript:alert(1)'/>",
        b"&lt;script&gt;alert(1)&lt;/script&gt;",
        b"<guid>https://[</guid>",
    ]
)


@LONG
@given(st.data())
def test_feeds(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(sorted(FEEDS.glob("*.xml")))).read_bytes()[:20_000]
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(start + 200, len(body))))
        body = body[:start] + data.draw(BITS) + body[end:]
    try:
        found = read_document(body, content_type="application/rss+xml", address="https://blog.example/feed")
    except NetworkError:
        return
    for entry in found.entries if found else ():
        f"{entry.uid}{entry.title}{entry.text}{entry.url}".encode()
        assert all(link.url.startswith(("https://", "http://")) for link in entry.links)
        assert not entry.url or entry.url.startswith(("https://", "http://"))
        for stamp in (entry.published, entry.updated):
            assert stamp is None or stamp >= datetime(1990, 1, 1, tzinfo=UTC)


# What was wrong once -----------------------------------------------------------------------------

ACCOUNT = {"acct": "ada", "uri": "https://social.example/users/ada", "display_name": "Ada \ud83d"}


@pytest.mark.parametrize(
    ("count", "expected"),
    [(5, 5), (5.9, 5), (0, 0), (-1, None), (True, None), ("5", None), (float("inf"), None), (2**70, None)],
)
def test_counts_are_whole_and_possible(count: object, expected: int | None) -> None:
    author = author_from_account({**ACCOUNT, "followers_count": count}, domain="social.example")
    assert (author.followers_count, author.name) == (expected, "Ada \ufffd")


@pytest.mark.parametrize("uri", ["\ud800", 2**70, True, [], ""])
def test_an_identity_that_cannot_be_kept_is_a_bad_answer(uri: object) -> None:
    with pytest.raises(NetworkError) as caught:
        author_from_account({**ACCOUNT, "uri": None, "url": uri}, domain="social.example")
    assert caught.value.code == "bad_answer"


def test_odd_answers_about_a_server() -> None:
    assert instance_from({"domain": "https://["}, host="social.example").domain == "social.example"
    assert instance_from({"uri": "https://B.example/x"}, host="social.example").domain == "b.example"
    answer = {"for_not_following": ["drop"], "for_bots": "drop", "for_limited_accounts": {}}
    assert policy_from(answer).filtered == ("bots",)
