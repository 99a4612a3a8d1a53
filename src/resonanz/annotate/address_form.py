"""Whether a German text addresses its reader with du or with Sie, and which form a reply shall use.

Here live the rules for pronouns: capitals, place in the clause, agreement with the verb. What `sie` and
`ihr` may refer to is `address_reference`, verbs without a pronoun are `address_requests`, reading a text
is `address_places` and `german_words`; which text gets checked is the caller's business.

A text is weighed in two rounds. First what speaks for itself (`dir`, `Ihnen`, `schreib uns`). Then what
depends on it: `Sie kommen morgen` after `Die Pakete sind unterwegs` speaks of the parcels.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from resonanz.annotate import german_verbs as verbs
from resonanz.annotate.address_cues import (
    DU,
    DU_IN_DIALECT,
    EUCH,
    OWN,
    agrees_with_sie,
    candidates,
    is_clipped,
    may_address,
)
from resonanz.annotate.address_places import FUNCTION, GREETING, JOINING, LEADING, places
from resonanz.annotate.address_reference import (
    READERS_OWN,
    is_called_by_name,
    names_many_alone,
    refers_back,
    speaks_to_reader,
    woman_before,
)
from resonanz.annotate.address_requests import addresses_informally, starts
from resonanz.annotate.german_words import CLAUSE, JOINED, OPENING, keys

if TYPE_CHECKING:
    from resonanz.annotate.address_places import Direction, Place
    from resonanz.annotate.german_words import Word

Form = Literal["du", "sie", "mixed", "none"]
Sure = Literal["du", "sie"]
Verdict = Literal["du", "sie", "doubt", ""]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that shows a form of address, and where it stands (characters of the text, end exclusive)."""

    form: Sure
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class AddressForm:
    """The form of address of a text, `mixed` where both occur, with every word that shows one, in order."""

    form: Form
    evidence: tuple[Evidence, ...]


def address_form(text: str, *, direction: Direction = "out") -> AddressForm:
    """How `text` addresses its reader.

    `"out"` is the company writing to a customer, where a plural `ihr` is informal. `"in"` is a customer
    writing to the company, where `ihr` means the company and says nothing. Quoted words, links, handles
    and hashtags do not count. Never raises.
    """
    if not may_address(text, direction):
        return _NONE
    places_here = places(text, direction, candidates)
    judged = [(place, verdict) for place in places_here if (verdict := _verdict(place))]
    sure: set[Verdict] = {verdict for _, verdict in judged}
    found: list[Evidence] = []
    for place, verdict in judged:
        form = _settled(place, sure) if verdict == "doubt" else verdict
        if form:
            word = place.word
            found.append(Evidence(form, word.start, word.end, text[word.start : word.end]))
    forms: set[Form] = {evidence.form for evidence in found}
    return AddressForm("mixed" if len(forms) > 1 else next(iter(forms), "none"), tuple(found))


_NONE = AddressForm("none", ())


def form_for_reply(brand: Form, customer: Form, channel: Form) -> Literal["du", "sie", "none"]:
    """The form a reply shall use: the brand's rule, else what the customer used, else the channel's default.

    `none` and `mixed` decide nothing and pass the question on.
    """
    for form in (brand, customer, channel):
        if form in {"du", "sie"}:
            return "du" if form == "du" else "sie"
    return "none"


def _settled(place: Place, sure: set[Verdict]) -> Sure | Literal[""]:
    """What a `Sie` or `Ihr` that may refer back means, by the company it keeps."""
    if is_called_by_name(place) or "sie" in sure or ("du" not in sure and speaks_to_reader(place)):
        return "sie"
    return ""


def _verdict(place: Place) -> Verdict:
    word = place.word
    bare = word.key.removesuffix("'s")
    if bare in DU:
        return "" if bare == "du" and _is_name(place) else "du"
    if bare in EUCH or (bare == "eu" and not word.capital) or (bare == "ehr" and place.last in _RHENISH):
        return "du" if place.direction == "out" else ""
    return _ihr(place) if bare == "ihr" else _third_or_verb(place, bare)


