"""Telling chats and other services of alarms: the addresses that operators enter, and each call of one.

The only module that opens `apprise`. What keeps it in bounds: operators alone enter addresses, and only of
the kinds in `PLACES`, none of which touches this machine (no files, no commands, no syslog). No redirect is
followed, and certificates are checked. Calls are encrypted, and a server that the address names itself has
to lie on the open internet, looked up anew before each call; `RESONANZ_LOCAL_ALARMS` (and a demo) lifts these
two. What is left open: a name that resolves otherwise a second later, which only an operator could arrange.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from resonanz.desk import own_address, wording_alarms
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, AlarmAddress, AlarmCall, CallState, Role
from resonanz.networks import NetworkError, Temporary
from resonanz.networks.http import public_addresses

if TYPE_CHECKING:
    from apprise import NotifyBase

NAME_MOST = 120
URL_MOST = 2_000
LEASE = timedelta(minutes=2)  # longer than a call takes within its time-outs
AGAIN_AFTER = tuple(timedelta(minutes=wait) for wait in (0.5, 2, 5, 15, 30, 60))
TIMEOUT_S = 8.0
STATUS = re.compile(r"error=(\d{3})")  # as the package logs an answer that is no success
TRIED_AGAIN = {"unreachable", "busy", "not_taken"}
ONE_AT_A_TIME = Lock()  # the package's log is caught, and a slow chat must not hold every thread


class Place(NamedTuple):
    """A kind of address: its name, and whether it names the server itself."""

    label: str
    own_server: bool = False


PLACES = {
    "apprises": Place("Apprise API", own_server=True),
    "betterstack": Place("Better Stack"),
    "discord": Place("Discord"),
    "gchat": Place("Google Chat"),
    "gotifys": Place("Gotify", own_server=True),
    "ilert": Place("ilert"),
    "jsons": Place("JSON", own_server=True),
    "matrixs": Place("Matrix", own_server=True),
    "mmosts": Place("Mattermost", own_server=True),
    "nctalks": Place("Nextcloud Talk", own_server=True),
    "ntfys": Place("ntfy", own_server=True),
    "opsgenie": Place("Opsgenie"),
    "pagerduty": Place("PagerDuty"),
    "pover": Place("Pushover"),
    "rockets": Place("Rocket.Chat", own_server=True),
    "signals": Place("Signal", own_server=True),
    "signl4": Place("SIGNL4"),
    "slack": Place("Slack"),
    "tgram": Place("Telegram"),
    "threema": Place("Threema"),
    "webex": Place("Webex"),
    "workflows": Place("Microsoft Teams", own_server=True),
    "zulip": Place("Zulip"),
}
OPEN = {"apprise", "gotify", "json", "matrix", "mmost", "nctalk", "ntfy", "rocket", "signal"}  # no encryption


class NotTold(Exception):
    """An address that cannot be used, or a call that was not taken. `wording_alarms.REFUSALS` has the codes:

    `not_an_address`, `unknown_kind` (the known ones), `open`, `local`; of a call `refused` (status) for good,
    and while there is hope `busy` (status), `unreachable`, `not_taken`; of keeping one `operator_needed`,
    `name_missing`, `name_taken`.
    """  # fmt: skip

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.value = value

    @property
    def line(self) -> str:
        """What a call's row keeps."""
        return f"{self.code}: {self.value}" if self.value else self.code


# Addresses ---------------------------------------------------------------------------------------


def keep(agent: Agent, name: str, url: str, language: str, known: AlarmAddress | None = None) -> AlarmAddress:
    """Keep an address, a new one or a known one anew; an empty `url` leaves a known one's. Raises NotTold."""
    _expect_operator(agent)
    name, url = " ".join(name.split())[:NAME_MOST], plain(url.strip())
    if not name:
        raise NotTold("name_missing")
    address = known or AlarmAddress()
    if url or known is None:
        opened(url)
        address.secret, address.shown = {"url": url}, masked(url)
    address.name, address.language, address.changed_at = name, language, timezone.now()
    try:
        with transaction.atomic():
            address.save()
            happen("alarm_address", address.changed_at, actor=agent.pk, address=address.pk, on=1)
    except IntegrityError:
        raise NotTold("name_taken") from None
    return address


def drop(agent: Agent, address: AlarmAddress, *, dropped: bool = True) -> None:
    """Tell an address no more, or take that back."""
    _expect_operator(agent)
    now = timezone.now()
    with transaction.atomic():
        AlarmAddress.objects.filter(pk=address.pk).update(dropped_at=now if dropped else None)
        happen("alarm_address", now, actor=agent.pk, address=address.pk, on=int(not dropped))


def _expect_operator(agent: Agent) -> None:
    if not agent.has_role(Role.OPERATOR):
        raise NotTold("operator_needed")


def masked(url: str) -> str:
    """Return what people may see of an address: its kind, the server where it names one, its last signs."""
    kind, _slashes, rest = url.partition("://")
    place = PLACES.get(kind.lower()) or PLACES[f"{kind.lower()}s"]
    names_server = place.own_server and "/" in rest.rstrip("/")  # else it may be a subject, to be kept secret
    server = re.split(r"[/?]", rest)[0].rpartition("@")[2] if names_server else ""
    end = rest.rstrip("/")[-4:] if len(rest) >= 12 else ""
    return ", ".join(filter(None, (place.label, server[:80], end and f"…{end}")))


