"""Connecting accounts, keeping them healthy, and acting on them.

One of the three modules that open a network (with `listen.py` and `outbox.py`). A token is checked
before anything is stored; reconnecting an account keeps its cursor, its history and its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from resonanz.desk.events import happen
from resonanz.desk.health import failed, open_network
from resonanz.desk.limits import limits_row
from resonanz.desk.models import Agent, Brand, Channel, Role, Team
from resonanz.desk.models.listening import OFFLINE, ChannelState
from resonanz.networks import (
    NETWORKS,
    AcceptEverybody,
    Credentials,
    Login,
    LookUpProfile,
    Network,
    NetworkError,
    Policy,
    ReadPolicy,
    Secret,
)
from resonanz.networks.feed import Found, discover
from resonanz.post import Profile

CHECK_EVERY = timedelta(minutes=30)
CHECKED = ("handle", "name", "avatar_url", "url", "software", "limits", "facts", "filtered")


class ChannelTaken(Exception):
    """The account belongs to a channel of another brand already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An account that somebody wants to connect, for which brand."""

    network: str
    brand: Brand
    credentials: Credentials


def connect(application: Application, agent: Agent | None = None) -> Channel:
    """Connect an account, or connect it again; raises NetworkError if the token does not work."""
    held = _Held(application.credentials.secret)
    network = NETWORKS[application.network].connect(replace(application.credentials, keys=held))
    profile = network.act(LookUpProfile())
    assert isinstance(profile, Profile)
    policy = _policy(network)
    now = timezone.now()
    application = replace(application, credentials=replace(application.credentials, secret=held.current()))
    with transaction.atomic():
        channel = _keep_channel(application, profile, now)
        channel.filtered = list(policy.filtered)
        channel.save()
        for team in Team.objects.all() if channel.connected_at == now else ():
            team.channels.add(channel)
        happen("channel_ok", now, actor=agent.pk if agent else None, channel=channel.pk)
    return channel


class _Held:
    """The tokens of an account that has no row yet; what they are traded for on the way is not lost."""

    def __init__(self, secret: Secret) -> None:
        self._secret = dict(secret)

    def current(self) -> Secret:
        """Return the tokens as they are now."""
        return self._secret

    def trade(self, used: Secret, ask: Callable[[Secret], Secret]) -> Secret:
        """Return newer tokens than those used."""
        if self._secret == used:
            self._secret = ask(used)
        return self._secret


def _keep_channel(application: Application, profile: Profile, now: datetime) -> Channel:
    known = Channel.objects.filter(network=application.network, uid=profile.author.uid).first()
    if known is not None and known.brand_id != application.brand.pk:
        raise ChannelTaken(known.brand.name)
    channel = known or Channel(
        network=application.network,
        uid=profile.author.uid,
        brand=application.brand,
        connected_at=now,
    )
    channel.base_url = application.credentials.base_url
    channel.secret = application.credentials.secret
    channel.simulated = application.credentials.simulated
    _take_profile(channel, profile)
    _take_health(channel, now)
    return channel


def _take_profile(channel: Channel, profile: Profile) -> None:
    author = profile.author
    channel.handle, channel.name = author.handle, author.name
    channel.avatar_url, channel.url = author.avatar_url, author.url
    channel.software = profile.software[:200]
    # Of messages the last reading knows where the profile does not say it.
    told = {"messages": channel.facts["messages"]} if "messages" in channel.facts else {}
    channel.facts = told | dict(profile.facts)
    channel.limits = limits_row(profile.limits)


def _take_health(channel: Channel, now: datetime) -> None:
    channel.state = ChannelState.OK
    channel.error_code = channel.error_reason = ""
    channel.error_at = None
    channel.failures_count = 0
    channel.next_poll_at = now
    channel.next_check_at = now + CHECK_EVERY


def _policy(network: Network) -> Policy:
    answer = network.act(ReadPolicy())
    assert isinstance(answer, Policy)
    return answer


def find_feeds(address: str, *, simulated: bool) -> tuple[Found, ...]:
    """Return the feeds of a site, or the one at an address; NetworkError `not_this_network` for none."""
    return discover(address, simulated=simulated)


def begin_login(
    network: str,
    base_url: str,
    *,
    redirect_uri: str,
    simulated: bool,
    app: Mapping[str, str] | None = None,
) -> Login:
    """Register the desk with a server, or come as the operator's app; returns where the person signs in."""
    row = NETWORKS[network]
    return row.begin_login(base_url, redirect_uri=redirect_uri, simulated=simulated, app=app)


def finish_login(network: str, login: Login, code: str) -> Credentials:
    """Turn the code from the person's browser into credentials."""
    return NETWORKS[network].finish_login(login, code)


def accept_everybody(channel: Channel, agent: Agent) -> None:
    """Let strangers' private mentions through; raises NetworkError."""
    if not agent.has_role(Role.LEAD):
        raise PermissionError("only leads change a channel's policy")
    answer = open_network(channel).act(AcceptEverybody())
    assert isinstance(answer, Policy)
    Channel.objects.filter(pk=channel.pk).update(filtered=list(answer.filtered), next_poll_at=timezone.now())


def pause(channel: Channel) -> None:
    """Stop listening until `resume`; nothing is lost, the cursor stays."""
    Channel.objects.filter(pk=channel.pk).update(state=ChannelState.PAUSED, next_poll_at=None)


def resume(channel: Channel) -> None:
    """Listen again, from where it stopped."""
    Channel.objects.filter(pk=channel.pk, state=ChannelState.PAUSED).update(
        state=ChannelState.OK, next_poll_at=timezone.now()
    )


def check_next() -> bool:
    """Ask one due channel for its profile, limits and policy; True if there was one."""
    now = timezone.now()
    channel = Channel.objects.filter(state=ChannelState.OK, next_check_at__lte=now).first()
    if channel is None or not _claim(channel, now):
        return False
    check_now(channel)
    return True


def check_now(channel: Channel) -> NetworkError | None:
    """Ask a channel for its profile, limits and policy; returns what went wrong, None where nothing did."""
    try:
        network = open_network(channel)
        profile = network.act(LookUpProfile())
        assert isinstance(profile, Profile)
        _take_profile(channel, profile)
        channel.filtered = list(_policy(network).filtered)
    except NetworkError as error:
        failed(channel, error, timezone.now())
        return error
    channel.save(update_fields=CHECKED)
    return None


def _claim(channel: Channel, now: datetime) -> bool:
    """Move the next check on; only one worker succeeds in that."""
    return bool(
        Channel.objects.filter(pk=channel.pk, next_check_at=channel.next_check_at).update(
            next_check_at=now + CHECK_EVERY
        )
    )


def listening() -> list[Channel]:
    """Return the channels that are read, for the streams beside the polling."""
    return list(Channel.objects.filter(state=ChannelState.OK).exclude(network__in=OFFLINE))
