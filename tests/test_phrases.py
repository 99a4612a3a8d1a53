"""Phrases: what is read, what is refused and where, what goes out, and whom it greets."""

from __future__ import annotations

from collections import Counter
from itertools import count, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resonanz.phrases import (
    DEEPEST,
    VARIABLES,
    Form,
    PhraseError,
    greeting_name,
    parse,
    similarity,
    too_alike,
)

DELAY = parse(
    "{Hallo|Hi|Guten Tag} {name}, {danke für {deinen|Ihren} Hinweis|das tut uns leid}. "
    "{du:Schick uns bitte deine|sie:Schicken Sie uns bitte Ihre} Nummer bis {due}. ^{agent}"
)


def said(source: str, *, form: Form = "du", seed: int = 0, **values: str) -> str:
    return parse(source).render(form=form, values=values, seed=seed)


def wordings(source: str, *, form: Form = "du") -> list[str]:
    phrase = parse(source)
    return [phrase.render(form=form, values={"name": "Ada"}, seed=i) for i in range(phrase.variants_count)]


def test_one_source_says_du_and_sie() -> None:
    values = {"name": "Ada Lamm", "due": "16:00", "agent": "bk"}
    assert DELAY.render(form="du", values=values, seed=0) == (
        "Hallo Ada Lamm, danke für deinen Hinweis. Schick uns bitte deine Nummer bis 16:00. ^bk"
    )
    assert DELAY.render(form="sie", values=values, seed=2) == (
        "Guten Tag Ada Lamm, danke für Ihren Hinweis. Schicken Sie uns bitte Ihre Nummer bis 16:00. ^bk"
    )


def test_what_a_phrase_tells_of_itself() -> None:
    assert DELAY.variables == {"name", "due", "agent"}
    assert DELAY.has_forms
    assert DELAY.variants_count == 9
    plain = parse("Wir melden uns.")
    assert (plain.source, plain.variables, plain.has_forms, plain.variants_count) == (
        "Wir melden uns.",
        frozenset(),
        False,
        1,
    )


def test_the_form_with_fewer_wordings_counts() -> None:
    assert parse("{du:{Hi|Hallo|Hey}|sie:Guten Tag}").variants_count == 1
    assert parse("{du:{Hi|Hallo}|sie:{Guten Tag|Guten Morgen|Grüezi}}").variants_count == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{name}}", ["{name}"]),
        ("{{Hallo|Hi}}", ["{Hallo|Hi}"]),
        ("{{{name}}}", ["{Ada}"]),
        ("{{ {name} }}", ["{ Ada }"]),
        ("{{ allein", ["{ allein"]),
        ("allein }}", ["allein }"]),
        ("}}{{", ["}{"]),
        ("{{{{", ["{{"]),
        ("{{name}|Du da}", ["Ada", "Du da"]),
        ("{Hi|Hallo {name}}", ["Hi", "Hallo Ada"]),
        ("{Hi|Hallo {du:dir|sie:Ihnen}}", ["Hi", "Hallo dir"]),
        ("{{{a|b}|c}|d}", ["a", "d", "c", "b"]),
        ("{a {{x|y}} b|c}", ["a {x|y} b", "c"]),
        ("{a|b}}}", ["a}", "b}"]),
        ("{ name }", ["Ada"]),
        ("{Hallo|Hallo|Hi}", ["Hallo", "Hi"]),
        ("{Hinweis: a|Info: b}", ["Hinweis: a", "Info: b"]),
        ("{https://a.example|https://b.example}", ["https://a.example", "https://b.example"]),
        ("{DU:deine|Sie:Ihre} Bahn", ["deine Bahn"]),
        ("a | b", ["a | b"]),
        ("", [""]),
    ],
)
def test_reading(source: str, expected: list[str]) -> None:
    assert wordings(source) == expected


