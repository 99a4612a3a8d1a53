"""What bytes can do to the reader of feeds: encodings, faults, floods, and words."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.networks import Credentials, NetworkError, Unclear
from resonanz.networks.feed import Feed, discover
from resonanz.networks.feed_bytes import characters
from resonanz.networks.feed_entries import read_document
from resonanz.networks.feed_http import FeedClient, Fetched
from resonanz.networks.feed_text import cut, plain_from_html, plain_from_text, together
from tests.networks.test_feed import NOW, failing, rss


def test_what_would_keep_the_parser_busy_is_refused() -> None:
    flood = b"<rss " + b" ".join(b"a%d = '>=x'" % number for number in range(40_000)) + b">"
    began = time.process_time()
    error = failing(lambda: read_document(flood, content_type="", address="https://a.example/"), Unclear)
    assert error.reason == "the document has too many attributes"
    assert time.process_time() - began < 1


def test_a_fault_of_the_parser_is_one_document_that_cannot_be_read() -> None:
    body = b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title a='b'/><</image><link></entry>"
    error = failing(lambda: read_document(body, content_type="", address="https://a.example/"), Unclear)
    assert (error.code, error.reason) == ("bad_answer", "the document cannot be read")


# Half of these would take the parser hours if it got them as they are.
@pytest.mark.parametrize(
    "body",
    [
        b"\n" * 500_000 + b"<rss>",
        b"<!--" + b"\n" * 500_000 + b"--><rss>",
        b"<?xml " + b"encoding='x' " * 40_000,
        b"<?xml version='1.0' encoding='punycode'?><rss>-" + b"a9" * 200_000,
        b"<rss>" + b"&#xD800;" * 60_000,
        b"<!ENTITY a" * 50_000,
    ],
)
def test_no_document_takes_long(body: bytes) -> None:
    began = time.process_time()
    read_document(body, content_type="", address="https://a.example/")
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("für".encode(), "text/xml; charset=iso-8859-1", "für"),
        (b"\xef\xbb\xbff\xc3\xbcr", "", "für"),
        ("für".encode("latin-1"), "text/xml; charset=ISO-8859-1", "für"),
        ("<?xml encoding='koi8-r'?>да".encode("koi8-r"), "", "<?xml encoding='koi8-r'?>да"),
        ("<?xml encoding='iso-2022-jp'?>日本".encode("iso2022_jp"), "", "<?xml encoding='iso-2022-jp'?>日本"),
        ("<für".encode("utf-16-le"), "", "<für"),
        ("<für".encode("utf-16-be"), "", "<für"),
        ("für".encode("utf-16"), "", "für"),
        (b"f\xfcr", "text/xml; charset=rot13", "für"),
        (b"f\xfcr", "text/xml; charset=nosuch", "für"),
        ("ä ö ü ß ".encode() + b"\xc3", "", "ä ö ü ß \ufffd"),
        (b"abc", "text/xml; charset=utf-7", "abc"),
    ],
)
def test_which_characters_bytes_are(body: bytes, content_type: str, text: str) -> None:
    assert characters(body, content_type) == text


# Words -----------------------------------------------------------------------------------------


def test_text_is_cut_between_words_where_there_are_any() -> None:
    assert cut("kurz", 4) == "kurz"
    assert cut("ein langer Satz", 11) == "ein langer…"
    assert cut("ein langer Satz", 10) == "ein lange…"
    assert cut("x" * 20, 10) == "x" * 9 + "…"
    assert cut("ab " + "x" * 20, 10) == "ab xxxxxx…"


def test_titles_stand_above_unless_the_text_begins_with_them() -> None:
    assert [together("T", ""), together("", "B"), together("T", "B"), together("T", "T und mehr")] == [
        "T",
        "B",
        "T\n\nB",
        "T und mehr",
    ]


def test_plain_text_and_markup() -> None:
    assert plain_from_text("a \t b \r\n\n\n\n c\x00\ud800") == "a b\n\nc?"
    assert plain_from_html("<dl><dt>a<dd>b</dl><td>c<td>d")[0] == "a\nb\nc d"


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<a href='", "<div>", "<td", "&#", "<ul><li>", "]]>"])
def test_no_markup_takes_long(piece: str) -> None:
    body = rss("x").replace(b"<title>x", f"<description><![CDATA[{piece * (200_000 // len(piece))}".encode())
    began = time.process_time()
    read_document(body, content_type="", address="https://a.example/")
    assert time.process_time() - began < 10


PIECES = st.lists(
    st.sampled_from(
        [
            *"<>&;'\"=/ \n",
            "<rss version='2.0'>",
            "<channel>",
            "<feed xmlns='http://www.w3.org/2005/Atom'>",
            "<item>",
            "</item>",
            "<entry>",
            "</entry>",
            "<title>",
            "</title>",
            "<title a='b'/>",
            "<link>",
            "<link href='x'/>",
            "<links a='b'/>",
            "<guid>",
            "</guid>",
            "<content type='xhtml'>",
            "<content/>",
            "</content>",
            "<summary>",
            "<media_content a='b'/>",
            "<enclosure url='x'/>",
            "<pubDate>",
            "Mon, 02 Mar 2026 09:00:00 GMT",
            "99999-99-99",
            "</pubDate>",
            "<updated>",
            "</updated>",
            "<![CDATA[",
            "]]>",
            "&#xD800;",
            "&#99999999;",
            "&nosuch;",
            "xml:base='http://['",
            "<image>",
            "<source>",
            "<svg>",
            "<!DOCTYPE x [<!ENTITY a 'b'>]>",
            "<?xml version='1.0' encoding='utf-7'?>",
            "\u202e",
            "ü",
            "\x00",
            "\x08",
        ]
    ),
    max_size=40,
).map("".join)
BYTES = st.one_of(
    st.binary(max_size=300), PIECES.map(str.encode), PIECES.map(lambda text: text.encode("utf-16"))
)
TYPES = st.sampled_from(
    ["", "text/xml", "application/xml; charset=utf-16", "text/html; charset=idna", "\xe4;;="]
)


def expect_told(error: NetworkError) -> None:
    assert error.code in {"bad_answer", "not_this_network"}


class Anything(FeedClient):
    """A server that sends what it is given, as whatever type."""

    def __init__(self, body: bytes, content_type: str) -> None:
        super().__init__("https://b.example")
        self._sent = Fetched(
            address="https://b.example/feed",
            lasting="https://b.example/feed",
            body=body,
            content_type=content_type,
        )

    def ask(self, address: str, headers: object) -> Fetched:
        return self._sent


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BYTES, TYPES)
def test_any_bytes_are_read_or_are_an_error_of_ours(body: bytes, content_type: str) -> None:
    credentials = Credentials(base_url="https://b.example/feed", secret={})
    server = Anything(body, content_type)
    feed = Feed(credentials, clock=lambda: NOW, client=lambda *_, **__: server, every=timedelta())
    try:
        read = feed.read("")
    except NetworkError as error:
        expect_told(error)
        return
    posts = [sighting.post for sighting in read.sightings]
    assert len({post.uri for post in posts}) == len(posts)
    assert all(post.posted_at <= NOW and len(post.text) <= 10_000 for post in posts)
    assert all(len(post.uri) <= 400 + 17 for post in posts)
    repr(posts).encode()
    json.dumps(read.cursor).encode()
    "".join(post.text + post.uri + post.url + post.author.name for post in posts).encode()
    forgotten = json.dumps(json.loads(read.cursor) | {"b": ""})
    assert feed.read(forgotten).sightings == ()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BYTES, TYPES)
def test_any_bytes_are_searched_for_feeds(body: bytes, content_type: str) -> None:
    try:
        feeds = discover("b.example", client=lambda *_, **__: Anything(body, content_type))
    except NetworkError as error:
        expect_told(error)
        return
    "".join(one.address + one.title for one in feeds).encode()
