"""Names that a simulated Bluesky gives: DIDs, handles, TIDs, and the CIDs that follow from content.

A CID is computed as the network computes it (DAG-CBOR, SHA-256), so that equal records have equal names and
others have others. Nothing here remembers anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from typing import Any

SERVICE_DOMAIN = "himmel.test"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_RECORD_CODEC, _FILE_CODEC, _LINK_TAG = 0x71, 0x55, b"\xd8\x2a"


def did_of(name: str) -> str:
    """Return the DID of whoever has this name here."""
    digest = hashlib.sha256(f"plc:{name}".encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def handle_of(name: str, domain: str = "") -> str:
    """Return a handle as the network has them, which is a domain name, of any name."""
    if HANDLE.fullmatch(name.lower()):
        return name.lower()
    local, _, own_domain = name.lower().partition("@")
    local = re.sub(r"[^a-z0-9-]+", "-", local).strip("-") or "jemand"
    own_domain = own_domain if HANDLE.fullmatch(own_domain) else ""
    return f"{local}.{own_domain or domain or SERVICE_DOMAIN}"


def tid_of(microseconds: int, clock: int = 0) -> str:
    """Return the TID of a moment."""
    number = (microseconds << 10) | (clock & 1023)
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(60, -1, -5))


def record_cid(record: Any) -> str:
    """Return the CID of a record."""
    return _cid(_RECORD_CODEC, _encoded(record))


def file_cid(content: bytes) -> str:
    """Return the CID of a file."""
    return _cid(_FILE_CODEC, content)


def _cid(codec: int, content: bytes) -> str:
    whole = bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(whole).decode().lower().rstrip("=")


def _head(kind: int, number: int) -> bytes:
    """Return the head of a CBOR item in its shortest form (RFC 8949)."""
    for limit, code, form in ((24, None, ""), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if number < limit:
            return bytes([kind << 5 | (number if code is None else code)]) + (
                struct.pack(form, number) if form else b""
            )
    return bytes([kind << 5 | 27]) + struct.pack(">Q", number)


def _encoded(value: Any) -> bytes:
    """Return a JSON value as DAG-CBOR: keys by length and then by bytes, links as tag 42."""
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(_encoded(item) for item in value)
    if not isinstance(value, dict):
        return _encoded_single(value)
    if set(value) == {"$link"}:
        link = b"\x00" + base64.b32decode(value["$link"][1:].upper() + "=" * (-(len(value["$link"]) - 1) % 8))
        return _LINK_TAG + _head(2, len(link)) + link
    items = sorted((key.encode(), item) for key, item in value.items())
    items.sort(key=lambda pair: (len(pair[0]), pair[0]))
    return _head(5, len(items)) + b"".join(_head(3, len(key)) + key + _encoded(item) for key, item in items)


def _encoded_single(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    coded = str(value).encode()
    return _head(3, len(coded)) + coded
