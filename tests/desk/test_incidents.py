"""Incidents: who belongs, what is said to whom, by when, and that nobody hears it twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from resonanz.case import Dismissal
from resonanz.desk import care, events, outbox, projection, reading_incidents
from resonanz.desk.care import (
    incident_answers,
    incident_lists,
    incident_proposals,
    incident_renewal,
    incidents,
)
from resonanz.desk.care.guards import Stopped
from resonanz.desk.care.incident_lists import Need
from resonanz.desk.care.merging import merge
from resonanz.desk.models import (
    Agent,
    Attachment,
    Brand,
    Conversation,
    Delivery,
    Event,
    Incident,
    IncidentLink,
    LinkState,
    Outcome,
    Unsent,
)
from resonanz.networks import Refused
from resonanz.post import Author
from tests.cast import ADA, MIA, OTTO, Desk, conversation_of, hear, said
from tests.fake import CAPABILITIES, World

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "{Hallo|Hi} {name}, {die App hat eine Störung|unsere App ist gestört}. {Neues|Mehr} bis {due}."
VERA = replace(MIA, uid=f"{MIA.uid}/2", handle="vera@social.example", name="Vera Wolf")
SAYS = (
    "Die App hängt beim Login",
    "App geht nicht, Login hängt",
    "Login in der App hängt seit heute",
    "Beim Login hängt die App",
)


@pytest.fixture
def network(desk: Desk, fake: World) -> World:
    return fake


def ask(
    desk: Desk, network: World, name: str, text: str, author: Author = ADA, **how: object
) -> Conversation:
    question = said(name, text, author, at=timezone.now(), **how)  # type: ignore[arg-type]
    hear(desk.channel, question, at=timezone.now())
    network.posts[name] = question
    return conversation_of(question)


@pytest.fixture
def talks(desk: Desk, network: World) -> list[Conversation]:
    """Four who ask the same."""
    people = (ADA, OTTO, MIA, VERA)
    return [
        ask(desk, network, f"q{number}", text, author)
        for number, (text, author) in enumerate(zip(SAYS, people, strict=True))
    ]


def soon(**span: float) -> object:
    return (timezone.now() + timedelta(**(span or {"hours": 2}))).replace(second=0, microsecond=0)


def wanted(**more: object) -> incidents.Wanted:
    base: dict[str, object] = {"title": "App", "text": TEXT, "next_update_at": soon(), "facts": "Server 3"}
    return incidents.Wanted(**base | more)  # type: ignore[arg-type]


def opened(desk: Desk, talks: Sequence[Conversation] = (), **more: object) -> Incident:
    return incidents.open_incident(desk.brand, desk.clara, wanted(**more), talks)


def needs(incident: Incident, agent: Agent) -> dict[str, int]:
    counted = incident_lists.counts(agent, [incident])[incident.pk]
    return {name: count for name, count in counted.items() if count}


def confirm(incident: Incident, agent: Agent, need: Need, **how: object) -> incident_answers.Sent:
    rows = incident_answers.prepare(incident, agent, need)
    chosen = [incident_answers.Confirmed(link=one.link.pk, text=one.text) for one in rows]
    return incident_answers.send(incident, agent, need, chosen, **how)  # type: ignore[arg-type]


def deliver() -> None:
    Delivery.objects.filter(state=Outcome.PLANNED).update(due_at=timezone.now())
    while outbox.deliver_next():
        pass


# Opening and changing ----------------------------------------------------------------------------


def test_a_lead_opens_one_from_conversations(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk, talks[:2])
    assert (incident.owner, incident.version) == (desk.clara, 1)
    assert needs(incident, desk.anna) == {"linked": 2, "to_answer": 2}
    kinds = [event.kind for event in Event.objects.order_by("id") if event.kind != "heard"]
    assert kinds[-3:] == ["incident_opened", "linked", "linked"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": " "}, "title_missing"),
        ({"text": "", "text_en": " "}, "text_missing"),
        ({"text": "x" * 5001}, "incident_long"),
        ({"text": "Hallo {nam}"}, "phrase"),
        ({"next_update_at": None}, "due_missing"),
        ({"solved_text": "Vorbei, Neues {due}"}, "due_missing"),
        ({"next_update_at": "past"}, "in_the_past"),
        ({"next_update_at": "far"}, "too_far"),
    ],
)
def test_what_cannot_be_said_is_not_opened(desk: Desk, fields: dict[str, object], code: str) -> None:
    times = {"past": soon(hours=-1), "far": soon(days=90)}
    fields = {name: times.get(str(value), value) for name, value in fields.items()}
    with pytest.raises(care.CareError, match=code):
        opened(desk, (), **fields)
    assert Incident.objects.count() == 0


def test_agents_do_not_open_or_change_one(desk: Desk) -> None:
    incident = opened(desk)
    for act in (
        lambda: incidents.open_incident(desk.brand, desk.anna, wanted()),
        lambda: incidents.change(incident, desk.anna, wanted()),
        lambda: incidents.solve(incident, desk.anna, "Vorbei"),
        lambda: incidents.reopen_incident(incident, desk.anna),
    ):
        with pytest.raises(care.CareError, match="lead_needed"):
            act()


# Who belongs -------------------------------------------------------------------------------------


def test_linking_unlinking_and_back(desk: Desk, talks: list[Conversation]) -> None:
    incident, talk = opened(desk), talks[0]
    assert incidents.link(talk, desk.anna, incident) == ""
    assert incidents.link(talk, desk.anna, incident) == "linked"
    assert incidents.unlink(talk, desk.anna, incident, "") == "linked"
    assert incidents.unlink(talk, desk.anna, incident, "") == ""
    assert IncidentLink.objects.count() == 0
    assert incidents.unlink(talk, desk.anna, incident) == ""
    assert incidents.link(talk, desk.anna, incident) == "refused"
    assert incidents.unlink(talk, desk.anna, incident, "proposed") == "linked"
    kinds = Event.objects.filter(conversation=talk.pk).exclude(kind__in=["opened", "heard"]).order_by("id")
    assert [e.kind for e in kinds] == ["linked", "unlinked", "unlinked", "linked", "proposed"]


def test_trainees_and_other_brands_link_nothing(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk)
    for act in (
        lambda: incidents.link(talks[0], desk.tom, incident),
        lambda: incidents.unlink(talks[0], desk.tom, incident),
        lambda: incidents.decide(incident, desk.tom, []),
        lambda: incident_answers.claim(incident, desk.tom, "answer"),
        lambda: incident_answers.send(incident, desk.tom, "answer", []),
    ):
        with pytest.raises(care.CareError, match="not_allowed"):
            act()
    other = incidents.open_incident(Brand.objects.create(name="Süd"), desk.clara, wanted())
    with pytest.raises(care.CareError, match="incident_elsewhere"):
        incidents.link(talks[0], desk.anna, other)


def test_who_asks_the_same_is_proposed_and_a_person_decides(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    assert incident_proposals.propose_next() is False  # from now on
    incident = opened(desk, talks[:3], words=(("app", "login"),))
    assert incident_proposals.propose_next() is True  # who waits already is looked at too
    ask(desk, network, "n1", "Wo ist die nächste Filiale?", replace(ADA, uid="x1", handle="x1"))
    fresh = ask(desk, network, "n2", "Hängt der Login der App?", replace(ADA, uid="x2", handle="x2"))
    while incident_proposals.propose_next():
        pass
    assert incident_proposals.propose_next() is False
    proposed = list(incident_lists.proposals(incident, desk.anna))
    assert [link.conversation for link in proposed] == [talks[3], fresh]
    assert incidents.decide(incident, desk.anna, proposed[:1], proposed[1:]) == (1, 1)
    assert incidents.decide(incident, desk.ben, proposed, []) == (0, 0)  # decided already
    assert needs(incident, desk.anna) == {"linked": 4, "to_answer": 4}
    while incident_proposals.propose_next():
        pass
    assert incident_lists.proposals(incident, desk.anna).count() == 0  # refused for good


def test_nothing_is_proposed_without_an_incident_or_to_another_brand(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident_proposals.propose_next()
    other = incidents.open_incident(
        Brand.objects.create(name="Süd"), desk.clara, wanted(words=(("app", "login"),))
    )
    ask(desk, network, "n2", "Login der App hängt", replace(ADA, uid="x2", handle="x2"))
    while incident_proposals.propose_next():
        pass
    assert IncidentLink.objects.filter(incident=other).count() == 0
    Incident.objects.update(solved_at=timezone.now())
    ask(desk, network, "n3", "Login der App hängt", replace(ADA, uid="x3", handle="x3"))
    while incident_proposals.propose_next():
        pass
    assert IncidentLink.objects.count() == 0


def test_the_best_match_is_offered_first(desk: Desk, talks: list[Conversation]) -> None:
    other = opened(desk, title="Ersatzbus")
    incident = opened(desk, talks[:3])
    offers = incident_proposals.offers(talks[3])
    assert [offer.incident for offer in offers] == [incident, other]
    assert (offers[0].verdict.is_alike, offers[0].state) == (True, "")
    assert incident_proposals.offers(talks[0])[0].state == "linked"
    care.reply(talks[3], desk.anna, care.Reply(text="Hallo"))
    deliver()
    assert incident_proposals.offers(talks[3])[0].incident == incident  # by its last post


def test_words_are_suggested_from_what_they_say(desk: Desk, talks: list[Conversation]) -> None:
    assert incident_proposals.suggested_words(talks) == [["hängt", "login"]]
    assert incident_proposals.suggested_words([]) == []


def test_a_joined_conversation_takes_its_link_along(desk: Desk, network: World) -> None:
    incident_proposals.propose_next()
    first = ask(desk, network, "a", "App geht nicht")
    second = ask(desk, network, "b", "Immer noch nicht!")
    third = ask(desk, network, "c", "Und jetzt?")
    incident = opened(desk, [second, third])
    merge(second, desk.anna, first)
    merge(third, desk.anna, first)
    while incident_proposals.propose_next():
        pass
    links = incident_lists.links_of(desk.anna)
    assert [(link.conversation, link.state) for link in links] == [(first, "linked")]
    assert needs(incident, desk.anna) == {"linked": 1, "to_answer": 1}


# What is said ------------------------------------------------------------------------------------


def test_a_page_of_texts_is_confirmed_and_goes_out_once(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks)
    assert incident_answers.claim(incident, desk.anna, "answer", 2) == 2
    assert incident_answers.claim(incident, desk.anna, "answer", 2) == 0
    rows = incident_answers.prepare(incident, desk.anna, "answer")
    assert [row.conversation for row in rows] == talks  # one's own first
    assert rows[0].text.startswith(("Hallo Ada Lamm, ", "Hi Ada Lamm, "))
    assert [row.hint for row in rows] == [""] * 4
    sent = confirm(incident, desk.anna, "answer", version=1)
    assert (len(sent.deliveries), sent.refused) == (4, {})
    assert [d.incident_version for d in sent.deliveries] == [1] * 4
    assert confirm(incident, desk.ben, "answer").deliveries == ()
    again = [incident_answers.Confirmed(link=row.link.pk, text=row.text) for row in rows]
    twice = incident_answers.send(incident, desk.ben, "answer", again)
    assert {error.code for error in twice.refused.values()} == {"done_already"}
    deliver()
    assert sorted(one.answers or "" for one in network.received) == ["q0", "q1", "q2", "q3"]
    assert needs(incident, desk.anna) == {"linked": 4, "answered": 4}
    talks[0].refresh_from_db()
    assert (talks[0].promised_at, talks[0].told_at) == (incident.next_update_at, incident.next_update_at)
    assert projection.differences() == []


def test_an_older_text_or_too_many_at_once_are_refused(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk, talks)
    with pytest.raises(care.CareError, match="text_changed"):
        confirm(incident, desk.anna, "answer", version=0)
    many = [incident_answers.Confirmed(link=1, text="x")] * 21
    with pytest.raises(care.CareError, match="too_many"):
        incident_answers.send(incident, desk.anna, "answer", many)


def test_what_needs_a_look_says_why(desk: Desk, network: World, talks: list[Conversation]) -> None:
    incident = opened(desk, talks[:2], text="Bis {due} wissen wir mehr.")
    care.keep_unsent(talks[0], desk.anna, "Eigene Worte ^an")
    rows = {row.conversation: row for row in incident_answers.prepare(incident, desk.anna, "answer")}
    assert (rows[talks[0]].hint, rows[talks[0]].text) == ("own_words", "Eigene Worte")
    assert rows[talks[1]].hint == "too_alike"
    Incident.objects.update(next_update_at=timezone.now() - timedelta(minutes=1))
    incident.refresh_from_db()
    rows = {row.conversation: row for row in incident_answers.prepare(incident, desk.anna, "answer")}
    assert rows[talks[1]].hint == "time_over"
    late = incident_answers.Confirmed(link=rows[talks[1]].link.pk, text=rows[talks[1]].text)
    sent = incident_answers.send(incident, desk.anna, "answer", [late])
    assert [error.code for error in sent.refused.values()] == ["time_over"]
    assert incident_answers.prepare(incident, desk.anna, "follow_up") == []


def test_english_is_answered_in_english_where_there_is_a_text(desk: Desk, network: World) -> None:
    sighting = said("e", "App is down", at=timezone.now())
    sighting = replace(sighting, post=replace(sighting.post, language="en"))
    hear(desk.channel, sighting, at=timezone.now())
    incident = opened(desk, [conversation_of(sighting)])
    (row,) = incident_answers.prepare(incident, desk.anna, "answer")
    assert (row.hint, row.language) == ("no_english", "de")
    incidents.change(incident, desk.clara, wanted(text_en="Hi {name}, more by {due}."))
    (row,) = incident_answers.prepare(incident, desk.anna, "answer")
    assert (row.hint, row.text.startswith("Hi Ada, more by ")) == ("", True)


def test_nearly_the_same_text_again_stops_until_it_is_sent_all_the_same(
    desk: Desk, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:2], text="Bis {due} wissen wir mehr.")
    sent = confirm(incident, desk.anna, "answer")
    ((link, error),) = sent.refused.items()
    assert isinstance(error, Stopped)
    assert (len(sent.deliveries), error.code) == (1, "too_alike")
    (row,) = incident_answers.prepare(incident, desk.anna, "answer")
    despite = tuple(stop.despite for stop in error.stops)
    once = incident_answers.Confirmed(link=link, text=row.text, despite=despite)
    assert incident_answers.send(incident, desk.anna, "answer", [once]).refused == {}
    kinds = Event.objects.filter(kind__in=["stopped", "overrode"]).order_by("id")
    assert [(e.kind, e.facts) for e in kinds] == [("stopped", '{"rule":4}'), ("overrode", '{"rule":4}')]


def test_posts_leave_as_the_network_allows(
    desk: Desk, talks: list[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fake.CAPABILITIES", replace(CAPABILITIES, posts_count=3, posts_window_s=600))
    incident = opened(desk, talks)
    sent = confirm(incident, desk.anna, "answer")
    times = [d.due_at for d in sent.deliveries if d.due_at is not None]
    gaps = [round((after - before).total_seconds()) for before, after in pairwise(times)]
    assert gaps == [3, 597, 3]  # two of three in ten minutes; the third place is for other answers
    assert sent.last_due_at == times[-1]
    count, until = incident_answers.leaving(incident, desk.anna)
    assert (count, until) == (4, times[-1])


def test_second_thoughts_take_back_what_has_not_left(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk, talks)
    confirm(incident, desk.anna, "answer")
    Delivery.objects.filter(conversation=talks[0]).update(due_at=timezone.now())
    outbox.deliver_next()
    assert incident_answers.withdraw(incident, desk.ben) == 0
    assert incident_answers.withdraw(incident, desk.anna) == 3
    assert needs(incident, desk.anna) == {"linked": 4, "answered": 1, "to_answer": 3}
    assert Unsent.objects.filter(agent=desk.anna).count() == 3


# Promises ----------------------------------------------------------------------------------------


def test_one_new_time_moves_all_promises_and_says_who_must_be_told(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks)
    confirm(incident, desk.anna, "answer")
    deliver()
    own = talks[3]
    care.promise(own, desk.anna, soon(hours=9))  # type: ignore[arg-type]
    later = soon(hours=5)
    assert incidents.move_update(incident, desk.clara, later) == 3  # type: ignore[arg-type]
    assert set(Conversation.objects.exclude(pk=own.pk).values_list("promised_at", flat=True)) == {later}
    assert needs(incident, desk.anna)["to_tell"] == 3
    before = len(network.received)
    assert len(confirm(incident, desk.ben, "tell").deliveries) == 3  # another agent, and no stop
    deliver()
    assert len(network.received) == before + 3
    assert set(Conversation.objects.exclude(pk=own.pk).values_list("told_at", flat=True)) == {later}
    assert "to_tell" not in needs(incident, desk.anna)
    assert incidents.change(incident, desk.clara, wanted(next_update_at=later)) == 0
    assert projection.differences() == []


def test_who_waits_for_an_answer_is_promised_nothing_by_a_new_time(
    desk: Desk, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks)
    due = talks[0].due_at
    assert incidents.move_update(incident, desk.clara, soon(hours=5)) == 0  # type: ignore[arg-type]
    talks[0].refresh_from_db()
    assert (talks[0].promised_at, talks[0].due_at) == (None, due)
    assert needs(incident, desk.anna) == {"linked": 4, "to_answer": 4}


# The end -----------------------------------------------------------------------------------------


def test_when_it_is_over_everybody_is_told_once(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks)
    confirm(incident, desk.anna, "answer")
    deliver()
    with pytest.raises(care.CareError, match="solved_text_missing"):
        incidents.solve(incident, desk.clara)
    with pytest.raises(care.CareError, match="due_missing"):
        incidents.solve(incident, desk.clara, "Vorbei, mehr {due}")
    care.resolve(talks[1], desk.anna)
    first = network.posts["q2"]
    hear(desk.channel, said("again", "Und mein Gutschein?", MIA, to=first, at=timezone.now()))
    solved = "{Hallo|Hi|Guten Tag} {name}, {alles läuft wieder|die App ist zurück}. {Danke|Bis bald}!"
    incidents.solve(incident, desk.clara, solved)
    incidents.solve(incident, desk.clara, solved)
    assert Event.objects.filter(kind="incident_solved").count() == 1
    rows = incident_answers.prepare(incident, desk.ben, "follow_up")
    assert [(row.conversation, row.hint) for row in rows][-1] == (talks[2], "wrote_again")
    assert {row.conversation for row in rows} == set(talks)
    chosen = [
        incident_answers.Confirmed(link=row.link.pk, text=row.text)
        for row in rows
        if row.hint != "wrote_again"
    ]
    before = len(network.received)
    sent = incident_answers.send(incident, desk.ben, "follow_up", chosen, then_resolve=True)
    assert (len(sent.deliveries), sent.refused) == (3, {})
    deliver()
    assert len(network.received) == before + 3
    assert needs(incident, desk.ben)["to_follow_up"] == 1  # the one who asked something else
    states = Conversation.objects.in_bulk()
    assert [states[talk.pk].state for talk in talks] == [1, 1, 0, 1]
    assert projection.differences() == []


def test_who_was_dismissed_is_left_out(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk, talks[:2])
    care.resolve(talks[0], desk.anna, Dismissal.SPAM)
    incidents.solve(incident, desk.clara, "Vorbei, {name}.")
    counted = needs(incident, desk.anna)
    assert (counted["left_out"], counted["to_follow_up"]) == (1, 1)


def test_a_follow_up_that_did_not_get_out_is_needed_again(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    incidents.solve(incident, desk.clara, "Vorbei, {name}.")
    confirm(incident, desk.anna, "follow_up")
    network.fails_with = [Refused("refused")]
    deliver()
    assert needs(incident, desk.anna)["to_follow_up"] == 1
    confirm(incident, desk.anna, "follow_up")
    deliver()
    assert "to_follow_up" not in needs(incident, desk.anna)
    assert len(network.received) == 1


def test_a_follow_up_sent_again_by_hand_counts_as_told(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    incidents.solve(incident, desk.clara, "Vorbei, {name}.")
    confirm(incident, desk.anna, "follow_up")
    network.fails_with = [Refused("refused")]
    deliver()
    care.repeat(Delivery.objects.get(state=Outcome.REFUSED), desk.anna)
    deliver()
    assert "to_follow_up" not in needs(incident, desk.anna)


def test_an_answer_sent_again_by_hand_counts_as_answered(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    confirm(incident, desk.anna, "answer")
    network.fails_with = [Refused("refused")]
    deliver()
    copy = care.repeat(Delivery.objects.get(state=Outcome.REFUSED), desk.anna)
    assert IncidentLink.objects.get().answered_with == copy


def test_the_solved_text_sent_from_the_box_counts_as_told(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    incidents.solve(incident, desk.clara, "Vorbei, {name}.")
    incident.refresh_from_db()
    care.reply(talks[0], desk.anna, care.Reply(text="Es geht wieder.", incident=incident))
    deliver()
    assert "to_follow_up" not in needs(incident, desk.anna)


def test_incidents_of_other_brands_do_not_exist_for_an_agent(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk, talks[:1])
    assert [row.incident for row in reading_incidents.rows(desk.anna, solved=False)] == [incident]
    desk.anna.teams.clear()
    assert reading_incidents.rows(desk.anna, solved=False) == []
    assert len(reading_incidents.rows(desk.clara, solved=False)) == 1


def test_who_wrote_while_the_page_was_read_is_read_before_being_told(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:2])
    incidents.solve(incident, desk.clara, "{Hallo|Hi} {name}, {vorbei|es geht wieder}.")
    seen = events.newest()
    rows = incident_answers.prepare(incident, desk.anna, "follow_up")
    new = said("fire", "Jetzt brennt das Gerät!", ADA, to=network.posts["q0"], at=timezone.now())
    hear(desk.channel, new)
    chosen = [incident_answers.Confirmed(link=one.link.pk, text=one.text) for one in rows]
    sent = incident_answers.send(
        incident, desk.anna, "follow_up", chosen, seen=seen, version=incident.version, then_resolve=True
    )
    assert [d.conversation for d in sent.deliveries] == [talks[1]]
    (refused,) = sent.refused.values()
    assert isinstance(refused, Stopped)
    assert [stop.rule for stop in refused.stops] == ["changed_thread"]


def test_what_is_over_is_marked_on_texts_that_wait_to_leave(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    confirm(incident, desk.anna, "answer")
    assert not incident_renewal.outdated(incident, desk.anna).exists()
    incidents.solve(incident, desk.clara, "Vorbei, {name}.")
    assert [d.conversation for d in incident_renewal.outdated(incident, desk.anna)] == talks[:1]
    stranger = Agent.objects.create_user("fremd", role="agent", initials="fr")
    assert incident_renewal.renew(incident, stranger).count == 0
    assert incident_renewal.renew(incident, desk.anna).count == 1
    assert "Vorbei" in Delivery.objects.get().text


def test_a_batch_takes_no_file_along_that_lies_beside_other_words(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    Attachment.objects.create(
        conversation=talks[0], agent=desk.anna, kind="image", content_type="image/png", name="x.png",
        file="00/x.png", bytes_count=1, added_at=timezone.now(),
    )  # fmt: skip
    confirm(incident, desk.anna, "answer")
    assert Attachment.objects.get().delivery is None


def test_reopened_only_those_hear_again_who_asked_again(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:2])
    incidents.solve(incident, desk.clara, "{Hallo|Hi} {name}, {vorbei|es geht wieder}.")
    confirm(incident, desk.anna, "follow_up")
    deliver()
    incidents.reopen_incident(incident, desk.clara)
    assert "to_answer" not in needs(incident, desk.anna)
    hear(desk.channel, said("again", "Geht doch nicht!", ADA, to=network.posts["q0"], at=timezone.now()))
    network.posts["again"] = said("again", "Geht doch nicht!", ADA, to=network.posts["q0"])
    assert needs(incident, desk.anna)["to_answer"] == 1
    confirm(incident, desk.anna, "answer")
    deliver()
    incidents.solve(incident, desk.clara)
    rows = incident_answers.prepare(incident, desk.anna, "follow_up")
    assert [row.conversation for row in rows] == talks[:1]


def test_a_trainees_batch_waits_for_release_only_where_trusted(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk, talks)
    incidents.link(talks[0], desk.anna, incident)
    assert incident_lists.links_of(desk.tom).filter(state=LinkState.LINKED).count() == 4
