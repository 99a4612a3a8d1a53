"""Addresses that were looked up once are those that Django gives."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from resonanz.desk.web.addresses import STAND_IN, address


@pytest.mark.parametrize("number", [0, 1, 7, 4711, 987_654_321, STAND_IN - 1])
def test_numbers_stand_in_their_places(number: int) -> None:
    assert address("conversation", number) == reverse("conversation", args=[number])
    assert address("change", number, "tag") == reverse("change", args=[number, "tag"])


@pytest.mark.parametrize("args", [(), ("5",), (STAND_IN,), (STAND_IN + 3,), (True,)])
def test_what_is_no_usual_number_is_looked_up_as_it_is(args: tuple[object, ...]) -> None:
    name = "conversation" if args else "inbox"
    try:
        wanted = reverse(name, args=args)
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            address(name, *args)
    else:
        assert address(name, *args) == wanted


def test_no_page_is_no_address() -> None:
    for name, args in (("no-such-page", (1,)), ("conversation", (-1,)), ("conversation", (1, 2))):
        with pytest.raises(NoReverseMatch):
            address(name, *args)
