"""Reading expressions: what they become, what each mistake is and where it stands."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonanz.annotate.private_data import KINDS
from resonanz.query import And, Node, Not, Op, Or, QueryError, Term, parse, speaks
from resonanz.query.reading import LENGTH_MOST, NAMES, NESTED_MOST, PRIVATE, TERMS_MOST
from resonanz.query.tree import ANY, kept, read_kept, terms
from tests.query.material import expressions


def word(value: str, *tokens: str) -> Term:
    return Term(Op.WORDS, value, tokens or (value,))


@pytest.mark.parametrize(
    ("said", "tree"),
    [
        ("bahn", word("bahn")),
        ("Zürich", word("Zürich", "zurich")),
        ("OTTO-Office", word("OTTO-Office", "otto", "office")),
        ('"OTTO Office"', word("OTTO Office", "otto", "office")),
        ('"a b"~3', Term(Op.WORDS, "a b", ("a", "b"), near=3)),
        ("a b", And((word("a"), word("b")))),
        ("a AND b", And((word("a"), word("b")))),
        ("apple OR iphone ipad", Or((word("apple"), And((word("iphone"), word("ipad")))))),
        ("(a OR b) c", And((Or((word("a"), word("b"))), word("c")))),
        ("a (b c) d", And((word("a"), word("b"), word("c"), word("d")))),
        ("a OR (b OR c)", Or((word("a"), word("b"), word("c")))),
        ("((a))", word("a")),
        ("a -b", And((word("a"), Not(word("b"))))),
        ('a -"b c"', And((word("a"), Not(word("b c", "b", "c"))))),
        ("or and ORder", And((word("or"), word("and"), word("ORder", "order")))),
        ("a(b)OR(c)", Or((And((word("a"), word("b"))), word("c")))),
        ("10:30 Uhr:", And((word("10:30", "10", "30"), word("Uhr:", "uhr")))),
        ("#Bahn", Term(Op.TAG, "Bahn", ("#bahn",))),
        ("#otto_office", Term(Op.TAG, "otto_office", ("#otto_office",))),
        ("@Jana", Term(Op.MENTIONS, "jana")),
        ("@jana@social.example", Term(Op.MENTIONS, "jana@social.example")),
        ("$TSLA", Term(Op.CASH, "TSLA", ("$tsla",))),
        ("😡", word("😡")),
        ('exact:"Zürich HB"', Term(Op.EXACT, "Zürich HB", ("zurich", "hb"))),
        ("FROM:@Jana", Term(Op.FROM, "jana")),
        ("url:https://www.dpd.de/x", Term(Op.URL, "https://www.dpd.de/x", ("dpd", "de", "x"))),
        ("author:Jana", Term(Op.AUTHOR, "Jana", ("jana",))),
        ("a lang:iw", And((word("a"), Term(Op.LANG, "he")))),
        ("a is:repost", And((word("a"), Term(Op.IS, "retweet")))),
        ("a has:video_link", And((word("a"), Term(Op.HAS, "videos")))),
        ("a -is:nullcast", And((word("a"), Not(Term(Op.IS, "nullcast"))))),
        ("conversation_id:123", Term(Op.CONVERSATION, "123")),
        ("audience:private", Term(Op.AUDIENCE, "direct")),
        ('tag:"zu prüfen"', Term(Op.LABEL, "zu prüfen", ("zu", "prufen"))),
        ("state:waiting", Term(Op.STATE, "waiting")),
        ("sentiment:negative", Term(Op.SENTIMENT, "negative")),
        ("a followers:>10", And((word("a"), Term(Op.FOLLOWERS, ">10", low=11)))),
        ("a followers:>=10", And((word("a"), Term(Op.FOLLOWERS, ">=10", low=10)))),
        ("a min_followers:10", And((word("a"), Term(Op.FOLLOWERS, "10", low=10)))),
        ("a followers:..9", And((word("a"), Term(Op.FOLLOWERS, "..9", low=0, high=9)))),
        ("a followers:5..9", And((word("a"), Term(Op.FOLLOWERS, "5..9", low=5, high=9)))),
    ],
)
def test_an_expression_becomes_a_tree(said: str, tree: Node) -> None:
    assert parse(said) == tree
    assert read_kept(kept(tree)) == tree


def test_days_begin_and_end_where_the_desk_is() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    def ms(*moment: int) -> int:
        return int(datetime(*moment, tzinfo=berlin).timestamp() * 1000)  # type: ignore[arg-type,misc]

    def bounds(said: str) -> list[tuple[int | None, int | None]]:
        return [(term.low, term.high) for term, _ in terms(parse(f"a {said}", berlin))][1:]

    assert bounds("since:2026-03-29") == [(ms(2026, 3, 29), None)]
    assert bounds("until:2026-03-29") == [(None, ms(2026, 3, 30))]  # a day of 23 hours
    assert bounds("since:2026-03-29T14:30") == [(ms(2026, 3, 29, 14, 30), None)]
    assert bounds("until:2026-03-29T12:00:00Z") == [(None, ms(2026, 3, 29, 14))]


@pytest.mark.parametrize(
    ("said", "code", "place"),
    [
        ("", "empty", ""),
        ("  ", "empty", "  "),
        ('a "b c', "unclosed_quote", '"b c'),
        ("a (b OR (c d)", "unclosed_group", "("),
        ("a) b", "extra_bracket", ")"),
        ("a () b", "empty_group", "()"),
        ("a OR", "or_ends", "OR"),
        ("(a OR) b", "or_ends", "OR"),
        ("a OR OR b", "or_ends", "OR"),
        ("OR a", "or_begins", "OR"),
        ("(AND a)", "or_begins", "AND"),
        ("a - b", "minus_alone", "-"),
        ("a -", "minus_alone", "-"),
        ("(a -)", "minus_alone", "-"),
        ("--a", "double_minus", "-"),
        ("c -(a OR b)", "negated_group", "-(a OR b)"),
        ("-(a)", "negated_group", "-(a)"),
        ("-a -b", "only_negated", "-a -b"),
        ("a OR -b", "only_negated", "-b"),
        ("has:links", "needs_words", "has:links"),
        ("has:links OR is:retweet", "needs_words", "has:links"),
        ("a OR lang:de -c", "needs_words", "lang:de -c"),
        ("a (lang:de OR b)", "", ""),
        ("a !!! b", "no_words", "!!!"),
        ("exact:!!", "no_words", "!!"),
        ("tag:!!", "no_words", "!!"),
        ("a https://x.example/b", "address_alone", "https://x.example/b"),
        ("a foo:bar", "unknown_operator", "foo"),
        ("bio:cook", "not_here", "bio"),
        ("a lang:german!", "unknown_value", "german!"),
        ("a is:nice", "unknown_value", "nice"),
        ("a followers:many", "no_number", "many"),
        ("a followers:9..5", "no_number", "9..5"),
        ("a followers:..", "no_number", ".."),
        ("a since:yesterday", "no_moment", "yesterday"),
        ("a reason:!", "no_words", "!"),
        ("a until:2026-02-30", "no_moment", "2026-02-30"),
        ("a until:0001-01-01", "no_moment", "0001-01-01"),
        ("from:a/b", "no_handle", "a/b"),
        ("a #b-c", "no_tag", "#b-c"),
        ("a $!", "no_tag", "$!"),
        ("a #_", "no_tag", "#_"),
        ('a "x" (b', "unclosed_group", "("),
        ("@a/b", "no_handle", "@a/b"),
        ("a from: b", "no_value", "from:"),
        ('from:" "', "no_value", 'from:" "'),
        ('"a b"~7', "too_near", "~7"),
        ('"a b"~0', "too_near", "~0"),
        ("a is:nullcast", "only_minus", "is:nullcast"),
    ],
)
def test_a_mistake_has_a_place(said: str, code: str, place: str) -> None:
    if not code:
        parse(said)
        return
    with pytest.raises(QueryError) as refused:
        parse(said)
    error = refused.value
    assert (error.code, said[error.start : error.end]) == (code, place)


def test_private_data_are_called_as_they_are_noted() -> None:
    assert (ANY, *KINDS) == PRIVATE


def test_what_is_known_is_named() -> None:
    with pytest.raises(QueryError) as refused:
        parse("a is:nice")
    assert refused.value.facts == {
        "name": "is", "value": "nice", "choices": "reply, retweet, quote, verified, nullcast",
    }  # fmt: skip
    assert len(NAMES) == len(set(NAMES)) == 23


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("a" * (LENGTH_MOST + 1), "too_long"),
        ("a " * 50_000, "too_long"),
        ("(" * 1_000 + "a" + ")" * 1_000, "too_deep"),
        ("(" * (NESTED_MOST + 1) + "a" + ")" * (NESTED_MOST + 1), "too_deep"),
        (" ".join("a" * (TERMS_MOST + 1)), "too_many"),
    ],
)
def test_what_is_too_large_is_refused(said: str, code: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(said)
    assert refused.value.code == code


def test_the_largest_is_read() -> None:
    assert parse("(" * NESTED_MOST + "a" + ")" * NESTED_MOST) == word("a")
    assert len(list(terms(parse(" ".join("a" * TERMS_MOST))))) == TERMS_MOST


@settings(max_examples=250, deadline=None)
@given(st.one_of(st.text(max_size=40), expressions, st.text(alphabet='ab"()-:#@$~ OR', max_size=20)))
def test_whatever_is_typed_is_read_or_refused_at_a_place(said: str) -> None:
    try:
        tree = parse(said)
    except QueryError as error:
        assert 0 <= error.start <= error.end <= len(said)  # noqa: PT017 - nothing else may be raised
    else:
        assert read_kept(kept(tree)) == tree


@pytest.mark.parametrize(
    ("text", "is_query"),
    [
        ("from:ada", True),
        ("toner FROM:ada", True),
        ("toner -lang:de", True),
        ("(from:ada)", True),
        ('"parcel is late"', True),
        ('"parcel', True),
        ("toner OR tinte", True),
        ("toner -samsung", True),
        ('toner -"samsung"', True),
        ("(toner tinte) leer", True),
        ("#bahn", True),
        ("#4you", True),
        ("toner", False),
        ("deliver*", False),
        ("@jana paket", False),
        ("#4711", False),
        ("Frage: wann kommt es", False),
        ("url://x", False),
        ("https://x.example/from:a", False),
        ("danke :-) bis dann", False),
        ("DHL-Paket - danke", False),
        ("Frost -20 Grad", False),
        ("-samsung", False),
        ("OR", False),
        ("toner or tinte", False),
        ("toner OR", False),
        ("Punkt 1) und 2)", False),
        ("", False),
    ],
)
def test_a_search_box_tells_the_language_from_plain_words(text: str, is_query: bool) -> None:
    assert speaks(text) is is_query


def test_what_only_narrows_may_ask_for_facts_alone() -> None:
    assert parse("lang:de -is:reply", narrows=True) == And((Term(Op.LANG, "de"), Not(Term(Op.IS, "reply"))))
    assert parse("-bahn", narrows=True) == Not(Term(Op.WORDS, "bahn", ("bahn",)))
    with pytest.raises(QueryError):
        parse("lang:de -is:reply")
    with pytest.raises(QueryError):
        parse("is:nullcast", narrows=True)
