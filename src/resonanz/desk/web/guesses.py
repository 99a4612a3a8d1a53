"""Slows down who guesses passwords: after five wrong ones for a name from an address, a wait.

Counted in Django's cache, so nothing is written to the database for a stranger's attempt. The names are
hashed there. What is counted ends by itself after ten minutes.
"""

from __future__ import annotations

from hashlib import sha256

from django.core.cache import cache

GUESSES = 5
WINDOW_S = 600


def is_waiting(username: str, address: str) -> bool:
    """Whether so many guesses were wrong that this one is not even looked at."""
    return int(cache.get(_key(username, address), 0)) >= GUESSES


def was_wrong(username: str, address: str) -> None:
    """Count a wrong guess; the ten minutes run from the first one."""
    key = _key(username, address)
    if not cache.add(key, 1, WINDOW_S):
        cache.incr(key)


def was_right(username: str, address: str) -> None:
    """Forget the wrong guesses."""
    cache.delete(_key(username, address))


def _key(username: str, address: str) -> str:
    return "guess-" + sha256(f"{username.strip().casefold()}\0{address}".encode()).hexdigest()
