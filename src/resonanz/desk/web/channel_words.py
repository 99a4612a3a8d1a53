"""How a channel is, in words: whether it works, since when it does not, and what to do.

Errors while somebody connects an account are worded here too; errors of sending are in `wording.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from resonanz.desk import wording
from resonanz.desk.models.listening import ChannelState

if TYPE_CHECKING:
    from resonanz.desk.models import Channel
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
    if channel.error_code:
        return Health(level="soon", word=_("trouble"), advice=_trouble(channel, label))
    return _working(channel, now)


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
    if channel.error_code == "unreachable":
        words = _("%(network)s cannot be reached at the moment.") % {"network": label}
    else:
        words = error_words(channel.error_code, label, reason=channel.error_reason)
    return words + " " + _("The desk keeps trying by itself; what was said meanwhile is read then.")


def stream_words() -> str:
    """Return what is to be said of the live connection where there has been no sign of life yet."""
    return _("none yet; the desk asks every %(seconds)s seconds") % {"seconds": settings.POLL_S}


def connect_error(error: NetworkError, label: str) -> str:
    """Return why an account could not be connected, and what to do."""
    return error_words(error.code, label, reason=error.reason)


def feed_error(error: NetworkError) -> str:
    """Return why a site could not be followed, and what to do."""
    own = {
        "not_this_network": _(
            "There is no feed at this address, and the page names none. Look for a link called RSS or Feed."
        ),
        "gone": _("There is nothing at this address. Does it open in a browser?"),
        "bad_answer": _("What stands at this address can be read neither as a page nor as a feed."),
        "not_allowed_here": _("The site does not let the desk read this address."),
    }
    return own.get(error.code) or connect_error(error, _("The site"))


def error_words(code: str, label: str, *, reason: str = "") -> str:
    """Return what an error means while reading or connecting, with the network's own words after ours."""
    sentence = _sentences().get(code) or _("%(network)s could not do that. Please try again later.")
    words = sentence % {"network": label}
    if reason and code not in WITHOUT_WORDS:
        words += " " + _("%(network)s says: “%(reason)s”") % {"network": label, "reason": reason}
    return words


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
