"""How a channel is, in words: whether it works, since when it does not, and what to do.

Errors while somebody connects an account are worded here too; errors of sending are in `wording.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from resonanz.desk import reading_ledger, wording
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.storage import from_ms
from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from resonanz.desk.models import Channel
    from resonanz.desk.reading_ledger import Standing
    from resonanz.networks import NetworkError

SILENT_AFTER = timedelta(minutes=3)  # longer than several polls, so that something is wrong

WITHOUT_WORDS = {"unreachable", "timeout", "cut"}  # the reason then comes from this machine, in its jargon


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A channel's state: `level` (calm, soon, late, none), a word or two, and what follows from it."""

    level: str
    word: str
    advice: str = ""
    reconnect: bool = False


def health_of(channel: Channel, now: datetime) -> Health:
    """Return how a channel is at `now`; what needs a person comes before what heals by itself."""
    label = wording.network_label(channel.network)
    if channel.is_archive:
        return Health(
            level="none",
            word=_("recorded"),
            advice=_("Conversations from a file: in search and reports, never in the inbox."),
        )
    if channel.is_by_hand:
        advice = _("Calls, letters and visits that somebody wrote down.")
        return Health(level="none", word=_("entered by hand"), advice=advice)
    if channel.state == ChannelState.LOGIN:
        advice = _(
            "%(network)s no longer accepts our key. Connect the account again: everything stays, and what "
            "was said meanwhile is read then."
        )
        return Health(
            level="late",
            word=_("needs to be connected again"),
            advice=advice % {"network": label},
            reconnect=True,
        )
    if channel.state == ChannelState.PAUSED:
        advice = _("Nothing is read and nothing is sent. When you resume, reading goes on where it stopped.")
        return Health(level="soon", word=_("paused"), advice=advice)
    return _troubled(channel, label) if channel.error_code else _working(channel, now)


def _troubled(channel: Channel, label: str) -> Health:
    if channel.error_code in {"budget_spent", "unpaid"}:
        return Health(level="late", word=_("stopped"), advice=stopped_words(channel))
    return Health(level="soon", word=_("trouble"), advice=_trouble(channel, label))


def _working(channel: Channel, now: datetime) -> Health:
    quiet_since = channel.read_at or channel.connected_at
    if now - quiet_since > SILENT_AFTER:
        advice = _(
            "The desk has not looked for new posts for a while. Probably its worker does not run: "
            "start it with “resonanz up”."
        )
        return Health(level="late", word=_("not read"), advice=advice)
    if channel.read_at is None:
        return Health(level="soon", word=_("connected"), advice=_("The first reading is under way."))
    return Health(level="calm", word=_("works"))