@pytest.mark.parametrize(
    ("source", "code", "position", "found"),
    [
        ("Hallo {name", "unclosed", 6, "{name"),
        ("Hallo {name|Du {brand}", "unclosed", 6, "{name|Du {brand}"),
        ("a {{ b {name", "unclosed", 7, "{name"),
        ("Hallo name}", "unopened", 10, "}"),
        ("{a|b}}", "unopened", 5, "}"),
        ("Hallo {vorname},", "unknown_variable", 7, "vorname"),
        ("Hallo {}", "empty", 7, "}"),
        ("{Hallo|} du", "empty", 7, "}"),
        ("{Hallo| |Hi}", "empty", 7, " |"),
        ("{du:deine|sie: }", "empty", 14, " }"),
        ("{{Hallo|Hi} {name}}}", "one_alternative", 1, "{Hallo|Hi} {name}"),
        ("{du:deine}", "missing_form", 0, "{du:deine}"),
        ("{du:deine|Ihre}", "unknown_form", 10, "Ihre"),
        ("{du:deine|ihr:eure}", "unknown_form", 10, "ihr:eure"),
        ("{ihr:habt|er:hat}", "unknown_form", 1, "ihr:habt"),
        ("{du:a|du:b|sie:c}", "repeated_form", 6, "du:b"),
        ("{a|" * (DEEPEST + 1) + "b" + "}" * (DEEPEST + 1), "too_deep", 3 * DEEPEST, "{a|b}}}}}}}}}"),
        ("x" * 50 + "{" + "y" * 50, "unclosed", 50, "{" + "y" * 39),
    ],
)
def test_refusals_name_the_place(source: str, code: str, position: int, found: str) -> None:
    with pytest.raises(PhraseError) as refused:
        parse(source)
    assert (refused.value.code, refused.value.position, refused.value.found) == (code, position, found)


def test_a_refusal_says_what_was_expected() -> None:
    with pytest.raises(PhraseError) as refused:
        parse("Hallo {kundin}")
    assert str(refused.value) == (
        "At 7: expected a known variable, or alternatives parted by |, found 'kundin'."
    )


def test_the_caller_says_which_variables_there_are() -> None:
    assert parse("{train}", variables={"train"}).variables == {"train"}
    with pytest.raises(PhraseError):
        parse("{train}")
    assert parse(" ".join(f"{{{name}}}" for name in sorted(VARIABLES))).variables == VARIABLES


def test_a_phrase_without_a_value_does_not_go_out() -> None:
    with pytest.raises(ValueError, match="needs a value for agent, due"):
        DELAY.render(form="du", values={"name": "Ada"}, seed=0)


def test_a_value_is_never_interpreted() -> None:
    assert said("Hallo {name}!", name="{du:x|sie:y} {{brand}} {a|b}") == "Hallo {du:x|sie:y} {{brand}} {a|b}!"
    assert said("{name}, ja", name=" A\x00da ") == "Ada, ja"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hallo {name},\nwie schön", "Hallo,\nwie schön"),
        ("Hallo {name}!", "Hallo!"),
        ("Hallo {name} :)", "Hallo :)"),
        ("Hallo {name} 👋", "Hallo 👋"),
        ("Hallo {name}: gleich", "Hallo: gleich"),
        ("Tschüs, {name}", "Tschüs"),
        ("Danke, {name}!", "Danke!"),
        ("Danke, {name}, wir schauen", "Danke, wir schauen"),
        ("Danke {name} für alles", "Danke für alles"),
        ("{name}, danke", "Danke"),
        ("Gut. {name}, österlich.", "Gut. Österlich."),
        ("{name}! Danke", "Danke"),
        ("Gut. {name}! Danke", "Gut. Danke"),
        ("{name} {brand} ruft", "Ruft"),
        ("Danke, {name}, {brand}!", "Danke!"),
        ("Ihr Team ({agent}).", "Ihr Team."),
        ("Team („{agent}“) grüßt", "Team grüßt"),
        ("Viele Grüße – {agent}", "Viele Grüße"),
        ("Viele Grüße\n{agent}", "Viele Grüße"),
        ("Gruß\n\n– {agent}\n\nTeam", "Gruß\n\nTeam"),
        ("Wir sind dran. ^{agent}", "Wir sind dran."),
        ("Vor{name}silbe", "Vorsilbe"),
        ("{name}", ""),
    ],
)
def test_an_empty_value_leaves_no_trace(source: str, expected: str) -> None:
    assert said(source, name="", brand=" ", agent="\n") == expected


def test_only_what_belongs_to_an_empty_value_is_tidied() -> None:
    odd = "Na  so was , {name} ( so ) :-)\n\n\nEnde"
    assert said(odd, name="Ada") == "Na  so was , Ada ( so ) :-)\n\n\nEnde"


