"""X's webhooks, as pure functions: the answer to its question, the check of its signature, and the events.

Whoever receives a webhook answers within ten seconds, reads the body as raw bytes, and believes nothing
that is not signed. The key is the app's consumer secret ("Webhooks", securing).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from resonanz.networks import Hook, Told, Unclear
from resonanz.networks.x_events import Event, charges_of, events_of, nudge_of

SIGNATURE = "x-twitter-webhooks-signature"


def _signed(consumer_secret: str, said: bytes) -> str:
    digest = hmac.new(consumer_secret.encode(), said, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def crc_answer(consumer_secret: str, crc_token: str) -> dict[str, str]:
    """Return the JSON that proves to X that this address is the app's (`GET ?crc_token=`)."""
    return {"response_token": _signed(consumer_secret, crc_token.encode())}


def is_from_x(consumer_secret: str, body: bytes, signature: str) -> bool:
    """Tell whether X signed a body (header `SIGNATURE`), in the same time for every wrong one."""
    return hmac.compare_digest(_signed(consumer_secret, body).encode(), signature.encode())


def events_in(body: bytes) -> tuple[Event, ...]:
    """Return the events of a body whose signature was checked; `Unclear` where it is no JSON."""
    try:
        return tuple(events_of(json.loads(body)))
    except (ValueError, RecursionError):
        raise Unclear("bad_answer") from None


def told_in(body: bytes) -> tuple[Told, ...]:
    """Return what the events of a body mean, and what X takes for each; `Unclear` as above."""
    return tuple(Told(nudge_of(event), tuple(charges_of(event))) for event in events_in(body))


HOOK = Hook(question="crc_token", signature=SIGNATURE, answer=crc_answer, is_genuine=is_from_x, told=told_in)
