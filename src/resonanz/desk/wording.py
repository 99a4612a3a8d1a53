"""Codes become sentences here: what happened, why, and what the person can do about it.

The core and the verbs speak in codes with parameters; every page, mail and command says them through
this module, in the language that is active. No queries and no markup live here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from resonanz.desk import (
    wording_enquiries,
    wording_incidents,
    wording_promises,
    wording_replies,
    wording_team,
    wording_understanding,
)
from resonanz.desk.models.listening import BY_HAND
from resonanz.networks import NETWORKS
from resonanz.post import Audience
from resonanz.unseen import Trick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resonanz.desk.care import CareError
    from resonanz.desk.models import Channel, Delivery
    from resonanz.guards import Problem
    from resonanz.networks import NetworkError
    from resonanz.unseen import Piece

    Facts = Mapping[str, int | str]

UNCONNECTED = {"x": "X", "facebook": "Facebook", "youtube": "YouTube"}

SOON = timedelta(minutes=15)
NEAR = timedelta(hours=2)  # within it a due time is said as a distance, beyond it as a time of day
RECENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Due:
    """A due time in words. `level` is calm, soon or late."""

    level: str
    words: str


@dataclass(frozen=True, slots=True)
class Readers:
    """Who will read a reply. `kind` is public or private; `more` is what one should also know."""

    kind: str
    words: str
    more: str


@dataclass(frozen=True, slots=True)
class Outgo:
    """Where a reply stands: a word, its level (calm, soon, late), and what to do about it."""

    level: str
    word: str
    advice: str = ""


# People and networks -----------------------------------------------------------------------------


def initials(name: str) -> str:
    """Return one or two letters that stand for a name; "?" where it has no letter or figure."""
    words = ["".join(sign for sign in word if sign.isalnum()) for word in name.replace("_", " ").split()]
    known = [word for word in words if word]
    if not known:
        return "?"
    return (known[0][0] + known[-1][0] if len(known) > 1 else known[0][:2]).upper()


def network_label(network: str) -> str:
    """Return a network's name as it wants to be written."""
    if network == "archive":
        return _("Archive")
    if network == BY_HAND:
        return _("By hand")
    row = NETWORKS.get(network)
    return row.capabilities.label if row else UNCONNECTED.get(network, network)


def way_word(uri: str) -> str:
    """Return how somebody reached us whose words were entered by hand, "" for a post of a network."""
    network, _colon, rest = uri.partition(":")
    return ways().get(rest.partition(":")[0], "") if network == BY_HAND else ""


def ways() -> dict[str, str]:
    """Return the ways in which somebody reaches us beside the networks, in words."""
    return {
        "phone": _("Phone"),
        "letter": _("Letter"),
        "email": _("E-mail"),
        "xing": "XING",
        "shop": _("In the shop"),
        "other": _("Another way"),
    }


def hidden_signs(piece: Piece) -> str:
    """Return what stands hidden in somebody's words, for the sign that shows it."""
    if piece.trick == Trick.TURNS:
        return _("Invisible sign that turns the reading direction")
    count = len(piece.text)
    return ngettext("Invisible sign", "%(count)s invisible signs", count) % {"count": count}


def audience_word(audience: int) -> str:
    """Return who can read a post, as a short word for lists."""
    return _audience_words(get_language())[audience]


@cache
def _audience_words(_language: str | None) -> dict[int, str]:
    return {
        Audience.PUBLIC: pgettext("audience", "public"),
        Audience.UNLISTED: pgettext("audience", "public, unlisted"),
        Audience.FOLLOWERS: pgettext("audience", "followers only"),
        Audience.DIRECT: pgettext("audience", "private"),
    }