def _third_or_verb(place: Place, bare: str) -> Verdict:
    """What is said by a form of Sie, or by a word that is no pronoun."""
    word = place.word
    if bare == "sie" or (word.text == "Si" and _is_swiss(place)):
        return _sie(place)
    if bare in OWN:
        return _own(place)
    if word.key.endswith(_SOUNDS) and (merged := _merged(place)):
        return merged
    informal = (bare in DU_IN_DIALECT and _is_dialect(place)) or addresses_informally(place)
    return "du" if informal else ""


def _is_name(place: Place) -> bool:
    """`Café du Nord`: between two capitals, without a verb that agrees."""
    before = place.sentence.words[place.at - 1]
    if place.word.capital or not (place.last and place.after and before.capital and _next_is_noun(place)):
        return False
    agrees = any(verbs.second_singular(word.key) for word in place.sentence.words)
    return not agrees and before.key not in GREETING | LEADING


_WELCOMING = keys("griaß griass grüß gruess pfiat pfiad pfüat pfüet griaßt")
_SWISS = keys("isch üs eus öis nöd nid ned scho hesch händ hend het hät gits chunnt chasch uf vo gsi mir mer")


def _is_dialect(place: Place) -> bool:
    """`meld di`, `dis Päckli isch`, `ding Päckche`, `mit diene Post`: forms of du and dein in dialect."""
    word = place.word
    if word.capital or not place.last:
        return False
    if word.key == "di":
        return place.last in _LOW_SUBJECTS | _WELCOMING or (not _next_is_noun(place) and _gets_di(place))
    if not (place.style.nouns and _next_is_noun(place)):
        return word.key == "dia" and _gets_di(place)
    if word.key == "dis":
        return any(other.key in _SWISS for other in place.sentence.words)
    return word.key.startswith("ding") or place.last in _LOW_PREPOSITIONS


_RHENISH = keys("hatt künnt wullt sitt mutt")  # what stands before `ehr`, which is ihr there
_LOW_SUBJECTS = keys("wi ik ick")  # "sehn wi di", while "mir händ di" goes on with a noun
_LOW_PREPOSITIONS = keys("mit för an in op ut to vun bi na över ünner wegen")


def _gets_di(place: Place) -> bool:
    return verbs.singular_imperative(place.last) or not place.sentence.words[place.at - 1].capital


_SOUNDS = ("se", "s'", "n's")  # what Sie becomes behind a verb


def _merged(place: Place) -> Verdict:
    """`Ham Se`, `schaun S'`, `könnse`, `Schaun'S`: Sie as a mere sound, mostly behind its verb."""
    word, last = place.word, place.last
    if word.text == "Se" and (
        place.polite_capital or verbs.common_plural_verb(place.after.removesuffix("'s"))
    ):
        return "sie" if place.polite_capital or not refers_back(place) else ""
    if word.key in {"se", "s'"}:
        noun = place.at > 1 and place.sentence.words[place.at - 1].capital
        polite = place.polite_capital or (word.key == "se" and not noun and last.endswith(("n", "m")))
        polite &= place.shouted or word.text != "SE"  # a company's name
    elif word.key.endswith("n's"):
        polite = word.text.endswith("S") or (is_clipped(word.key[:-2]) and starts(place))
    else:
        verb = word.key.removesuffix("se")
        polite = verb != word.key and (verb == "ham" or agrees_with_sie(verb))
    return "sie" if polite and not refers_back(place) else ""


_APPEARING = keys("sind waren kommen kamen stehen liegen blühen laufen")  # verbs without an object


def _is_announced(place: Place) -> bool:
    """`Sie sind da: unsere Pakete!`: what it means follows, at once or behind `jetzt sind sie da`."""
    words = place.following()
    if place.at or not any(
        word.before == OPENING and names_many_alone(words[at:]) for at, word in enumerate(words)
    ):
        return False
    small = any(word.text == "sie" and before.key in _APPEARING for before, word in pairwise(words))
    return small or place.after in _APPEARING


def _is_third_behind_brackets(place: Place) -> bool:
    """`Sie (die Katze) schläft`: its verb follows what is put between."""
    words = place.following()
    if not words or words[0].before != OPENING:
        return False
    behind = [word.key for word in words if word.before == CLAUSE]
    return any(map(verbs.maybe_second_plural, behind)) and not any(map(verbs.plural_verb, behind))


