"""Bluesky's way in: signing in with an app password, the session that follows, and asking with it.

A session is two tokens: one for some minutes or hours of asking, and one to trade for the next two ("XRPC:
Authentication"). Signing in is limited to 300 times a day for an account, so it happens only where there is
no session, or where the network refuses to renew it. What is asked for and what it means is elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resonanz.networks import Credentials, Gone, LoginNeeded, NetworkError, Refused, Secret
from resonanz.networks.answers import Entity, demand, entity, later, part_of, parts_of, text_of
from resonanz.networks.http import Client, Params, server_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resonanz.networks.http import Received

SERVICE = "https://bsky.social"
CHAT = "did:web:api.bsky.chat#bsky_chat"  # where a server passes private messages on to
ENDED = frozenset({"ExpiredToken", "InvalidToken"})
CLOSED = frozenset({"AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoDeactivated"})
MISSING = frozenset({"RecordNotFound", "NotFound", "HandleNotFound"})
LACKING = frozenset({"InvalidToken", "InsufficientAccess", "InsufficientScope", "MethodNotImplemented"})


class Session:
    """Asks a server as one account. `did` and `pds` are known once a session stands.

    The first question opens or renews the session, whichever is due; that can fail as any question can.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._keys = credentials.keys
        self._secret: Secret = dict(credentials.secret)
        self._simulated = credentials.simulated
        self.service = server_address(credentials.base_url or SERVICE, simulated=credentials.simulated)
        self._clients: dict[str, Client] = {}

    def __repr__(self) -> str:
        return f"Session({self.service!r}, {self._secret.get('identifier', '')!r})"

    @property
    def did(self) -> str:
        """The account's permanent name."""
        return self._standing()["did"]

    @property
    def pds(self) -> str:
        """The address of the server that keeps the account."""
        return self._standing().get("pds") or self.service

    @property
    def handle(self) -> str:
        """The account's handle, as it was when the session began."""
        return self._standing().get("handle", "")

    def opened(self) -> Secret:
        """Return the tokens of the session, opening it where there is none."""
        return dict(self._standing())

    def get(self, method: str, params: Params = ()) -> Entity:
        """Ask a query."""
        return self._asked(method, lambda client, headers: client.get(_path(method), params, headers=headers))

    def send(self, method: str, body: Mapping[str, Any]) -> Entity:
        """Ask a procedure: exactly one attempt that the server takes up."""
        return self._asked(
            method, lambda client, headers: client.send("POST", _path(method), body=body, headers=headers)
        )

    def upload(self, content: bytes, content_type: str) -> Entity:
        """Bring a file; nobody sees it until a record shows it."""
        method = "com.atproto.repo.uploadBlob"
        typed = {"Content-Type": content_type}
        return self._asked(
            method, lambda client, headers: client.send_bytes(_path(method), content, headers=headers | typed)
        )

    def _asked(self, method: str, ask: Callable[[Client, dict[str, str]], Received]) -> Entity:
        """Ask, once more with new tokens where the network says that the old ones have ended.

        That is safe: who says so has not acted. A right that an app password lacks is told in the same
        words for private messages, and new tokens would not help there: so the server is asked which it is.
        """
        chat = method.startswith("chat.bsky.")
        headers = {"atproto-proxy": CHAT} if chat else {}
        secret = self._standing()
        try:
            try:
                return self._told(method, ask, headers)
            except NetworkError as error:
                if not _has_ended(error) or (chat and not self._is_over(error)):
                    raise
            self._trade(secret)
            return self._told(method, ask, headers)
        except NetworkError as error:
            raise _meant(error, chat=chat) from error

    def _is_over(self, error: NetworkError) -> bool:
        """Tell whether a message service's refusal means that the session has ended."""
        if error.facts.get("name") == "ExpiredToken":
            return True
        method = "com.atproto.server.getSession"
        try:
            self._told(method, lambda client, headers: client.get(_path(method), headers=headers), {})
        except NetworkError as told:
            return _has_ended(told)
        return False

    def _told(
        self, method: str, ask: Callable[[Client, dict[str, str]], Received], headers: dict[str, str]
    ) -> Entity:
        secret = self._standing()
        headers = headers | {"Authorization": f"Bearer {secret['access_jwt']}"}
        return entity(ask(self._client(self.pds), headers).json or {}, method)

    # The session

    def _standing(self) -> Secret:
        if not self._secret.get("access_jwt") or not self._secret.get("did"):
            self._trade(self._secret)
        return self._secret

    def _trade(self, used: Secret) -> None:
        """Take newer tokens than those that were used; nothing that anybody sees is asked for."""
        with later():
            self._secret = self._keys.trade(used, self._fresh) if self._keys else self._fresh(used)

    def _fresh(self, secret: Secret) -> Secret:
        """Renew a session, or sign in where there is none or the network renews it no more."""
        if secret.get("refresh_jwt"):
            try:
                return self._opened(secret, self._renewed(secret))
            except (LoginNeeded, Refused, Gone) as error:
                if error.facts.get("name") in CLOSED or not secret.get("app_password"):
                    raise LoginNeeded("token_revoked", reason=error.reason) from error
        identifier, password = secret.get("identifier", ""), secret.get("app_password", "")
        if not identifier or not password:
            raise LoginNeeded("token_revoked")
        body = {"identifier": identifier, "password": password}
        method = "com.atproto.server.createSession"
        try:
            answer = self._client(self.service).send("POST", _path(method), body=body).json
        except Gone as error:
            raise Refused("not_this_network", address=self.service) from error
        except Refused as error:
            raise _meant(error, chat=False) from error
        return self._opened(secret, entity(answer, "session"))

    def _renewed(self, secret: Secret) -> Entity:
        headers = {"Authorization": f"Bearer {secret['refresh_jwt']}"}
        client = self._client(secret.get("pds") or self.service)
        method = "com.atproto.server.refreshSession"
        return entity(client.send("POST", _path(method), headers=headers).json, "session")

    def _opened(self, secret: Secret, answer: Entity) -> Secret:
        """Return the secret with the session that a server gave; the account may live at another one."""
        if answer.get("active") is False:
            status = text_of(answer, "status") or "inactive"
            raise LoginNeeded("token_revoked", reason=status, name=status)
        pds = _pds_in(part_of(answer, "didDoc")) or secret.get("pds") or self.service
        session = {
            "access_jwt": demand(answer, "accessJwt"),
            "refresh_jwt": demand(answer, "refreshJwt"),
            "did": demand(answer, "did"),
            "handle": text_of(answer, "handle"),
            "pds": server_address(pds, simulated=self._simulated),
        }
        return secret | session

    def _client(self, address: str) -> Client:
        if address not in self._clients:
            self._clients[address] = Client(address, simulated=self._simulated)
        return self._clients[address]