def readers(audience: int, name: str, network: str) -> Readers:
    """Return who will read a reply with this audience to somebody of this name."""
    if Audience(audience) >= Audience.UNLISTED:
        return Readers("public", _("Public: everybody can read it"), "")
    row = NETWORKS.get(network)
    more = "" if row is None or row.capabilities.private_is_encrypted else _("not encrypted")
    if audience == Audience.FOLLOWERS:
        return Readers(
            "private", _("Followers of the account and %(name)s can read it") % {"name": name}, more
        )
    return Readers("private", _("Only %(name)s can read it") % {"name": name}, more)


# Times -------------------------------------------------------------------------------------------


def due(moment: datetime, now: datetime) -> Due:
    """Return when something is due: near as a distance, else as a time of day."""
    left = moment - now
    level = "late" if left < timedelta() else "soon" if left <= SOON else "calm"
    if left < timedelta():
        return Due(level, _pattern("late", -left))
    if left <= NEAR:
        return Due(level, _pattern("due", left))
    return Due(level, _("by %(time)s") % {"time": _clock(moment, now)})


def promised(moment: datetime, now: datetime) -> Due:
    """Return by when an answer is promised; a promise whose time is over is broken."""
    left = moment - now
    level = "late" if left < timedelta() else "soon" if left <= SOON else "calm"
    pattern = _("promised by %(time)s") if left >= timedelta() else _("promise broken: %(time)s")
    return Due(level, pattern % {"time": _clock(moment, now)})


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago something was; older than a day as a date."""
    passed = max(now - moment, timedelta())
    if passed < RECENT:
        return _pattern("ago", passed)
    return _clock(moment, now)


def time_words() -> dict[str, dict[str, str]]:
    """Return the patterns of `due` and `ago`, for the script that keeps them true in open pages."""
    return _time_words(get_language())


@cache
def _time_words(_language: str | None) -> dict[str, dict[str, str]]:
    return {
        "ago": {
            "now": _("just now"),
            "minutes": _("{n} min ago"),
            "hours": _("{n} h ago"),
        },
        "due": {
            "now": _("due now"),
            "minutes": _("in {n} min"),
            "hours": _("in {n} h {m} min"),
        },
        "late": {
            "now": _("just overdue"),
            "minutes": _("{n} min overdue"),
            "hours": _("{n} h overdue"),
            "days": _("{n} d overdue"),
        },
    }


def _pattern(kind: str, passed: timedelta) -> str:
    """Fill the pattern of the largest unit that fits. The script frame.js follows the same rule."""
    words = time_words()[kind]
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return words["now"]
    if minutes < 60:
        return words["minutes"].format(n=minutes)
    if minutes < 48 * 60 or "days" not in words:
        return words["hours"].format(n=minutes // 60, m=minutes % 60)
    return words["days"].format(n=minutes // 1440)


def _clock(moment: datetime, now: datetime) -> str:
    """Return a time of day, with as much of the date as is needed."""
    here = timezone.get_current_timezone()
    local, today = moment.astimezone(here), now.astimezone(here).date()
    apart = abs((local.date() - today).days)
    if apart == 0:
        return _hour(local)
    if apart < 6:
        return f"{_day(local.date(), 'D', get_language())} {_hour(local)}"
    return _day(local.date(), "SHORT_DATE_FORMAT", get_language())


def day(moment: datetime) -> str:
    """Return a date as people say it."""
    return _day(timezone.localtime(moment).date(), "DATE_FORMAT", get_language())


def day_and_time(moment: datetime) -> str:
    """Return when something was, in full."""
    local = timezone.localtime(moment)
    return f"{_day(local.date(), 'DATE_FORMAT', get_language())}, {_hour(local)}"


def _hour(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


@lru_cache(maxsize=4096)  # a list shows the same few days again and again
def _day(of: date, shape: str, _language: str | None) -> str:
    return date_format(of, shape)


# The queue ---------------------------------------------------------------------------------------


def waiting_line(count: int) -> str:
    """Return the answer to "whom do I answer now": how many wait."""
    if not count:
        return _("Nobody is waiting")
    return ngettext("%(count)d is waiting for us", "%(count)d are waiting for us", count) % {"count": count}


def safety_line(safety: int, cases: int) -> str:
    """Return what share of today's cases stands in the safety lane; "" while there are none."""
    if not cases:
        return ""
    share = 100 * safety / cases
    places = 0 if share >= 10 or not safety else 1
    shown = number_format(round(share, places), places)
    return _("today %(share)s %% of %(cases)d cases") % {"share": shown, "cases": cases}


