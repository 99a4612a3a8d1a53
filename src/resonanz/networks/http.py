"""The one thin HTTP client of all networks: safe addresses, short waits, and the error tree.

Here lives what every network needs alike: where we may connect to, how long we wait, how much we
accept, and which outcome becomes which error. What a network's answers mean lives in its own file.

Outcomes become errors by one question: may the server have done it? A connection that was never
made is `Temporary`; from the first byte sent, a missing or unusable answer is `Unclear`.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import httpx

from resonanz.networks import Gone, LoginNeeded, NetworkError, Refused, Temporary, Unclear

if TYPE_CHECKING:
    import ssl

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
WHOLE_ANSWER_SECONDS = 60.0  # a server that drips a byte now and then never meets the read time-out
SILENCE_SECONDS = 60.0  # Mastodon, "Streaming API": a heartbeat comes every few seconds
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_EVENT_CHARACTERS = 1024 * 1024
MAX_REDIRECTS = 3
MAX_PICTURE_BYTES = 8_000_000
WHOLE_PICTURE_SECONDS = 30.0
UPLOAD_ANSWER_SECONDS = 45.0  # a server may look at a whole film before it answers
MAX_PICTURE_REDIRECTS = 2
_UPLOAD_WAITS = {
    "connect": CONNECT_SECONDS,
    "read": UPLOAD_ANSWER_SECONDS,
    "write": READ_SECONDS,
    "pool": 5.0,
}
MAX_REASON = 500

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")

Params = Sequence[tuple[str, str]]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@cache
def certificates() -> ssl.SSLContext:
    """The certificates we trust; built once, because that takes tens of milliseconds."""
    return httpx.create_ssl_context()


def _unwrapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 address carries, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet, not of this machine or a local network."""
    try:
        real = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return real.is_global and not real.is_multicast


