"""A Bluesky account at the desk: connected, heard, answered, in public and in private, exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resonanz.desk import care, channels, listen, outbox
from resonanz.desk.models import Channel, Conversation, Delivery, Mention, Notice, Outcome
from resonanz.networks.bluesky import sign_in
from resonanz.post import Audience
from tests.simulator.bluesky.running import Fault, RunningBluesky, running_bluesky

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]
PUT = "com.atproto.repo.putRecord"


@pytest.fixture
def bluesky(desk: Desk) -> Iterator[RunningBluesky]:
    with running_bluesky() as running:
        yield running


@pytest.fixture
def channel(bluesky: RunningBluesky, desk: Desk) -> Channel:
    """The brand's account, connected as a person would connect it, and read once."""
    account = bluesky.account("nordlicht_hilft")
    signed = sign_in(bluesky.base_url, account.handle, account.app_password, simulated=True)
    application = channels.Application(network="bluesky", brand=desk.brand, credentials=signed)
    connected = channels.connect(application)
    assert (connected.handle, connected.filtered) == ("nordlicht-hilft.himmel.test", ["not_following"])
    channels.accept_everybody(connected, desk.clara)
    read(connected)
    return connected


def read(channel: Channel) -> None:
    while listen.read_now(Channel.objects.get(pk=channel.pk)):
        pass


def answer(desk: Desk, case: Conversation, text: str) -> Delivery:
    delivery = care.reply(case, desk.anna, care.Reply(text=text))
    assert outbox.deliver_next()
    delivery.refresh_from_db()
    return delivery


def test_a_public_question_is_answered_where_it_was_asked(
    bluesky: RunningBluesky, channel: Channel, desk: Desk
) -> None:
    asked = bluesky.say("frauke_m", "@nordlicht_hilft, meine Waschmaschine läuft aus 🚰")
    read(channel)
    case = Conversation.objects.get()
    sent = answer(desk, case, "Bitte drehen Sie das Wasser ab.")
    assert sent.state == Outcome.SENT
    [_, said] = bluesky.part.posts()
    assert (said["in_reply_to"], said["text"]) == (asked["id"], "Bitte drehen Sie das Wasser ab. ^an")
    read(channel)
    assert Mention.objects.filter(conversation=case).count() == 2
    bluesky.part.delete(asked)
    Conversation.objects.update(recheck_at=timezone.now())
    listen.recheck_next()
    assert list(Mention.objects.exclude(deleted_at=None).values_list("uri", flat=True)) == [asked["id"]]


def test_a_lost_answer_is_found_and_stands_there_once(
    bluesky: RunningBluesky, channel: Channel, desk: Desk
) -> None:
    bluesky.say("frauke_m", "@nordlicht_hilft hallo?")
    read(channel)
    bluesky.breaks(PUT, Fault(lost=True))
    sent = answer(desk, Conversation.objects.get(), "Moin!")
    assert sent.state == Outcome.UNKNOWN
    Delivery.objects.update(due_at=timezone.now())
    assert outbox.look_next()
    sent.refresh_from_db()
    assert sent.state == Outcome.SENT
    assert [one["text"] for one in bluesky.part.posts()][1:] == ["Moin! ^an"]


def look_until_settled() -> None:
    for _ in outbox.LOOK_AFTER_S:
        Delivery.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        assert outbox.look_next()


def test_what_is_not_found_goes_out_again_by_itself_under_its_key(
    bluesky: RunningBluesky, channel: Channel, desk: Desk
) -> None:
    bluesky.say("frauke_m", "@nordlicht_hilft hallo?")
    read(channel)
    bluesky.breaks(PUT, Fault("InternalServerError", status=500))
    sent = answer(desk, Conversation.objects.get(), "Moin!")
    assert sent.state == Outcome.UNKNOWN
    key = sent.send_key
    look_until_settled()
    sent.refresh_from_db()
    assert (sent.state, sent.send_key, Notice.objects.count()) == (Outcome.PLANNED, key, 0)
    assert outbox.deliver_next()
    sent.refresh_from_db()
    assert sent.state == Outcome.SENT
    assert [one["text"] for one in bluesky.part.posts()][1:] == ["Moin! ^an"]


def test_a_person_decides_about_what_fails_again_and_again_and_about_private_messages(
    bluesky: RunningBluesky, channel: Channel, desk: Desk
) -> None:
    bluesky.say("frauke_m", "@nordlicht_hilft hallo?")
    bluesky.say("gregor_p", "Unter uns", private=True)
    read(channel)
    asked, private = Conversation.objects.order_by("mentions__audience")[::-1]
    bluesky.breaks(PUT, *[Fault("InternalServerError", status=500)] * 4)
    sent = answer(desk, asked, "Moin!")
    for _ in range(3):
        look_until_settled()
        assert outbox.deliver_next()
    look_until_settled()
    sent.refresh_from_db()
    assert (sent.state, sent.due_at, sent.error_code) == (Outcome.UNKNOWN, None, "not_found_there")
    bluesky.breaks("chat.bsky.convo.sendMessage", Fault("InternalServerError", status=500))
    said = answer(desk, private, "Gern.")
    look_until_settled()
    said.refresh_from_db()
    assert (said.state, said.due_at, Notice.objects.count()) == (Outcome.UNKNOWN, None, 2)


def test_a_private_message_stays_private(bluesky: RunningBluesky, channel: Channel, desk: Desk) -> None:
    bluesky.say("gregor_p", "Meine Kundennummer ist 4711", private=True)
    read(channel)
    case = Conversation.objects.get()
    assert Mention.objects.get().audience == Audience.DIRECT
    sent = answer(desk, case, "Danke, wir sehen nach.")
    assert (sent.state, sent.audience) == (Outcome.SENT, Audience.DIRECT)
    assert [(one["private"], one["text"]) for one in bluesky.part.posts()] == [
        (True, "Meine Kundennummer ist 4711"),
        (True, "Danke, wir sehen nach. ^an"),
    ]
    read(channel)
    bluesky.say("gregor_p", "Alles klar", private=True)
    read(channel)
    assert list(Mention.objects.order_by("order").values_list("conversation", flat=True)) == [case.pk] * 3
