"""The automatic answer: honest, once, in private, never to machines; two desks that meet fall silent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from resonanz.case import ReplyKind, Urgency
from resonanz.desk import care, outbox, projection
from resonanz.desk.care import automatic as machine
from resonanz.desk.care.automatic import FRESH, QUIET, automatic_next
from resonanz.desk.intake import Arrival
from resonanz.desk.models import (
    Author,
    Brand,
    Channel,
    Contact,
    Conversation,
    Delivery,
    Mention,
    Outcome,
    SlaPolicy,
    Voice,
)
from resonanz.post import Audience, Sighting
from tests.cast import ADA, MIA, OTTO, US, Desk, conversation_of, hear, said
from tests.desk.running import RunningDesk
from tests.fake import CAPABILITIES, World
from tests.simulator.running import running_simulator

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def never_now() -> dict[str, list[list[int]]]:
    """Hours of one minute a week, three days from now."""
    return {str((timezone.localtime().weekday() + 3) % 7): [[480, 481]]}


@pytest.fixture
def night(desk: Desk, fake: World) -> Desk:
    """Nobody is there, and the automatic answer is on."""
    Voice.objects.create(brand=desk.brand, automatic=True)
    SlaPolicy.objects.update(periods=never_now())
    Channel.objects.update(connected_at=timezone.now() - timedelta(days=30))
    automatic_next()
    return desk


def comes(
    night: Desk, fake: World, name: str = "1", text: str = "Wo bleibt mein Paket?", **how: object
) -> Sighting:
    """A customer writes, and the desk's units have done their work."""
    moment = how.pop("at", timezone.now() - MINUTE)
    sighting = said(name, text, how.pop("author", ADA), at=moment, **how)  # type: ignore[arg-type]
    fake.posts[name] = sighting
    hear(night.channel, sighting, at=timezone.now())
    settle()
    return sighting


def settle() -> None:
    while automatic_next():
        pass
    while outbox.deliver_next():
        pass


def automatic() -> int:
    return Delivery.objects.filter(kind=int(ReplyKind.AUTOMATIC)).count()


def test_it_says_that_it_is_automatic_and_when_we_are_back_only_to_the_customer(
    night: Desk, fake: World
) -> None:
    question = comes(night, fake)
    (sent,) = fake.received
    opens = (timezone.localtime() + timedelta(days=3)).replace(hour=8, minute=0)
    assert sent.draft.text.startswith("Automatische Antwort: ")
    assert "08:00 Uhr" in sent.draft.text
    assert str(opens.day) in sent.draft.text
    assert (sent.draft.audience, sent.answers, sent.named) == (Audience.DIRECT, "1", (ADA.handle,))
    case = conversation_of(question)
    assert (case.answered_at, case.awaits) == (None, Mention.objects.get(uri=question.post.uri).pk)
    own = Mention.objects.get(incoming=False)
    assert (own.kind, own.conversation) == (ReplyKind.AUTOMATIC, case)
    delivery = Delivery.objects.get()
    assert (delivery.agent, delivery.state) == (None, Outcome.SENT)
    assert projection.differences() == []