def public_addresses(host: str, port: int) -> tuple[str, ...]:
    """Resolve a host; `Refused("unsafe_address")` if any of its addresses is not public."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Temporary("unreachable", host=host) from error
    addresses = tuple(dict.fromkeys(str(row[4][0]) for row in rows))
    if not all(is_public(address) for address in addresses):
        raise Refused("unsafe_address", host=host)
    return addresses


def server_address(text: str, *, simulated: bool = False) -> str:
    """Make `https://host` of what a person typed: a host, an address, or a handle `@user@host`.

    `Refused`: `not_this_network` if no server can be read from it, `unsafe_address` if it names plain
    http or an address of this machine. Both are kept as they are for a simulated network.
    """
    typed = text.strip()
    scheme, slashes, rest = typed.rpartition("://")
    host_part = rest.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    if slashes and "@" in host_part:
        raise Refused("not_this_network", address=typed[:100])  # a password in an address
    scheme = (scheme or "https").lower()
    host, port = _host_and_port(host_part.rpartition("@")[2], typed)
    _refuse_local(scheme, host, simulated=simulated)
    return f"{scheme}://{host}{port}"


def _host_and_port(text: str, typed: str) -> tuple[str, str]:
    try:
        parts = urlsplit(f"//{text}")
        host = (parts.hostname or "").rstrip(".")
        port = f":{parts.port}" if parts.port else ""
        host = f"[{ipaddress.IPv6Address(host)}]" if ":" in host else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Refused("not_this_network", address=typed[:100]) from None
    if not host.startswith("[") and not _HOST.fullmatch(host):
        raise Refused("not_this_network", address=typed[:100])
    return host, port


def _refuse_local(scheme: str, host: str, *, simulated: bool) -> None:
    if scheme not in {"https", "http"}:
        raise Refused("not_this_network", address=f"{scheme}://{host}"[:100])
    if simulated:
        return
    bare = host.strip("[]")
    local_name = bare == "localhost" or bare.endswith((".localhost", ".local", ".internal"))
    number = ":" in bare or bare.replace(".", "").isdigit()
    if scheme == "http" or local_name or (number and not is_public(bare)):
        raise Refused("unsafe_address", host=host)
    if not number and "." not in bare:
        raise Refused("not_this_network", address=host)


@dataclass(frozen=True, slots=True)
class Received:
    """A usable answer: the decoded JSON, and the query of the page that follows, empty if none."""

    json: Any
    next_page: dict[str, str]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


class Refusal(Protocol):
    """Reads what an unsuccessful answer means; `error_for` is the usual one."""

    def __call__(
        self, status: int, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> NetworkError:
        """Return the error."""
        ...


class Client:
    """Speaks to one server. `token` goes into the Authorization header and nowhere else.

    Every method makes one attempt and raises the errors of `resonanz.networks`. Unless `simulated`,
    only https and public addresses are reached, and the address that was checked is the one that is
    connected to, so that a name cannot change its mind in between. Proxies of the environment are
    not used. `addresses`, `trusted` and `clock` are there for those who know better than the system.
    `signed` changes a request before it goes out, `refusal` reads unsuccessful answers, where a network has
    its own way of either.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str = "",
        simulated: bool = False,
        addresses: Callable[[str, int], tuple[str, ...]] = public_addresses,
        trusted: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = _utc_now,
        signed: Callable[[httpx.Request], httpx.Request] | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        self._refusal = refusal or error_for
        self._base = httpx.URL(server_address(base_url, simulated=simulated))
        self._pinned = not simulated
        self._addresses = addresses
        self._clock = clock
        headers = {"User-Agent": f"Resonanz/{version('resonanz')} (+self-hosted desk)"}
        if token.strip():
            headers["Authorization"] = f"Bearer {_checked_token(token.strip())}"
        self._http = httpx.Client(
            headers=headers,
            verify=trusted or certificates(),
            trust_env=False,
            auth=signed,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        )
        # The door has no `close`: a connector that is dropped takes its sockets with it.
        weakref.finalize(self, self._http.close)

    def __repr__(self) -> str:
        return f"Client({str(self._base)!r})"

    @property
    def host(self) -> str:
        """The server's name, without port."""
        return self._base.host

    def get(self, path: str, params: Params = (), *, headers: Mapping[str, str] | None = None) -> Received:
        """Read. Redirects are followed on the same host only."""
        url = self._base.copy_with(raw_path=path.encode())
        for _ in range(MAX_REDIRECTS):
            with self._answer("GET", url, params=list(params) or None, headers=headers) as response:
                if not response.has_redirect_location:
                    return self._received(response)
                url, params = self._redirect(response), ()
        raise Refused("refused", reason="too many redirects")

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Received:
        """Change something: exactly one attempt, never redirected."""
        content: dict[str, Any] = {"data": form} if form is not None else {"json": body}
        return self._changed(method, path, headers=headers, **content)

    def send_bytes(self, path: str, content: bytes, *, headers: Mapping[str, str]) -> Received:
        """Post bytes as they are; `headers` name their type. Exactly one attempt, never redirected."""
        return self._changed("POST", path, content=content, headers=headers, waits=_UPLOAD_WAITS)

    def upload(
        self, path: str, *, file: tuple[str, bytes, str], form: Mapping[str, str], field: str = "file"
    ) -> Received:
        """Post a file (name, content, content type) with a form: exactly one attempt, never redirected."""
        return self._changed("POST", path, files={field: file}, data=form, waits=_UPLOAD_WAITS)

    def _changed(self, method: str, path: str, **content: Any) -> Received:
        url = self._base.copy_with(raw_path=path.encode())
        with self._answer(method, url, **content) as response:
            if response.has_redirect_location:
                raise Refused("not_this_network", moved_to=response.headers["Location"][:100])
            return self._received(response)

    def events(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield (event, payload) of a server-sent stream; first ("open", "") once it stands.

        Ends when the server ends it. `Temporary` when it breaks or is silent for 60 seconds, for
        nothing is ever done by listening.
        """
        url = self._base.copy_with(raw_path=path.encode())
        waits = {"connect": CONNECT_SECONDS, "read": SILENCE_SECONDS, "write": READ_SECONDS, "pool": 5.0}
        try:
            with self._answer("GET", url, waits=waits, headers={"Accept": "text/event-stream"}) as response:
                if response.status_code != 200:
                    self._received(response)
                    raise Refused("not_allowed_here")
                yield "open", ""
                yield from parse_events(response.iter_text())
        except Unclear as error:
            raise Temporary("unreachable", reason=error.reason) from error

    def lines(self, path: str, params: Params = (), *, silence: float = SILENCE_SECONDS) -> Iterator[str]:
        """Yield the lines of an answer that does not end; first "" once it stands, and "" as a heartbeat.

        Ends when the server ends it. `Temporary` when it breaks or is silent for so many seconds, for
        nothing is ever done by listening.
        """
        url = self._base.copy_with(raw_path=path.encode())
        waits = {"connect": CONNECT_SECONDS, "read": silence, "write": READ_SECONDS, "pool": 5.0}
        try:
            with self._answer("GET", url, waits=waits, params=list(params) or None) as response:
                if response.status_code != 200:
                    self._received(response)
                    raise Refused("not_allowed_here")
                yield ""
                yield from _lines(response.iter_text())
        except Unclear as error:
            raise Temporary("unreachable", reason=error.reason) from error

    def picture(self, address: httpx.URL, most_bytes: int) -> bytes | httpx.URL:
        """Return a picture's bytes, or the address that it has moved to.

        `Refused`: `not_a_picture` for any other content, `too_large` above `most_bytes`. Packed content is
        refused too: a small answer could unfold into one of any size.
        """
        url = self._base.copy_with(raw_path=address.raw_path)
        plain = {"Accept": "image/*", "Accept-Encoding": "identity"}
        with self._answer("GET", url, headers=plain) as response:
            if response.has_redirect_location:
                return url.join(response.headers["Location"])
            if not response.is_success:
                raise error_for(response.status_code, response.headers, b"", now=self._clock())
            packed = response.headers.get("Content-Encoding", "identity").lower() != "identity"
            if packed or not response.headers.get("Content-Type", "").lower().startswith("image/"):
                raise Refused("not_a_picture")
            return _limited(response, most_bytes)

    def _redirect(self, response: httpx.Response) -> httpx.URL:
        target = self._base.join(response.headers["Location"])
        if (target.scheme, target.host, target.port) != (self._base.scheme, self._base.host, self._base.port):
            raise Refused("not_this_network", moved_to=target.host)
        return target

    @contextmanager
    def _answer(
        self, method: str, url: httpx.URL, *, waits: dict[str, float] | None = None, **content: Any
    ) -> Iterator[httpx.Response]:
        """Send to the first address that can be connected to; translate whatever goes wrong."""
        with _translated():
            response = self._first_connected(method, url, waits, content)
            try:
                yield response
            finally:
                response.close()

    def _first_connected(
        self, method: str, url: httpx.URL, waits: dict[str, float] | None, content: dict[str, Any]
    ) -> httpx.Response:
        """Try address after address. Going on is safe: without a connection nothing was sent."""
        request = self._http.build_request(method, url, **content)
        if waits:
            request.extensions["timeout"] = waits
        if not self._pinned:
            return self._http.send(request, stream=True)
        request.extensions["sni_hostname"] = url.host
        failure: httpx.TransportError | None = None
        for address in self._addresses(url.host, url.port or 443):
            request.url = request.url.copy_with(host=address)
            try:
                return self._http.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure or Temporary("unreachable", host=url.host)

    def _received(self, response: httpx.Response) -> Received:
        body = _whole_body(response)
        if not response.is_success:
            raise self._refusal(response.status_code, response.headers, body, now=self._clock())
        try:
            decoded = (
                _whole(json.loads(body), body) if body.strip() else None
            )  # some servers say nothing when all is well
        except (ValueError, RecursionError):
            raise Unclear("bad_answer") from None
        return Received(decoded, _next_page(response), response.status_code, response.headers)


def fetch_picture(
    url: str,
    *,
    simulated: bool = False,
    most_bytes: int = MAX_PICTURE_BYTES,
    client: Callable[..., Client] = Client,
) -> bytes:
    """Read a foreign picture, within the same limits as everything else and without any token.

    It may move twice, to another host only from https to https and then only to a public address, even
    if it began on a simulated network. What the bytes are is not known yet: the type is the server's word.
    """
    for _ in range(MAX_PICTURE_REDIRECTS + 1):
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise Refused("refused", reason="the address is none") from error
        found = client(url, simulated=simulated).picture(address, most_bytes)
        if isinstance(found, bytes):
            return found
        if (found.scheme, found.host, found.port) != (address.scheme, address.host, address.port):
            if {address.scheme, found.scheme} != {"https"}:
                raise Refused("unsafe_address", host=found.host)
            simulated = False
        url = str(found)
    raise Refused("refused", reason="too many redirects")


def _checked_token(token: str) -> str:
    """Return a token that fits into a header; a pasted sentence is no token."""
    if not token.isascii() or not token.isprintable() or " " in token:
        raise LoginNeeded("token_revoked")
    return token


def _whole_body(response: httpx.Response) -> bytes:
    """Read the body within the limits of size and time."""
    until = time.monotonic() + WHOLE_ANSWER_SECONDS
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise Unclear("bad_answer", reason="the answer is too large")
        if time.monotonic() > until:
            raise Unclear("timeout")
    return bytes(body)


def _limited(response: httpx.Response, most_bytes: int) -> bytes:
    """Read a picture as it was sent, within the limits of size and time."""
    until = time.monotonic() + WHOLE_PICTURE_SECONDS
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > most_bytes:
            raise Refused("too_large")
        if time.monotonic() > until:
            raise Unclear("timeout")
    return bytes(body)


def _next_page(response: httpx.Response) -> dict[str, str]:
    """Return only the query of the next page: the address itself might lead elsewhere."""
    target = response.links.get("next", {}).get("url", "")
    return dict(parse_qsl(urlsplit(target).query))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the transport's failures into ours; the question is whether a byte was sent."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Temporary("unreachable", reason=str(error)[:MAX_REASON]) from error
    except httpx.TimeoutException as error:
        raise Unclear("timeout") from error
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise Unclear("cut") from error
    except httpx.DecodingError as error:
        raise Unclear("bad_answer") from error
    except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise Refused("refused", reason="the request could not be made") from error


def error_for(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> NetworkError:
    """Return the error that an unsuccessful status means. 400 and 422 mean the same: servers differ.

    Where the server names the error beside its wording (XRPC), the name is among the facts.
    """
    reason, name = reason_in(body), name_in(body)
    error = _error_for(status, headers, reason, now=now)
    if name:
        error.facts["name"] = name
    return error


def _error_for(status: int, headers: Mapping[str, str], reason: str, *, now: datetime) -> NetworkError:
    if status == 429:
        return Temporary("rate_limited", reason=reason, retry_at=retry_time(headers, now=now))
    if status >= 500:
        return Unclear("server_error", reason=reason, status=status)
    if status == 401:
        return LoginNeeded("token_revoked", reason=reason)
    if status == 403 and "scope" in reason.lower():
        return LoginNeeded("scope_missing", reason=reason)
    if status in {404, 410}:
        return Gone("gone", reason=reason)
    return Refused("refused", reason=reason, status=status)


def reason_in(body: bytes) -> str:
    """Return the server's own wording from a JSON error, empty if there is none."""
    said = _said_in(body)
    wording = said.get("error_description") or said.get("message") or said.get("error") or ""
    return wording[:MAX_REASON] if isinstance(wording, str) else ""


def name_in(body: bytes) -> str:
    """Return the name that XRPC ("HTTP API", error responses) gives an error: `error` beside `message`."""
    said = _said_in(body)
    name = said.get("error") if isinstance(said.get("message"), str) else ""
    return name[:100] if isinstance(name, str) else ""


def _said_in(body: bytes) -> dict[str, Any]:
    try:
        said = _whole(json.loads(body), body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def retry_time(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """Read when to come back: ISO 8601 (Mastodon), unix seconds (its relatives, Bluesky) or Retry-After."""
    reset = (headers.get("X-RateLimit-Reset") or headers.get("RateLimit-Reset") or "").strip()
    after = headers.get("Retry-After", "").strip()
    try:
        if reset.isascii() and reset.isdigit():
            return datetime.fromtimestamp(int(reset), UTC)
        if reset:
            stamp = datetime.fromisoformat(reset)
            return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
        return now + timedelta(seconds=int(after)) if after else None
    except (ValueError, OverflowError, OSError):
        return None


def parse_events(chunks: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Cut a server-sent stream into (event, payload); comments such as heartbeats are passed over."""
    event, lines = "", list[str]()
    for line in _lines(chunks):
        name, _, value = line.partition(":")
        if not line:
            if event or lines:
                yield event or "message", "\n".join(lines)
            event, lines = "", []
        elif name == "event":
            event = value.removeprefix(" ")
        elif name == "data":
            lines.append(value.removeprefix(" "))


def _lines(chunks: Iterator[str]) -> Iterator[str]:
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split("\n")
        for line in whole:
            yield line.removesuffix("\r")
        if len(rest) > MAX_EVENT_CHARACTERS:
            raise Unclear("bad_answer", reason="an event is too large")


def _whole(decoded: Any, body: bytes | str) -> Any:
    """Return decoded JSON without halves of characters, which no database and no page could take."""
    escaped = b"\\ud" if isinstance(body, bytes) else "\\ud"
    if escaped not in body.lower():  # type: ignore[operator]
        return decoded
    return json.loads(json.dumps(decoded, ensure_ascii=False).encode("utf-8", "replace"))
