"""Live columns over the real server: each browser is told what is fresh in its columns, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.desk.running import RunningDesk
from tests.desk.test_live import US, Listening, Place, place  # noqa: F401 - the module's fixture
from tests.simulator.running import RunningSimulator

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _streams_end() -> Iterator[None]:
    yield
    for listening in Listening.made:
        listening.close()
    Listening.made.clear()


def show(desk: RunningDesk, session: str, *columns: int, since: int | None = None, page: str = "p1") -> int:
    answer = httpx.post(
        f"{desk.url}/live/columns",
        headers={"Cookie": f"resonanz_session={session}"},
        json={"page": page, "tab": 1, "columns": columns, "since": since},
    )
    return answer.status_code


def fresh(listening: Listening) -> dict[str, Any]:
    """Return the next message that names posts."""
    while True:
        told = listening.next("columns")
        if told["columns"]:
            return told


@pytest.fixture(scope="module")
def laid(place: Place) -> dict[str, int]:  # noqa: F811
    """Anna shares a tab with mentions, a query and mentions of one word; Tom, without a team, sees it too."""
    found: dict[str, int] = place.desk.hand("columns", "anna")
    return found


def say(network: RunningSimulator, text: str) -> None:
    network.say("ada", f"@{US} {text}")


def test_each_browser_is_told_what_its_columns_show(place: Place, laid: dict[str, int]) -> None:  # noqa: F811
    anna, ben, tom = (Listening(place.desk, who) for who in (place.anna, place.ben, place.tom))
    assert show(place.desk, place.anna, laid["mentions"], laid["query"]) == 204
    assert show(place.desk, place.ben, laid["narrowed"]) == 204
    assert show(place.desk, place.tom, laid["mentions"]) == 204
    say(place.network, "Mein Toner ist leer")
    told = fresh(anna)
    assert set(told["columns"]) == {str(laid["mentions"]), str(laid["query"])}
    [order] = told["columns"][str(laid["mentions"])]
    assert told["columns"][str(laid["query"])] == [order]
    say(place.network, "Wo bleibt mein Paket?")
    assert set(fresh(anna)["columns"]) == {str(laid["mentions"])}
    assert set(fresh(ben)["columns"]) == {str(laid["narrowed"])}
    tom.stream.settimeout(1)
    with pytest.raises(TimeoutError):
        fresh(tom)


def test_who_comes_back_is_told_what_was_missed(place: Place, laid: dict[str, int]) -> None:  # noqa: F811
    anna = Listening(place.desk, place.anna)
    show(place.desk, place.anna, laid["mentions"])
    say(place.network, "Erstens")
    first = fresh(anna)
    anna.close()
    other = Listening(place.desk, place.ben)
    show(place.desk, place.ben, laid["mentions"])
    say(place.network, "Zweitens")
    second = fresh(other)["columns"][str(laid["mentions"])]
    again = Listening(place.desk, place.anna)
    assert show(place.desk, place.anna, laid["mentions"], since=first["id"]) == 204
    assert fresh(again)["columns"] == {str(laid["mentions"]): second}


def test_a_post_that_is_nobodys_conversation_comes_to_columns_only(
    place: Place,  # noqa: F811
    laid: dict[str, int],
) -> None:
    anna, ben = Listening(place.desk, place.anna), Listening(place.desk, place.ben)
    show(place.desk, place.anna, laid["query"])
    order = place.desk.hand("overhear", "Toner von Nordlicht sind teuer")
    assert fresh(anna)["columns"] == {str(laid["query"]): [order]}
    ben.stream.settimeout(1)
    with pytest.raises(TimeoutError):
        ben.next("told")


def test_a_changed_tab_is_told_to_who_shows_it(place: Place, laid: dict[str, int]) -> None:  # noqa: F811
    ben = Listening(place.desk, place.ben)
    show(place.desk, place.ben, laid["mentions"])
    place.desk.hand("narrow_column", str(laid["mentions"]), "zebra")
    while "changed" not in (told := ben.next("columns")):
        pass
    assert told["changed"] == 1
    say(place.network, "Kein gestreiftes Tier")
    say(place.network, "Ein Zebra")
    assert len(fresh(ben)["columns"][str(laid["mentions"])]) == 1
    place.desk.hand("narrow_column", str(laid["mentions"]), "")


def test_how_often_a_post_is_passed_on_is_told_calmly_to_who_shows_it(
    place: Place,  # noqa: F811
    laid: dict[str, int],
) -> None:
    anna, ben = Listening(place.desk, place.anna), Listening(place.desk, place.ben)
    show(place.desk, place.anna, laid["mentions"])
    show(place.desk, place.ben, laid["narrowed"])
    say(place.network, "Der neue Lastenanhänger")
    [order] = fresh(anna)["columns"][str(laid["mentions"])]
    since = ben.next("told")["id"]
    place.desk.hand("pass_on", order, "0", "2")
    assert passed_on(anna) == {order: 2}
    began = time.monotonic()
    place.desk.hand("pass_on", order, "2", "2000")
    told = [{order: 0}]
    while told[-1][order] < 2002:
        told.append(passed_on(anna))
    assert len(told) <= (time.monotonic() - began) + 3  # fifty events of it were written
    say(place.network, "Danach")
    assert ben.next("told")["kind"] in {"opened", "heard"}  # and nothing of it before
    again = Listening(place.desk, place.ben, last_id=since)
    kinds = {again.next("told")["kind"] for _ in range(2)}
    assert "reposted" not in kinds
    show(place.desk, place.anna, laid["mentions"], since=since, page="p2")
    assert passed_on(anna) == {order: 2002}


def passed_on(listening: Listening) -> dict[str, int]:
    """Return the next message about posts that were passed on."""
    while "reposts" not in (told := listening.next("columns")):
        pass
    counts: dict[str, int] = told["reposts"]
    return counts


def test_what_makes_no_sense_is_refused(place: Place) -> None:  # noqa: F811
    def said(body: bytes, session: str = place.anna, **headers: str) -> int:
        cookies = {"Cookie": f"resonanz_session={session}", **headers}
        return httpx.post(f"{place.desk.url}/live/columns", headers=cookies, content=body).status_code

    whole = b'{"page": "p9", "tab": 1, "columns": []}'
    assert said(whole) == 204
    assert said(whole, session="nobody") == 403
    assert said(whole, **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert [said(body) for body in (b"", b"[" * 4000, b'{"page": "", "tab": 1, "columns": []}')] == [400] * 3
    assert said(b'{"page": "p", "tab": 1, "columns": [-1]}') == 400
    assert said(b'{"page": "p", "tab": 1, "columns": [' + b"7," * 4000 + b"7]}") == 400
