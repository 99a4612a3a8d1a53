"""What a text must hold for a rule: what is passed over has nothing that the rules themselves would find."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.annotate import address_cues, address_form, private_data, urgency
from resonanz.annotate import urgency_idioms as idioms
from resonanz.annotate.address_places import places
from resonanz.annotate.cues import (
    BEGINS,
    ENDS,
    MANY,
    Cues,
    alternatives,
    needed,
    plain,
    small,
    words_of,
)
from resonanz.annotate.kept import KEPT, LONGEST, Kept
from resonanz.annotate.named_numbers import coded, has_code, named_before, named_closely, named_loosely
from resonanz.annotate.postal import WAYS, may_have_address
from resonanz.annotate.quiet import hide
from resonanz.annotate.urgency_frames import framed, may_be_framed, said_in
from resonanz.annotate.urgency_frames import words_of as frame_words_of

if TYPE_CHECKING:
    from resonanz.annotate.address_places import Direction
    from resonanz.annotate.german_words import Sentence

HERE = Path(__file__).parent
FILES = (
    "urgency",
    "urgency_frames",
    "private_data",
    "private_data_sixth",
    "address_form",
    "good_replies",
    "language",
)
TEXTS = [
    cell
    for name in FILES
    for line in (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    for cell in line.split("\t")
]
PIECES = sorted({piece for text in TEXTS for piece in re.findall(r"\S+|\s+", text)})
SIGNS = (
    "@", "#", ".", ",", "„", "“", "'", "\n", " ", "-", "/", "1", "48213", "0171", "2345678", "K", "ſ", "İ",
    "ẞ", "\u0301", "10115 Berlin", "Straße 5", "Nr. 7", "ABCDEF", "Du", "Sie", "ihr", "http://", "www.",
    " at ", " dot ", "(at)",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.sampled_from(SIGNS) | st.text(max_size=3), max_size=25).map(
    "".join
)
mixed = texts | st.sampled_from(TEXTS) | st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join)


def shown(pattern: str) -> set[tuple[str, ...]]:
    """The rows of an expression, with brackets for the edges of words."""
    return {tuple(piece.replace(BEGINS, "<").replace(ENDS, ">") for piece in row) for row in needed(pattern)}


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        (
            r"\bfire (?:in|on) the (?:house|shop)\b",
            {("<house>", "<fire>", "<in>"), ("<house>", "<fire>", "<on>")}
            | {("<fire>", "<shop>", "<in>"), ("<fire>", "<shop>", "<on>")},
        ),
        (r"brenn(?:t|en)\w*", {("brennt",), ("brennen",)}),
        (r"\b(?:eine?|kein) Lift\b", {("<lift>", "<eine>"), ("<lift>", "<ein>"), ("<lift>", "<kein>")}),
        (r"ger[äa]te?", {("gerät",), ("geräte",), ("gerat",), ("gerate",)}),
        (r"steck\w{2,4} [^.]{0,9}fest", {("steck", "fest")}),
        (r"(?<!\w)bon(?!\w)|(?<!-)bus(?=s)", {("<bon>",), ("bus",)}),
        (r"kunde[-.\s]{0,2}nr|kunde[\s,]+id", {("kundenr",), ("kunde>", "<nr"), ("kunde>", "<id")}),
        (r"(?:ab)+c{2}\d(?>de)", {("ab", "c")}),
        (r"[a-z]+ [^\W\d_]{0,5}|fest", set()),
        (r"\d+|§", set()),
    ],
)
def test_the_pieces_of_an_expression(pattern: str, rows: set[tuple[str, ...]]) -> None:
    assert shown(pattern) == rows


def test_of_very_many_templates_the_better_half_has_to_do() -> None:
    many = "|".join(f"a{number}" for number in range(300))
    assert (
        shown(rf"\b(?:{many}) (?:{many}) lift\b") == {("<lift>",)}
        or len(shown(rf"(?:{many}) (?:{many})")) == 300
    )
    assert {len(row) for row in shown(rf"(?:{many}) (?:{many})")} == {1}


def test_bars_outside_of_brackets_part_an_expression() -> None:
    assert alternatives(r"a|b[|)]c|d\|(?:e|f)|") == ["a", "b[|)]c", r"d\|(?:e|f)", ""]


def test_letters_that_expressions_take_for_each_other_are_one() -> None:
    signs = "".join(map(chr, range(sys.maxunicode + 1)))
    for letter in "abcdefghijklmnopqrstuvwxyzäöüß":
        alike = re.findall(letter, signs, re.IGNORECASE)
        assert {plain(sign) for sign in alike} == {letter}
    assert small("DİE Straẞe") == "die straße"
    assert small("ﬃŐ") == "ﬃő"


def test_what_words_say_is_kept_within_bounds() -> None:
    cues = Cues([needed("brennt"), needed(r"\d")])
    assert cues.mask(["Es", "BRENNT"]) == 0b11
    assert cues.mask(["lichterloh"]) == 0b10
    assert cues.mask(["x" * LONGEST + "brennt"]) == 0b11
    assert len(cues) == 3
    assert cues.mask([str(number) for number in range(KEPT)]) == 0b10
    assert len(cues) == 3
    assert not address_cues.may_address(" ".join(f"w{number}" for number in range(KEPT + 1)), "out")
    assert len(address_cues._flags["out"]) <= KEPT


def test_words_that_are_used_again_are_not_worked_out_again() -> None:
    class Asked(Kept[int]):
        times = 0

        def found(self, word: str) -> int:
            Asked.times += 1
            return len(word)

    kept = Asked()
    for number in range(2 * KEPT):
        assert kept["paket"] == 5
        assert kept[str(number)] == len(str(number))
    assert Asked.times == 2 * KEPT + 1
    with pytest.raises(NotImplementedError):
        Kept[int]()["paket"]


@given(mixed)
def test_no_part_of_a_rule_for_urgency_matches_what_is_passed_over(text: str) -> None:
    told = urgency._lowered(text)
    words = urgency._WORD.findall(told)
    possible = urgency._CUES.mask(words)
    found = {part for rule in urgency._RULES for part in rule.parts if part.search(told)}
    assert [part for part in found if not possible >> urgency._PARTS.index(part.pattern) & 1] == []
    only_told = urgency._TOLD_CUES.mask(words)
    assert [n for n, part in enumerate(urgency._TOLD) if part.search(told) and not only_told >> n & 1] == []


@given(mixed)
def test_no_frame_holds_in_what_is_passed_over(text: str) -> None:
    told = urgency._lowered(text)
    holders = urgency._CUES.holders([urgency._WORD.findall(told)])
    holds = list(framed([said_in(frame_words_of(told, 0, len(told)))]))
    assert may_be_framed(holders[urgency._IDEAS_FROM :]) or holds == []


@given(st.lists(mixed, max_size=70))
def test_of_many_texts_is_said_what_is_said_of_each(texts: list[str]) -> None:
    words = [urgency._WORD.findall(urgency._lowered(text)) for text in texts]
    holders = urgency._CUES.holders(words)
    each = [
        sum((holders[thing] >> at & 1) << thing for thing in range(len(holders))) for at in range(len(texts))
    ]
    assert each == list(map(urgency._CUES.mask, words))


@given(st.lists(st.sampled_from(TEXTS), max_size=40))
def test_texts_press_alike_alone_and_among_others(texts: list[str]) -> None:
    intents = [{"legal"} if len(text) % 5 == 0 else set() for text in texts]
    alone = [urgency.urgency(text, ["Brandgeruch*"], of) for text, of in zip(texts, intents, strict=True)]
    assert urgency.urgencies(texts, ["Brandgeruch*"], intents) == alone
    assert [urgency.urgency(text) for text in texts] == urgency.urgencies(texts)


def test_very_many_texts_are_looked_through_in_parts() -> None:
    texts = ["Alles gut", "Es brennt im Zug!"] * urgency.TOGETHER
    assert [int(one.level) for one in urgency.urgencies(texts)] == [0, 2] * urgency.TOGETHER


def test_rules_that_need_no_word_may_hold_in_any_text() -> None:
    cues = Cues([needed("brennt"), needed(r"\d")])
    assert cues.holders([["es", "brennt"], [], ["aus"]]) == [0b001, 0b111]
    assert Cues([needed(r"\d")]).holders([["es"]] * MANY) == [(1 << MANY) - 1]


ALL_IDIOMS = re.compile("|".join(idioms.IDIOMS))


@given(
    mixed
    | st.lists(st.sampled_from(["to die for", "vor", "lachen", "sterbe", "burnout", "x", "-"])).map(" ".join)
)
def test_idioms_are_blanked_as_one_expression_would(text: str) -> None:
    blanked = ALL_IDIOMS.sub(lambda found: " " * len(found[0]), text)
    assert urgency._without_idioms(text, urgency._WORD.findall(text)) == blanked


@given(mixed)
def test_no_step_finds_private_data_in_what_is_passed_over(text: str) -> None:
    steps = (*private_data._LINKS_AND_EMAILS, *private_data._numbers(("DE", "US")))
    for possible, step in steps:
        hiding = step is private_data._quiet or step is private_data._handles
        assert possible(text) or hiding or list(step(text)) == []
    if not private_data._must_be_quiet(text):
        rest = hide(
            text, [(start, end) for _, start, end in private_data._apart(private_data._quiet(text), text)]
        )
        found = [
            *private_data._phones(("DE",), rest),
            *named_loosely(rest),
            *named_before(rest),
            *coded(rest),
        ]
        assert found == []


@given(mixed)
def test_no_number_is_named_where_there_is_no_code(text: str) -> None:
    named = [*named_closely(text), *named_loosely(text), *named_before(text), *coded(text)]
    assert has_code(text) or named == []


@given(mixed)
def test_no_address_is_written_in_a_way_that_is_passed_over(text: str) -> None:
    none = not may_have_address(text)
    passed_over = [(way, fits) for possible, way, fits in WAYS if none or not possible(text)]
    assert [way for way, fits in passed_over for found in way.finditer(text) if fits(found, text)] == []


def everything(sentence: Sentence, _direction: Direction) -> list[int]:
    return list(range(len(sentence.words)))


@given(mixed, st.sampled_from(["in", "out"]))
def test_no_word_says_du_or_sie_where_none_is_looked_at(text: str, direction: Direction) -> None:
    judged = [place for place in places(text, direction, everything) if address_form._verdict(place)]
    looked_at = {place.word for place in places(text, direction, address_cues.candidates)}
    assert {place.word for place in judged} <= looked_at
    assert judged == [] or address_cues.may_address(text, direction)


def test_words_are_taken_as_written() -> None:
    assert words_of("Das KIND_1, ja!") == ["Das", "KIND_1", "ja"]


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("Auf der Strecke geht nichts.", False),
        ("Nichts geht. Strecke zu.", True),
        ("Nichts geht\nStrecke zu", True),
        ("AUF DER Strecke geht nichts.", True),
        ("Euer Ehren Strecke ist zu.", True),
        ("Im Film Deinxy lief uns zu viel.", True),
        ("http://a.example/\x1cfoo Strecke zu.", True),
        ("Ich hab da mal Fragen.", False),
        ("Hab da Verständnis.", True),
        ("Hab da (Geduld).", True),
        ("Da kannst lange warten.", True),
        ("Da Kannst lange warten.", False),
        ("Das Licht kauf ich, ich kauf auch Pakete.", False),
        ("Das Licht kauf ich.", False),
        ("Das Licht kauf, ich auch.", True),
        ("Ich, kauf Geduld.", True),
        ("Das hat uns gefreut, und mir auch.", False),
        ("Das ist nett, mir auch.", False),
        ("Mal nicht so gut.", False),
        ("Die Gaby mal wieder.", False),
        ("Stups mich, bitte.", True),
        ("Nun bitte stups mich.", True),
        ("Also dann kapier doch bitte.", True),
        ("Nr. mir nicht.", True),
        ("Nichts. Stups mich, bitte.", True),
    ],
)
def test_a_verb_is_looked_at_where_it_may_ask(text: str, may: bool) -> None:
    assert address_cues.may_address(text, "in") is may
