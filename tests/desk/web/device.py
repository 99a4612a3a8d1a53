"""A device that makes and shows passkeys as browsers do, and an app that shows codes, in plain Python."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def app_code(secret: str, now: float) -> str:
    """Return the six digits that an app shows (RFC 6238 with its usual values)."""
    key = base64.b32decode(secret.replace(" ", ""))
    mark = hmac.digest(key, struct.pack(">Q", int(now) // 30), "sha1")
    at = mark[-1] & 15
    return f"{(int.from_bytes(mark[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def web64(value: bytes) -> str:
    """Return bytes as browsers write them."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _text(value: str) -> bytes:
    return bytes([0x60 + len(value)]) + value.encode()


def _string(value: bytes) -> bytes:
    return (
        bytes([0x58, len(value)]) if len(value) < 256 else b"\x59" + struct.pack(">H", len(value))
    ) + value


class Device:
    """One passkey on one device, shown to whoever sits at `origin`."""

    def __init__(self, origin: str = "http://localhost", *, verifies: bool = True) -> None:
        self.origin = origin
        self.flags = PRESENT | (VERIFIED if verifies else 0)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.owner = ""

    def create(self, question: dict[str, Any]) -> str:
        """Answer the question after a new passkey."""
        asked = question["publicKey"]
        self.owner = asked["user"]["id"]
        place = self.key.public_key().public_numbers()
        # a COSE key (RFC 9052): {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        key = b"\xa5\x01\x02\x03\x26\x20\x01\x21" + _string(place.x.to_bytes(32, "big"))
        key += b"\x22" + _string(place.y.to_bytes(32, "big"))
        known = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        shown = self._shown(asked["rp"]["id"], self.flags | WITH_KEY) + known
        attested = b"\xa3" + _text("fmt") + _text("none") + _text("attStmt") + b"\xa0"
        attested += _text("authData") + _string(shown)
        said = self._said("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": web64(said), "attestationObject": web64(attested)})

    def get(self, question: dict[str, Any]) -> str:
        """Answer the question after a known passkey."""
        asked = question["publicKey"]
        shown, said = self._shown(asked["rpId"], self.flags), self._said("webauthn.get", asked["challenge"])
        signature = self.key.sign(shown + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": said, "authenticatorData": shown, "signature": signature}
        return self._answer({name: web64(part) for name, part in parts.items()} | {"userHandle": self.owner})

    def _shown(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4)

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        number = web64(self.id)
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": response})
