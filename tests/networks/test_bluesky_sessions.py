"""Signing in to Bluesky, keeping a session, and what ends one; the door itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from resonanz.networks import (
    NETWORKS,
    Login,
    LoginNeeded,
    Refused,
    Temporary,
)
from resonanz.networks.bluesky import Bluesky, begin_login, connect, finish_login, sign_in
from tests.networks.bluesky_words import delivery
from tests.simulator.bluesky.running import Fault, RunningBluesky, running_bluesky

if TYPE_CHECKING:
    from collections.abc import Callable

    from resonanz.networks import Secret


class OneKeeper:
    """Keeps tokens as the desk does: in one place, traded by one at a time."""

    def __init__(self, secret: Secret) -> None:
        self.secret = secret
        self.trades = 0

    def current(self) -> Secret:
        return self.secret

    def trade(self, used: Secret, ask: Callable[[Secret], Secret]) -> Secret:
        if self.secret == used:
            self.secret = ask(used)
            self.trades += 1
        return self.secret


def test_a_session_is_kept_renewed_and_shared(bluesky: RunningBluesky) -> None:
    signed = sign_in(bluesky.base_url, "@nordlicht-hilft.himmel.test ", _password(bluesky), simulated=True)
    keeper = OneKeeper(signed.secret)
    one, other = (Bluesky(replace(signed, keys=keeper)) for _ in range(2))
    assert one.read("").backfill
    assert other.read("").backfill
    assert keeper.trades == 0
    bluesky.part.sessions.expire(bluesky.account("nordlicht_hilft").did)
    assert one.read("").backfill
    assert other.read("").backfill
    assert keeper.trades == 1
    assert bluesky.count("com.atproto.server.createSession") == 1
    assert bluesky.count("com.atproto.server.refreshSession") == 1


def _password(bluesky: RunningBluesky) -> str:
    return bluesky.account("nordlicht_hilft").app_password


def test_where_renewing_is_refused_the_password_opens_a_new_session(
    bluesky: RunningBluesky, desk: Bluesky
) -> None:
    desk.read("")
    bluesky.part.sessions.revoke(bluesky.account("nordlicht_hilft").did)
    assert desk.read("").backfill
    assert bluesky.count("com.atproto.server.createSession") == 2


def test_an_ended_session_without_a_password_needs_a_person(bluesky: RunningBluesky) -> None:
    signed = sign_in(bluesky.base_url, "nordlicht-hilft.himmel.test", _password(bluesky), simulated=True)
    secret = {key: value for key, value in signed.secret.items() if key != "app_password"}
    desk = Bluesky(replace(signed, secret=secret))
    assert desk.read("").backfill
    bluesky.part.sessions.revoke(bluesky.account("nordlicht_hilft").did)
    with pytest.raises(LoginNeeded):
        desk.read("")
    with pytest.raises(LoginNeeded):
        Bluesky(replace(signed, secret={})).read("")


def test_a_revoked_password_a_wrong_one_and_a_closed_account(bluesky: RunningBluesky) -> None:
    handle, password = "nordlicht-hilft.himmel.test", _password(bluesky)
    with pytest.raises(LoginNeeded) as wrong:
        sign_in(bluesky.base_url, handle, "falsch", simulated=True)
    assert (wrong.value.code, wrong.value.facts["name"]) == ("token_revoked", "AuthenticationRequired")
    desk = Bluesky(bluesky.credentials())
    desk.read("")
    bluesky.account("nordlicht_hilft").status = "takendown"
    with pytest.raises(LoginNeeded):
        desk.read("")
    bluesky.part.sessions.expire(bluesky.account("nordlicht_hilft").did)
    with pytest.raises(LoginNeeded):
        desk.read("")
    bluesky.account("nordlicht_hilft").status = "deactivated"
    with pytest.raises(LoginNeeded) as inactive:
        sign_in(bluesky.base_url, handle, password, simulated=True)
    assert inactive.value.facts == {"name": "deactivated"}
    bluesky.account("nordlicht_hilft").status = ""
    bluesky.part.revoke(password)
    with pytest.raises(LoginNeeded):
        desk.read("")
    with pytest.raises(LoginNeeded):
        sign_in(bluesky.base_url, handle, password, simulated=True)


def test_what_signing_in_may_meet(bluesky: RunningBluesky) -> None:
    method = "com.atproto.server.createSession"
    for fault, error in (
        (Fault(body={"error": "Not Found"}, status=404), Refused),
        (Fault("AuthFactorTokenRequired", status=401), LoginNeeded),
        (Fault("AccountTakedown"), LoginNeeded),
        (Fault("InvalidRequest"), Refused),
        (Fault(status=200, body={"accessJwt": "a"}), Temporary),
        (Fault(lost=True), Temporary),
    ):
        bluesky.breaks(method, fault)
        with pytest.raises(error):
            sign_in(bluesky.base_url, "x.test", "y", simulated=True)


def test_too_many_sign_ins_say_when_to_come_back(bluesky: RunningBluesky) -> None:
    for _ in range(30):
        sign_in(bluesky.base_url, "nordlicht-hilft.himmel.test", _password(bluesky), simulated=True)
    with pytest.raises(Temporary) as limited:
        sign_in(bluesky.base_url, "nordlicht-hilft.himmel.test", _password(bluesky), simulated=True)
    assert limited.value.code == "rate_limited"
    assert limited.value.retry_at is not None
    assert timedelta(0) < limited.value.retry_at - datetime.now(UTC) <= timedelta(minutes=5)


def test_an_account_that_lives_at_another_server_is_asked_there(bluesky: RunningBluesky) -> None:
    with running_bluesky() as elsewhere:
        account = elsewhere.account("nordlicht_hilft")
        answer = {
            "accessJwt": elsewhere.part.sessions.sign_in(account.handle, account.app_password)[1].access,
            "refreshJwt": "r",
            "did": account.did,
            "handle": account.handle,
            "didDoc": {
                "service": [
                    {"id": "#other", "serviceEndpoint": "http://127.0.0.1:1"},
                    {"id": f"{account.did}#atproto_pds", "serviceEndpoint": elsewhere.base_url},
                ]
            },
        }
        bluesky.breaks("com.atproto.server.createSession", Fault(status=200, body=answer))
        signed = sign_in(bluesky.base_url, account.handle, "p", simulated=True)
        assert (signed.base_url, signed.secret["pds"]) == (bluesky.base_url, elsewhere.base_url)
        sent = Bluesky(signed).send(delivery("Von dort"))
        assert [one["id"] for one in elsewhere.part.posts()] == [sent.native_id]
    assert bluesky.part.posts() == []


def test_the_door() -> None:
    row = NETWORKS["bluesky"]
    assert (row.capabilities.label, row.default_limits.length) == ("Bluesky", 300)
    credentials = replace(Login(url="", base_url="https://bsky.social", secret={}), secret={})
    for refused in (
        lambda: begin_login("https://bsky.social", redirect_uri="https://desk.example"),
        lambda: finish_login(credentials, "code"),
    ):
        with pytest.raises(Refused):
            refused()


def test_nobody_sees_a_secret(bluesky: RunningBluesky) -> None:
    network = connect(bluesky.credentials())
    assert _password(bluesky) not in repr(network)
    assert "nordlicht-hilft.himmel.test" in repr(network)
