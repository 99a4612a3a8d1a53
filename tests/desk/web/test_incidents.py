"""The pages of incidents: what they show, what they do, and what a conversation says of its incident."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.desk import care
from resonanz.desk.care import incident_answers, incidents
from resonanz.desk.models import (
    Agent,
    Conversation,
    Delivery,
    Incident,
    IncidentLink,
    LinkState,
    Outcome,
    Unsent,
)
from tests.cast import ADA, MIA, OTTO, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TEXT = "{Hallo|Hi} {name}, {die App hat eine Störung|unsere App ist gestört}. {Neues|Mehr} bis {due}."
SOLVED = "{Hallo|Hi} {name}, {alles läuft wieder|die App ist zurück}."


@pytest.fixture
def talks(desk: Desk, fake: World) -> list[Conversation]:
    found = []
    for number, author in enumerate((ADA, OTTO, MIA)):
        post = said(f"q{number}", f"Die App hängt beim Login, {number}", author, at=timezone.now())
        hear(desk.channel, post, at=timezone.now())
        found.append(conversation_of(post))
    return found


def soon(**span: float) -> datetime:
    return (timezone.now() + timedelta(**(span or {"hours": 2}))).replace(second=0, microsecond=0)


@pytest.fixture
def incident(desk: Desk, talks: list[Conversation]) -> Incident:
    wanted = incidents.Wanted(title="App gestört", text=TEXT, facts="Server 3", next_update_at=soon())
    return incidents.open_incident(desk.brand, desk.clara, wanted, talks[:2])


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def filled(desk: Desk, **more: object) -> dict[str, object]:
    at = timezone.localtime(soon()).strftime("%Y-%m-%dT%H:%M")
    base = {"title": "App gestört", "brand": desk.brand.pk, "text": TEXT, "next_update_at": at}
    return base | more


def test_the_list_teaches_while_it_is_empty_and_counts_afterwards(
    desk: Desk, talks: list[Conversation]
) -> None:
    page = signed_in(desk.anna).get("/incidents/").content.decode()
    assert ("No incident is open" in page, "/incidents/new/" in page) == (True, False)
    page = signed_in(desk.clara).get("/incidents/").content.decode()
    assert "/incidents/new/" in page
    wanted = incidents.Wanted(title="App", text="Hallo {name}")
    lasting = incidents.open_incident(desk.brand, desk.clara, wanted, talks)
    page = signed_in(desk.anna).get("/incidents/").content.decode()
    figures = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)
    assert figures == [
        ("proposed", "0"),
        ("linked", "3"),
        ("answered", "0"),
        ("to be answered", "3"),
        ("to be told the new time", "0"),
    ]
    incidents.solve(lasting, desk.clara, SOLVED)
    page = signed_in(desk.anna).get("/incidents/").content.decode()
    assert (
        "No incident is open" in page and "0 incidents" not in page,
        "<dt>to be told it is over</dt><dd>3</dd>" in page,
    ) == (
        True,
        True,
    )


def test_other_teams_incidents_do_not_exist(desk: Desk, incident: Incident) -> None:
    desk.channel.teams.clear()
    client = signed_in(desk.anna)
    assert incident.title not in client.get("/incidents/").content.decode()
    assert client.get(f"/incidents/{incident.pk}/").status_code == 404
    assert signed_in(desk.clara).get(f"/incidents/{incident.pk}/").status_code == 200


def test_a_lead_opens_one_from_a_conversation(desk: Desk, talks: list[Conversation]) -> None:
    lead = signed_in(desk.clara)
    page = lead.get(f"/incidents/new/?from={talks[0].pk}&from={talks[1].pk}&from=x").content.decode()
    assert "2 conversations belong to it from the start" in page
    assert "hängt + login" in page
    assert page.count("Die App hängt beim Login, ") == 2  # what they wrote stands beside it
    answer = lead.post(
        "/incidents/new/",
        filled(desk, words="app + login\n\n störung ", **{"from": [talks[0].pk, talks[1].pk]}),
    )
    made = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{made.pk}/"
    assert (made.words, made.links.count(), made.owner) == ([["app", "login"], ["störung"]], 2, desk.clara)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "Hallo {nam}"}, "At character 8"),
        ({"text": ""}, "Write a public text"),
        ({"next_update_at": ""}, "The text says {due}"),
        ({"next_update_at": "2020-01-01T10:00"}, "That time is over"),
        ({"title": ""}, "This field is required"),
        ({"text": "x" * 5001}, "That is more than 5000 characters"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(desk: Desk, fields: dict[str, str], words: str) -> None:
    page = signed_in(desk.clara).post("/incidents/new/", filled(desk, **fields))
    assert (page.status_code, words in page.content.decode()) == (422, True)
    assert Incident.objects.count() == 0


def test_an_agent_is_told_who_opens_one(desk: Desk) -> None:
    agent = signed_in(desk.anna)
    assert "Only a team lead can do that." in agent.get("/incidents/new/").content.decode()
    page = agent.post("/incidents/new/", filled(desk))
    assert (page.status_code, Incident.objects.count()) == (422, 0)


def test_a_change_of_the_text_is_a_new_version(desk: Desk, incident: Incident) -> None:
    lead = signed_in(desk.clara)
    page = lead.get(f"/incidents/{incident.pk}/edit/").content.decode()
    assert "App gestört" in page
    assert "Hallo Robin, die App hat eine Störung" in page  # how it reads
    answer = lead.post(f"/incidents/{incident.pk}/edit/", filled(desk, text="Hallo {name}, Strom bis {due}."))
    assert answer.status_code == 302
    incident.refresh_from_db()
    assert (incident.version, incident.text) == (2, "Hallo {name}, Strom bis {due}.")
    assert lead.get("/incidents/999/").status_code == 404


def test_proposals_are_decided_together(desk: Desk, incident: Incident, talks: list[Conversation]) -> None:
    other = said("x", "Etwas anderes", replace(ADA, uid="x", handle="x"), at=timezone.now())
    hear(desk.channel, other, at=timezone.now())
    links = [
        IncidentLink.objects.create(incident=incident, conversation=talk, linked_at=timezone.now())
        for talk in (talks[2], conversation_of(other))
    ]
    client = signed_in(desk.anna)
    page = client.get(f"/incidents/{incident.pk}/").content.decode()
    assert ("2 might belong to it" in page, "Die App hängt beim Login, 2" in page) == (True, True)
    client.post(
        f"/incidents/{incident.pk}/decide", {"shown": [link.pk for link in links], "link": links[0].pk}
    )
    assert [link.state for link in IncidentLink.objects.filter(pk__in=[one.pk for one in links])] == [
        LinkState.LINKED,
        LinkState.REFUSED,
    ]
    assert "1 linked, 1 left out." in client.get(f"/incidents/{incident.pk}/").content.decode()


def typed(page: str) -> dict[str, Any]:
    """What a form sends that nobody has changed."""
    links = re.findall(r'name="use" value="(\d+)" checked', page)
    texts = {f"text-{n}": text for n, text in re.findall(r'name="text-(\d+)"[^>]*>([^<]*)</textarea>', page)}
    despite: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(despite-\d+)" value="([^"]+)"', page):
        despite.setdefault(name, []).append(value)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    return {"use": links, "version": version[1], **texts, **despite}


def test_a_page_of_texts_is_read_changed_and_sent(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, path = signed_in(desk.anna), f"/incidents/{incident.pk}/texts/answer/"
    answer = client.post(f"/incidents/{incident.pk}/claim", {"need": "answer"})
    assert answer["Location"] == path
    assert set(Conversation.objects.filter(assignee=desk.anna)) == set(talks[:2])
    page = client.get(path).content.decode()
    sends = typed(page)
    assert len(sends["use"]) == 2
    first, second = sends["use"]
    sends |= {"use": [first], f"text-{first}": "Hallo Ada, wir sind dran."}
    answer = client.post(path, sends)
    assert answer["Location"] == path  # one is left
    assert Delivery.objects.get().text == "Hallo Ada, wir sind dran. ^an"
    sends |= {"use": [first, second]}  # sent twice by a slip: nothing goes out again
    answer = client.post(path, sends)
    assert (answer["Location"], Delivery.objects.count()) == (f"/incidents/{incident.pk}/", 2)
    page = client.get(f"/incidents/{incident.pk}/").content.decode()
    assert "2 answers are on their way" in page
    client.post(f"/incidents/{incident.pk}/withdraw")
    assert set(Delivery.objects.values_list("state", flat=True)) == {Outcome.CANCELLED}
    page = client.get(path).content.decode()
    assert page.count("You had begun an answer of your own") == 2


def test_each_text_says_whether_a_promise_goes_with_it(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, path = signed_in(desk.anna), f"/incidents/{incident.pk}/texts/answer/"
    page = client.get(path).content.decode()
    assert page.count("A promise goes with it: news by ") == 2
    assert "data-other=" not in page  # there is no English text
    first = typed(page)["use"][0]
    sends = typed(page) | {"use": [first], f"text-{first}": "Ihre Nummer ist 0151 23456789, richtig?"}
    refused = client.post(path, sends).content.decode()
    assert refused.count("Names no time, so no promise goes with it.") == 1
    Incident.objects.update(text_en="Hi {name}, more by {due}.")
    other = re.findall(r'data-other="([^"]+)" data-language="en"', client.get(path).content.decode())
    assert [text.partition(",")[0] for text in other] == ["Hi Ada", "Hi Otto"]
    Incident.objects.update(next_update_at=None, text="Hallo {name}", text_en="")
    assert "promise goes with it" not in client.get(path).content.decode()


def test_answers_are_on_their_way_until_they_have_left(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, path = signed_in(desk.anna), f"/incidents/{incident.pk}/"
    client.post(f"{path}texts/answer/", typed(client.get(f"{path}texts/answer/").content.decode()))
    page = client.get(path).content.decode()
    assert 'id="leaving" hx-get="/incidents/' in page  # asks again by itself
    assert ("Take mine back (2)" in page, "The last one leaves" in page) == (True, False)  # in seconds
    Delivery.objects.update(due_at=timezone.now() + timedelta(minutes=20))
    assert "The last one leaves: " in client.get(path).content.decode()
    Delivery.objects.update(state=Outcome.SENT)
    assert 'id="leaving"' not in client.get(path).content.decode()
    client.post(f"{path}withdraw")
    assert "Nothing was left to take back" in client.get(path).content.decode()


def test_what_stops_a_text_is_told_beside_it_and_the_same_key_sends(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, path = signed_in(desk.anna), f"/incidents/{incident.pk}/texts/answer/"
    sends = typed(client.get(path).content.decode())
    first = sends["use"][0]
    sends |= {"use": [first], f"text-{first}": "Ihre Nummer ist 0151 23456789, richtig?"}
    refused = client.post(path, sends)
    page = refused.content.decode()
    assert (refused.status_code, Delivery.objects.count()) == (422, 0)
    assert "Ihre Nummer ist 0151 23456789, richtig?" in page
    again = typed(page) | {"use": [first]}
    assert client.post(path, again).status_code == 302
    assert Delivery.objects.get().text.startswith("Ihre Nummer ist")


def test_an_older_version_is_not_sent(desk: Desk, incident: Incident) -> None:
    client, path = signed_in(desk.anna), f"/incidents/{incident.pk}/texts/answer/"
    sends = typed(client.get(path).content.decode())
    Incident.objects.update(version=2)
    page = client.post(path, sends)
    assert page.status_code == 422
    assert "The incident&#x27;s text has changed meanwhile" in page.content.decode()
    assert Delivery.objects.count() == 0
    assert client.get(f"/incidents/{incident.pk}/texts/else/").status_code == 404
    assert client.post(f"/incidents/{incident.pk}/claim", {"need": "else"}).status_code == 404
    assert client.post(f"/incidents/{incident.pk}/else").status_code == 404


def test_a_trainee_reads_and_sends_nothing(desk: Desk, incident: Incident) -> None:
    client, path = signed_in(desk.tom), f"/incidents/{incident.pk}/texts/answer/"
    assert client.get(path).status_code == client.get(f"/incidents/{incident.pk}/").status_code == 200
    assert client.post(path, {"use": [], "version": 1}).status_code == 422
    client.post(f"/incidents/{incident.pk}/withdraw")
    assert Delivery.objects.count() == 0


def test_the_end_and_the_way_back(desk: Desk, incident: Incident) -> None:
    lead, path = signed_in(desk.clara), f"/incidents/{incident.pk}/"
    lead.post(f"{path}solve", {"solved_text": " "})
    assert "Write what customers are told now" in lead.get(path).content.decode()
    lead.post(f"{path}solve", {"solved_text": SOLVED})
    page = lead.get(path).content.decode()
    assert "To be told that it is over: 2" in page
    batch = f"{path}texts/follow_up/"
    sends = typed(lead.get(batch).content.decode()) | {"then": "resolve"}
    assert lead.post(batch, sends)["Location"] == path
    assert set(Delivery.objects.values_list("then_resolve", flat=True)) == {True}
    assert "Everybody has heard that it is over." in lead.get(batch).content.decode()
    lead.post(f"{path}reopen")
    incident.refresh_from_db()
    assert incident.solved_at is None


def test_a_new_time_is_set_and_outdated_answers_are_renewed(desk: Desk, incident: Incident) -> None:
    lead, path = signed_in(desk.clara), f"/incidents/{incident.pk}/"
    sends = typed(lead.get(f"{path}texts/answer/").content.decode())
    lead.post(f"{path}texts/answer/", sends)
    at = timezone.localtime(soon(hours=6))
    lead.post(f"{path}move", {"next_update_at": at.strftime("%Y-%m-%dT%H:%M")})
    incident.refresh_from_db()
    assert (incident.next_update_at, incident.version) == (at, 2)
    page = lead.get(path).content.decode()
    assert "2 answers that have not left yet say the old one" in page
    lead.post(f"{path}renew")
    assert all(f"{at:%H:%M}" in text for text in Delivery.objects.values_list("text", flat=True))
    lead.post(f"{path}move", {"next_update_at": "nonsense"})
    assert "That time is over" in lead.get(path).content.decode()


def test_what_was_changed_by_hand_is_listed_with_links_and_stays(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, path = signed_in(desk.anna), f"/incidents/{incident.pk}/"
    sends = typed(client.get(f"{path}texts/answer/").content.decode())
    name = next(key for key in sends if key.startswith("text-"))
    sends[name] = "Hallo,\r\nbei Ihnen liegt es am Konto."
    client.post(f"{path}texts/answer/", sends)
    written = Delivery.objects.get(as_prepared=False)
    assert written.conversation is not None
    wanted = incidents.Wanted(title="App", text=TEXT + " Danke!", next_update_at=incident.next_update_at)
    incidents.change(incident, desk.clara, wanted)
    page = client.get(path).content.decode()
    assert "1 answer that has not left yet says the old one" in page
    assert "1 answer that has not left yet keeps its words" in page
    links = re.search(r'aria-label="Answers that say the old text">(.*?)</ul>', page, re.DOTALL)
    assert links is not None
    assert re.findall(r'href="/c/(\d+)/"', links[1]) == [str(written.conversation_id)]
    assert client.post(f"{path}renew")["Location"] == path
    assert "1 answer says the new text now." in client.get(path).content.decode()
    there = client.get(f"/c/{written.conversation_id}/").content.decode()
    assert "These words were changed by hand: read them yourself." in there
    assert f"/d/{written.pk}/renew" not in there
    refused = client.post(f"/d/{written.pk}/renew", headers=HTMX)
    assert (refused.status_code, "nothing replaces them" in refused.content.decode()) == (422, True)
    assert Delivery.objects.get(pk=written.pk).text == "Hallo,\nbei Ihnen liegt es am Konto. ^an"


def test_what_the_guards_stop_is_named_and_listed(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, path = signed_in(desk.anna), f"/incidents/{incident.pk}/"
    client.post(f"{path}texts/answer/", typed(client.get(f"{path}texts/answer/").content.decode()))
    long = "wir arbeiten mit dem Betreiber der Leitung daran und melden uns hier wieder mit allem Neuen"
    wanted = incidents.Wanted(title="App", text=f"Hallo {{name}}, {long}.")
    incidents.change(incident, desk.clara, wanted)
    answer = client.post(f"{path}renew")
    assert answer["Location"] == f"{path}?left=1"
    page = client.get(answer["Location"]).content.decode()
    assert "1 answer still says the old text: nearly the same text goes out just before." in page
    assert 'name="despite" value="too_alike"' in page
    assert 'aria-label="Answers that say the old text"' in page
    assert client.post(f"{path}renew", {"despite": "too_alike"})["Location"] == path
    assert all("Betreiber" in text for text in Delivery.objects.values_list("text", flat=True))


# In a conversation -------------------------------------------------------------------------------


def done(answer: object) -> dict[str, object]:
    told: dict[str, dict[str, object]] = json.loads(answer["HX-Trigger"])  # type: ignore[index]
    return told["resonanz:done"]


def test_one_key_links_and_one_step_takes_it_back(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, talk = signed_in(desk.anna), talks[2]
    menu = client.get(f"/c/{talk.pk}/incidents").content.decode()
    assert ("App gestört" in menu, "Open an incident from this" in menu) == (True, False)
    assert (
        "Open an incident from this" in signed_in(desk.clara).get(f"/c/{talk.pk}/incidents").content.decode()
    )
    told = done(client.post(f"/c/{talk.pk}/link", {"incident": incident.pk}, headers=HTMX))
    assert told["say"] == "Linked to “App gestört”"
    back = told["undo"]
    assert isinstance(back, dict)
    assert back["values"] == {"incident": incident.pk, "to": "none"}
    client.post(back["url"], back["values"], headers=HTMX)
    assert incident.links.count() == 2
    told = done(client.post(f"/c/{talk.pk}/unlink", {"incident": incident.pk}, headers=HTMX))
    assert incident.links.get(conversation=talk).state == LinkState.REFUSED
    assert client.post(f"/c/{talk.pk}/link", {"incident": "x"}, headers=HTMX).status_code == 404
    assert (
        signed_in(desk.tom).post(f"/c/{talk.pk}/link", {"incident": incident.pk}, headers=HTMX).status_code
        == 422
    )


def test_the_strip_shows_facts_and_the_text_for_this_customer(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client = signed_in(desk.anna)
    page = client.get(f"/c/{talks[0].pk}/").content.decode()
    assert ("Server 3" in page, f'data-put-incident="{incident.pk}.1"' in page) == (True, True)
    assert re.search(r'data-text="(Hallo|Hi) Ada Lamm, ', page) is not None
    assert "data-put-incident" not in client.get(f"/c/{talks[2].pk}/").content.decode()
    IncidentLink.objects.create(incident=incident, conversation=talks[2], linked_at=timezone.now())
    assert "might belong to it" in client.get(f"/c/{talks[2].pk}/").content.decode()
    incidents.solve(incident, desk.clara, SOLVED)
    page = client.get(f"/c/{talks[0].pk}/").content.decode()
    assert ("alles läuft wieder" in page or "die App ist zurück" in page) is True
    assert "might belong to it" not in client.get(f"/c/{talks[2].pk}/").content.decode()


def test_a_text_that_was_put_in_is_remembered_marked_and_promises(
    desk: Desk, incident: Incident, talks: list[Conversation]
) -> None:
    client, talk = signed_in(desk.anna), talks[0]
    writer = incident_answers.Writer(incident, desk.anna, "answer")
    text = writer.text(talk, "de")
    mark = f"{incident.pk}.1"
    client.post(f"/c/{talk.pk}/unsent", {"text": text, "incident": mark}, headers=HTMX)
    kept = Unsent.objects.get()
    assert (kept.incident, kept.incident_version) == (incident, 1)
    client.post(f"/c/{talk.pk}/reply", {"text": text, "incident": mark}, headers=HTMX)
    delivery = Delivery.objects.get()
    assert (delivery.incident, delivery.incident_version, delivery.as_prepared) == (incident, 1, True)
    assert delivery.promise_until == incident.next_update_at
    other = talks[1]
    client.post(f"/c/{other.pk}/unsent", {"text": text, "incident": mark}, headers=HTMX)
    changed = incidents.Wanted(title="App", text=TEXT + " Danke!", next_update_at=incident.next_update_at)
    incidents.change(incident, desk.clara, changed)
    page = client.get(f"/c/{other.pk}/").content.decode()
    assert "text has changed since you put it in" in page
    assert f'id="reply-incident" value="{mark}"' in page
    page = client.get(f"/c/{talk.pk}/").content.decode()
    assert "text has changed since this was written" in page
    told = done(client.post(f"/d/{delivery.pk}/renew", headers=HTMX))
    assert told["say"] == "Says the new text now"
    delivery.refresh_from_db()
    assert (delivery.incident_version, "Danke!" in delivery.text) == (2, True)
    assert client.post(f"/d/{delivery.pk}/renew", headers=HTMX).status_code == 422
    client.post(f"/c/{talks[1].pk}/reply", {"text": "Ohne", "incident": "999.1"}, headers=HTMX)
    assert Delivery.objects.order_by("pk").last().incident is None  # type: ignore[union-attr]


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_queries_do_not_grow_with_rows(desk: Desk, incident: Incident, talks: list[Conversation]) -> None:
    client = signed_in(desk.anna)
    IncidentLink.objects.filter(conversation=talks[1]).update(state=LinkState.PROPOSED)
    paths = ["/incidents/", f"/incidents/{incident.pk}/", f"/incidents/{incident.pk}/texts/answer/"]
    before = [queries(client, path) for path in paths]
    for number in range(4):
        author = replace(ADA, uid=f"n{number}", handle=f"n{number}", name=f"Gast {number}")
        post = said(f"n{number}", "App hängt", author, at=timezone.now())
        hear(desk.channel, post, at=timezone.now())
        incidents.link(conversation_of(post), desk.ben, incident)
        if number % 2:
            IncidentLink.objects.filter(conversation=conversation_of(post)).update(state=LinkState.PROPOSED)
    incidents.open_incident(desk.brand, desk.clara, incidents.Wanted(title="Zweite", text="Hallo {name}"))
    assert [queries(client, path) for path in paths] == before


def test_an_incident_that_nobody_belongs_to_says_how(desk: Desk) -> None:
    made = incidents.open_incident(desk.brand, desk.clara, incidents.Wanted(title="App", text="Hallo {name}"))
    page = signed_in(desk.clara).get(f"/incidents/{made.pk}/").content.decode()
    assert ("the key l links it" in page, "This text has one wording only" in page) == (True, True)
    with pytest.raises(care.CareError, match="lead_needed"):
        incidents.reopen_incident(made, desk.anna)
