"""Urgency: danger is heard, manners of speaking are not. The cases are written by hand for this project.

`urgency.tsv` and `urgency_unseen.tsv` hold level and text. The second was written in four portions, each
before the rules were widened for it. `urgency_frames.tsv` holds what no rule had words for, in four portions;
the second, third and fourth were found at 38, 65 and 58 % when first read, with 0, 2 and 2 alarms at 100
harmless posts. `urgency_second_unseen.tsv` was written before its writer had seen the rules: at first sight
48 of its 60 dangers were heard (80 %), with 7 alarms at 140 harmless posts; then the rules were widened for
it, so it is no longer unseen. In these two, `normal` means: not for the safety lane.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from resonanz.annotate.urgency import READ_MOST, REASONS, Urgency, urgency
from resonanz.annotate.urgency_danger import DANGER
from resonanz.annotate.urgency_frames import FRAMES
from resonanz.annotate.urgency_lexicon import WORDS
from resonanz.annotate.urgency_pressing import CRIES, INTENTS, PRESSING
from resonanz.annotate.urgency_rules import OTHERS
from resonanz.case import Urgency as Level
from tests.shared_data import shared_data

FOLDER = Path(__file__).parent


def cases(name: str) -> list[tuple[Level, str]]:
    lines = (FOLDER / name).read_text().splitlines()
    return [(Level[level.upper()], text) for level, text in (line.split("\t") for line in lines)]


def rates(known: list[tuple[Level, str]], level: Level) -> tuple[float, float]:
    """Recall and precision at a level."""
    seen = [(want, urgency(text).level) for want, text in known]
    right = sum(want == has == level for want, has in seen)
    return right / sum(want == level for want, _ in seen), right / sum(has == level for _, has in seen)


@pytest.mark.parametrize(
    ("name", "count", "recall", "precision"),
    [("urgency.tsv", 150, 0.98, 0.98), ("urgency_unseen.tsv", 150, 0.95, 0.95)],
)
def test_danger_is_heard(name: str, count: int, recall: float, precision: float) -> None:
    known = cases(name)
    safety, urgent = rates(known, Level.SAFETY), rates(known, Level.URGENT)
    print(f"\n{name}: {len(known)} cases; safety recall, precision {safety}; urgent {urgent}")
    assert len(known) >= count
    assert safety[0] >= recall
    assert safety[1] >= precision
    assert min(urgent) >= 0.9


def test_ordinary_posts_stay_ordinary() -> None:
    known = [*cases("urgency.tsv"), *cases("urgency_unseen.tsv")]
    ordinary = [text for want, text in known if want is Level.NORMAL]
    assert len(ordinary) >= 100
    alarms = [text for text in ordinary if urgency(text).level is Level.SAFETY]
    assert len(alarms) <= len(ordinary) / 100, alarms


def test_danger_in_words_of_no_rule_is_heard() -> None:
    known = cases("urgency_frames.tsv")
    danger = [text for want, text in known if want is Level.SAFETY]
    harmless = [text for want, text in known if want is Level.NORMAL]
    missed = [text for text in danger if urgency(text).level is not Level.SAFETY]
    alarms = [text for text in harmless if urgency(text).level is Level.SAFETY]
    print(f"\n{len(missed)} of {len(danger)} missed, {len(alarms)} of {len(harmless)} false")
    assert (len(danger), len(harmless)) >= (300, 500)
    assert len(missed) <= len(danger) * 0.13, missed
    assert len(alarms) <= len(harmless) / 100, alarms


def test_danger_beside_posts_that_only_look_like_it_is_heard() -> None:
    known = cases("urgency_second_unseen.tsv")
    danger = [text for want, text in known if want is Level.SAFETY]
    harmless = [text for want, text in known if want is Level.NORMAL]
    missed = [text for text in danger if urgency(text).level is not Level.SAFETY]
    alarms = [text for text in harmless if urgency(text).level is Level.SAFETY]
    print(f"\n{len(missed)} of {len(danger)} missed, {len(alarms)} of {len(harmless)} false")
    assert (len(danger), len(harmless)) == (60, 140)
    assert len(missed) <= 1, missed
    assert len(alarms) <= 1, alarms


@pytest.mark.parametrize(
    ("text", "code", "level"),
    [
        ("Kind allein", "child_missing", Level.SAFETY),
        ("@nordlicht Hilfe, Kind allein!!", "child_missing", Level.SAFETY),
        ("Mein Kind ist allein im Bus", "child_missing", Level.SAFETY),
        ("Tochter (8) allein am Bahnsteig", "child_missing", Level.SAFETY),
        ("Betrug mit meiner Karte!", "fraud", Level.SAFETY),
        ("Jemand benutzt meinen Namen bei euch", "fraud", Level.SAFETY),
        ("Es gibt einen Fakeshop in eurem Namen", "fraud", Level.SAFETY),
        ("Das ist Betrug!", "accused", Level.URGENT),
        ("komme gerade nicht in den Zug", "blocked", Level.URGENT),
        ("Gerade komme ich nicht ins Hotel", "blocked", Level.URGENT),
        ("Komme gerade nicht rein", "blocked", Level.URGENT),
        ("stehe gerade vor verschlossener Tür", "blocked", Level.URGENT),
        ("can't get on the train right now", "blocked", Level.URGENT),
        (
            "Brauche bis heute 18 Uhr eine Antwort, sonst verfällt die Reservierung",
            "deadline",
            Level.URGENT,
        ),
        ("Frist morgen", "deadline", Level.URGENT),
        ("Frist läuft heute ab", "deadline", Level.URGENT),
        ("Redaktionsschluss heute 16 Uhr", "deadline", Level.URGENT),
        ("dringend!!!", "pressing", Level.URGENT),
        ("Bitte, dringend", "pressing", Level.URGENT),
        ("dringend!!! bitte meldet euch", "pressing", Level.URGENT),
    ],
)
def test_what_cannot_wait_is_said_with_its_reason(text: str, code: str, level: Level) -> None:
    found = urgency(text)
    assert found.level is level
    assert code in {reason.code for reason in found.reasons}
    assert all(text[reason.start : reason.end] == reason.text for reason in found.reasons)


@pytest.mark.parametrize(
    "text",
    [
        "Betrug! Nie wieder dieser Laden!",
        "So ein Betrug, die Packung ist halb leer",
        "Ihr seid ein Fakeshop, hab bezahlt und nichts bekommen, Kreditkarte belastet",
        "Kann mein Kind (9) allein im Zug fahren?",
        "Mein Sohn fährt seit September allein im Bus zur Schule",
        "Das Sieb war es nicht, der Trockner pfeift weiter. Was nun?",
        "komme gerade nicht rein in die App",
        "Gibt es eine Frist für die Rückgabe?",
        "Ihr müsst dringend eure App verbessern",
    ],
)
def test_what_only_sounds_like_it_can_wait(text: str) -> None:
    assert urgency(text).level is Level.NORMAL


@pytest.mark.parametrize(
    ("text", "intents", "codes"),
    [
        ("Mein Anwalt meldet sich", {"legal", "complaint"}, ["legal_threat"]),
        ("Ich schreibe für ein Magazin", {"press"}, ["press_enquiry"]),
        ("Löscht meine Daten", {"data_protection"}, ["data_request"]),
        ("Ich komme bei euch vorbei, passt auf!", {"abuse"}, ["threat"]),
        ("Ihr Vollidioten", {"abuse"}, []),
        ("Danke", {"praise", "cancellation"}, []),
        ("Frist läuft heute ab, dann klage ich", {"legal"}, ["deadline", "legal_threat"]),
    ],
)
def test_intents_lift_to_urgent_and_no_further(text: str, intents: set[str], codes: list[str]) -> None:
    found = urgency(text, (), intents)
    assert [reason.code for reason in found.reasons] == codes
    assert found.level is (Level.URGENT if codes else Level.NORMAL)


def test_danger_stays_danger_whatever_a_post_wants() -> None:
    found = urgency("Hilfe, es brennt in eurer Filiale", (), {"legal"})
    assert found.level is Level.SAFETY
    assert [reason.code for reason in found.reasons] == ["fire", "danger", "legal_threat"]


def test_frames_hear_who_and_what_and_leave_denials() -> None:
    cry = (
        "HILFE meine Tochter (4) steckt allein im Aufzug … Der Notruf da drin rauscht nur. Schickt jemanden!"
    )
    found = urgency(cry)
    assert found.level is Level.SAFETY
    assert all(cry[reason.start : reason.end] == reason.text for reason in found.reasons)
    assert urgency("Das Gehäuse vom Trockner raucht und es riecht angesengt, hilfe").level is Level.SAFETY
    assert urgency("Aus dem Kasten sprühen keine Funken, es knistert und qualmt nichts").level is Level.NORMAL
    assert urgency("İm Fahrstuhl stecken wir fest, keiner kommt, ein Kind weint").level is Level.SAFETY


def test_frames_are_made_of_ideas_that_have_words() -> None:
    used = {name for frame in FRAMES for idea in frame.ideas for name in idea}
    used |= {name for frame in FRAMES for name in frame.unless}
    assert used <= set(WORDS)
    assert {frame.code for frame in FRAMES} <= set(REASONS)


def test_real_posts_about_a_railway_raise_few_alarms() -> None:
    """Most of what fires there is news of accidents, which seldom becomes a conversation."""
    lines = (shared_data("germeval2017") / "dev.tsv").read_text().splitlines()[1:]
    texts = [line.split("\t")[1] for line in lines]
    alarms = [text for text in texts if urgency(text).level is Level.SAFETY]
    print(f"\n{len(alarms)} of {len(texts)} real posts in the safety lane")
    assert len(alarms) <= len(texts) / 100


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Ich sterbe vor Lachen", []),
        ("Kind allein zu Haus (Film)", []),
        ("Das ist brandneu!", []),
        ("Betrug!", ["accused"]),
        ("„Mein Kind ist im Auto eingesperrt“ ist ein dummer Werbespruch", []),
        ("Niemand ist verletzt, der Akku brennt nicht.", []),
        ("", []),
        ("Hilfe, es brennt in eurer Filiale", ["fire", "danger"]),
    ],
)
def test_what_is_said_decides(text: str, codes: list[str]) -> None:
    assert [reason.code for reason in urgency(text).reasons] == codes


def test_reasons_name_the_words_in_their_place() -> None:
    text = "Hallo @nordlicht 👋 im Aufzug sitzen wir fest, und der Flug geht in zwei Stunden, bitte helft!"
    found = urgency(text)
    assert found.level is Level.SAFETY
    assert [(r.code, r.level) for r in found.reasons][:1] == [("shut_in", Level.SAFETY)]
    assert {reason.level for reason in found.reasons} == {Level.SAFETY, Level.URGENT}
    assert all(text[reason.start : reason.end] == reason.text for reason in found.reasons)


def test_own_words_count_unless_denied() -> None:
    words = ["Störfall", "Reaktor*", " ", "*"]
    assert urgency("Es gibt einen STÖRFALL im Werk", words).reasons[0].code == "own_word"
    assert urgency("Im Reaktorblock 3 pfeift etwas", words).level is Level.SAFETY
    assert urgency("Störfallverordnung", words) == Urgency(Level.NORMAL, ())
    assert urgency("Das war kein Störfall", words).level is Level.NORMAL


def test_neighbours_count_and_what_is_only_told_does_not() -> None:
    assert urgency("Die Türen gehen nicht auf. Es hat 38 Grad im Auto.").level is Level.SAFETY
    assert urgency("Im Film gehen die Türen nicht auf. Es hat 38 Grad.").level is Level.NORMAL
    assert urgency("Die Türen gehen nicht auf. Im Film sind es 38 Grad.").level is Level.NORMAL


def test_long_and_strange_texts_are_read() -> None:
    assert urgency("a " * 100_000).level is Level.NORMAL
    assert urgency("x" * READ_MOST + " Hilfe, es brennt in eurer Filiale").level is Level.NORMAL
    assert urgency("!?…\n\n.…").level is Level.NORMAL


def test_every_rule_has_a_number() -> None:
    assert {rule.code for rule in (*DANGER, *OTHERS, *PRESSING)} | {"own_word", *INTENTS.values()} | {
        cry.code for cry in CRIES
    } == set(REASONS)
    assert sorted(REASONS.values()) == list(range(1, len(REASONS) + 1))