def _is_swiss(place: Place) -> bool:
    """`Chönd Si`, `Si finded`: Sie, where a verb agrees or the capital tells."""
    return place.polite_capital or verbs.plural_verb(place.after)


# --- Sie, Ihnen, Ihre --------------------------------------------------------------------------------

_BEHIND_SIE = keys("alle beide beiden selbst als bitte auch nicht persönlich")
_BEHIND_REQUEST = keys("sich uns mir mich bitte doch mal einfach")
_SUBJECTS = keys("ich wir er man")
_QUESTIONS = keys("warum wieso weshalb wann wo wie was")


def _sie(place: Place) -> Verdict:
    if place.polite_capital:
        return "" if _is_the_word(place) else "sie"
    if place.small:
        return "sie" if _small_sie_is_polite(place) and not refers_back(place) else ""
    after = place.after
    if after and not (verbs.plural_verb(after) or after in _BEHIND_SIE or _next_is_noun(place)):
        return ""  # she, with a verb in the singular
    if _is_announced(place) or _is_third_behind_brackets(place):
        return ""
    return "doubt" if refers_back(place, women=False) else "sie"


def _is_the_word(place: Place) -> bool:
    """`das Sie hört man kaum`: the word itself, with a verb in the singular."""
    if place.last != "das" or not (verbs.maybe_second_plural(place.after) or _is_subject_alone(place)):
        return False
    return not any(verbs.plural_verb(word.key) for word in place.rest[1:])


def _is_subject_alone(place: Place) -> bool:
    """`Das Sie im Brief war Absicht`."""
    return place.at == 1 and any(
        word.key in {"ist", "war"} or (verbs.maybe_second_plural(word.key) and not verbs.participle(word.key))
        for word in place.rest
    )


def _small_sie_is_polite(place: Place) -> bool:
    """`bitte senden sie uns` in any text; more where the writer has no capitals at all."""
    last, after = place.last, place.after
    lead = place.sentence.words[max(0, place.at - 2)].key
    verb_first = place.at == 1 or lead in LEADING or (place.at == 2 and lead in _QUESTIONS)
    if (verbs.plural_verb(last) or verbs.clipped_plural_verb(last)) and verb_first:
        return after in _BEHIND_REQUEST or not place.style.nouns
    if not place.careless:
        return False
    if verbs.plural_verb(last) or verbs.plural_verb(after) or _has_other_subject(place):
        return True
    return last in JOINING and bool(place.rest) and verbs.plural_verb(place.rest[-1].key)


def _own(place: Place) -> Verdict:
    if place.polite_capital:
        return "sie"
    if place.small:
        return "sie" if place.careless and not refers_back(place) else ""
    return "doubt" if refers_back(place) else "sie"


def _has_other_subject(place: Place) -> bool:
    """`ich habe ihr`: another pronoun does the verb."""
    return any(word.key in _SUBJECTS for word in place.clause)


# --- ihr ---------------------------------------------------------------------------------------------

_CALLED = keys("lieben beiden beide zwei drei süßen guten alle allesamt treuen")
_GIVEN = keys(
    "gehört hilft gefällt fehlt passt schmeckt reicht gelingt misslingt gebührt genügt entgeht obliegt nützt "
    "schadet widerfährt tut's geht's"
)
_THIRD = keys("er es man sie wer niemand jemand")
_MASCULINE_OR_NEUTER = tuple(
    keys(
        "anliegen schreiben unternehmen vertrauen guthaben wagen laden schaden garten ofen interesse kollege "
        "kunde name ende verhalten vorgehen versprechen wesen handeln leben essen entgegenkommen auto foto "
        "video büro team verfahren abo radio konto risiko kino netz magen rücken empfinden zeichen vorhaben "
        "benehmen käse"
    )
)
_NEVER_OWNED = FUNCTION | keys("nicht eigentlich überhaupt euch uns mir mich kein keine keinen")
_FEMININE_OR_PLURAL = tuple(keys("ung heit keit schaft tät ion enz anz ik e en eln rn os ts ls"))


def _ihr(place: Place) -> Verdict:
    if _is_plural(place):
        return "du" if place.direction == "out" else ""
    return _own(place) if _has_noun(place) else ""