# What an agent cannot do -------------------------------------------------------------------------


def care_error(error: CareError, network: str = "") -> str:
    """Return why a verb refused, and what to do."""
    sentences = {
        "empty": _("There is nothing to send yet. Write a few words first."),
        "too_long": _("Too long: %(length)s of %(limit)s characters. Shorten the text, then send it again."),
        "wider_audience": _("A private conversation cannot be answered in public. Reply privately."),
        "nothing_to_answer": _("There is no post of the customer left to answer."),
        "post_gone": _("The customer has deleted the post. An answer to it would have no place to go."),
        "not_allowed": _(
            "As a trainee you cannot send yet. Write your suggestion as a note; a colleague sends it."
        ),
        "by_hand": _(
            "This was entered by hand, so nothing can be sent from here. Answer by phone or letter."
        ),
        "name_needed": _("Who was it? A name is needed, or what you call them."),
        "way_needed": _("Choose how they reached you."),
        "words_needed": _("Write down in a few words what was said."),
        "wrong_time": _("That time lies ahead, or more than a year ago. Correct it."),
        "archive": _("This conversation comes from an archive: it can be read, not answered."),
        "channel_login": _(
            "%(network)s wants the account to be connected again first. Ask a team lead; your text is kept."
        ),
        "too_late": _("Too late to withdraw: it is on its way already."),
        "answered_already": _(
            "%(name)s has answered this post already. Read it above; to send yours all the same, send again."
        ),
        "reason_needed": _("Somebody is still waiting here. Say why no answer is needed, or answer first."),
        "not_known": _("That choice does not exist here. Load the page again."),
        "cannot_answer": _("We only listen there: the desk cannot answer this post. Open it on the network."),
        "own_release": _("Somebody else has to release your own answer."),
        "lead_needed": _("Only a team lead can do that."),
        "changed_thread": _(
            "Something has changed here while you were writing: read it above. The same key again sends."
        ),
        "merged": _("This conversation was joined with another one; it cannot be opened by itself."),
        "in_the_past": _("That time is over. Choose one that is still to come."),
        "not_theirs": _("This colleague cannot see the channel. Choose somebody from the list."),
        "no_signature": _("Your signature is missing. Enter one to four letters in your settings."),
    }
    sentences |= wording_enquiries.sentences() | wording_team.sentences()
    sentences |= wording_incidents.sentences() | wording_understanding.sentences()
    sentences |= wording_replies.sentences() | wording_promises.sentences()
    known = sentences.get(error.code, _("That did not work. Load the page again; your text is kept."))
    return known % {"network": network_label(network) or _("The network"), **error.facts}


# What a network did not do -----------------------------------------------------------------------


def network_error(error: NetworkError, network: str) -> str:
    """Return what went wrong on a network and what to do, with the network's own words beside ours."""
    return network_words(error.code, network, reason=error.reason, facts=error.facts)


def network_words(code: str, network: str, *, reason: str = "", facts: Facts | None = None) -> str:
    """Return the sentence for an error code of a network (the tree in `resonanz.networks`)."""
    known = {"network": network_label(network), **(facts or {})}
    sentence = _network_sentences().get(code)
    if code == "too_long" and {"length", "limit"} <= known.keys():
        sentence = _(
            "%(network)s refused the answer: too long (%(length)s of %(limit)s). "
            "Shorten the text and send it again?"
        )
    words = (sentence or _("%(network)s could not do that. Try again later.")) % known
    return f"{words} {_said_there(reason, known['network'])}".strip() if reason else words


def _said_there(reason: str, network: int | str) -> str:
    return _("%(network)s says: “%(reason)s”") % {"network": network, "reason": reason}


