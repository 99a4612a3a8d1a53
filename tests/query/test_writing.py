"""A tree written back, and an expression as chips: reading it again gives the same."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonanz.query import And, Node, Not, Or, Term, TooNestedError, chips_of, expression_of, parse, written
from resonanz.query.chips import KINDS, Chip, Chips
from resonanz.query.reading import QueryError
from tests.query.material import expressions, is_valid

WORDS = (
    "toner",
    "-",
    "-toner",
    "OR",
    "AND",
    "ORAND",
    "OR-toner",
    "from:ada",
    "hier:",
    "12:30",
    "a(b)",
    "#bahn",
    "@ada",
    "$TSLA",
    "C++",
    "~3",
    "toner leer",
    " toner",
    "http://x.example",
    "#",
)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_would_mean_something_else_is_put_in_quotation_marks(word: str) -> None:
    if word in {"-", "#"}:
        word += "a"
    for expression in (f'"{word}"', f'"{word}"~2', f'toner -"{word}"', f'exact:"{word}"'):
        tree = parse(expression)
        assert parse(written(tree)) == tree


def test_brackets_stand_only_where_they_are_needed() -> None:
    plain = 'toner (leer OR alle OR "fast leer") -from:ada since:2026-11-01 tag:"zu prüfen"'
    assert written(parse(plain)) == plain
    assert written(parse("a (b c) OR (d)")) == "a b c OR d"
    a, b, c = parse("a"), parse("b"), parse("c")
    assert written(Or((Or((a, b)), c))) == "(a OR b) OR c"
    assert written(And((And((a, b)), c))) == "(a b) c"


@settings(max_examples=500, deadline=None)
@given(expressions.filter(is_valid))
def test_what_is_written_back_is_read_as_the_same(expression: str) -> None:
    tree = parse(expression)
    assert parse(written(tree)) == tree


# Chips -------------------------------------------------------------------------------------------


def in_groups(node: Node) -> Node:
    """Return a tree with its parts in the order in which chips stand."""
    if not isinstance(node, And):
        return node
    kinds = (Term, Or, Not)
    return And(tuple(sorted(node.parts, key=lambda part: kinds.index(type(part)))))


@settings(max_examples=500, deadline=None)
@given(expressions.filter(is_valid))
def test_chips_say_the_same_as_the_expression(expression: str) -> None:
    tree = parse(expression)
    if any(isinstance(part, And | Not) for way in ways(tree) for part in way.parts):
        with pytest.raises(TooNestedError) as caught:
            chips_of(tree)
        assert caught.value.part in written(tree)
        return
    chips = chips_of(tree)
    assert parse(expression_of(chips)) == in_groups(tree)
    assert chips_of(parse(expression_of(chips))) == chips


def ways(node: Node) -> list[Or]:
    parts = node.parts if isinstance(node, And) else (node,)
    return [part for part in parts if isinstance(part, Or)]


def test_each_part_stands_in_its_group() -> None:
    chips = chips_of(parse('-a toner "fast leer"~2 (#x OR @ada) (b OR exact:C) from:ada -has:links'))
    assert chips == Chips(
        (Chip("words", "toner"), Chip("near", "fast leer ~2"), Chip("from", "ada")),
        ((Chip("#", "x"), Chip("@", "ada")), (Chip("words", "b"), Chip("exact", "C"))),
        (Chip("words", "a"), Chip("has", "links")),
    )
    assert chips_of(parse("a OR b")) == Chips(any=((Chip("words", "a"), Chip("words", "b")),))
    assert expression_of(chips_of(parse("a OR b"))) == "a OR b"


@pytest.mark.parametrize(
    ("expression", "code", "part"),
    [
        ("toner OR (tinte leer)", "all_in_one", "tinte leer"),
        ("bahn (toner OR tinte leer)", "all_in_one", "tinte leer"),
        ("a (b OR (c (d OR e)))", "all_in_one", "c (d OR e)"),
        ("a (b OR -c)", "not_in_one", "-c"),
    ],
)
def test_what_is_too_nested_for_chips_says_so(expression: str, code: str, part: str) -> None:
    with pytest.raises(TooNestedError, match=code) as caught:
        chips_of(parse(expression))
    assert caught.value.part == part


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("words", "OTTO Office", '"OTTO Office"'),
        ("words", 'a" OR "b', '"a OR b"'),
        ("words", "  ", ""),
        ("#", "#otto office", "#ottooffice"),
        ("#", "#", ""),
        ("@", "@ada)", "@ada"),
        ("from", "@ada", "from:@ada"),
        ("tag", "zu prüfen", 'tag:"zu prüfen"'),
        ("near", "toner leer", '"toner leer"~3'),
        ("near", "toner leer ~ 9", '"toner leer"~6'),
        ("near", "toner leer~0", '"toner leer"~1'),
        ("near", "toner ~ leer", '"toner ~ leer"~3'),
        ("near", "~3", '"~3"~3'),
        ("near", "", ""),
    ],
)
def test_what_a_person_types_into_a_chip(kind: str, value: str, expected: str) -> None:
    assert expression_of(Chips((Chip(kind, value),))) == expected


def test_groups_without_chips_say_nothing() -> None:
    one = Chip("words", "a")
    assert expression_of(Chips((), ((one,), ()), ())) == "a"
    assert expression_of(Chips((one,), ((),), (Chip("is", "reply"),))) == "a -is:reply"
    assert expression_of(Chips()) == ""


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.text(max_size=12)), min_size=1, max_size=3),
)
def test_no_value_of_a_chip_breaks_out_of_it(typed: list[tuple[str, str]]) -> None:
    chips = Chips(all=tuple(Chip(kind, value) for kind, value in typed))
    try:
        tree = parse(expression_of(chips), UTC)
    except QueryError:
        return
    parts = tree.parts if isinstance(tree, And) else (tree,)
    assert all(isinstance(part, Term) for part in parts)
    assert len(parts) <= len(typed)
