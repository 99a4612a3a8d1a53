"""Addresses of pages, looked up once for each name: a page has some forty, most with a number in them."""

from __future__ import annotations

import re
from functools import lru_cache

from django.urls import reverse

STAND_IN = 987_654_321_000_000_000  # no number of any row; the argument's place is added to it
_A_STAND_IN = re.compile(r"98765432100000000\d")


def address(name: str, *args: object) -> str:
    """Return the address of a page like `reverse`; raises NoReverseMatch where there is none."""
    numbers = [str(arg) for arg in args if _is_number(arg)]
    pieces = _pieces(name, *(STAND_IN + place if _is_number(arg) else arg for place, arg in enumerate(args)))
    if len(pieces) != len(numbers) + 1:  # another argument looks like a stand-in
        return reverse(name, args=args)
    return pieces[0] + "".join(number + piece for number, piece in zip(numbers, pieces[1:], strict=True))


def _is_number(arg: object) -> bool:
    return type(arg) is int and 0 <= arg < STAND_IN


@lru_cache(maxsize=8192)
def _pieces(name: str, *args: object) -> tuple[str, ...]:
    """Return what stands between the numbers of an address."""
    return tuple(_A_STAND_IN.split(reverse(name, args=args)))