def _network_sentences() -> dict[str, str]:
    return {
        "unreachable": _("%(network)s cannot be reached. We keep trying by ourselves."),
        "rate_limited": _("%(network)s asks us to slow down. We try again by ourselves when it allows that."),
        "overloaded": _("%(network)s is overloaded at the moment. We keep trying by ourselves."),
        "timeout": _("%(network)s did not answer in time. We look there whether it arrived."),
        "cut": _("The connection to %(network)s broke off. We look there whether it arrived."),
        "server_error": _("%(network)s had a fault of its own. We look there whether it arrived."),
        "bad_answer": _(
            "%(network)s answered something that we do not understand. We look there whether it arrived."
        ),
        "too_large": _("A picture on %(network)s is larger than the desk takes; its link leads there."),
        "not_a_picture": _(
            "What %(network)s calls a picture is none that we can read; its link leads there."
        ),
        "interrupted": _("Sending was interrupted. We look on %(network)s whether it arrived."),
        "not_found_there": _("We looked several times: the answer is not on %(network)s. Send it again?"),
        "token_revoked": _(
            "%(network)s no longer accepts our access. Connect the account again in the settings."
        ),
        "scope_missing": _(
            "The access to %(network)s lacks a permission. "
            "Connect the account again and allow everything that is asked for."
        ),
        "gone": _("The post does not exist on %(network)s any more, so nobody can answer it there."),
        "refused": _("%(network)s refused the answer. Change the text and send it again?"),
        "too_long": _("%(network)s refused the answer: too long. Shorten the text and send it again?"),
        "budget_spent": _(
            "The budget for %(network)s is spent, so no more calls are made this month. A team lead can "
            "raise it in the settings; then this goes on by itself."
        ),
        "unpaid": _(
            "%(network)s wants money first: its prepaid credit is used up. Whoever runs the account tops it "
            "up there; then this goes on by itself."
        ),
        "not_summoned": _(
            "%(network)s takes this answer from no program: the post neither names nor quotes our account. "
            "Answer it on %(network)s itself."
        ),
        "no_messages": _(
            "This person takes no private messages from us on %(network)s. Answer in public, and name "
            "another way to reach you."
        ),
        "said_already": _(
            "%(network)s takes no text twice, and this one was said already. Change a few words and send it."
        ),
        "too_many_files": _("%(network)s takes fewer files with one answer. Remove some and send it again?"),
        "file_too_large": _("%(network)s takes no file that large. Replace it and send it again?"),
        "file_refused": _("%(network)s does not take one of the files. Replace it and send it again?"),
        "alt_too_long": _("The description of a file is too long. Shorten it and send it again?"),
        "not_this_network": _("At this address there is no %(network)s. Check the address."),
        "not_allowed_here": _(
            "%(network)s does not allow our account to do that. Ask whoever runs the account."
        ),
        "unsafe_address": _(
            "This address leads into a private network and is not opened. Use the public https address."
        ),
    }


def picture_refusal(code: str) -> str:
    """Return in a few words why a customer's picture is not shown by the desk."""
    return {
        "too_large": _("larger than 8 MB"),
        "too_many_pixels": _("larger than 40 megapixels"),
        "not_a_picture": _("not a picture that we can read"),
        "unsafe_address": _("its address leads into a private network"),
        "gone": _("no longer there"),
    }.get(code, _("could not be fetched"))


def channel_trouble(channel: Channel) -> str:
    """Return what is wrong with a channel in one line; "" where all is well."""
    if channel.error_code:
        words = network_words(channel.error_code, channel.network, reason=channel.error_reason)
        return f"@{channel.handle}: {words}"
    row = NETWORKS.get(channel.network)
    if channel.filtered and row is not None and row.capabilities.turns_away:
        away = _("%(network)s lets hardly anybody write to us privately.")
        return away % {"network": network_label(channel.network)}
    if channel.filtered:
        held = _("%(network)s holds back private messages of strangers; we fetch them.")
        return held % {"network": network_label(channel.network)}
    return ""


