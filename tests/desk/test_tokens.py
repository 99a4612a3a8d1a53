"""Tokens that are good for one use: one worker trades them, all others take what it got."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from resonanz.desk import tokens
from resonanz.desk.leases import me
from resonanz.desk.models import Channel
from resonanz.desk.tokens import ChannelKeys
from resonanz.networks import LoginNeeded, Secret, Temporary
from tests.cast import Desk

pytestmark = pytest.mark.django_db(transaction=True)


class Bank:
    """A network that takes each refresh token once; a second use ends the account's access."""

    def __init__(self) -> None:
        self.good = "r0"
        self.trades_count = 0
        self.lock = threading.Lock()

    def ask(self, present: Secret) -> Secret:
        with self.lock:
            if present["refresh_token"] != self.good:
                raise LoginNeeded("token_revoked")
            self.trades_count += 1
            self.good = f"r{self.trades_count}"
            return {"access_token": f"a{self.trades_count}", "refresh_token": self.good}


def keep(desk: Desk, secret: Secret) -> ChannelKeys:
    Channel.objects.filter(pk=desk.channel.pk).update(secret=secret)
    return ChannelKeys(desk.channel.pk)


def test_new_tokens_are_kept_before_they_are_used(desk: Desk) -> None:
    old = {"access_token": "a0", "refresh_token": "r0"}
    keys, bank = keep(desk, old), Bank()
    assert keys.trade(old, bank.ask) == {"access_token": "a1", "refresh_token": "r1"}
    assert keys.current() == {"access_token": "a1", "refresh_token": "r1"}
    channel = Channel.objects.get(pk=desk.channel.pk)
    assert (channel.trade_by, channel.trade_until.timestamp()) == ("", 0)


def test_whoever_comes_second_takes_what_the_first_one_got(desk: Desk) -> None:
    old = {"access_token": "a0", "refresh_token": "r0"}
    keys, bank = keep(desk, old), Bank()
    keys.trade(old, bank.ask)
    assert keys.trade(old, bank.ask)["access_token"] == "a1"
    assert bank.trades_count == 1


def test_many_at_once_trade_once_a_round(desk: Desk) -> None:
    old = {"access_token": "a0", "refresh_token": "r0"}
    keep(desk, old)
    bank, start, errors = Bank(), threading.Barrier(4), []

    def work() -> None:
        keys = ChannelKeys(desk.channel.pk)
        present = old
        try:
            for _ in range(10):
                start.wait(30)
                present = keys.trade(present, bank.ask)
        except (LoginNeeded, Temporary, threading.BrokenBarrierError) as error:
            errors.append(error)
            start.abort()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert bank.trades_count == 10
    assert ChannelKeys(desk.channel.pk).current()["refresh_token"] == bank.good


def test_a_trade_that_fails_leaves_the_old_tokens_and_the_way_free(desk: Desk) -> None:
    old = {"access_token": "a0", "refresh_token": "lost"}
    keys = keep(desk, old)
    for _ in range(2):
        with pytest.raises(LoginNeeded):
            keys.trade(old, Bank().ask)
    assert keys.current() == old


def test_a_dead_workers_lease_holds_nobody_up(desk: Desk, tmp_path: Path) -> None:
    old = {"access_token": "a0", "refresh_token": "r0"}
    keys = keep(desk, old)
    host = me().rpartition(":")[0]
    gone = int(Path("/proc/sys/kernel/pid_max").read_text()) - 1
    until = datetime.now(UTC) + timedelta(minutes=2)
    Channel.objects.filter(pk=desk.channel.pk).update(trade_until=until, trade_by=f"one@{host}:{gone}")
    assert keys.trade(old, Bank().ask)["access_token"] == "a1"


def test_what_a_person_connected_during_a_trade_stays(desk: Desk) -> None:
    old, anew = {"access_token": "a0", "refresh_token": "r0"}, {"access_token": "a9", "refresh_token": "r9"}
    keys = keep(desk, old)

    def ask(present: Secret) -> Secret:
        Channel.objects.filter(pk=desk.channel.pk).update(secret=anew)
        return Bank().ask(present)

    assert keys.trade(old, ask) == anew
    assert keys.current() == anew


def test_new_tokens_are_kept_where_the_lease_ran_out_on_the_way(desk: Desk) -> None:
    old = {"access_token": "a0", "refresh_token": "r0"}
    keys, bank = keep(desk, old), Bank()

    def ask(present: Secret) -> Secret:
        fresh = bank.ask(present)
        Channel.objects.filter(pk=desk.channel.pk).update(trade_by=f"other@{me()}")
        return fresh

    assert keys.trade(old, ask)["refresh_token"] == bank.good
    assert keys.current()["refresh_token"] == bank.good
    assert Channel.objects.get(pk=desk.channel.pk).trade_by == f"other@{me()}"


def test_a_trade_that_never_ends_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {"access_token": "a0", "refresh_token": "r0"}
    keys, bank = keep(desk, old), Bank()
    until = datetime.now(UTC) + timedelta(minutes=2)
    Channel.objects.filter(pk=desk.channel.pk).update(trade_until=until, trade_by=f"other@{me()}")
    monkeypatch.setattr(tokens, "LEASE", timedelta(seconds=0.3))
    with pytest.raises(Temporary):
        keys.trade(old, bank.ask)
    assert bank.trades_count == 0
