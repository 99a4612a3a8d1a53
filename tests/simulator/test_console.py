"""The page to steer by hand: what its forms do, in both languages, for every network alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from resonanz.simulator.mastodon_part import MastodonPart
from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import CUT, running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.running import RunningSimulator

NETWORKS = ("x", "mastodon")


@pytest.fixture
def running() -> Iterator[RunningSimulator]:
    with running_simulator(networks=NETWORKS) as both:
        yield both


def page(running: RunningSimulator, path: str, tongue: str = "de") -> httpx.Response:
    return httpx.get(running.base_url + path, headers={"Accept-Language": tongue})


def send(running: RunningSimulator, path: str, **fields: str) -> httpx.Response:
    return httpx.post(f"{running.base_url}/console/{path}", data=fields, headers={"Accept-Language": "de"})


@pytest.mark.parametrize(("tongue", "heading"), [("de", "Regie"), ("en", "Control room")])
def test_it_stands_at_the_front_of_several_networks(
    running: RunningSimulator, tongue: str, heading: str
) -> None:
    for path in ("/", "/console", "/console/mastodon"):
        html = page(running, path, tongue).text
        assert html.count(f"<h1>{heading}</h1>") == 1
        assert re.findall(r'<a href="(/console/\w+)"', html) == ["/console/x", "/console/mastodon"]
        assert re.findall(r"\sstyle=|\son\w+=|<script>", html) == []
    assert page(running, "/mastodon", tongue).text.count('href="/console"') == 1
    assert page(running, "/console/myspace", tongue).status_code == 404


def test_alone_mastodon_keeps_its_timeline_at_the_front() -> None:
    with running_simulator() as alone:
        assert page(alone, "/").text.count('href="/console"') == 1
        assert page(alone, "/console").text.count("<h1>Regie</h1>") == 1


@pytest.mark.parametrize("name", NETWORKS)
def test_a_person_writes_answers_changes_and_deletes(running: RunningSimulator, name: str) -> None:
    network = running.network(name)
    back = send(running, f"{name}/say", handle=CUSTOMER, text=f"@{DESK} eins\r\nzwei", picture="parcel")
    assert (back.status_code, back.headers["location"]) == (303, f"/console/{name}?as={CUSTOMER}")
    first = network.state()["posts"][0]
    assert (first["text"], first["private"]) == (f"@{DESK} eins\nzwei", False)
    html = page(running, f"/console/{name}?reply={first['id']}").text
    assert html.count("Antwort auf Frauke Martens") == 1
    send(running, f"{name}/say", handle="oezlem_k", text="Bei mir auch", in_reply_to=first["id"])
    assert network.state()["posts"][1]["in_reply_to"] == first["id"]
    send(running, f"{name}/say", handle=CUSTOMER, text="Nummer 4711", private="yes", picture="parcel")
    secret = network.state()["posts"][2]
    assert secret["private"] is True
    html = page(running, f"/console/{name}?reply={secret['id']}").text
    assert html.count('value="yes" checked') == 1
    html = page(running, f"/console/{name}?edit={first['id']}").text
    assert html.count("Beitrag von Frauke Martens") == 1
    send(running, f"{name}/edit", id=first["id"], text=f"@{DESK} drei")
    assert f"@{DESK} drei" in network.texts()
    kept = next(p["id"] for p in network.state()["posts"] if p["text"] == f"@{DESK} drei")
    for kind in ("like", "like", "repost"):
        assert send(running, f"{name}/react", id=kept, kind=kind).status_code == 303
    assert next(p["likes"] for p in network.state()["posts"] if p["id"] == kept) == 2
    html = page(running, f"/console/{name}").text
    assert (html.count("♥ 2"), html.count(">geändert<"), html.count(">privat<")) == (1, 1, 1)
    send(running, f"{name}/delete", id=secret["id"])
    assert "Nummer 4711" not in network.texts()


@pytest.mark.parametrize("name", ["x", "bluesky"])
def test_a_person_quotes(name: str) -> None:
    with running_simulator(networks=("x", "bluesky")) as running:
        first = running.network(name).say(CUSTOMER, f"@{DESK} Hallo")
        ident = first.get("id") or first["uri"]
        html = page(running, f"/console/{name}?quote={ident}").text
        assert html.count("Zitat von Frauke Martens") == 1
        send(running, f"{name}/say", handle="oezlem_k", text="Seht mal", quotes=ident)
        assert running.network(name).texts() == [f"@{DESK} Hallo", "Seht mal"]
        assert send(running, f"{name}/say", handle="oezlem_k", text="Nein", quotes="77").status_code == 422


def test_what_a_desk_asks_for_stands_there(
    running: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = running.network("x").state()
    html = page(running, "/console/x").text
    wanted = [told[key] for key in ("client_id", "client_secret", "app_token", "consumer_secret")]
    own = next(one for one in told["people"] if one["handle"] == DESK)
    wanted += [own["token"], own["token_secret"], running.base_url]
    assert [value for value in wanted if f"<code>{value}</code>" not in html] == []
    token = f"<code>{running.network('mastodon').token(DESK)}</code>"
    assert token in page(running, "/console/mastodon").text
    with running_simulator(networks=("bluesky",)) as alone:
        known = alone.network("bluesky").state()["sign_in"]
        html = page(alone, "/console").text
    assert f"<code>{known[DESK]['app_password']}</code>" in html
    assert f"<code>{known[CUSTOMER]['app_password']}</code>" not in html
    monkeypatch.delattr(MastodonPart, "admits")
    assert token not in page(running, "/console/mastodon").text


def test_answering_in_the_networks_own_app_is_done_there(running: RunningSimulator) -> None:
    x = running.network("x")
    asked = x.say(CUSTOMER, "Nordlicht antwortet ja nie")["id"]
    back = page(running, f"/intent/post?in_reply_to={asked}")
    assert (back.status_code, back.headers["location"]) == (
        303,
        f"/console/x?reply={asked}&as={DESK}#write",
    )
    html = page(running, f"/console/x?reply={asked}&as={DESK}").text
    assert html.count(f'<option value="{DESK}" selected>') == 1
    with running_simulator(networks=("mastodon", "bluesky")) as without:
        assert page(without, "/intent/post?in_reply_to=1").status_code == 404


@pytest.mark.parametrize("name", NETWORKS)
def test_what_did_not_work_stays_in_the_form(running: RunningSimulator, name: str) -> None:
    answer = send(running, f"{name}/say", handle=CUSTOMER, text=" ")
    assert (answer.status_code, answer.text.count("Das ging nicht: text is missing or no text")) == (422, 1)
    far = send(running, f"{name}/say", handle=CUSTOMER, text="Hallo", in_reply_to="77")
    assert (far.status_code, far.text.count(">Hallo</textarea>")) == (422, 1)
    assert send(running, f"{name}/edit", id="77", text="x").status_code == 422
    assert send(running, f"{name}/delete", id="77").status_code == 422
    assert network_is_empty(running, name)


def network_is_empty(running: RunningSimulator, name: str) -> bool:
    return running.network(name).texts() == []


def test_something_goes_wrong_on_order_and_is_seen(running: RunningSimulator) -> None:
    x = running.network("x")
    assert send(running, "x/fault", endpoint="users.me", kind="429", count="2").status_code == 303
    assert send(running, "x/fault", endpoint="users.me", kind="silent").status_code == 422
    html = page(running, "/console/x").text
    assert (html.count("429 zu viele Rufe, mit Wartezeit</strong>"), html.count("users.me · 2-mal")) == (1, 1)
    call = {"Authorization": f"Bearer {x.token(DESK)}"}
    assert httpx.get(f"{running.base_url}/2/users/me", headers=call).status_code == 429
    send(running, "x/forget")
    assert httpx.get(f"{running.base_url}/2/users/me", headers=call).status_code == 200
    seen = page(running, "/console/x/seen.json").json()
    assert re.findall(r'<td class="(\w+)">(\w+)', seen["calls"]) == [("good", "200"), ("bad", "429")]
    assert seen["orders"] == '<p class="calm">Zurzeit geht nichts schief.</p>'
    assert page(running, "/console/mastodon/seen.json").json()["calls"].count("Noch hat kein Programm") == 1


def test_a_call_that_is_cut_is_shown_as_cut(running: RunningSimulator) -> None:
    x = running.network("x")
    x.fault("users.me", "cut_after")
    with pytest.raises(CUT):
        httpx.get(f"{running.base_url}/2/users/me", headers={"Authorization": f"Bearer {x.token(DESK)}"})
    assert page(running, "/console/x").text.count('<td class="bad">abgebrochen') == 1


def test_switches(running: RunningSimulator) -> None:
    done = send(
        running, "x/settings", spelling="either", reply_gate="no", credit="", processing_s="0.5", token_s="60"
    )
    assert done.status_code == 303
    now = running.network("x").state()["settings"]
    assert (now["spelling"], now["reply_gate"], now["credit"], now["processing_s"]) == (
        "either",
        False,
        None,
        0.5,
    )
    html = page(running, "/console/x").text
    assert html.count('<option value="either" selected>') == 1
    assert send(running, "x/settings", spelling="esperanto").status_code == 422
    assert send(running, "x/settings", token_s="bald").status_code == 422
    assert send(running, "mastodon/settings", rate_limit="5", old_server="yes").status_code == 303
    assert running.network("mastodon").state()["settings"]["rate_limit"] == 5


def test_only_from_here(running: RunningSimulator) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = httpx.post(
        f"{running.base_url}/console/x/say", data={"handle": CUSTOMER, "text": "x"}, headers=foreign
    )
    assert answer.status_code == 403
    assert network_is_empty(running, "x")