# Where a reply stands ----------------------------------------------------------------------------


def outgo(delivery: Delivery, *, facts: Facts | None = None) -> Outgo:
    """Return where a delivery stands; `facts` are a text's length and limit where it was too long."""
    network, state = delivery.channel.network, delivery.state
    plain = {
        "sent": Outgo("calm", pgettext("delivery", "sent")),
        "cancelled": Outgo("calm", pgettext("delivery", "withdrawn")),
        "armed": Outgo("soon", pgettext("delivery", "is being sent")),
    }
    if state in plain:
        return plain[state]
    if state == "planned":
        return _outgo_planned(delivery)
    advice = network_words(delivery.error_code, network, reason=delivery.error_reason, facts=facts)
    if state == "refused":
        return Outgo("late", pgettext("delivery", "not sent"), advice)
    if delivery.due_at is None:
        return Outgo("late", pgettext("delivery", "probably not sent"), advice)
    return Outgo("soon", pgettext("delivery", "outcome unknown – we are looking"), advice)


def _outgo_planned(delivery: Delivery) -> Outgo:
    if delivery.needs_release:
        return Outgo("soon", pgettext("delivery", "waits for release"))
    if not delivery.error_code and delivery.follows_id and delivery.due_at is None:
        return Outgo("soon", pgettext("delivery", "waits for the part before it"))
    if not delivery.error_code:
        return Outgo("soon", pgettext("delivery", "is being sent"))
    advice = network_words(delivery.error_code, delivery.channel.network, reason=delivery.error_reason)
    return Outgo("soon", pgettext("delivery", "not sent yet"), advice)


# Before a text goes out --------------------------------------------------------------------------


def guard_advice(problem: Problem) -> str:
    """Return what is the matter with a text before it goes out, and what to do about it."""
    if problem.kind == "private_data":
        return _private_advice(str(problem.facts["kind"]))
    if problem.kind == "address_form":
        return _form_advice(str(problem.facts["expected"]))
    sentences = {
        "empty": _("There is nothing to send yet. Write a few words first."),
        "too_long": _("Too long: %(length)s of %(limit)s characters. Shorten the text or split it."),
        "forbidden_word": _("We avoid “%(text)s”. Say it in other words."),
        "names_other": _("%(text)s can read this private message too. Take the @ away if that is not meant."),
        "link_shortener": _("A shortened link hides where it leads. Use the full address."),
        "shouting": _("So many capital letters read as shouting. Write it in normal letters."),
        "repeated_punctuation": _("One mark is enough: “%(text)s” sounds excited."),
        "markup": _(
            "“%(text)s” is shown exactly like this: the network knows no formatting. Write plain text."
        ),
        "placeholder": _("“%(text)s” is still to be filled in."),
    }
    sentence = sentences[problem.kind]
    if problem.kind == "too_long" and problem.facts["unit"] == "bytes":
        sentence = _(
            "Too long: %(length)s of %(limit)s bytes; emoji and umlauts take several. Shorten the text."
        )
    return sentence % {**problem.facts, "text": _short(problem.text)}


def _short(words: str) -> str:
    return words if len(words) <= 40 else f"{words[:39]}…"


def _private_advice(kind: str) -> str:
    names = {
        "phone": _("a telephone number"),
        "iban": _("an account number"),
        "email": _("an e-mail address"),
        "card": _("a card number"),
        "address": _("a postal address"),
        "order_number": _("an order number"),
        "customer_number": _("a customer number"),
    }
    sentence = _("Everybody could read %(datum)s here. Take it out, or reply privately.")
    return sentence % {"datum": names[kind]}


def _form_advice(expected: str) -> str:
    return {
        "du": _("We say du here: change the form of address."),
        "sie": _("We say Sie here: change the form of address."),
        "none": _("du and Sie are mixed here: decide on one."),
    }[expected]
