"""HTML to text, handles, and when two texts are the same."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.networks.mastodon_text import (
    full_handle,
    handles_in,
    plain_form,
    read_html,
    text_from_html,
    with_handles,
)
from resonanz.post import Link

TAGS = ["<p>", "</p>", "<br>", "<script>", "</script>", "<ul>", "<li>", "</ul>", "<ol>", "</ol>", "</a>"]
TAGS += [
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "<a href='https://x.example/…",
    "'>",
    "<?x",
    "</",
]
PIECES = [
    *TAGS,
    "</",
    '"',
    "<",
    ">",
    "<!--",
    "-->",
    "<![x[",
    "&lt;",
    "&amp",
    "&#0;",
    "&#xD800;",
    "Wort",
    " ",
    "\n",
]
PIECES += ["…", "\x00", "\u202e"]
THROUGH = ("<p>", "<a ", "<br>", "<script", "<ul>", "<li>", "<pre>", "<!--")
HOSTILE = ["<", "<a ", '<a "', "<a '\"", "<!--", "<div>", "<a href='", "&", "</p>", "<script>", "<li>"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("ohne Auszeichnung", "ohne Auszeichnung"),
        ("<p>a</p>\n<p>b</p>", "a\n\nb"),
        ("<p>a <b>fett</b>  <i> schräg</i></p>", "a fett schräg"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<hr>b", "a\n\nb"),
        ("<li>ohne Liste</li></li>", "- ohne Liste"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>c", "- a\n  - b\n\nc"),
        ("a<!-- b", "a"),
        ("a<!-- b -->c", "ac"),
        ("a<b title='>'>c</b>", "ac"),
        ("a<b title='x>c", "ac"),
        ("a<b title='x", "a"),
        ("a<script>b", "a"),
        ("a<SCRIPT>b</Script>c", "ac"),
        ("1 <2 und <3", "1 <2 und <3"),
        ("&lt;p&gt;", "<p>"),
        ("</blockquote></pre></ul>a", "a"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n\n> > b\n\nc"),
        ("<pre>a\r\n  b</pre>", "a\n  b"),
        ("<a href='https://a.example/'>eins <a href='https://b.example/'>zwei", "eins zwei"),
        ("<? php ?>a</ >b<!DOCTYPE html>", "ab"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert text_from_html(html) == text


def test_a_link_on_a_line_of_its_own_in_a_quotation() -> None:
    html = "<blockquote>a<br><a href='https://x.example/lang/er'>x.example/lan...</a></blockquote>"
    assert read_html(html) == (
        "> a\n> https://x.example/lang/er",
        (Link(url="https://x.example/lang/er", shown="https://x.example/lang/er"),),
    )


def test_dots_that_are_no_beginning_of_the_address_stay() -> None:
    assert text_from_html("<a href='https://x.example/a'>mehr…</a>") == "mehr…"
    assert text_from_html("<a href='https://x.example/a'>…</a>") == "…"


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the text's
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200))
def test_anything_at_all_is_read_and_no_tag_comes_through(html: str) -> None:
    text, links = read_html(html)
    if "&" not in html:
        assert not any(
            tag in text for tag in ("<p>", "<a ", "<br>", "<script", "<ul>", "<li>", "<pre>", "<!--")
        )
    assert all(link.url.startswith(("http://", "https://")) for link in links)
    assert "\x00" not in text


@pytest.mark.parametrize(
    "piece", ["<", "<a ", '<a "', "<a '\"", "<!--", "<div>", "<a href='", "&", "</p>", "<script>"]
)
def test_long_hostile_texts_are_read_in_linear_time(piece: str) -> None:
    begin = time.process_time()
    text_from_html(piece * 30_000)
    assert time.process_time() - begin < 3


def test_handles() -> None:
    text = "@mira, @Jonas@Fern.example! a@b.example https://x.example/@nein @a.b- (@ende.)"
    assert handles_in(text, domain="social.example") == (
        "mira@social.example",
        "jonas@fern.example",
        "a.b@social.example",
        "ende@social.example",
    )
    assert full_handle("@Mira", domain="social.example") == "mira@social.example"


@pytest.mark.parametrize(
    ("text", "named", "worded"),
    [
        ("Hallo", (), "Hallo"),
        ("Hallo", ("mira@social.example",), "@mira Hallo"),
        ("Hallo @mira", ("mira@social.example",), "Hallo @mira"),
        ("Hallo @MIRA@social.example", ("@mira",), "Hallo @MIRA@social.example"),
        ("Hallo @jonas", ("jonas@fern.example",), "@jonas@fern.example Hallo @jonas"),
        ("Hallo", ("mira", "mira@social.example", "yuki@fern.example"), "@mira @yuki@fern.example Hallo"),
    ],
)
def test_missing_handles_are_put_in_front(text: str, named: tuple[str, ...], worded: str) -> None:
    assert with_handles(text, named, domain="social.example") == worded


@pytest.mark.parametrize(
    ("sent", "read", "same"),
    [
        ("@mira@social.example Hallo", "@Mira Hallo", True),
        ("a\r\n\r\n b\u00a0c ", "a\n\nb c", True),
        ("Verspa\u0308tung", "Versp\u00e4tung", True),
        ("Hallo", "hallo", False),
        ("Hallo @mira", "Hallo @jonas", False),
    ],
)
def test_when_two_texts_are_the_same(sent: str, read: str, same: bool) -> None:
    assert (plain_form(sent) == plain_form(read)) is same
