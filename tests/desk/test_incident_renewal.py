"""An incident's text changes while answers wait to leave: which take the new one, which a person reads."""

from __future__ import annotations

import pytest
from django.utils import timezone

from resonanz.desk import care
from resonanz.desk.care import incident_answers, incident_renewal, incidents, releasing
from resonanz.desk.care.guards import Stopped
from resonanz.desk.models import Conversation, Delivery, Event, Incident, Outcome, Unsent
from tests.cast import Desk
from tests.desk.test_incidents import confirm, network, opened, talks, wanted
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["network", "talks"]

NEW = "{Guten Tag|Hallo} {name}, es ist der Strom. Bis {due}."


def by_hand(incident: Incident, desk: Desk, words: str) -> incident_answers.Sent:
    """Confirm what anna is to read, the first text changed by her."""
    rows = incident_answers.prepare(incident, desk.anna, "answer")
    chosen = [
        incident_answers.Confirmed(link=row.link.pk, text=words if number == 0 else row.text)
        for number, row in enumerate(rows)
    ]
    return incident_answers.send(incident, desk.anna, "answer", chosen)


def test_a_changed_text_marks_what_was_not_sent(desk: Desk, talks: list[Conversation]) -> None:
    incident = opened(desk, talks)
    care.keep_unsent(talks[0], desk.ben, "Hallo", incident=incident)
    confirm(incident, desk.anna, "answer")
    before = Event.objects.count()
    incidents.change(
        incident, desk.clara, wanted(text="{Guten Tag|Hallo} {name}, es ist der Strom. Bis {due}.")
    )
    assert (incident.version, incident_renewal.outdated(incident, desk.ben).count()) == (2, 4)
    assert Unsent.objects.get().incident_version == 1
    told = Event.objects.order_by("id")[before:]
    assert [(e.kind, e.conversation) for e in told] == [
        ("incident_changed", None),
        *(("incident_changed", talk.pk) for talk in talks),
    ]
    assert incident_renewal.renew(incident, desk.ben).count == 4
    assert all("es ist der Strom" in text for text in Delivery.objects.values_list("text", flat=True))
    assert incident_renewal.outdated(incident, desk.ben).count() == 0
    incidents.change(incident, desk.clara, wanted(text=incident.text, facts="anderes"))
    assert incident.version == 2  # facts are not read by customers


def test_answers_in_parts_and_foreign_ones_are_left_as_they_are(
    desk: Desk, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:2])
    confirm(incident, desk.anna, "answer")
    first, second = Delivery.objects.order_by("pk")
    incidents.change(incident, desk.clara, wanted(text=f"Es ist der Strom. {'Sehr ' * 120} bis {{due}}."))
    too_long = incident_renewal.renew(incident, desk.anna)
    assert {number: error.code for number, error in too_long.refused.items()} == {
        first.pk: "too_long",
        second.pk: "too_long",
    }
    incidents.change(incident, desk.clara, wanted(text="Es ist der Strom, bis {due}."))
    Delivery.objects.filter(pk=second.pk).update(answers=None)
    assert incident_renewal.renew(incident, desk.anna, first).count == 1
    (error,) = incident_renewal.renew(incident, desk.anna, second).refused.values()
    assert error.code == "nothing_to_answer"
    first.refresh_from_db()
    assert (first.incident_version, second.text.startswith("Es ist")) == (3, False)
    with pytest.raises(care.CareError, match="not_allowed"):
        incident_renewal.renew(incident, desk.tom)


def test_what_a_person_wrote_stays_and_is_left_to_a_person(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:2])
    written, prepared = by_hand(incident, desk, "Hallo Ada, bei dir liegt es am Konto.").deliveries
    assert (written.as_prepared, prepared.as_prepared) == (False, True)
    incidents.change(incident, desk.clara, wanted(text=NEW))
    assert incident_renewal.renew(incident, desk.anna).count == 1
    assert incident_renewal.renew(incident, desk.anna, written).count == 0
    assert Delivery.objects.get(pk=written.pk).text == "Hallo Ada, bei dir liegt es am Konto. ^an"
    assert "es ist der Strom" in Delivery.objects.get(pk=prepared.pk).text
    assert list(incident_renewal.outdated(incident, desk.ben)) == [written]


