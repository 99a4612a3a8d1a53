"""Rare cases, each of which would otherwise be seen for the first time by a person."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from resonanz.simulator import SimulatorSettings, create_app, store
from resonanz.simulator.drawing import age
from resonanz.simulator.pictures import PICTURES, initials, picture
from resonanz.simulator.records import Memory
from resonanz.simulator.wording import WORDS
from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import RunningSimulator, running_simulator

if TYPE_CHECKING:
    from pathlib import Path


def signed(simulator: RunningSimulator) -> dict[str, str]:
    return {"Authorization": f"Bearer {simulator.tokens[DESK]}"}


def answered(simulator: RunningSimulator, method: str, path: str, **how: object) -> tuple[int, str]:
    answer = httpx.request(method, simulator.base_url + path, **{"headers": signed(simulator)} | how)  # type: ignore[arg-type]
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/accounts/1", (404, "Record not found")),
        ("GET", "/api/v1/notifications/1", (404, "Record not found")),
        ("POST", "/api/v1/conversations/1/read", (404, "Record not found")),
        ("POST", "/api/v1/notifications/requests/1/accept", (404, "Record not found")),
        ("GET", "/api/v1/statuses?" + "&".join(f"id[]={n}" for n in range(21)), (422, "Too many IDs")),
        ("GET", "/api/v1/apps/verify_credentials", (401, "The access token is invalid")),
        (
            "POST",
            "/api/v1/apps?client_name=x",
            (422, "Validation failed: Application name can't be blank, Redirect URI can't be blank"),
        ),
    ],
)
def test_what_does_not_exist(
    simulator: RunningSimulator, method: str, path: str, expected: tuple[int, str]
) -> None:
    assert answered(simulator, method, path) == expected


@pytest.mark.parametrize("path", ["/api/v1/statuses", "/_sim/say"])
def test_bodies_that_are_no_orders(simulator: RunningSimulator, path: str) -> None:
    kind = signed(simulator) | {"Content-Type": "application/json"}
    assert answered(simulator, "POST", path, headers=kind, content=b"{") == (400, "The body is not JSON")
    assert answered(simulator, "POST", path, headers=kind, content=b"[]") == (
        400,
        "The body is not a JSON object",
    )


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ({"media_ids": ["1"]}, "Validation failed: a file is not there, or belongs to another post"),
        (
            {"scheduled_at": "2027-01-01T00:00:00Z", "sensitive": True, "language": None},
            "Validation failed: the simulated network takes no scheduled statuses",
        ),
    ],
)
def test_what_is_not_simulated_is_refused_aloud(
    simulator: RunningSimulator, field: dict[str, object], error: str
) -> None:
    body = {"status": "x", **field}
    assert answered(simulator, "POST", "/api/v1/statuses", json=body) == (422, error)


def test_orders_about_what_is_gone(simulator: RunningSimulator) -> None:
    assert answered(simulator, "POST", "/_sim/edit", json={"id": "1", "text": "x"}) == (
        404,
        "Record not found",
    )
    assert answered(simulator, "POST", "/_sim/delete", json={"id": "1"}) == (404, "Record not found")
    wrong = {"handle": CUSTOMER, "text": "x", "visibility": "galaxy"}
    assert answered(simulator, "POST", "/_sim/say", json=wrong)[0] == 422
    wrong = {"handle": CUSTOMER, "text": "x", "posted_at": "gestern"}
    assert answered(simulator, "POST", "/_sim/say", json=wrong) == (422, "posted_at is no time in ISO 8601")


@pytest.mark.parametrize("host", ["10.1.2.3", "somewhere"])
def test_only_this_machine_gives_orders(host: str) -> None:
    app = create_app(SimulatorSettings(base_url="http://localhost:1", scenario="none"))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(host, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:1") as client:
            return await client.get("/_sim/state")

    assert asyncio.run(ask()).status_code == 403


def test_filters_of_own_statuses(simulator: RunningSimulator) -> None:
    first = simulator.say(CUSTOMER, "eins", picture="coffee")
    simulator.say(CUSTOMER, "zwei", in_reply_to=first["id"])
    simulator.say(CUSTOMER, "drei")
    address = f"{simulator.base_url}/api/v1/accounts/{first['account']['id']}/statuses"

    def listed(**params: str) -> list[str]:
        return [s["content"] for s in httpx.get(address, params=params).json()]

    assert listed(exclude_replies="true") == ["<p>drei</p>", "<p>eins</p>"]
    assert listed(only_media="1") == ["<p>eins</p>"]


def test_one_notification_is_read_alone(simulator: RunningSimulator) -> None:
    said = simulator.say(CUSTOMER, f"@{DESK} @{CUSTOMER} hallo")
    (notice,) = httpx.get(f"{simulator.base_url}/api/v1/notifications", headers=signed(simulator)).json()
    alone = httpx.get(
        f"{simulator.base_url}/api/v1/notifications/{notice['id']}", headers=signed(simulator)
    ).json()
    assert (alone["id"], alone["status"]["id"]) == (notice["id"], said["id"])


def test_a_new_customer_joins_and_two_posts_may_share_a_moment(simulator: RunningSimulator) -> None:
    moment = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    first, second = (
        simulator.say("@neu@weit.example", f"@{DESK} {n}", posted_at=moment) for n in ("eins", "zwei")
    )
    assert (first["account"]["acct"], first["created_at"]) == ("neu@weit.example", "2026-01-05T08:00:00.000Z")
    assert int(second["id"]) == int(first["id"]) + 1


def test_answers_of_others_among_followers(simulator: RunningSimulator) -> None:
    closed = simulator.say(DESK, "nur für Folgende", visibility="private")["id"]
    address = f"{simulator.base_url}/api/v1/statuses/{closed}"
    seen = [
        httpx.get(address, headers={"Authorization": f"Bearer {simulator.tokens[handle]}"}).status_code
        for handle in (CUSTOMER, "oezlem_k")
    ]
    assert seen == [200, 404]
    assert httpx.get(f"{simulator.base_url}/timeline.json?thread={closed}").json()["html"].count(closed) == 0


def test_unknown_streams(simulator: RunningSimulator) -> None:
    answer = httpx.get(f"{simulator.base_url}/api/v1/streaming/hashtag", headers=signed(simulator))
    assert answer.status_code == 404


def test_new_tokens_are_good_after_a_restart_too(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with running_simulator(state_file=state, tokens={DESK: "first"}) as running:
        httpx.post(
            f"{running.base_url}/api/v1/apps",
            json={"client_name": "Resonanz", "redirect_uris": ["http://127.0.0.1:9/"]},
        )
        running.edit(running.say(CUSTOMER, "eins")["id"], "zwei")
    with running_simulator(state_file=state, tokens={DESK: "second"}) as running:
        for token in ("first", "second"):
            answer = httpx.get(
                f"{running.base_url}/api/v1/accounts/verify_credentials",
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.json()["acct"] == DESK
        (status,) = running.state()["statuses"]
        history = httpx.get(f"{running.base_url}/api/v1/statuses/{status['id']}/history").json()
        assert [edit["content"] for edit in history] == ["<p>eins</p>", "<p>zwei</p>"]


def test_state_files_of_another_form(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"form": 99}')
    with pytest.raises(ValueError, match="its form is 99, expected 1"):
        store.load(state)
    with pytest.raises(TypeError, match="set has no place in a state file"):
        store.save(state, store.Saved(Memory(), {"x": {1}}, datetime.now(UTC)))
    assert state.read_text() == '{"form": 99}'


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "gerade eben"), (59, "gerade eben"), (60, "vor 1 min"), (7200, "vor 2 h"), (200_000, "vor 2 T")],
)
def test_ages(seconds: int, shown: str) -> None:
    now = datetime.now(UTC)
    assert age(now - timedelta(seconds=seconds), now, WORDS["de"]) == shown


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["de"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_pictures_are_png_of_their_size(name: str) -> None:
    png = picture(name)
    size = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert (png[:8], size) == (b"\x89PNG\r\n\x1a\n", (PICTURES[name].width, PICTURES[name].height))


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Özlem Kaya", "OK"), ("Tobi", "T"), ("Familie van der Brodersen", "FB"), ("…", "X")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_profiles_and_photos_on_the_page(simulator: RunningSimulator) -> None:
    said = simulator.say(CUSTOMER, "Kaffee", picture="coffee")
    page = httpx.get(f"{simulator.base_url}/@{CUSTOMER}", headers={"Accept-Language": "de;q=x, en"})
    assert page.text.count(f'alt="{PICTURES["coffee"].alt}"') == 1
    strip = httpx.get(f"{simulator.base_url}/media/headers/{said['account']['id']}.png")
    assert strip.headers["content-type"] == "image/png"