def test_each_wording_comes_once_and_neighbours_differ() -> None:
    values = {"name": "Ada", "due": "16:00", "agent": "bk"}
    texts = [DELAY.render(form="sie", values=values, seed=seed) for seed in range(500)]
    assert len(set(texts[:9])) == 9
    assert texts[:9] == texts[9:18]
    assert all(a != b for a, b in pairwise(texts))
    assert max(Counter(texts).values()) == 56  # five hundred, dealt out evenly
    assert DELAY.render(form="sie", values=values, seed=-1) == texts[8]


def test_neighbours_differ_in_every_place() -> None:
    texts = [text.split() for text in wordings("{a|b|c} {d|e|f} {g|h|i}")]
    differing = [sum(x != y for x, y in zip(a, b, strict=True)) for a, b in pairwise(texts)]
    assert sum(differing) / len(differing) > 2.5


shapes = st.recursive(
    st.just(0),
    lambda inner: st.lists(st.lists(inner, min_size=1, max_size=2), min_size=2, max_size=3),
    max_leaves=8,
)


def written(shape: object, words: count[int]) -> str:
    """A source whose words are all different, so that every wording is, too."""
    if isinstance(shape, list):
        return "{" + "|".join(".".join(written(part, words) for part in option) for option in shape) + " }"
    return f"w{next(words)}"


@given(st.lists(shapes, min_size=1, max_size=3))
def test_all_wordings_are_reached(parts: list[object]) -> None:
    words = count()
    source = ".".join(written(part, words) for part in parts)
    texts = wordings(source)
    assert len(set(texts)) == len(texts)
    assert all(a != b for a, b in pairwise([*texts, texts[0]])) or len(texts) == 1


