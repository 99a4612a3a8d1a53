"""Connecting an account, keeping it healthy, letting private messages through."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from resonanz.desk import channels
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Brand, Channel, Event, Team
from resonanz.networks import Credentials, LoginNeeded, Temporary
from resonanz.post import Limits
from tests.cast import US, Desk
from tests.fake import World

pytestmark = pytest.mark.django_db
TOKEN = Credentials(base_url="https://social.example", secret={"access_token": "t0ken"})


def connect(brand: Brand, credentials: Credentials = TOKEN, agent: Agent | None = None) -> Channel:
    return channels.connect(
        channels.Application(network="mastodon", brand=brand, credentials=credentials), agent
    )


def test_a_checked_account_becomes_a_channel_of_every_team(fake: World) -> None:
    brand, team = Brand.objects.create(name="Nordlicht"), Team.objects.create(name="Team")
    fake.filtered = ("private_mentions",)
    channel = connect(brand)
    assert (channel.handle, channel.state, channel.software) == (US.handle, "ok", "Fake 1.0")
    assert limits_of(channel) == Limits(length=500)
    assert channel.filtered == ["private_mentions"]
    assert list(team.channels.all()) == [channel]
    assert Event.objects.get().kind == "channel_ok"
    assert channels.listening() == [channel]


def test_a_token_is_never_stored_in_the_open(fake: World) -> None:
    channel = connect(Brand.objects.create(name="Nordlicht"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM desk_channel")
        stored = cursor.fetchone()[0]
    assert "t0ken" not in stored
    assert stored.partition(":")[0] == "20260101"
    channel.refresh_from_db()
    assert channel.secret == {"access_token": "t0ken"}
    assert "t0ken" not in repr(TOKEN)


def test_a_token_that_does_not_work_stores_nothing(fake: World) -> None:
    fake.fails_with = [LoginNeeded("token_revoked")]
    with pytest.raises(LoginNeeded):
        connect(Brand.objects.create(name="Nordlicht"))
    assert Channel.objects.count() == 0


def test_connecting_again_keeps_cursor_history_and_teams(desk: Desk, fake: World) -> None:
    Channel.objects.update(state="login", error_code="token_revoked", cursor="c7", next_poll_at=None)
    Team.objects.get().channels.clear()
    fresh = Credentials(base_url="https://social.example", secret={"access_token": "new"})
    channel = connect(desk.brand, fresh, desk.clara)
    assert channel.pk == desk.channel.pk
    channel.refresh_from_db()
    assert (channel.cursor, channel.state, channel.error_code) == ("c7", "ok", "")
    assert channel.secret == {"access_token": "new"}
    assert channel.next_poll_at is not None
    assert Team.objects.get().channels.count() == 0


def test_an_account_belongs_to_one_brand(desk: Desk, fake: World) -> None:
    with pytest.raises(channels.ChannelTaken):
        connect(Brand.objects.create(name="Südwind"))


def test_letting_private_messages_through_is_for_leads(desk: Desk, fake: World) -> None:
    Channel.objects.update(filtered=["private_mentions"])
    with pytest.raises(PermissionError):
        channels.accept_everybody(desk.channel, desk.anna)
    channels.accept_everybody(desk.channel, desk.clara)
    assert Channel.objects.get().filtered == []
    assert fake.asked[-1] == "AcceptEverybody"


def test_pausing_and_resuming(desk: Desk) -> None:
    channels.pause(desk.channel)
    assert channels.listening() == []
    channels.resume(desk.channel)
    channel = Channel.objects.get()
    assert (channel.state, channel.next_poll_at is not None) == ("ok", True)


def test_the_check_takes_profile_limits_and_policy_once_per_half_hour(desk: Desk, fake: World) -> None:
    fake.filtered = ("private_mentions",)
    Channel.objects.update(next_check_at=timezone.now() - timedelta(seconds=1), name="Alt")
    assert channels.check_next() is True
    assert channels.check_next() is False
    channel = Channel.objects.get()
    assert (channel.name, channel.filtered) == ("Nordlicht", ["private_mentions"])


def test_a_check_that_fails_is_remembered(desk: Desk, fake: World) -> None:
    Channel.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    fake.fails_with = [Temporary("unreachable")]
    assert channels.check_next() is True
    assert Channel.objects.get().error_code == "unreachable"
