"""Every spelling of a name where one is meant: what is found, and what is let alone."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.lines import Line
from resonanz.match import Matcher
from resonanz.query import (
    And,
    Node,
    Not,
    Op,
    Or,
    Said,
    Term,
    compiled,
    parse,
    satisfies,
    spelled,
    with_spellings,
    written,
)
from resonanz.query.spelling import VARIANTS_MOST
from tests.query.material import WORDS, expressions, is_valid, lines

OTTO = ("OTTO Office", "ottooffice", "oto office")
GROUPS = (OTTO, ("Nordlicht", "Nord Licht"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ottooffice", 'ottooffice OR "OTTO Office" OR "oto office"'),
        ("OTTO-Office", 'OTTO-Office OR ottooffice OR "oto office"'),
        ("toner", "toner"),
        ("otto office", "otto office"),
        ('exact:"OTTO Office"', 'exact:"OTTO Office"'),
        ("#ottooffice", "#ottooffice"),
        ("toner -ottooffice", 'toner -ottooffice -"OTTO Office" -"oto office"'),
        ("toner OR ottooffice", 'toner OR ottooffice OR "OTTO Office" OR "oto office"'),
        ("toner ottooffice", 'toner (ottooffice OR "OTTO Office" OR "oto office")'),
        ('"bei Nordlicht kaufen"', '"bei Nordlicht kaufen" OR "bei Nord Licht kaufen"'),
        ('"nord licht toner"~3', '"nord licht toner"~3 OR "Nordlicht toner"~3'),
        ('"👍 ottooffice"', '"👍 ottooffice"'),
        ('ottooffice OR "OTTO Office"', 'ottooffice OR "OTTO Office" OR "oto office"'),
        ("Otto OR otto", "Otto"),
    ],
)
def test_one_spelling_means_all(typed: str, meant: str) -> None:
    found = with_spellings(parse(typed), GROUPS)
    assert written(found) == meant
    assert with_spellings(found, GROUPS) == found


def test_without_spellings_nothing_changes() -> None:
    tree = parse("Otto OR otto")
    assert with_spellings(tree, ()) is tree
    assert with_spellings(tree, (("", "#"),)) is tree
    assert spelled(tree, ()) == ()


def test_several_names_in_a_row_have_all_spellings_of_each_up_to_a_bound() -> None:
    two = with_spellings(parse('"ottooffice Nordlicht"'), GROUPS)
    assert isinstance(two, Or)
    assert len(two.parts) == 6
    many = tuple(f"name{number}" for number in range(20))
    one = with_spellings(parse('"name1 name2"'), (many,))
    assert isinstance(one, Or)
    assert len(one.parts) == 20 <= VARIANTS_MOST  # both would be 400


def test_what_else_a_term_is_taken_for_is_told_once() -> None:
    found = spelled(parse("toner ottooffice -ottooffice exact:Nordlicht"), GROUPS)
    assert found == (("ottooffice", ("OTTO Office", "oto office")),)


def test_networks_are_asked_for_every_spelling() -> None:
    meant = with_spellings(parse("ottooffice -toner"), (("ottooffice", "oto office"),))
    assert compiled(meant, "x").searches == ('(ottooffice OR "oto office") -toner',)
    assert compiled(meant, "mastodon").searches == ("ottooffice -toner", '"oto office" -toner')


# The meaning, said once more and plainly ---------------------------------------------------------

some_groups = st.lists(
    st.lists(st.sampled_from([*WORDS, "otto office", "toner von", "der Bahn"]), min_size=2, max_size=3),
    max_size=2,
)


def means(node: Node, said: Said, group: list[str]) -> bool:
    """Return what a tree means if a word that is a spelling of one group stands for the whole group."""
    if isinstance(node, Not):
        return not means(node.part, said, group)
    if isinstance(node, And | Or):
        found = [means(part, said, group) for part in node.parts]
        return all(found) if isinstance(node, And) else any(found)
    assert isinstance(node, Term)
    texts = [parse(f'"{text}"') for text in group]
    is_one = any(isinstance(text, Term) and text.tokens == node.tokens for text in texts)
    if node.op is Op.WORDS and node.near is None and is_one:
        return satisfies(node, said) or any(satisfies(text, said) for text in texts)
    return satisfies(node, said)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    queries=st.lists(expressions.filter(is_valid), min_size=1, max_size=5),
    posts=st.lists(lines(), min_size=1, max_size=3),
    groups=some_groups,
)
def test_the_matcher_and_the_meaning_agree_on_spellings(
    queries: list[str], posts: list[Line], groups: list[list[str]]
) -> None:
    trees = [with_spellings(parse(query), groups) for query in queries]
    wanted = [[n for n, tree in enumerate(trees) if satisfies(tree, line.said())] for line in posts]
    assert Matcher(trees).match(posts) == wanted
    for query, tree in zip(queries, trees, strict=True):
        for line in posts:
            if satisfies(parse(query), line.said()) and "-" not in query:
                assert satisfies(tree, line.said())  # it only ever finds more


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    query=st.lists(st.sampled_from(["toner", "bahn", "-von", "-der", "Bahn", "neue"]), min_size=1, max_size=4)
    .map(" ".join)
    .filter(is_valid),
    post=lines(),
    group=st.lists(st.sampled_from(["toner", "bahn", "von", "der", "neu", "otto office"]), min_size=2),
)
def test_a_word_that_is_a_spelling_stands_for_its_whole_group(
    query: str, post: Line, group: list[str]
) -> None:
    tree = parse(query)
    assert satisfies(with_spellings(tree, [group]), post.said()) == means(tree, post.said(), group)
