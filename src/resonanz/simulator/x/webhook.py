"""The simulated X calls: the question whether an address is the program's, and signed events.

Only addresses of this machine are called. Written after docs.x.com ("Webhooks") as of 2026-08-22. Events wait
in line for one caller, and are tried three times; what nobody takes then is gone, as on the network.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import secrets
import threading
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

ANSWER_WITHIN_S = 10
TRIES = 3
SIGNATURE = "x-twitter-webhooks-signature"
Json = dict[str, Any]


class Webhook:
    """One address that is told what happens, in the order in which it happens."""

    def __init__(self, consumer_secret: str) -> None:
        self._key = consumer_secret.encode()
        self._waiting: queue.Queue[bytes] = queue.Queue()
        self._caller: threading.Thread | None = None
        self._lost_count = 0
        self._delivered_count = 0
        self._is_valid = False
        self.url = ""

    @property
    def is_open(self) -> bool:
        """Whether anybody is to be called."""
        return bool(self.url)

    def facts(self) -> Json:
        """Return how it goes; `valid`: the address has answered the question as it should."""
        return {
            "valid": self._is_valid,
            "delivered": self._delivered_count,
            "waiting": self._waiting.qsize(),
            "lost": self._lost_count,
        }

    def register(self, url: str) -> None:
        """Call this address from now on, none where it is empty. ValueError for one of another machine."""
        if url and not _is_here(url):
            raise ValueError(f"{url!r} is no http address of this machine")
        self.url, self._is_valid = url, False
        if url and self._caller is None:
            self._caller = threading.Thread(target=self._call, daemon=True, name="x-webhook")
            self._caller.start()
        if url:
            self._waiting.put(b"")

    def send(self, event: Json) -> None:
        """Put an event in line."""
        self._waiting.put(json.dumps(event, ensure_ascii=False).encode())

    def _call(self) -> None:
        while True:
            body = self._waiting.get()
            if not body:
                self._is_valid = self._asked()
            elif self._is_valid and any(self._told(body) for _ in range(TRIES)):
                self._delivered_count += 1
            else:
                self._lost_count += 1

    def _asked(self) -> bool:
        """Ask the address whether it is the program's."""
        token = secrets.token_urlsafe(16)
        status, said = self._request("GET", f"?crc_token={quote(token)}", b"")
        try:
            proof = json.loads(said)
        except ValueError:
            return False
        return status == 200 and proof == {"response_token": self._signed(token.encode())}

    def _told(self, body: bytes) -> bool:
        return self._request("POST", "", body)[0] == 200

    def _request(self, method: str, query: str, body: bytes) -> tuple[int, bytes]:
        """Make a call; the status is 0 where nobody answered. No redirect is followed, as on the network."""
        parts = urlsplit(self.url)
        client = HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_WITHIN_S)
        headers = {SIGNATURE: self._signed(body), "Content-Type": "application/json"} if body else {}
        try:
            client.request(method, (parts.path or "/") + query, body or None, headers)
            answer = client.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            return 0, b""
        finally:
            client.close()

    def _signed(self, said: bytes) -> str:
        digest = hmac.new(self._key, said, hashlib.sha256).digest()
        return f"sha256={base64.b64encode(digest).decode()}"


def _is_here(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
