"""Many queries at once find what each of them means by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.lines import Line, LineAuthor, read_line
from resonanz.match import Matcher, _in_one, coarse
from resonanz.query import fold, parse, satisfies
from resonanz.query.tree import kept, read_kept
from tests.cast import NOON
from tests.query.material import expressions, is_valid, lines, texts


def post(text: str, **named: object) -> Line:
    known: dict[str, object] = {"uri": "u", "network": "x", "author": LineAuthor("ada"), "created_at": NOON}
    return Line(text=text, **(known | named))  # type: ignore[arg-type]


def found(queries: Sequence[str], *posts: Line) -> list[list[str]]:
    matcher = Matcher([parse(query) for query in queries])
    return [[queries[number] for number in fits] for fits in matcher.match(posts)]


some_queries = st.lists(expressions.filter(is_valid), min_size=1, max_size=6)
some_posts = st.lists(lines(), min_size=1, max_size=3)


def expect_agreement(queries: Sequence[str], posts: Sequence[Line], *, has_sample: bool) -> None:
    """Compare the matcher, built of stored queries, with what each query means for each post."""
    trees = [read_kept(kept(parse(query))) for query in queries]
    matcher = Matcher(trees, [line.text for line in posts] if has_sample else ())
    wanted = [[n for n, tree in enumerate(trees) if satisfies(tree, line.said())] for line in posts]
    assert matcher.match(posts) == wanted


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(queries=some_queries, posts=some_posts, has_sample=st.booleans())
def test_the_matcher_and_the_meaning_agree(queries: list[str], posts: list[Line], has_sample: bool) -> None:
    expect_agreement(queries, posts, has_sample=has_sample)  # ten thousand: query/test_agreement.py


@settings(max_examples=300, deadline=None)
@given(texts())
def test_what_is_the_same_folded_is_found_coarsely(text: str) -> None:
    words = _in_one([text])
    for token in fold(text):
        if token[0] not in "#@$" and token.strip("e"):
            assert b" " + coarse(token).strip() + b" " in words, token


@pytest.mark.parametrize("network", ["x", "mastodon"])
def test_a_handle_that_a_hidden_sign_glues_to_a_word_is_found_nowhere(network: str) -> None:
    glued = post("@nordlicht\u200d0", network=network)
    expect_agreement(["Zürich OR to:nordlicht", "@nordlicht"], [glued], has_sample=False)
    assert found(["Zürich OR to:nordlicht", "@nordlicht"], glued) == [[]]


def test_answers_keep_the_order_of_queries_and_posts() -> None:
    queries = ["toner", "Zürich OR toner", "bahn", '"toner leer"']
    assert found(queries, post("bahn"), post("Toner leer"), post(""), post("ZUERICH")) == [
        ["bahn"],
        ["toner", "Zürich OR toner", '"toner leer"'],
        [],
        ["Zürich OR toner"],
    ]
    assert Matcher([]).match([post("bahn")]) == [[]]
    assert Matcher([parse("bahn")]).match([]) == []


def test_no_query_is_found_by_what_it_does_not_want() -> None:
    """However rare that is: `samsung` tells more than `toner`, and says nothing about the posts wanted."""
    queries = ["toner -samsung", "-samsung toner OR bahn", "(toner OR tinte) -verspaetungsanzeiger"]
    assert found(queries, post("Toner leer"), post("Toner von Samsung"), post("Bahn")) == [
        queries,
        [queries[2]],
        [queries[1]],
    ]


def test_a_word_beside_the_text_is_no_word_of_it() -> None:
    author = LineAuthor("toner", name="Toner")
    line = post("Hallo", author=author, urls=["https://toner.example/bahn"], hashtags=["bahn"])
    queries = ["toner", "from:toner", "url:toner.example", "bahn", "#bahn", "author:toner"]
    assert found(queries, line) == [["from:toner", "url:toner.example", "#bahn", "author:toner"]]


def test_queries_without_a_rare_word_are_asked_every_time() -> None:
    assert found(["state:open", "e", "from:___"], post("e", author=LineAuthor("___"))) == [["e", "from:___"]]


def test_the_rarest_word_of_a_sample_finds_a_query() -> None:
    asked: list[str] = []

    class Watched(Line, frozen=True):
        def said(self):  # type: ignore[no-untyped-def]
            asked.append(self.text)
            return super().said()

    def watched(text: str) -> Line:
        return Watched(uri="u", network="x", text=text, author=LineAuthor("a"), created_at=NOON)

    matcher = Matcher([parse("bahn verspaetung lang:de")], ["Bahn", "Die Bahn", "bahn weg"])
    posts = [watched("Bahn, Bahn"), watched("Verspätung der Bahn"), watched("Bahn")]
    assert matcher.match(posts) == [[], [], []]
    assert asked == ["Verspätung der Bahn"]


def test_a_line_is_read_into_a_post() -> None:
    row = {"uri": "u", "network": "x", "text": "Hallo", "author": {"handle": "ada", "x": 1}, "more": 1}
    line = read_line(json.dumps(row | {"created_at": "2026-11-20T10:00:00+01:00", "lang": None}))
    assert (line.said().posted_ms, line.said().language) == (1_795_165_200_000, "")
    naive = read_line(json.dumps(row | {"created_at": "2026-11-20T10:00:00"}))
    with pytest.raises(ValueError, match="created_at needs a time zone, got 2026-11-20T10:00:00"):
        naive.said()
