"""What is taken for the same matter, measured on two incidents with posts about other matters between."""

from __future__ import annotations

from random import Random

import pytest

from resonanz.likeness import Model, features, stem
from resonanz.simulator.wave import wave
from tests.outage import OTHER, SAME

RULES = [("linie 6", "entfällt"), ("ersatzbus",)]


def test_words_are_compared_without_their_endings() -> None:
    for forms in ("anmeldung anmelden anmeldet", "app apps", "note notes", "crash crashes crashed crashing"):
        assert len({stem(word) for word in forms.split()}) == 1
    for forms in ("payment payments", "login logins", "gestort gestorten storung"):
        assert len({stem(word).removeprefix("ge") for word in forms.split()}) == 1
    assert (stem("app"), stem("apps"), stem("pass"), stem("anmeldung")) == ("app", "app", "pass", "anmeld")
    assert features("@nordlicht Die #App hängt!") == {"die", "app", "hang", "die app", "app hang"}


def test_a_wave_is_found_and_nothing_else_with_it() -> None:
    """Posts come in one after the other; what is proposed is confirmed, and the model learns from that."""
    found, wrong, missed = 0, [], 0
    linked: list[str] = []
    refused: list[str] = []
    for number, asked in enumerate(wave(5)):
        if number % 10 == 0:
            model = Model(linked, refused)
        if len(linked) < 5 and asked.equal:
            linked.append(asked.text)  # those from which the incident is opened
        elif model.judge(asked.text).is_alike:
            found += asked.equal
            wrong += [] if asked.equal else [asked.text]
            linked.append(asked.text)
        elif asked.equal:
            missed += 1
            linked.append(asked.text)  # an agent links it by hand
        else:
            refused.append(asked.text)
    assert wrong == []
    assert found >= 415


def shares(opened: int) -> tuple[float, float]:
    """Of the line that does not run: which share is found, and which share of other matters comes along."""
    found, wrong, same, other = 0, 0, 0, 0
    for seed in range(10):
        ours, others = list(SAME), list(OTHER)
        Random(seed).shuffle(ours)
        Random(seed).shuffle(others)
        model = Model(ours[:opened], others[:5], RULES)
        found += sum(model.judge(text).is_alike for text in ours[opened:])
        wrong += sum(model.judge(text).is_alike for text in others[5:])
        same, other = same + len(ours) - opened, other + len(others) - 5
    return found / same, wrong / other


def test_the_more_is_linked_the_more_is_found() -> None:
    few, many = shares(3), shares(20)
    assert (few[0] > 0.15, many[0] > 0.5, few[1] < 0.05, many[1] < 0.1) == (True, True, True, True)


def test_one_word_is_never_enough() -> None:
    model = Model(["App hängt beim Anmelden", "Anmelden in der App hängt", "App: Anmelden geht nicht"] * 3)
    assert model.judge("Anmelden in der App hängt wieder").is_alike is True
    alone = model.judge("Ist die App da?")
    assert (alone.reasons, alone.is_alike) == (("app",), False)
    assert model.judge("").is_alike is False
    assert model.judge("Anmelden zum Kochkurs in der App am Sonntag mit Nudeln und Soße?").is_alike is False


def test_given_words_speak_before_anything_is_learnt() -> None:
    model = Model(["Login tot"], rules=[("login", "fehler 503"), ()])
    verdict = model.judge("Login bringt Fehler 503")
    assert (verdict.given, verdict.reasons) == (True, ("503", "fehl", "logi"))
    assert verdict.score > Model(["Login tot"]).judge("Login bringt Fehler 503").score
    assert model.judge("503 Fehler beim Login").given is False  # the two stand the other way round


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (("app", "crashes"), "your app crashes when I sign in"),
        (("app", "crash"), "the apps crashed every time I opened them yesterday evening"),
        (("payment",), "two payments of mine are gone"),
        (("logins",), "Login tot"),
        (("app", "stürzt"), "Seit dem Update stürzen eure Apps bei uns allen ab, egal auf welchem Telefon"),
        (("502",), "bei mir auch 502"),
    ],
)
def test_a_rule_finds_whoever_says_its_words_in_any_form(rule: tuple[str, ...], text: str) -> None:
    learnt = ["Login hängt seit heute", "Komme nicht in die App"] * 5
    assert Model(learnt, ["Wo ist die Filiale?"] * 40, [rule]).judge(text).is_alike is True
    assert Model(learnt, ["Wo ist die Filiale?"] * 40).judge(text).is_alike is False


def test_a_rule_that_usual_posts_hit_says_little_by_itself() -> None:
    usual = ["Seit wann gibt es die App?", "Rechnung falsch"] * 40
    assert Model(["App hängt"], usual, [("app",)]).judge("Welche App empfehlt ihr?").is_alike is False
    assert Model(["App hängt"] * 80, usual, [("app",)]).judge("Welche App empfehlt ihr?").trusted is True


def test_what_was_refused_is_learnt_from() -> None:
    ours = ["Linie 6 fährt nicht", "Linie 6 fährt heute nicht", "Fährt die Linie 6?"] * 3
    question = "Fährt die Linie 6 am Sonntag?"
    before = Model(ours).judge(question).score
    assert Model(ours, ["Fährt die Linie 6 am Feiertag?"] * 5).judge(question).score < before


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        (["ja"], []),
        (["Linie 6 entfällt"], [["entfällt", "linie"]]),
        (["Is 'ner da? Shop 502, App tot", "Mit 'ner App in den Shop: 502 #shop_502"], []),
        (
            ["App hängt am Login"] * 2 + ["Ersatzbus fehlt heute"] * 2 + ["Zug"],
            [["hängt", "login"], ["ersatzbus", "fehlt"]],
        ),
    ],
)
def test_words_are_suggested_from_posts(texts: list[str], expected: list[list[str]]) -> None:
    assert Model(texts).suggest(texts) == expected


def test_nobodys_own_name_is_suggested() -> None:
    texts = ["Nordlichts Anmeldung hängt", "Nordlicht: Anmeldung hängt"]
    assert Model(texts).suggest(texts, besides="Nordlicht") == [["anmeldung", "hängt"]]


def test_at_most_so_many_rules_are_suggested() -> None:
    texts = [f"Thema{n} Sache{n}x" for n in "abc" for _ in range(3)]
    assert len(Model(texts).suggest(texts, most=2)) == 2