def test_a_reply_of_ones_own_with_the_text_put_in_stays(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    own = care.reply(talks[0], desk.anna, care.Reply(text="Moment, Ada, wir prüfen.", incident=incident))
    incidents.change(incident, desk.clara, wanted(text=NEW))
    assert incident_renewal.renew(incident, desk.anna).count == 0
    assert Delivery.objects.get(pk=own.pk).text == "Moment, Ada, wir prüfen. ^an"


def test_the_new_text_passes_the_guards_and_one_refusal_stops_no_other(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks)
    confirm(incident, desk.anna, "answer")
    talks[0].customer.form = "du"
    talks[0].customer.save()
    words = "schreiben Sie uns Ihre Nummer, wenn es bis {due} nicht geht."
    incidents.change(
        incident,
        desk.clara,
        wanted(text=f"{{Guten Tag|Hallo|Moin|Servus}} {{name}}, {words}"),
    )
    done = incident_renewal.renew(incident, desk.ben)
    first = Delivery.objects.get(conversation=talks[0])
    assert (done.count, list(done.refused)) == (3, [first.pk])
    refused = done.refused[first.pk]
    assert isinstance(refused, Stopped)
    assert [stop.rule for stop in refused.stops] == ["address_form"]
    assert "schreiben Sie" not in first.text
    told = Event.objects.filter(kind="incident_changed", delivery__isnull=False)
    assert set(told.values_list("actor", flat=True)) == {desk.ben.pk}


def test_texts_that_are_nearly_the_same_wait_for_a_second_press(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks)
    confirm(incident, desk.anna, "answer")
    long = "wir arbeiten mit dem Betreiber der Leitung daran und melden uns hier wieder mit allem Neuen"
    incidents.change(incident, desk.clara, wanted(text=f"Hallo {{name}}, {long}, spätestens bis {{due}}."))
    done = incident_renewal.renew(incident, desk.anna)
    assert (done.count, {error.code for error in done.refused.values()}) == (1, {"too_alike"})
    assert incident_renewal.renew(incident, desk.anna, despite=["too_alike"]).count == 3


def test_a_time_that_is_over_is_not_put_in(desk: Desk, network: World, talks: list[Conversation]) -> None:
    incident = opened(desk, talks[:1])
    confirm(incident, desk.anna, "answer")
    incidents.change(incident, desk.clara, wanted(text=NEW))
    Incident.objects.update(next_update_at=timezone.now())
    (error,) = incident_renewal.renew(incident, desk.anna).refused.values()
    assert error.code == "time_over"


def test_without_a_text_nothing_is_put_in(desk: Desk, network: World, talks: list[Conversation]) -> None:
    incident = opened(desk, talks[:1])
    Incident.objects.update(text="", text_en="")
    with pytest.raises(care.CareError, match="text_missing"):
        incident_renewal.renew(incident, desk.anna)
    Incident.objects.update(solved_at=timezone.now())
    with pytest.raises(care.CareError, match="solved_text_missing"):
        incident_renewal.renew(incident, desk.anna)


def test_a_trainees_words_that_a_colleague_mended_are_no_prepared_text(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    text = incident_answers.Writer(incident, desk.tom, "answer").text(talks[0], "de")
    held = care.reply(
        talks[0], desk.tom, care.Reply(text=text, incident=incident, as_prepared=True, with_files=False)
    )
    assert held.as_prepared
    releasing.release_edited(held, desk.anna, "Hallo Ada, wir sind dran. ^to")
    held.refresh_from_db()
    assert (held.as_prepared, held.state) == (False, Outcome.PLANNED)
    incidents.change(incident, desk.clara, wanted(text=NEW))
    assert incident_renewal.renew(incident, desk.anna).count == 0


def test_a_held_reply_with_an_older_text_is_read_before_its_release(
    desk: Desk, network: World, talks: list[Conversation]
) -> None:
    incident = opened(desk, talks[:1])
    text = incident_answers.Writer(incident, desk.tom, "answer").text(talks[0], "de")
    held = care.reply(talks[0], desk.tom, care.Reply(text=text, incident=incident, as_prepared=True))
    incidents.change(incident, desk.clara, wanted(text=NEW))
    with pytest.raises(Stopped, match="incident_changed"):
        releasing.release_edited(held, desk.anna, held.text, version=1)
    assert incident_renewal.renew(incident, desk.anna).count == 1
    with pytest.raises(Stopped, match="incident_changed") as raised:  # a page that was drawn before
        releasing.release_edited(held, desk.anna, held.text, version=1)
    despite = [stop.despite for stop in raised.value.stops]
    held.refresh_from_db()
    releasing.release_edited(held, desk.anna, held.text, version=2)
    assert (Delivery.objects.get().needs_release, len(despite)) == (False, 1)
