"""The pages for people: timeline, profile, thread, writing as a customer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.simulator.conftest import CUSTOMER, DESK

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator


def page(simulator: RunningSimulator, path: str, tongue: str = "de") -> httpx.Response:
    return httpx.get(simulator.base_url + path, headers={"Accept-Language": tongue})


def shown(answer: httpx.Response) -> list[str]:
    """The ids of the posts on a page, in order."""
    return re.findall(r'id="post-(\d+)"', answer.text)


@pytest.mark.parametrize(
    ("tongue", "title"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "Simuliertes Netzwerk"),
        ("en-GB,en;q=0.9,de;q=0.5", "Simulated network"),
        ("fr", "Simulated network"),
        ("", "Simulated network"),
    ],
)
def test_language(simulator: RunningSimulator, tongue: str, title: str) -> None:
    assert page(simulator, "/", tongue).text.count(f'<a class="mark" href="/">{title}</a>') == 1


def test_newest_thread_first_with_its_replies(simulator: RunningSimulator) -> None:
    first = simulator.say(CUSTOMER, f"@{DESK} eins")["id"]
    second = simulator.say("oezlem_k", f"@{DESK} zwei")["id"]
    secret = simulator.say(CUSTOMER, f"@{DESK} geheim", visibility="direct")["id"]
    assert shown(page(simulator, "/")) == [second, first]
    reply = simulator.say(DESK, f"@{CUSTOMER} drei", in_reply_to=first)["id"]
    assert shown(page(simulator, "/")) == [first, reply, second]
    assert shown(page(simulator, f"/?as={CUSTOMER}")) == [first, reply, secret, second]
    assert shown(page(simulator, "/@oezlem_k")) == [second]
    assert shown(page(simulator, f"/@{CUSTOMER}/{first}")) == [first, reply]
    assert page(simulator, f"/@{CUSTOMER}/{secret}").status_code == 404


def test_polling_brings_only_news(simulator: RunningSimulator) -> None:
    version = page(simulator, "/timeline.json").json()["version"]
    assert page(simulator, f"/timeline.json?version={version}").json() == {"version": version}
    said = simulator.say(CUSTOMER, "neu")["id"]
    news = page(simulator, f"/timeline.json?version={version}").json()
    assert (news["version"], re.findall(r'id="post-(\d+)"', news["html"])) == (version + 1, [said])


def test_everything_from_outside_is_escaped(simulator: RunningSimulator) -> None:
    simulator.say(CUSTOMER, '<script>alert("x")</script> & mehr')
    html = page(simulator, "/").text
    assert html.count("<script>") == 0
    assert html.count("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; mehr") == 1
    assert re.findall(r"\sstyle=|\son\w+=", html) == []


def test_a_person_writes_as_a_customer(simulator: RunningSimulator) -> None:
    asked = simulator.say(CUSTOMER, f"@{DESK} privat?", visibility="direct")["id"]
    form = page(simulator, f"/?reply={asked}&as={CUSTOMER}").text
    assert re.findall(r"<textarea[^>]*>([^<]*)<", form) == [f"@{DESK} "]
    assert re.findall(r'value="(\w+)" checked', form) == ["direct"]
    fields = {"who": CUSTOMER, "text": f"@{DESK} Ja.\r\nBitte.", "visibility": "direct", "in_reply_to": asked}
    back = httpx.post(f"{simulator.base_url}/write", data=fields)
    said = simulator.state()["statuses"][-1]
    assert (back.status_code, back.headers["location"]) == (303, f"/?as={CUSTOMER}#post-{said['id']}")
    assert (said["text"], said["visibility"], said["in_reply_to_id"]) == (
        f"@{DESK} Ja.\nBitte.",
        "direct",
        asked,
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [(" ", "Bitte schreiben Sie einen Text."), ("ä" * 501, "Der Text ist zu lang: 501 von 500 Zeichen.")],
)
def test_a_wrong_text_stays_in_the_form(simulator: RunningSimulator, text: str, fault: str) -> None:
    answer = httpx.post(
        f"{simulator.base_url}/write", data={"who": CUSTOMER, "text": text}, headers={"Accept-Language": "de"}
    )
    assert (answer.status_code, re.findall(r'role="alert" id="fault">([^<]*)<', answer.text)) == (
        422,
        [fault],
    )
    assert re.findall(r"<textarea[^>]*>([^<]*)<", answer.text) == [text.strip()]
    assert simulator.state()["statuses"] == []


def test_nobody_writes_as_the_company_or_from_elsewhere(simulator: RunningSimulator) -> None:
    address = f"{simulator.base_url}/write"
    assert httpx.post(address, data={"who": DESK, "text": "x"}).status_code == 422
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert httpx.post(address, data={"who": CUSTOMER, "text": "x"}, headers=foreign).status_code == 403
    assert simulator.state()["statuses"] == []


def test_what_is_missing_is_said(simulator: RunningSimulator) -> None:
    answer = page(simulator, "/@niemand")
    assert (answer.status_code, answer.text.count("Diese Seite gibt es nicht")) == (404, 2)
    assert page(simulator, "/api/v1/nichts").json() == {"error": "Record not found"}
    assert page(simulator, "/media/pictures/nichts.png").status_code == 404
    assert page(simulator, "/files/secret.txt").status_code == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/files/network.css", "text/css; charset=utf-8"),
        ("/files/network.js", "text/javascript; charset=utf-8"),
        ("/media/icon.png", "image/png"),
        ("/media/pictures/coffee.png", "image/png"),
    ],
)
def test_files(simulator: RunningSimulator, path: str, kind: str) -> None:
    answer = page(simulator, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