def test_no_machine_begins_a_private_talk_where_that_is_a_message(
    night: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fake.CAPABILITIES", replace(CAPABILITIES, invitation="message"))
    comes(night, fake)
    assert [sent.draft.audience for sent in fake.received] == [Audience.PUBLIC]


def test_a_post_that_no_program_may_answer_gets_none(
    night: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = "https://x.example/{native_id}"
    monkeypatch.setattr("tests.fake.CAPABILITIES", replace(CAPABILITIES, answer_link=there))
    shut = replace(said("1", "Hallo?", at=timezone.now() - MINUTE), gate="not_summoned")
    hear(night.channel, shut, at=timezone.now())
    settle()
    assert automatic() == 0


def test_once_a_case_and_once_a_person_in_half_a_day(night: Desk, fake: World) -> None:
    first = comes(night, fake)
    comes(night, fake, "2", "Hallo?", to=first)
    comes(night, fake, "3", "Und ein ganz anderes Thema")
    assert (automatic(), Conversation.objects.count()) == (1, 2)
    comes(night, fake, "4", "Ich warte auch", author=OTTO)
    assert automatic() == 2
    Delivery.objects.update(planned_at=timezone.now() - QUIET - MINUTE)
    comes(night, fake, "5", "Immer noch nichts", to=first)
    assert automatic() == 2
    comes(night, fake, "6", "Eine neue Frage")
    assert automatic() == 3


def test_two_posts_of_one_person_that_are_read_together_get_one_answer(night: Desk, fake: World) -> None:
    for name in ("1", "2"):
        sighting = said(name, f"Frage {name}", at=timezone.now() - MINUTE)
        fake.posts[name] = sighting
        hear(night.channel, sighting, at=timezone.now())
    settle()
    assert (automatic(), Conversation.objects.count()) == (1, 2)


def test_settled_or_answered_while_it_was_looked_at_it_gets_none(night: Desk, fake: World) -> None:
    talks = []
    for name, author in (("1", ADA), ("2", OTTO)):
        hear(night.channel, said(name, "Hallo", author, at=timezone.now() - MINUTE), at=timezone.now())
        talks.append(Conversation.objects.get(mentions__uri__endswith=f"/{name}"))
    orders = list(Mention.objects.values_list("pk", flat=True))
    found = machine._considered(orders, timezone.now())
    assert len(found) == 2
    care.resolve(talks[0], night.anna, care.Dismissal.SPAM)
    care.reply(talks[1], night.anna, care.Reply(text="Kommt morgen!"))
    for heard, text in found:
        with transaction.atomic():
            machine._plan(heard, text)
    assert automatic() == 0


def test_a_post_that_cannot_be_looked_at_does_not_stop_those_behind_it(
    night: Desk, fake: World, caplog: pytest.LogCaptureFixture
) -> None:
    other = Brand.objects.create(name="Fjord")
    fjord = Channel.objects.create(
        network="mastodon", brand=other, uid="f", handle="fjord", connected_at=night.channel.connected_at
    )
    hear(fjord, said("1", "Hallo", OTTO, at=timezone.now() - MINUTE), at=timezone.now())
    SlaPolicy.objects.create(brand=other, zone="Nowhere/Atall", periods=never_now())
    comes(night, fake, "2")
    assert automatic() == 1
    assert "for an automatic answer failed and is passed over" in caplog.text
    settle()
    assert automatic_next() is False


def test_one_person_with_two_accounts_is_one_person(night: Desk, fake: World) -> None:
    comes(night, fake)
    both = Contact.objects.create(created_at=timezone.now())
    hear(night.channel, said("0", "Moin", OTTO, at=timezone.now() - timedelta(days=2)), at=timezone.now())
    Author.objects.update(contact=both)
    comes(night, fake, "2", "Ich bin's nochmal", author=OTTO)
    assert automatic() == 1


def test_in_public_where_the_network_has_no_private_answers(
    night: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fake.CAPABILITIES", replace(CAPABILITIES, private_replies=False))
    comes(night, fake)
    assert fake.received[0].draft.audience == Audience.PUBLIC


def test_who_is_in_danger_reads_where_help_is(night: Desk, fake: World) -> None:
    comes(night, fake, text="Hilfe, in eurem Aufzug ist mein Kind eingeschlossen und bekommt keine Luft!")
    assert "112" in fake.received[0].draft.text
    comes(night, fake, "2", "Hallo?", author=OTTO)
    assert "112" not in fake.received[1].draft.text


def test_danger_that_an_agent_has_marked_counts_too(night: Desk, fake: World) -> None:
    sighting = said("1", "Bitte melden", at=timezone.now() - MINUTE)
    fake.posts["1"] = sighting
    hear(night.channel, sighting, at=timezone.now())
    Conversation.objects.update(urgency=int(Urgency.SAFETY))
    settle()
    assert "112" in fake.received[0].draft.text


def test_in_english_to_who_writes_english(night: Desk, fake: World) -> None:
    sighting = said("1", "Where is my parcel?", at=timezone.now() - MINUTE)
    sighting = replace(sighting, post=replace(sighting.post, language="en"))
    fake.posts["1"] = sighting
    hear(night.channel, sighting, at=timezone.now())
    settle()
    assert fake.received[0].draft.text.startswith("Automatic answer: ")


Change = Callable[[Desk], object]
SILENT: dict[str, Change] = {
    "switched off": lambda _desk: Voice.objects.update(automatic=False),
    "in hours": lambda _desk: SlaPolicy.objects.update(
        periods={str(day): [[0, 1440]] for day in range(7)}, country=""
    ),
    "channel paused": lambda _desk: Channel.objects.update(state="paused"),
    "channel connected just now": lambda _desk: Channel.objects.update(connected_at=timezone.now()),
    "no voice at all": lambda _desk: Voice.objects.all().delete(),
    "a text that is broken": lambda _desk: Voice.objects.update(texts={"automatic": {"de": "Automat {x}"}}),
    "a text that is too long": lambda _desk: Voice.objects.update(
        texts={"automatic": {"de": "Automatisch " * 60}}
    ),
}


@pytest.mark.parametrize("why", SILENT)
def test_silent(night: Desk, fake: World, why: str) -> None:
    SILENT[why](night)
    comes(night, fake)
    assert (automatic(), fake.received) == (0, [])


@pytest.mark.parametrize(
    "how",
    [
        {"author": replace(ADA, is_bot=True)},
        {"addressed": False},
        {"at": timezone.now() - FRESH - MINUTE},
        {"text": "Automatische Antwort: Wir sind ab Montag wieder da."},
        {"text": "@nordlicht Thank you! This is an automated message."},
    ],
)
def test_silent_towards(night: Desk, fake: World, how: dict[str, object]) -> None:
    how = dict(how)
    comes(night, fake, text=str(how.pop("text", "Hallo")), **how)  # type: ignore[arg-type]
    assert automatic() == 0


def test_silent_towards_our_own_other_account(night: Desk, fake: World) -> None:
    other = Brand.objects.create(name="Fjord")
    Channel.objects.create(
        network="mastodon", brand=other, uid=MIA.uid, handle=MIA.handle, connected_at=timezone.now()
    )
    hear(
        night.channel,
        replace(said("1", "Hallo Kollegen", MIA, at=timezone.now() - MINUTE)),
        at=timezone.now(),
    )
    settle()
    assert automatic() == 0


def test_silent_where_a_colleague_answers_late(night: Desk, fake: World) -> None:
    question = said("1", "Wo bleibt mein Paket?", at=timezone.now() - MINUTE)
    fake.posts["1"] = question
    hear(night.channel, question, at=timezone.now())
    care.reply(conversation_of(question), night.anna, care.Reply(text="Kommt morgen!"))
    settle()
    comes(night, fake, "2", "Und wann?", to=question, at=timezone.now() - timedelta(minutes=2))
    assert (automatic(), len(fake.received)) == (0, 1)


def test_silent_where_the_matter_was_settled_or_the_post_went_meanwhile(night: Desk, fake: World) -> None:
    for name, author in (("1", ADA), ("2", OTTO)):
        hear(night.channel, said(name, "Hallo", author, at=timezone.now() - MINUTE), at=timezone.now())
    settled, gone = Conversation.objects.order_by("pk")
    care.resolve(settled, night.anna, care.Dismissal.SPAM)
    Mention.objects.filter(conversation=gone).update(deleted_at=timezone.now())
    settle()
    assert automatic() == 0


def test_silent_about_what_was_there_before_the_channel(night: Desk, fake: World) -> None:
    from resonanz.desk.intake import store  # noqa: PLC0415

    Channel.objects.update(connected_at=timezone.now())
    channel = Channel.objects.get()
    arrival = Arrival(heard_at=timezone.now(), backfill=True)
    with transaction.atomic():
        store(channel, [said("1", "Moin", at=timezone.now() - MINUTE)], arrival)
    settle()
    assert automatic() == 0


def test_another_machine_that_hides_gets_one_and_no_more(night: Desk, fake: World) -> None:
    """The other side answers everything at once and never says what it is."""
    last = comes(night, fake, "0", "Danke, wir kümmern uns!")
    for number in range(1, 6):
        last = comes(night, fake, str(number), "Danke, wir kümmern uns!", to=last, audience=Audience.DIRECT)
    comes(night, fake, "new", "Danke, wir kümmern uns!")
    assert (automatic(), len(fake.received)) == (1, 1)


def test_a_machine_that_says_what_we_say_gets_none(night: Desk, fake: World) -> None:
    Voice.objects.update(texts={"automatic": {"de": "Automatenhinweis von uns: ab {opens} ist jemand da."}})
    comes(night, fake)
    echo = fake.received[0].draft.text
    comes(night, fake, "2", f"@{US.handle} {echo}", author=OTTO)
    assert automatic() == 1


def test_nothing_is_answered_twice_when_the_unit_starts_again(night: Desk, fake: World) -> None:
    comes(night, fake)
    Delivery.objects.update(state=Outcome.REFUSED)
    settle()
    assert (automatic(), automatic_next()) == (1, False)


@pytest.mark.kill
@pytest.mark.servers
def test_two_desks_that_face_each_other_send_one_each(tmp_path: Path) -> None:
    """Two desks in processes of their own, each heard by the other, both at night."""
    with running_simulator() as network:
        network.say("fjord_hilft", "Moin, wir sind neu hier.")
        tokens = network.state()["tokens"]
        desks = []
        try:
            for handle in ("nordlicht_hilft", "fjord_hilft"):
                desk = RunningDesk(tmp_path / handle)
                desk.hand("people")
                desk.hand("connect", network.base_url, tokens[handle])
                desk.hand("off_duty")
                desk.start()
                desks.append(desk)
            time.sleep(3)
            network.say("nordlicht_hilft", "@fjord_hilft Moin, habt ihr unser Paket gesehen?")
            network.say("fjord_hilft", "@nordlicht_hilft Moin, habt ihr unsere Rechnung?")
            said_there = _settled(network.state)
        finally:
            for desk in desks:
                desk.stop()
    by = [status["acct"] for status in said_there if "utomatische Antwort" in status["text"]]
    assert sorted(by) == ["fjord_hilft", "nordlicht_hilft"]
    assert {s["visibility"] for s in said_there if "utomatische Antwort" in s["text"]} == {"direct"}


def _settled(state: Callable[[], dict[str, list[dict[str, str]]]]) -> list[dict[str, str]]:
    """Everything said there once nothing new has come for eight seconds."""
    count, since, end = 0, time.monotonic(), time.monotonic() + 60
    while time.monotonic() < end:
        statuses = state()["statuses"]
        if len(statuses) != count:
            count, since = len(statuses), time.monotonic()
        if count > 2 and time.monotonic() - since > 8:
            break
        time.sleep(0.5)
    return statuses