def sign_in(base_url: str, identifier: str, app_password: str, *, simulated: bool = False) -> Credentials:
    """Open a session and return credentials with its tokens.

    `identifier` is a handle, with or without @, an e-mail address or a DID. `LoginNeeded` where the
    password is wrong or the account is closed, `Refused("not_this_network")` where no such server is.
    """
    secret = {"identifier": identifier.strip().removeprefix("@"), "app_password": app_password.strip()}
    service = server_address(base_url or SERVICE, simulated=simulated)
    session = Session(Credentials(base_url=service, secret=secret, simulated=simulated))
    return Credentials(base_url=service, secret=session.opened(), simulated=simulated)


def _path(method: str) -> str:
    return f"/xrpc/{method}"


def _has_ended(error: NetworkError) -> bool:
    name = error.facts.get("name")
    return name in ENDED or (isinstance(error, LoginNeeded) and name not in CLOSED)


def _meant(error: NetworkError, *, chat: bool) -> NetworkError:
    """Return what an error means whose name says more than its status."""
    name, reason = str(error.facts.get("name", "")), error.reason
    if chat and name in LACKING:
        return Refused("scope_missing", reason=reason, name=name)
    if name in ENDED or (name in CLOSED and not chat):
        return LoginNeeded("token_revoked", reason=reason, name=name)
    if name in MISSING:
        return Gone("gone", reason=reason, name=name)
    return error


def _pds_in(document: Entity) -> str:
    """Return the address of the server that a DID document ("DID", service entries) names."""
    for service in parts_of(document, "service"):
        if text_of(service, "id").endswith("#atproto_pds"):
            return text_of(service, "serviceEndpoint")
    return ""
