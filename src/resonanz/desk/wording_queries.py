"""Queries in sentences: what one means, what is wrong with it, what a network cannot do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, get_language_info, ngettext, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from resonanz.desk.storage import from_ms
from resonanz.desk.understood import asked_in, switched_off
from resonanz.desk.wording import ago, audience_word, network_label
from resonanz.desk.wording_enquiries import private_kind
from resonanz.desk.wording_understanding import kind_name, reason_name
from resonanz.post import Audience
from resonanz.query import And, Node, Not, Op, QueryError, Spelled, Term
from resonanz.query.elsewhere import Loss
from resonanz.query.reading import NAMES
from resonanz.query.tree import ANY

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from resonanz.desk.models import StandingSearch

Words: TypeAlias = "str | StrPromise"  # looked up when they are said
Said = tuple[str, str]  # what a post does, and what it does not do where the term is negated


# What an expression means ------------------------------------------------------------------------


def explanation(query: Node) -> str:
    """Return what an expression finds, in one sentence."""
    return _("Posts that %(what)s.") % {"what": _clause(query, is_inner=False)}


def also_written(found: Iterable[Spelled]) -> str:
    """Return what else the names in an expression are taken for, "" where they have no other spelling."""
    return " ".join(
        _("“%(typed)s” is also found written %(others)s.")
        % {
            "typed": one.typed,
            "others": ", ".join(_("“%(words)s”") % {"words": other} for other in one.others),
        }
        for one in found
    )


def asks_in_vain(query: Node | None) -> str:
    """Return which notes of posts an expression asks for that are switched off, "" where all are on.

    Of a language, the network's word counts then.
    """
    off = asked_in(query) & switched_off() - {"language"} if query is not None else frozenset[str]()
    if not off:
        return ""
    names = {"names": ", ".join(kind_name(kind) for kind in sorted(off))}
    return (
        _("Switched off (Settings → Understanding posts), so nothing is known of it here: %(names)s") % names
    )


def _clause(node: Node, *, is_inner: bool = True) -> str:
    if isinstance(node, Term):
        return _said(node)[0]
    if isinstance(node, Not):
        return _said(node.part)[1]
    parts = [_clause(part) for part in node.parts]
    link = pgettext("joins clauses", " and ") if isinstance(node, And) else pgettext("joins clauses", " or ")
    whole = link.join(parts)
    return f"({whole})" if is_inner else whole


def _said(term: Term) -> Said:
    return CLAUSES[term.op](term)


def _words(term: Term) -> Said:
    value = {"words": term.value}
    if term.near is not None:
        count = {"count": term.near} | value
        return (
            ngettext(
                "have “%(words)s” close together, with at most %(count)d word between",
                "have “%(words)s” close together, with at most %(count)d words between",
                term.near,
            )
            % count,
            _("do not have “%(words)s” close together") % value,
        )
    if len(term.tokens) > 1:
        return (
            _("have “%(words)s” in a row") % value,
            _("do not have “%(words)s” in a row") % value,
        )
    return _("have the word “%(words)s”") % value, _("do not have the word “%(words)s”") % value


def _plain(wanted: Words, unwanted: Words) -> Callable[[Term], Said]:
    def said(term: Term) -> Said:
        value = {"value": term.value}
        return str(wanted) % value, str(unwanted) % value

    return said


def _language(term: Term) -> Said:
    try:
        name = str(get_language_info(term.value)["name_translated"])
    except KeyError:
        name = term.value
    return _("are in %(language)s") % {"language": name}, _("are not in %(language)s") % {"language": name}


def _is(term: Term) -> Said:
    return _kinds(get_language())[term.value]


@cache
def _kinds(_language: str | None) -> Mapping[str, Said]:
    return {
        "reply": (_("are replies"), _("are no replies")),
        "retweet": (_("only repeat another post"), _("are no mere reposts")),
        "quote": (_("quote another post"), _("quote no other post")),
        "verified": (_("are by verified accounts"), _("are not by verified accounts")),
        "nullcast": (_("are advertising"), _("are no advertising")),
    }


def _has(term: Term) -> Said:
    return _parts(get_language())[term.value]


@cache
def _parts(_language: str | None) -> Mapping[str, Said]:
    return {
        "links": (_("have a link"), _("have no link")),
        "mentions": (_("name somebody with an @"), _("name nobody with an @")),
        "hashtags": (_("have a hashtag"), _("have no hashtag")),
        "cashtags": (_("have a symbol with a $"), _("have no symbol with a $")),
        "media": (_("have a picture, film or sound"), _("have no picture, film or sound")),
        "images": (_("have a picture"), _("have no picture")),
        "videos": (_("have a film"), _("have no film")),
        "geo": (_("name a place on the map"), _("name no place on the map")),
    }


def _network(term: Term) -> Said:
    name = {"network": network_label(term.value)}
    return _("are on %(network)s") % name, _("are not on %(network)s") % name


def _audience(term: Term) -> Said:
    word = {"audience": audience_word(Audience[term.value.upper()])}
    return _("are %(audience)s") % word, _("are not %(audience)s") % word


def _followers(term: Term) -> Said:
    low, high = term.low or 0, term.high
    if high is None:
        many = {"low": low}
        return (
            _("are by accounts with at least %(low)d followers") % many,
            _("are by accounts with fewer than %(low)d followers, or whose number nobody tells") % many,
        )
    both = {"low": low, "high": high}
    return (
        _("are by accounts with %(low)d to %(high)d followers") % both,
        _("are not by accounts with %(low)d to %(high)d followers") % both,
    )


def _state(term: Term) -> Said:
    return _states(get_language())[term.value]


@cache
def _states(_language: str | None) -> Mapping[str, Said]:
    return {
        "open": (_("stand in open conversations"), _("do not stand in open conversations")),
        "waiting": (_("stand where somebody waits for us"), _("do not stand where somebody waits for us")),
        "answered": (_("were answered"), _("were not answered")),
        "resolved": (_("stand in resolved conversations"), _("do not stand in resolved conversations")),
        "dismissed": (_("were dismissed with a reason"), _("were not dismissed")),
        "unassigned": (_("are nobody's"), _("are somebody's")),
    }


@cache
def _sounds(_language: str | None) -> Mapping[str, Said]:
    return {
        "positive": (_("sound friendly"), _("do not sound friendly")),
        "neutral": (_("sound neutral"), _("do not sound neutral")),
        "negative": (_("sound angry or disappointed"), _("do not sound angry or disappointed")),
        "unsure": (_("sound one way or another"), _("sound clearly one way")),
    }


@cache
def _means(_language: str | None) -> Mapping[str, Said]:
    return {
        "question": (_("ask something"), _("ask nothing")),
        "complaint": (_("complain"), _("do not complain")),
        "praise": (_("praise"), _("do not praise")),
        "request": (_("ask for something to be done"), _("do not ask for anything to be done")),
        "thanks": (_("say thank you"), _("do not say thank you")),
        "cancellation": (_("cancel a contract"), _("do not cancel a contract")),
        "purchase": (_("want to buy"), _("do not want to buy")),
        "press": (_("are by the press, with a question"), _("are no question of the press")),
        "legal": (_("threaten with the law"), _("do not threaten with the law")),
        "data_protection": (_("ask about their own data"), _("do not ask about their own data")),
        "cooperation": (_("offer cooperation or seek a job"), _("offer no cooperation and seek no job")),
        "abuse": (_("insult or threaten"), _("neither insult nor threaten")),
        "spam": (_("are spam or advertising of others"), _("are neither spam nor advertising of others")),
        "news": (_("tell news"), _("tell no news")),
        "other": (_("want something else"), _("want nothing else")),
    }


@cache
def _subjects(_language: str | None) -> Mapping[str, Said]:
    return {
        "us": (_("are about us"), _("are not surely about us")),
        "others": (_("are about something else"), _("are not surely about something else")),
        "unsure": (_("may be about us or not"), _("are surely about us, or surely not")),
    }


@cache
def _presses(_language: str | None) -> Mapping[str, Said]:
    return {
        "normal": (_("can wait their turn"), _("are urgent or tell of danger")),
        "urgent": (_("are urgent"), _("are not urgent, or tell of danger")),
        "safety": (_("tell of danger"), _("tell of no danger")),
    }


@cache
def _addresses(_language: str | None) -> Mapping[str, Said]:
    return {
        "du": (_("say du to us"), _("do not say du to us")),
        "sie": (_("say Sie to us"), _("do not say Sie to us")),
        "mixed": (_("say du and Sie to us"), _("do not say both du and Sie to us")),
        "none": (_("say neither du nor Sie to us"), _("say du or Sie to us")),
    }


def _private(term: Term) -> Said:
    if term.value == ANY:
        return _("hold private data"), _("hold no private data")
    kind = {"kind": private_kind(term.value)}
    return _("hold private data: %(kind)s") % kind, _("do not hold as private data: %(kind)s") % kind


def _reason(term: Term) -> Said:
    if term.value == "none":
        return _("name no reason"), _("name a reason")
    if term.value == "unsure":
        return _("name no clear reason"), _("name a clear reason, or none at all")
    name = {"reason": reason_name(term.value, {})}
    return _("have the reason “%(reason)s”") % name, _("do not have the reason “%(reason)s”") % name


def _moment(wanted: Words, unwanted: Words) -> Callable[[Term], Said]:
    def said(term: Term) -> Said:
        whole = len(term.value) <= len("2026-11-20")
        last = (term.high or 0) - whole  # a day ends just before the next one
        local = timezone.localtime(from_ms(last if term.low is None else term.low))
        day = date_format(local, "DATE_FORMAT")
        shown = {"moment": day if whole else f"{day}, {local:%H:%M}"}
        return str(wanted) % shown, str(unwanted) % shown

    return said


CLAUSES: Mapping[Op, Callable[[Term], Said]] = {
    Op.WORDS: _words,
    Op.EXACT: _plain(
        later("have “%(value)s”, spelled exactly so"), later("do not have “%(value)s” spelled exactly so")
    ),
    Op.TAG: _plain(later("have the hashtag #%(value)s"), later("do not have the hashtag #%(value)s")),
    Op.MENTIONS: _plain(later("name @%(value)s"), later("do not name @%(value)s")),
    Op.CASH: _plain(later("have the symbol $%(value)s"), later("do not have the symbol $%(value)s")),
    Op.FROM: _plain(later("are by @%(value)s"), later("are not by @%(value)s")),
    Op.TO: _plain(later("speak to @%(value)s first"), later("do not speak to @%(value)s first")),
    Op.AUTHOR: _plain(
        later("are by somebody with “%(value)s” in the name"),
        later("are not by somebody with “%(value)s” in the name"),
    ),
    Op.URL: _plain(later("link to %(value)s"), later("do not link to %(value)s")),
    Op.LANG: _language,
    Op.IS: _is,
    Op.HAS: _has,
    Op.CONVERSATION: _plain(
        later("belong to the thread %(value)s"), later("do not belong to the thread %(value)s")
    ),
    Op.NETWORK: _network,
    Op.AUDIENCE: _audience,
    Op.FOLLOWERS: _followers,
    Op.LABEL: _plain(later("have our tag “%(value)s”"), later("do not have our tag “%(value)s”")),
    Op.STATE: _state,
    Op.SINCE: _moment(later("are from %(moment)s or later"), later("are older than %(moment)s")),
    Op.UNTIL: _moment(later("are from %(moment)s at the latest"), later("are later than %(moment)s")),
    Op.SENTIMENT: lambda term: _sounds(get_language())[term.value],
    Op.INTENT: lambda term: _means(get_language())[term.value],
    Op.REASON: _reason,
    Op.ABOUT: lambda term: _subjects(get_language())[term.value],
    Op.URGENCY: lambda term: _presses(get_language())[term.value],
    Op.PRIVATE: _private,
    Op.FORM: lambda term: _addresses(get_language())[term.value],
}


def examples() -> list[tuple[str, tuple[str, ...]]]:
    """Return queries that show what the language can say, in groups with a heading each."""
    words = ("toner leer", "toner OR tinte", "toner -samsung", "(toner OR tinte) leer", '"toner leer"')
    return [
        (_("Words"), (*words, '"toner leer"~3', 'exact:"Zürich HB"', "#bahn", "$TSLA")),
        (
            pgettext("chips", "People"),
            ("@jana", "from:jana", "to:nordlicht", "author:krause", "toner followers:1000"),
        ),
        (
            _("About the post"),
            (
                *(
                    "url:dpd.de/paket",
                    "toner lang:de",
                    "toner has:images",
                    "toner has:links",
                    "toner is:reply",
                ),
                *("toner network:mastodon", "audience:direct", "toner since:2026-11-01 until:2026-11-30"),
            ),
        ),
        (
            _("What it says"),
            (
                *("sentiment:negative", "intent:complaint reason:delay", "toner -intent:spam"),
                *("bahn about:us", "urgency:danger", "private:any"),
            ),
        ),
        (_("Our work"), ("tag:Retoure", "state:waiting", "toner state:resolved", "state:unassigned")),
    ]


def often(count: int, days: int, *, is_more: bool) -> str:
    """Return how many posts came in some days, by day where they are many."""
    if is_more and count >= days:
        return _("more than %(count)d a day") % {"count": count // days}
    if count >= 2 * days:
        return _("about %(count)d a day") % {"count": round(count / days)}
    if not count:
        return _("none in the last week")
    return ngettext("%(count)d in the last week", "%(count)d in the last week", count) % {"count": count}


def saving_error(code: str) -> str:
    """Return why a query was not saved."""
    return {
        "not_allowed": _("You can look at queries; agents and leads write them."),
        "name_missing": _("Give it a name, so that others find it."),
        "taken": _("There is a query of this name. Choose another one."),
    }[code]


# What is wrong with it ---------------------------------------------------------------------------


def mistake(error: QueryError) -> str:
    """Return what is wrong in an expression, and what would be right."""
    names = {"names": ", ".join(f"{name}:" for name in NAMES)}
    return _mistakes(get_language())[error.code] % (error.facts | names)


@cache
def _mistakes(_language: str | None) -> Mapping[str, str]:
    return {
        "empty": _("There is nothing to look for yet. Write a word."),
        "too_long": _("This has %(length)d characters; %(limit)d are possible. Make two queries of it."),
        "too_deep": _("There are more than %(limit)d brackets within each other. Make it flatter."),
        "too_many": _("These are more than %(limit)d terms. Make two queries of it."),
        "unclosed_quote": _("This quotation mark has no other one. Put one at the end of the words."),
        "unclosed_group": _("This bracket is never closed. Put a ) where the group ends."),
        "extra_bracket": _("This bracket closes nothing. Take it out, or open one before."),
        "empty_group": _("There is nothing in these brackets. Write a word, or take them out."),
        "or_begins": _("%(word)s stands between two things; something is missing before it."),
        "or_ends": _("%(word)s stands between two things; something is missing after it."),
        "minus_alone": _("The minus stands directly in front of what is not wanted: -word"),
        "double_minus": _("One minus is enough."),
        "negated_group": _("A minus works on one term, not on brackets: -a -b instead of -(a OR b)"),
        "only_negated": _("This says only what is not wanted. Say what is wanted, too."),
        "needs_words": _(
            "This alone would fit nearly everything. Put a word, a name or a hashtag beside it."
        ),
        "no_words": _("There is no letter and no figure in this. Write a word."),
        "address_alone": _('An address is looked for like this: url:"example.org/page"'),
        "unknown_operator": _(
            "“%(name)s:” is not known. Known are %(names)s. To look for a colon, put it in quotation marks."
        ),
        "not_here": _("“%(name)s:” says something that only X knows; the desk cannot look for it."),
        "unknown_value": _("“%(value)s” is not possible after %(name)s:. Possible are: %(choices)s"),
        "no_number": _("After %(name)s: comes a number, or two: %(name)s:1000 or %(name)s:1000..5000"),
        "no_moment": _(
            "After %(name)s: comes a day or a time: %(name)s:2026-11-20 or %(name)s:2026-11-20T14:30"
        ),
        "no_handle": _("This is no handle. It looks like @jana or @jana@social.example"),
        "no_tag": _("A hashtag or symbol is one word without blanks and hyphens: #bahn"),
        "no_value": _("Something is missing after %(name)s: – directly behind the colon, without a blank."),
        "too_near": _("At most %(limit)d words can stand between them."),
        "only_minus": _("This can only be left out: -%(value)s"),
    }


def taken_as_words(found: tuple[str, str] | None) -> str:
    """Return that a search box has read as words what looks like a term of a query, "" where it has not."""
    if found is None:
        return ""
    facts = {"name": found[0], "words": found[1], "names": ", ".join(f"{name}:" for name in NAMES)}
    return (
        _("“%(name)s:” is nothing a query can ask for, so it was read as the words “%(words)s”.")
        + " "
        + _("Known are %(names)s.")
    ) % facts


def loss(lost: Loss, network: str) -> str:
    """Return what a network cannot do with a term, and what that means."""
    facts = {"term": lost.term, "network": network_label(network), "length": lost.length, "limit": lost.limit}
    return _losses(get_language())[lost.code] % facts


@cache
def _losses(_language: str | None) -> Mapping[str, str]:
    return {
        "filtered_here": _(
            "%(network)s cannot look for %(term)s. It brings more, and the desk sorts it out."
        ),
        "never_there": _("%(network)s cannot be asked for “%(term)s”, so nothing of this comes from there."),
        "too_long": _(
            "For %(network)s this has %(length)d characters; it takes %(limit)d. Make two queries."
        ),
        "too_many": _(
            "%(network)s knows no “or”; this would be %(length)d searches, and only %(limit)d are done."
        ),
    }


def searched(search: StandingSearch) -> str:
    """Return how far a network was searched for a query."""
    if search.error_code == "not_allowed_here":
        return _("This server has no search, or does not let this account use it.")
    if search.error_code == "budget_spent":
        return _(
            "It is not searched for now: what is left of the budget is kept for what is said to us and for "
            "answers. More budget lets it go on at once."
        )
    if search.error_code:
        return _("It could not be searched just now; the desk tries again by itself.")
    if search.searched_at is None:
        return _("is searched in a moment")
    found = ngettext("%(number)s post heard by it", "%(number)s posts heard by it", search.found_count)
    return (
        found % {"number": number_format(search.found_count)}
        + ", "
        + _("searched %(ago)s") % {"ago": ago(search.searched_at, timezone.now())}
    )
