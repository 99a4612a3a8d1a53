"""Trainees' replies wait for release: mended, given back, withdrawn, trusted."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from resonanz.desk import care, reading
from resonanz.desk.care import shifts
from resonanz.desk.models import Agent, Conversation, Delivery, Note, Notice, NoticeKind, Outcome
from tests.cast import Desk, hear, said
from tests.desk.web.client import HTMX, heard, signed_in, text, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_unexplained")]


def held(ours: Desk) -> tuple[Conversation, Delivery]:
    talk = heard(ours, "1")
    care.reply(talk, ours.tom, care.Reply(text="Guten Tag, das Paket kommt morgen."))
    return talk, Delivery.objects.get()


def test_a_trainees_reply_waits_for_release_and_rings(ours: Desk) -> None:
    shifts.seen(ours.anna)
    talk, delivery = held(ours)
    assert delivery.due_at is None
    assert [n.agent for n in Notice.objects.filter(kind=NoticeKind.TO_RELEASE)] == [ours.anna]
    client = signed_in(ours.anna)
    page = text(client.get(f"/c/{talk.pk}/"))
    assert "waits for release" in page
    answer = client.post(
        f"/c/{talk.pk}/release", {"delivery": delivery.pk, "text": delivery.text}, headers=HTMX
    )
    assert told(answer)["say"] == "Released; it is on its way"
    delivery.refresh_from_db()
    assert (delivery.needs_release, delivery.released_by, delivery.due_at is None) == (
        False,
        ours.anna,
        False,
    )
    again = client.post(f"/c/{talk.pk}/release", {"delivery": delivery.pk}, headers=HTMX)
    assert (again.status_code, "Too late" in text(again)) == (422, True)
    assert client.post(f"/c/{talk.pk}/release", {"delivery": "0"}, headers=HTMX).status_code == 422


def test_without_anybody_here_the_leads_hear_of_it(ours: Desk) -> None:
    held(ours)
    rung = Notice.objects.filter(kind=NoticeKind.TO_RELEASE).order_by("agent__username")
    assert [notice.agent for notice in rung] == [ours.clara, ours.olga]


def test_a_reply_is_mended_before_it_goes_out(ours: Desk) -> None:
    talk, delivery = held(ours)
    client = signed_in(ours.anna)
    path = f"/c/{talk.pk}/release"
    assert client.post(path, {"delivery": delivery.pk, "text": " "}, headers=HTMX).status_code == 422
    assert "Too long" in text(client.post(path, {"delivery": delivery.pk, "text": "x" * 900}, headers=HTMX))
    secret = "Ihre IBAN DE89 3704 0044 0532 0130 00 ist notiert."
    stopped = client.post(path, {"delivery": delivery.pk, "text": secret}, headers=HTMX)
    assert stopped.status_code == 422
    mended = "Guten Tag, das Paket kommt heute. ^to"
    assert client.post(path, {"delivery": delivery.pk, "text": mended}, headers=HTMX).status_code == 204
    delivery.refresh_from_db()
    assert (delivery.text, delivery.agent, delivery.state) == (mended, ours.tom, Outcome.PLANNED)


def test_a_reply_goes_back_with_a_sentence(ours: Desk) -> None:
    talk, delivery = held(ours)
    client = signed_in(ours.anna)
    path = f"/c/{talk.pk}/give_back"
    assert client.post(path, {"delivery": delivery.pk, "sentence": ""}, headers=HTMX).status_code == 422
    client.post(path, {"delivery": delivery.pk, "sentence": "Bitte Sie sagen."}, headers=HTMX)
    delivery.refresh_from_db()
    assert (delivery.state, Note.objects.get().text) == (Outcome.CANCELLED, "@tom Bitte Sie sagen.")
    assert reading.box(talk, ours.tom).text.startswith("Guten Tag")
    kinds = set(Notice.objects.filter(agent=ours.tom).values_list("kind", flat=True))
    assert kinds == {NoticeKind.SENT_BACK, NoticeKind.MENTIONED}
    assert '<span class="called">@tom</span>' in client.get(f"/c/{talk.pk}/").content.decode()


def test_trainees_withdraw_their_own_and_release_none(ours: Desk) -> None:
    talk, delivery = held(ours)
    tom = signed_in(ours.tom)
    assert tom.post(f"/c/{talk.pk}/release", {"delivery": delivery.pk}, headers=HTMX).status_code == 422
    page = tom.get(f"/c/{talk.pk}/").content.decode()
    assert ("/withdraw" in page, "/release" in page) == (True, False)
    assert told(tom.post(f"/c/{talk.pk}/withdraw", {"delivery": delivery.pk}, headers=HTMX))["back"]
    delivery.refresh_from_db()
    assert delivery.state == Outcome.CANCELLED
    assert (
        signed_in(ours.anna)
        .post(f"/c/{talk.pk}/withdraw", {"delivery": delivery.pk}, headers=HTMX)
        .status_code
        == 422
    )


def test_a_trusted_trainee_takes_back_their_own_and_nobody_elses(ours: Desk) -> None:
    talk = heard(ours, "1")
    Agent.objects.filter(pk=ours.tom.pk).update(trusted=True)
    tom = signed_in(ours.tom)
    tom.post(f"/c/{talk.pk}/reply", {"text": "Guten Tag, das Paket kommt morgen."}, headers=HTMX)
    own = Delivery.objects.get()
    assert (own.needs_release, own.due_at is None) == (False, False)
    assert signed_in(ours.tom).post(f"/d/{own.pk}/repeat", headers=HTMX).status_code == 422
    assert told(tom.post(f"/d/{own.pk}/cancel", headers=HTMX))["back"] == f"/c/{talk.pk}/"
    own.refresh_from_db()
    assert own.state == Outcome.CANCELLED
    assert reading.box(talk, ours.tom).text.startswith("Guten Tag")
    other = care.reply(talk, ours.anna, care.Reply(text="Kommt morgen."))
    assert tom.post(f"/d/{other.pk}/cancel", headers=HTMX).status_code == 422


def test_what_a_release_is_stopped_for_is_sent_with_the_same_key(ours: Desk) -> None:
    talk, delivery = held(ours)
    new = said("2", "Hat sich erledigt!", to=said("1", ""), at=timezone.now())
    hear(ours.channel, new, at=timezone.now())
    client, path = signed_in(ours.anna), f"/c/{talk.pk}/release"
    typed = {"delivery": delivery.pk, "text": delivery.text}
    refused = client.post(path, typed, headers=HTMX)
    (despite,) = re.findall(r'name="despite" value="([^"]+)"', refused.content.decode())
    assert (refused.status_code, despite.partition(":")[0]) == (422, "changed_thread")
    assert client.post(path, typed | {"despite": despite}, headers=HTMX).status_code == 204