def plain(url: str) -> str:
    """Return an address in the package's own form, also of a web hook as chats show it (https://…)."""
    place = _read(url) if url.lower().startswith("https://") else None
    return url if place is None else str(place.url(privacy=False))  # type: ignore[no-untyped-call]


def opened(url: str) -> NotifyBase:
    """Return an address as the package reads it, kept in bounds; raises NotTold."""
    kind, slashes, rest = url.partition("://")
    kind = kind.lower()
    if slashes and kind not in PLACES and kind not in OPEN:
        raise NotTold("unknown_kind", ", ".join(sorted(PLACES)))
    if not rest or len(url) > URL_MOST or not url.isprintable():
        raise NotTold("not_an_address")
    if kind in OPEN and not settings.LOCAL_ALARMS:
        raise NotTold("open")
    place = _read(url)
    if place is None:
        raise NotTold("not_an_address")
    if not settings.LOCAL_ALARMS and PLACES[kind].own_server:
        _expect_public(place)
    return place


def _read(url: str) -> NotifyBase | None:
    """Return an address with what it may not choose itself: certificates, redirects, time-outs."""
    import apprise  # noqa: PLC0415 - heavy; only who tells a chat pays for it

    asset = apprise.AppriseAsset(app_id="Resonanz", app_desc="Resonanz", http_redirects=False)
    place: NotifyBase | None = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if place is not None:
        place.verify_certificate, place.redirects = True, False
        place.socket_connect_timeout = place.socket_read_timeout = TIMEOUT_S
        if hasattr(place, "discovery"):
            place.discovery = False  # a Matrix server must not send us on to another
    return place


def _expect_public(place: NotifyBase) -> None:
    if str(getattr(place, "mode", "")) == "cloud":
        return  # ntfy's own server: the address names a subject
    try:
        public_addresses((place.host or "").strip("[]"), place.port or 443)
    except Temporary:
        raise NotTold("unreachable") from None
    except NetworkError:
        raise NotTold("local") from None


# Calls -------------------------------------------------------------------------------------------


def try_out(address: AlarmAddress) -> None:
    """Send a test to an address; raises NotTold."""
    with wording_alarms.in_language(address.language):
        title, body = wording_alarms.test_words(address.name)
    tell(address, title, body)


def tell(address: AlarmAddress, title: str, body: str) -> None:
    """Give a text to an address; raises NotTold."""
    import apprise  # noqa: PLC0415 - see _read

    place = opened(address.secret.get("url", ""))
    with ONE_AT_A_TIME, apprise.LogCapture(fmt="%(message)s") as said:  # type: ignore[no-untyped-call]
        if place.notify(body=body, title=title, notify_type=apprise.NotifyType.WARNING):
            return
        words = said.getvalue()
    raise _why(words)


def _why(words: str) -> NotTold:
    """Return why a call was not taken, by what the package logged; its words may hold secrets."""
    found = STATUS.search(words)
    if found is None:
        return NotTold("unreachable" if "onnection" in words else "not_taken")
    status = int(found[1])
    return NotTold("busy" if status == 429 or status >= 500 else "refused", found[1])


def tell_next() -> bool:
    """Make the call that waits longest; True if there was one."""
    now = timezone.now()
    call = _claim(now)
    if call is None:
        return False
    if call.ring.ended_at is not None or call.ring.acknowledged_at is not None:
        _settle(call, CallState.FAILED, "over")
        return True
    with wording_alarms.in_language(call.address.language):
        title = wording_alarms.title(call.ring)
        body = wording_alarms.body(call.ring, own_address.of_desk())
    try:
        tell(call.address, title, body)
    except NotTold as error:
        _failed(call, error, timezone.now())
    else:
        _settle(call, CallState.SENT)
    return True


def _claim(now: datetime) -> AlarmCall | None:
    """Lease a call; a conditional update decides between workers, and counts the attempt."""
    near = ("address", "ring__alarm__query", "ring__alarm__channel")
    for call in AlarmCall.objects.filter(due_at__lte=now).select_related(*near).order_by("due_at")[:3]:
        ours = AlarmCall.objects.filter(pk=call.pk, due_at=call.due_at)
        if ours.update(due_at=now + LEASE, attempts_count=call.attempts_count + 1):
            call.attempts_count += 1
            return call
    return None


def _failed(call: AlarmCall, error: NotTold, now: datetime) -> None:
    """Try again later, or never."""
    if error.code not in TRIED_AGAIN or call.attempts_count > len(AGAIN_AFTER):
        _settle(call, CallState.FAILED, error.line)
        return
    later = now + AGAIN_AFTER[call.attempts_count - 1]
    AlarmCall.objects.filter(pk=call.pk).update(due_at=later, error=error.line)


def _settle(call: AlarmCall, state: CallState, error: str = "") -> None:
    now, sent = timezone.now(), state == CallState.SENT
    with transaction.atomic():
        AlarmCall.objects.filter(pk=call.pk).update(
            state=state, due_at=None, sent_at=now if sent else None, error=error
        )
        happen("alarm_told", now, ring=call.ring_id, address=call.address_id, sent=int(sent))