@given(st.text(alphabet="ab{}| \n", max_size=30))
def test_doubled_braces_stand_for_themselves(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert said(doubled) == text.strip()


def refusal(source: str) -> PhraseError | None:
    try:
        parse(source)
    except PhraseError as refused:
        return refused
    return None


@example("{ }")  # what is found there is a blank
@given(st.text(alphabet="{{{}}}||:duname si", max_size=40))
def test_any_source_is_read_or_refused_at_a_place(source: str) -> None:
    refused = refusal(source)
    if refused is None:
        assert "\x00" not in said(source, form="sie", seed=3, **dict.fromkeys(VARIABLES, ""))
    else:
        assert 0 <= refused.position <= len(source)
        assert source[refused.position :].lstrip().startswith(refused.found.lstrip()[:1])


def test_a_flood_of_braces_is_refused_quickly() -> None:
    with pytest.raises(PhraseError, match="At 0"):
        parse("{a|" * 200_000)
    with pytest.raises(PhraseError):
        parse("{a|" * 100_000 + "b" + "}" * 100_000)


@pytest.mark.parametrize(
    ("shown", "du", "sie"),
    [
        ("Jana Krause", "Jana", "Jana Krause"),
        ("Jana", "Jana", ""),
        ("Jürgen Groß", "Jürgen", "Jürgen Groß"),
        ("Anna von der Heide", "Anna", "Anna von der Heide"),
        ("Jean-Luc Morel", "Jean-Luc", "Jean-Luc Morel"),
        ("Siobhán O’Neill", "Siobhán", "Siobhán O’Neill"),
        ("Rory McAdam", "Rory", "Rory McAdam"),
        ("Aylin Yıldız", "Aylin", "Aylin Yıldız"),
        ("Анна Лебедева", "Анна", "Анна Лебедева"),
        ("Dr. Jana Krause", "Jana", "Dr. Jana Krause"),
        ("Prof. Dr. med. Jana Krause", "Jana", "Prof. Dr. med. Jana Krause"),
        ("Dipl.-Ing. Otto Traut", "Otto", "Dipl.-Ing. Otto Traut"),
        ("Jana K.", "Jana", ""),
        ("Jana M. Krause", "Jana", "Jana M. Krause"),
        ("Jana 🌻 Krause", "Jana", "Jana Krause"),
        ("👩🏽‍💻 Jana", "Jana", ""),
        (":blobcat: Jana :verified:", "Jana", ""),
        ("Jana Krause (sie/ihr)", "Jana", "Jana Krause"),
        ("Jana Krause she/her", "Jana", "Jana Krause"),
        ("Jana Krause | Pendlerin", "Jana", "Jana Krause"),
        ("Jana Krause, MdB", "Jana", "Jana Krause"),
        ("Jana - immer müde", "Jana", ""),
        ("Jana @ Messe", "Jana", ""),
        ("𝓙𝓪𝓷𝓪", "Jana", ""),
        ("Anna Neuhaus", "Anna", "Anna Neuhaus"),
    ],
)
def test_who_shows_a_name_is_greeted_by_it(shown: str, du: str, sie: str) -> None:
    assert (greeting_name(shown), greeting_name(shown, form="sie")) == (du, sie)


@pytest.mark.parametrize(
    "shown",
    [
        "", "  ", "🌻🌻", "jana_k", "jana", "Jana1987", "@jana", "JanaKrause", "JANA", "J. Krause",
        "Krause, Jana", "Jana & Otto", "Jana von", "Dr.", "山田太郎", "Jana\u202ekcah", "ein müder Pendler",
        "Ich Will Heim", "Der Nordbote", "Deutsche Nordbahn", "Nordlicht GmbH", "Stadtwerke Nordhafen",
        "Nordhafener Zeitung", "Team Rot", "Frau Krause", "Museum Nordhafen", "Grüne Nordhafen",
        "Verein Der Freunde Von Nordhafen", "Anna Bea Cleo Dora Emma Fine",
    ],
)  # fmt: skip
def test_who_shows_none_is_not(shown: str) -> None:
    assert (greeting_name(shown), greeting_name(shown, form="sie")) == ("", "")


def test_a_greeting_reads_well_with_and_without_a_name() -> None:
    greeting = parse("{du:Hallo|sie:Guten Tag} {name}, wir sind dran.")
    seen: list[str] = []
    forms: tuple[Form, ...] = ("du", "sie")
    for shown in ("Jana Krause", "jana_k"):
        for form in forms:
            values = {"name": greeting_name(shown, form=form)}
            seen.append(greeting.render(form=form, values=values, seed=0))
    assert seen == [
        "Hallo Jana, wir sind dran.",
        "Guten Tag Jana Krause, wir sind dran.",
        "Hallo, wir sind dran.",
        "Guten Tag, wir sind dran.",
    ]


def test_similarity_reckoned_by_hand() -> None:
    assert similarity("Der Zug fällt aus.", "der ZUG faellt aus") == 1.0
    assert similarity("eins zwei drei", "zwei drei vier") == 0.5
    assert similarity("eins", "zwei") == 0.0
    assert similarity("", "!") == 1.0
    assert similarity("", "eins") == 0.0
    assert similarity("@ada@social.example wir sind dran", "@otto wir sind dran") == 1.0


def test_the_same_text_with_another_name_is_too_alike() -> None:
    source = (
        "Hallo {name}, die Störung zwischen Nordhafen und Südstadt dauert leider noch bis 16 Uhr an. "
        "{du:Deine Fahrkarte|sie:Ihre Fahrkarte} gilt heute auch in der Straßenbahn."
    )
    ada, otto = said(source, name="Ada"), said(source, name="Otto")
    other = "Das Fundbüro hat deine Jacke, du kannst sie ab morgen abholen."
    assert too_alike([ada, other, otto], said(source, name="Mia")) == (ada, otto)
    assert too_alike([other], ada) == ()
    assert too_alike([other], ada, threshold=0.0) == (other,)


def test_varied_wording_is_not_too_alike() -> None:
    texts = wordings(
        "{Hallo {name}, danke für die Meldung|Guten Morgen {name}, das ist ärgerlich|Hi {name}, gern}. "
        "{Die Linie 4 steht, der Strom ist weg|Wegen eines Stromausfalls fährt gerade nichts auf der Linie 4"
        "|Auf der 4 ist der Strom weg}. {Bis 16 Uhr soll sie wieder rollen|Wir rechnen mit 16 Uhr"
        "|Ab etwa 16 Uhr geht es weiter}."
    )
    assert len(texts) == 27
    assert all(not too_alike([a], b) for a, b in pairwise(texts))
