"""Signing in to a simulated Bluesky: app passwords, two tokens for each session, and how often one may try.

Tokens have the form that clients look into (JSON Web Token, HS256): whose they are, what for, and until when.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from resonanz.simulator.bluesky.records import Account, Session
from resonanz.simulator.bluesky.rules import Rejected

if TYPE_CHECKING:
    from resonanz.simulator.bluesky.world import World

ACCESS_SECONDS = 2 * 3600
REFRESH_SECONDS = 90 * 86_400
SIGN_INS = ((30, 300), (300, 86_400))  # so many within so many seconds
SESSIONS_KEPT = 2_000


class Sessions:
    """Who is signed in. Tokens of a session that was renewed go on as long as they would have."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._key = f"jwt:{world.seed}".encode()

    @property
    def _kept(self) -> list[Session]:
        return self._world.memory.sessions

    def sign_in(self, identifier: str, password: str) -> tuple[Account, Session, dict[str, str]]:
        """Open a session; the headers tell how many more are allowed. `Rejected` for a wrong password."""
        account = self._world.named(identifier.strip().removeprefix("@"))
        headers = self._count(account.did if account else identifier)
        if account is None or not hmac.compare_digest(account.app_password, password):
            wrong = "Invalid identifier or password"
            raise Rejected("AuthenticationRequired", wrong, status=401, headers=headers)
        if account.status == "takendown":
            raise Rejected("AccountTakedown", "Account has been taken down", status=401, headers=headers)
        return account, self._open(account), headers

    def renew(self, token: str) -> tuple[Account, Session]:
        """Trade the token for renewing, which is good for one use."""
        session = next((one for one in self._kept if one.refresh == token), None)
        if session is None or session.used:
            raise Rejected("ExpiredToken", "Token has been revoked")
        account = self._world.memory.accounts[session.did]
        if account.status == "takendown":
            raise Rejected("AccountTakedown", "Account has been taken down", status=401)
        session.used = True
        return account, self._open(account)

    def end(self, token: str) -> None:
        """Forget a session by its token for renewing."""
        self._world.memory.sessions = [one for one in self._kept if one.refresh != token]

    def revoke(self, did: str) -> None:
        """Forget all sessions of somebody."""
        self._world.memory.sessions = [one for one in self._kept if one.did != did]

    def whose(self, token: str) -> str:
        """Return whose session has this token, "" for none's."""
        return next((one.did for one in self._kept if token in (one.access, one.refresh)), "")

    def expire(self, did: str) -> None:
        """Let the tokens for asking end now; the sessions can be renewed."""
        for session in self._kept:
            if session.did == did:
                session.ends_at = 0.0

    def holder(self, authorization: str) -> Account:
        """Return whose token it is; `Rejected` for none, an ended one or a wrong one."""
        token = authorization.removeprefix("Bearer ").strip()
        if not token:
            raise Rejected("AuthMissing", "Authentication Required", status=401)
        session = next((one for one in self._kept if one.access == token), None)
        if session is None:
            raise Rejected("InvalidToken", "Token could not be verified")
        if session.ends_at <= self._world.clock().timestamp():
            raise Rejected("ExpiredToken", "Token has expired")
        account = self._world.memory.accounts[session.did]
        if account.status == "takendown":
            raise Rejected("AccountTakedown", "Account has been taken down", status=401)
        return account

    def _count(self, who: str) -> dict[str, str]:
        now = self._world.clock().timestamp()
        tries = [at for at in self._world.memory.sign_ins.get(who, []) if at > now - SIGN_INS[-1][1]]
        left, resets = SIGN_INS[0][0], now + SIGN_INS[0][1]
        for most, seconds in SIGN_INS:
            within = [at for at in tries if at > now - seconds]
            if len(within) >= most:
                headers = _limit_headers(most, 0, within[0] + seconds, seconds)
                headers["Retry-After"] = str(int(within[0] + seconds - now) + 1)
                raise Rejected("RateLimitExceeded", "Rate Limit Exceeded", status=429, headers=headers)
            left = min(left, most - len(within) - 1)
        self._world.memory.sign_ins[who] = [*tries, now]
        return _limit_headers(SIGN_INS[0][0], left, resets, SIGN_INS[0][1])

    def _open(self, account: Account) -> Session:
        now = self._world.clock().timestamp()
        session = Session(
            did=account.did,
            access=self._token(account, "com.atproto.appPass", now, ACCESS_SECONDS),
            refresh=self._token(account, "com.atproto.refresh", now, REFRESH_SECONDS),
            ends_at=now + ACCESS_SECONDS,
        )
        self._kept.append(session)
        del self._kept[:-SESSIONS_KEPT]
        return session

    def _token(self, account: Account, scope: str, now: float, seconds: int) -> str:
        said = {"scope": scope, "sub": account.did, "iat": int(now), "exp": int(now) + seconds}
        said |= {"aud": f"did:web:{account.handle}", "jti": str(self._world.next_number())}
        signed = f"{_coded({'typ': 'JWT', 'alg': 'HS256'})}.{_coded(said)}"
        signature = hmac.new(self._key, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _coded(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def _limit_headers(most: int, left: int, resets_at: float, seconds: int) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(most),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(int(resets_at)),
        "RateLimit-Policy": f"{most};w={seconds}",
    }
