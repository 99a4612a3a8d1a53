"""How a feed or a page is fetched: one GET after another along its redirects, and what each answer means.

Here lives what is said over HTTP: conditional requests, moved addresses, packed bodies, errors. Where
we may connect to and how long we wait is the one client's business (`http.py`); what the bytes say is read
in `feed_entries.py` and `feed_find.py`.
"""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

from resonanz.networks import Gone, NetworkError, Refused, Temporary, Unclear
from resonanz.networks.http import Client, error_for, server_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_BODY_BYTES = 6 * 1024 * 1024  # the parser needs up to ten seconds for a megabyte of ill will
WHOLE_BODY_SECONDS = 60.0
MAX_REDIRECTS = 5
MAX_ADDRESS = 500  # characters; a channel keeps no longer one
MAX_WAIT = timedelta(days=7)  # a slip of the server must not silence a feed for years
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, "
    "text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"
)
_LASTING = (301, 308)  # RFC 9110, "Redirection 3xx": the new address shall be used from now on
_CLOSED = (401, 402, 403, 451)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A usable answer. `lasting` is the address to ask next time, `address` the one that answered now.

    `fresh` is False when nothing changed since the validators that were sent (304); the body is empty then,
    and the validators are those.
    """

    address: str
    lasting: str
    fresh: bool = True
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect: where to, and whether for good."""

    target: str
    lasting: bool


class FeedClient(Client):
    """The one HTTP client, asked for documents that are no JSON."""

    def ask(self, address: str, headers: Mapping[str, str]) -> Fetched | Moved:
        """Make one attempt to read a document; no redirect is followed here."""
        url = self._base.copy_with(raw_path=httpx.URL(address).raw_path)
        asking = {"Accept": ACCEPT, "Accept-Encoding": "gzip", **headers}
        with self._answer("GET", url, headers=asking) as response:
            if response.has_redirect_location:
                return Moved(response.headers["Location"], response.status_code in _LASTING)
            if response.status_code == 304 and headers:
                return Fetched(
                    address=address,
                    lasting=address,
                    fresh=False,
                    etag=headers.get("If-None-Match", ""),
                    modified=headers.get("If-Modified-Since", ""),
                )
            if not response.is_success:
                raise failure(response.status_code, response.headers, now=self._clock())
            return Fetched(
                address=address,
                lasting=address,
                body=_body(response),
                content_type=_header(response, "Content-Type"),
                etag=_header(response, "ETag"),
                modified=_header(response, "Last-Modified"),
            )


def fetch(
    address: str,
    *,
    simulated: bool,
    clock: Callable[[], datetime],
    headers: Mapping[str, str],
    client: Callable[..., FeedClient] = FeedClient,
) -> Fetched:
    """Read a document, wherever it has moved to.

    It may move five times, to another server only by https and then only to a public address, even if it
    began on a simulated network. `Refused` with `unsafe_address` or `refused` where it may not.
    """
    lasting, for_good = address, True
    for _ in range(MAX_REDIRECTS + 1):
        answer = client(address, simulated=simulated, clock=clock).ask(address, headers)
        if isinstance(answer, Fetched):
            return replace(answer, lasting=lasting)
        target = feed_address(joined(address, answer.target), simulated=simulated)
        simulated = simulated and origin_of(target) == origin_of(address)
        address, for_good = target, for_good and answer.lasting
        lasting = target if for_good else lasting
    raise Refused("refused", reason="too many redirects")


def feed_address(text: str, *, simulated: bool = False) -> str:
    """Return the address that a person, a page or a redirect means, without fragment.

    Without a scheme it is https; plain http is asked for as https, because we speak nothing else.
    `Refused`: `not_this_network` if it is none or longer than 500 characters, else as `server_address`.
    """
    typed = text.strip()
    named = typed[5:].removeprefix("//") if typed[:5].lower() == "feed:" else typed
    full = named if "://" in named.partition("?")[0] else f"https://{named.removeprefix('//')}"
    try:
        parts = urlsplit(urldefrag(full).url)
        url = httpx.URL(parts._replace(scheme="https", netloc="address.invalid").geturl())
    except (ValueError, httpx.InvalidURL):
        raise Refused("not_this_network", address=typed[:100]) from None
    scheme = "https" if parts.scheme == "http" and not simulated else parts.scheme
    server = server_address(f"{scheme}://{parts.netloc}", simulated=simulated)
    address = f"{server}{url.raw_path.decode()}"
    if len(address) > MAX_ADDRESS:
        raise Refused("not_this_network", address=typed[:100])
    return address


def joined(base: str, target: str) -> str:
    """Resolve an address against another; `Refused("not_this_network")` if they cannot be read as such."""
    try:
        return urljoin(base, target.strip())
    except ValueError:
        raise Refused("not_this_network", address=target[:100]) from None


def failure(status: int, headers: Mapping[str, str], *, now: datetime) -> NetworkError:
    """Return the error that an unsuccessful status means; reading has no token that could be no good."""
    if status in {429, 503}:
        code = "rate_limited" if status == 429 else "overloaded"
        return Temporary(code, retry_at=retry_time(headers.get("Retry-After", ""), now=now))
    if status in {404, 410}:
        return Gone("gone", status=status)
    if status in _CLOSED:
        return Refused("not_allowed_here", status=status)
    return error_for(status, {}, b"", now=now)


def retry_time(after: str, *, now: datetime) -> datetime | None:
    """Read `Retry-After`, seconds or a date (RFC 9110, "Retry-After"): at most a week away, never past."""
    try:
        seconds = after.strip()
        again = now + timedelta(seconds=int(seconds)) if seconds.isdigit() else parsedate_to_datetime(seconds)
    except (ValueError, OverflowError):
        return None
    aware = again if again.tzinfo else again.replace(tzinfo=UTC)
    return min(max(aware, now), now + MAX_WAIT)


def origin_of(address: str) -> tuple[str, str]:
    """Return scheme and server of an address."""
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _header(response: httpx.Response, name: str) -> str:
    """Return a header that can be sent back as it came, else nothing."""
    value: str = response.headers.get(name, "").strip()
    return value if len(value) <= MAX_ADDRESS and value.isascii() and value.isprintable() else ""


def _body(response: httpx.Response) -> bytes:
    """Return the whole body within the limits of size and time, unpacked."""
    until = time.monotonic() + WHOLE_BODY_SECONDS
    body = bytearray()
    for chunk in _unpacked(response):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Unclear("bad_answer", reason="the document is too large")
        if time.monotonic() > until:
            raise Unclear("timeout")
    return bytes(body)


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body. No more than the limit is ever unpacked: a small answer could unfold to any size."""
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed == "identity":
        yield from response.iter_raw()
    elif packed in {"gzip", "x-gzip"}:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            for chunk in response.iter_raw():
                yield unpacking.decompress(chunk, MAX_BODY_BYTES + 1)
        except zlib.error:
            raise Unclear("bad_answer", reason="the document is packed wrongly") from None
        if not unpacking.eof:
            raise Unclear("cut")
    else:
        raise Unclear("bad_answer", reason="the document is packed in a way that was not asked for")