def _trouble(channel: Channel, label: str) -> str:
    own = _troubles().get(channel.error_code)
    if own is None:
        words = error_words(channel.error_code, label, reason=channel.error_reason)
    else:
        reason = "" if channel.error_code in WITHOUT_WORDS else channel.error_reason
        words = _with_reason(own % {"network": label}, label, reason)
    return words + " " + _("The desk keeps trying by itself; what was said meanwhile is read then.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Private messages of strangers that a network keeps away: why that matters, and where it is undone."""

    title: str
    why: list[str]
    back: str


def held_back(channel: Channel) -> Held | None:
    """Return what to say of strangers' private messages that are kept away; None where they arrive."""
    if not channel.filtered:
        return None
    row, label = NETWORKS.get(channel.network), {"network": wording.network_label(channel.network)}
    if row is not None and row.capabilities.turns_away:
        return Held(
            title=_("Strangers cannot write to this account privately"),
            why=[
                _(
                    "%(network)s lets only people whom the account follows write to it. For a company that "
                    "is hardly any customer: whoever tries is told that it does not work, and we hear "
                    "nothing."
                )
                % label
            ],
            back=_(
                "This changes the setting of the account on %(network)s. It can be taken back there in the "
                "settings of its messages."
            )
            % label,
        )
    return _held_aside(label)


def _held_aside(label: dict[str, str]) -> Held:
    return Held(
        title=_("Private messages of strangers are held back"),
        why=[
            _(
                "This account’s %(network)s server puts private messages from people it does not follow into "
                "a folder of filtered notifications. For a company that is nearly every customer."
            )
            % label,
            _(
                "Meanwhile the desk opens that folder at every reading, so no message is lost; but each "
                "comes a little later, and people who look at the account itself do not see it."
            ),
        ],
        back=_(
            "This changes the setting of the account on its server. It can be taken back there under "
            "notifications."
        ),
    )


def _troubles() -> dict[str, str]:
    """Return what an error means for an account that worked before."""
    return {
        "unreachable": _("%(network)s cannot be reached at the moment."),
        "rate_limited": _("%(network)s asks us to slow down."),
        "overloaded": _("%(network)s is overloaded at the moment."),
        "bad_answer": _("%(network)s answers something that we do not understand."),
        "gone": _("%(network)s says that what we ask for is not there."),
        "refused": _("%(network)s refuses what we ask for."),
    }


NOTICED = timedelta(days=7)  # for so long a notice of the network is shown


def notices_of(channel: Channel, now: datetime) -> list[str]:
    """Return what the network told besides posts lately, and what cannot be read, each with what to do."""
    label = wording.network_label(channel.network)
    known = _notice_words()
    fresh = [
        (known[code], from_ms(at))
        for code, at in channel.notices.items()
        if code in known and now - from_ms(at) < NOTICED and not _is_over(code, from_ms(at), channel)
    ]
    facts = {"network": label, "seconds": settings.POLL_S}
    told = [f"{words % facts} ({wording.ago(at, now)})" for words, at in fresh]
    standing = reading_ledger.standing(channel, now)
    if standing is not None and standing.late_count:
        told.append(not_asked_words(standing, label))
    messages = channel.facts.get("messages", "yes")
    if messages != "yes":
        told.append(_messages_words(messages) % {"network": label})
    return told


def _is_over(code: str, at: datetime, channel: Channel) -> bool:
    """Whether a notice is of the past: the stream has spoken since."""
    return code == "stream_refused" and channel.stream_at is not None and channel.stream_at > at


def _notice_words() -> dict[str, str]:
    return {
        "encrypted_chat": _(
            "Somebody wrote to us in %(network)s’s encrypted chat, which no program can read. Open "
            "%(network)s as the account and answer there."
        ),
        "stream_refused": _(
            "The live connection to %(network)s is refused: its key is no longer good. New posts are still "
            "heard, every %(seconds)s seconds; connect again with a new key to hear them at once."
        ),
    }


def _messages_words(code: str) -> str:
    if code == "scope_missing":
        return _(
            "Private messages are not read: the access to %(network)s does not allow it. Make a new one with "
            "private messages allowed and connect again."
        )
    if code == "rate_limited":
        return _("Private messages are read a little later: %(network)s asks us to slow down.")
    if code == "budget_spent":
        return _("Private messages are not read: the budget for %(network)s is spent.")
    return _(
        "Private messages are not read: %(network)s does not offer them to this account at the moment. The "
        "desk keeps trying by itself."
    )


def standing_words(found: Standing, ago: str) -> str:
    """Return how far the look for deleted posts is; `ago` is when the longest unasked one was certain."""
    return ngettext(
        "%(kept)s stored post; %(ago)s",
        "%(kept)s stored posts; longest ago: %(ago)s",
        found.kept_count,
    ) % {"kept": number_format(found.kept_count, force_grouping=True), "ago": ago}


def not_asked_words(found: Standing, label: str) -> str:
    """Return that posts were not asked for in time, why, and what to do."""
    words = ngettext(
        "%(late)s of %(kept)s stored posts was not looked up within the %(hours)s hours that %(network)s "
        "demands; if it was deleted there, it still stands here.",
        "%(late)s of %(kept)s stored posts were not looked up within the %(hours)s hours that %(network)s "
        "demands; what was deleted there may still stand here.",
        found.late_count,
    ) % {
        "late": number_format(found.late_count, force_grouping=True),
        "kept": number_format(found.kept_count, force_grouping=True),
        "hours": round(found.within.total_seconds() / 3600),
        "network": label,
    }
    if found.error_code in {"budget_spent", "unpaid"}:
        return words + " " + _("There is no money for it: more budget lets it go on within the hour.")
    return words + " " + _("It goes on by itself.")


def limits_words(channel: Channel, now: datetime) -> list[tuple[str, str]]:
    """Return what else limits a channel now: asked to slow down, and until when; how its access ends."""
    found: list[tuple[str, str]] = []
    if channel.error_code == "rate_limited" and channel.next_poll_at is not None:
        found.append((_("Asked to slow down until"), wording.day_and_time(channel.next_poll_at)))
    standing = reading_ledger.standing(channel, now)
    if standing is not None:
        told = standing_words(standing, wording.ago(standing.oldest_at, now))
        found.append((_("Looked for deletions"), told))
    if channel.secret.get("refresh_token") or channel.secret.get("refresh_jwt"):
        found.append((_("Access"), _("is renewed by itself")))
    subscription = channel.facts.get("subscription", "")
    if subscription.lower() not in {"", "none"}:  # X says "None" for an account without one
        found.append((_("Subscription"), subscription))
    return found


def stopped_words(channel: Channel) -> str:
    """Return why a channel without money rests, when it goes on and what to do."""
    label = wording.network_label(channel.network)
    if channel.error_code == "unpaid":
        return _(
            "%(network)s wants money first: the prepaid credit is used up. Top it up in the developer "
            "console of %(network)s; the desk goes on by itself."
        ) % {"network": label}
    return _(
        "The budget of this month is spent, so nothing is read or sent. It goes on by itself on the first of "
        "next month, or at once with more budget."
    )


def stream_words() -> str:
    """Return what is to be said of the live connection where there has been no sign of life yet."""
    return _("none yet; the desk asks every %(seconds)s seconds") % {"seconds": settings.POLL_S}


def connect_error(error: NetworkError, label: str, *, refused: str = "") -> str:
    """Return why an account could not be connected, and what to do.

    `refused` is the sentence for secrets that the network does not accept, where it has one of its own.
    """
    if error.code == "token_revoked" and refused:
        return _with_reason(refused % {"network": label}, label, error.reason)
    return error_words(error.code, label, reason=error.reason)


def feed_error(error: NetworkError) -> str:
    """Return why a site could not be followed, and what to do."""
    own = {
        "not_this_network": _no_feed(error),
        "gone": _("There is nothing at this address. Does it open in a browser?"),
        "bad_answer": _("What stands at this address can be read neither as a page nor as a feed."),
        "not_allowed_here": _("The site does not let the desk read this address."),
    }
    return own.get(error.code) or connect_error(error, _("The site"))


def _no_feed(error: NetworkError) -> str:
    """Return why there is nothing to follow: what was typed is no address, or nothing was found there."""
    if not error.reason:
        return _(
            "This is no web address. Copy it from the browser's address line, such as "
            "https://blog.example, or type the server alone, such as blog.example."
        )
    return _(
        "The desk looked for a feed (RSS or Atom) at this address and in what the page names, and found "
        "none. Look on the site for a link called RSS, Feed or Subscribe, and enter where it leads. A site "
        "without a feed cannot be followed."
    )


def error_words(code: str, label: str, *, reason: str = "") -> str:
    """Return what an error means while reading or connecting, with the network's own words after ours."""
    sentence = _sentences().get(code) or _("%(network)s could not do that. Please try again later.")
    return _with_reason(sentence % {"network": label}, label, "" if code in WITHOUT_WORDS else reason)


def _with_reason(words: str, label: str, reason: str) -> str:
    if not reason:
        return words
    return words + " " + _("%(network)s says: “%(reason)s”") % {"network": label, "reason": reason}


def _sentences() -> dict[str, str]:
    return {
        "unreachable": _(
            "This server cannot be reached. Is the address right, and does it open in a browser?"
        ),
        "rate_limited": _("%(network)s asks us to slow down. Please try again in some minutes."),
        "overloaded": _("%(network)s is overloaded at the moment. Please try again in some minutes."),
        "timeout": _("%(network)s did not answer in time."),
        "cut": _("The connection to %(network)s broke off."),
        "server_error": _("%(network)s had a fault of its own."),
        "bad_answer": _(
            "The server answered something that we do not understand. Is it a %(network)s server?"
        ),
        "token_revoked": _(
            "%(network)s does not accept this access token. Copy it once more, from start to end."
        ),
        "scope_missing": _("The access lacks a permission. Tick everything that is listed."),
        "budget_spent": _(
            "The budget of this account is spent for this month. Answers and what is said to us stop last; "
            "more budget lets everything go on at once."
        ),
        "unpaid": _(
            "%(network)s wants money first: the prepaid credit is used up. Top it up in the developer "
            "console of %(network)s."
        ),
        "gone": _("The server does not know what we asked for. Is it a %(network)s server?"),
        "refused": _("%(network)s refused."),
        "not_this_network": _(
            "At this address we find no %(network)s server. Type only the server, such as social.example."
        ),
        "not_allowed_here": _("%(network)s does not allow this account to do that."),
        "unsafe_address": _(
            "This address leads into a private network or is not encrypted. For safety the desk connects to "
            "public https addresses only."
        ),
    }