def _is_plural(place: Place) -> bool:
    """Whether `ihr` is the subject: several people are spoken to."""
    last, after = place.last, place.after
    if verbs.second_plural(last) or verbs.second_plural(after) or after == "seit" or _is_called(place):
        return True
    if verbs.swiss_plural(last) or verbs.swiss_plural(after):
        return True
    if after in _GIVEN or _has_other_subject(place) or _fares(place):
        return False
    if not place.word.capital and woman_before(place):
        return False
    return _agrees(place)


def _fares(place: Place) -> bool:
    """`Ihr geht es gut`, `ihr tut nichts weh`: what becomes of her."""
    second = place.rest[1].key if len(place.rest) > 1 else ""
    if second in {"der", "jeder", "dieser", "niemand", "keiner"}:
        return woman_before(place)
    return place.after in {"geht", "tut", "bleibt"} and second in {"es", "das", "nichts", "nur", "alles"}


def _agrees(place: Place) -> bool:
    """Whether a verb in -t goes with `ihr`, which may also be third person singular."""
    last, after = place.last, place.after
    if verbs.maybe_second_plural(after) and not _next_is_noun(place) and not verbs.thing(after):
        return last not in _THIRD
    owned = _could_be_owned(place)
    if verbs.maybe_second_plural(last) and not owned:
        return not _is_given(place)
    return _agrees_at_end(place, owned=owned)


def _agrees_at_end(place: Place, *, owned: bool) -> bool:
    """Whether the verb that closes the clause goes with `ihr`: `wenn ihr Fragen habt`."""
    rest = place.rest
    if any(verbs.second_plural(word.key) and not word.capital for word in rest):
        return True
    if owned or not rest or not (place.last in JOINING or place.sentence.words[place.begin].key in JOINING):
        return False
    return verbs.maybe_second_plural(rest[-1].key) and not rest[-1].capital


def _is_given(place: Place) -> bool:
    """`er hilft ihr`, `das gehört ihr`: somebody else does the verb, she gets it."""
    return place.last in _GIVEN or (place.at > 1 and place.sentence.words[place.at - 2].key in _THIRD)


def _is_called(place: Place) -> bool:
    """`ihr Lieben`, `ihr alle`, `Ihr Helden!`, and before a request `Ihr Lieben, schreibt uns`."""
    following = place.following()
    if place.after in _CALLED:
        return not (len(following) > 1 and following[1].capital and following[1].before == JOINED)
    if place.word.before == JOINED or not _next_is_noun(place) or len(place.rest) != 1:
        return False
    if place.after.endswith("sten"):  # "Ihr Ärmsten, …"
        return True
    if len(following) > 1:
        return verbs.second_plural(following[1].key) or verbs.plural_imperative(following[1].key)
    named = following[0].key
    return (
        "!" in place.sentence.ending
        and named.endswith(("er", "en", "e", "s"))
        and not named.endswith(READERS_OWN)
    )


def _next_is_noun(place: Place) -> bool:
    following = place.following()
    return bool(following) and following[0].capital and not place.shouted


def _has_noun(place: Place) -> bool:
    """Whether a noun follows that `ihr` could own, after adjectives at most."""
    noun = _noun(place, ("e", "er", "es", "en", "em"))
    if noun is None:
        return False
    return noun.capital or (noun.key not in _BEHIND_REQUEST and not verbs.participle(noun.key))


def _could_be_owned(place: Place) -> bool:
    """Whether the noun behind `ihr` is masculine or neuter singular, as `Ihr Paket` wants it."""
    noun = _noun(place, ("er", "es"))
    if noun is None or noun.key in _NEVER_OWNED or verbs.second_plural(noun.key):
        return False
    return noun.key.endswith(_MASCULINE_OR_NEUTER) or not noun.key.endswith(_FEMININE_OR_PLURAL)


def _noun(place: Place, adjectives: tuple[str, ...]) -> Word | None:
    """The noun behind `ihr` and adjectives with such endings; without capitals simply the next word."""
    for word in place.rest[:4]:
        if word.capital or not place.style.nouns:
            return word
        if not word.key.endswith(adjectives) or verbs.common_plural_verb(word.key):
            return None
    return None
