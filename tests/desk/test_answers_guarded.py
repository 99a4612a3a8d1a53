"""What stops a reply, what only hints, and that each is answered with the same key and counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resonanz.desk import care, events, outbox, projection, queue, reading
from resonanz.desk.care import guards, releasing, saved
from resonanz.desk.care.answers import displaced, in_parts, version_of
from resonanz.desk.care.room import room_for
from resonanz.desk.models import Channel, Delivery, Event, Outcome, Unsent, Voice
from resonanz.networks import Refused
from resonanz.post import Audience
from tests.cast import ADA, OTTO, US, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.desk.models import Agent, Conversation
    from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "0171 2345678"


def stopped(case: Conversation, agent: Agent, wanted: care.Reply) -> Sequence[str]:
    with pytest.raises(care.Stopped) as raised:
        care.reply(case, agent, wanted)
    return [stop.despite for stop in raised.value.stops]


def tally(rule: str) -> tuple[int, int]:
    found = {one.rule: one for one in guards.tallies(timezone.now() - timedelta(days=1))}[rule]
    return found.shown, found.overridden


def test_private_data_in_public_stops_once_and_again_for_other_data(case: Conversation, desk: Desk) -> None:
    text = f"Wir rufen Sie unter {NUMBER} an."
    (despite,) = stopped(case, desk.anna, care.Reply(text=text))
    assert despite.startswith("private_data:")
    other = stopped(case, desk.anna, care.Reply(text=f"{text} Oder 0151 7654321?", despite=[despite]))
    assert other != [despite]
    assert Delivery.objects.count() == 0
    care.reply(case, desk.anna, care.Reply(text=text, despite=[despite]))
    assert Delivery.objects.get().text == f"{text} ^an"
    assert tally("private_data") == (2, 1)


def test_private_data_in_private_is_nobodys_business(desk: Desk, fake: World) -> None:
    asked = said("1", "Meine Nummer?", audience=Audience.DIRECT)
    hear(desk.channel, asked)
    text = f"Wir rufen Sie unter {NUMBER} an."
    assert care.reply(conversation_of(asked), desk.anna, care.Reply(text=text)).audience == Audience.DIRECT


def test_all_reasons_come_at_once_and_one_more_press_sends(case: Conversation, desk: Desk) -> None:
    first = care.reply(case, desk.ben, care.Reply(text="Ich schaue nach."))
    seen = events.newest()
    hear(desk.channel, said("2", "Hallo??", to=said("1", ""), at=timezone.now()))
    change = Event.objects.get(kind="heard", mention=case.mentions.order_by("-order").first().pk).pk  # type: ignore[union-attr]
    wanted = care.Reply(text="Kommt morgen!!!", seen=seen, answers=first.answers_id)
    despite = stopped(case, desk.anna, wanted)
    assert [one.split(":")[0] for one in despite] == [
        "changed_thread",
        "answered_already",
        "repeated_punctuation",
    ]
    assert despite[:2] == [f"changed_thread:{change}", f"answered_already:{first.pk}"]
    care.reply(
        case,
        desk.anna,
        care.Reply(text="Kommt morgen!!!", seen=seen, answers=first.answers_id, despite=despite),
    )
    assert [tally(one.split(":")[0]) for one in despite] == [(1, 1), (1, 1), (1, 1)]


def test_what_bystanders_write_is_counted_quietly(case: Conversation, desk: Desk) -> None:
    seen = events.newest()
    for number in range(2):
        hear(desk.channel, said(f"b{number}", "Bei mir auch", OTTO, to=said("1", ""), addressed=False))
    Event.objects.filter(pk=seen).update(at=timezone.now() - timedelta(days=9000))
    assert guards.bystanders(case, seen) == 2
    assert care.reply(case, desk.anna, care.Reply(text="Kommt morgen!", seen=seen)).state == Outcome.PLANNED
    assert guards.bystanders(case, 10**9) == 0


def test_an_edit_and_a_deletion_stop(case: Conversation, desk: Desk, fake: World) -> None:
    seen = events.newest()
    edited = said("1", "Wo bleibt mein Brief?", edited_at=timezone.now())
    hear(desk.channel, edited, at=timezone.now())
    (despite,) = stopped(case, desk.anna, care.Reply(text="Kommt morgen!", seen=seen))
    assert despite.startswith("changed_thread:")
    assert care.reply(case, desk.anna, care.Reply(text="Kommt morgen!", seen=events.newest())).pk


def test_ones_own_answer_in_another_tab_stops_a_second_one(case: Conversation, desk: Desk) -> None:
    seen = events.newest()
    care.reply(case, desk.anna, care.Reply(text="Kommt morgen!", seen=seen))
    with pytest.raises(care.Stopped, match="answered_yourself"):
        care.reply(case, desk.anna, care.Reply(text="Kommt morgen, wirklich.", seen=seen))
    later = care.Reply(text="Und zwar bis 18 Uhr.", seen=events.newest())
    assert care.reply(case, desk.anna, later).state == Outcome.PLANNED


def test_du_and_sie_as_the_brand_and_the_customer_say(case: Conversation, desk: Desk) -> None:
    du, sie = care.Reply(text="Schick uns bitte deine Nummer."), care.Reply(text="Nennen Sie uns Ihren Ort?")
    assert guards.problems(case, du.text, answers=case.mentions.get(), audience=Audience.PUBLIC) == ()
    assert guards.problems(case, sie.text, answers=case.mentions.get(), audience=Audience.PUBLIC) == ()
    ada = case.customer
    ada.form = "du"
    ada.save()
    case.refresh_from_db()
    assert stopped(case, desk.anna, sie)[0].startswith("address_form:")
    chosen = care.Reply(text=sie.text, form="sie")
    assert care.reply(case, desk.anna, chosen).state == Outcome.PLANNED
    Voice.objects.create(brand=desk.brand, form="sie")
    case.brand.refresh_from_db()
    assert guards.problems(case, du.text, answers=case.mentions.get(), audience=Audience.PUBLIC) != ()


def test_a_lead_switches_a_hint_off_but_no_stop(case: Conversation, desk: Desk) -> None:
    loud = care.Reply(text="Kommt morgen!!!")
    stopped(case, desk.anna, loud)
    with pytest.raises(care.CareError, match="lead_needed"):
        guards.switch("repeated_punctuation", desk.anna, on=False)
    guards.switch("repeated_punctuation", desk.clara, on=False)
    assert care.reply(case, desk.anna, loud).state == Outcome.PLANNED
    guards.switch("repeated_punctuation", desk.clara, on=True)
    assert guards.switched_off() == frozenset()
    with pytest.raises(care.CareError, match="not_known"):
        guards.switch("private_data", desk.clara, on=False)


def test_a_stopped_reply_leaves_nothing_but_the_count(case: Conversation, desk: Desk) -> None:
    before = Event.objects.count()
    stopped(case, desk.anna, care.Reply(text=f"Unter {NUMBER} erreichen wir Sie."))
    assert [e.kind for e in Event.objects.order_by("id")][before:] == ["stopped"]
    assert projection.differences() == []


# Long answers, and words that are kept -------------------------------------------------------------


def test_a_long_answer_goes_out_in_parts_each_after_the_one_before(
    case: Conversation, desk: Desk, fake: World
) -> None:
    text = " ".join(f"Das ist der Satz mit der Nummer {n} von vielen." for n in range(1, 25))
    asked = care.answerable(case)
    assert asked is not None
    parts = in_parts(desk.anna, text, room_for(case.channel, asked, Audience.PUBLIC))
    first = care.reply(case, desk.anna, care.Reply(text=text, in_parts=True, then_resolve=True))
    planned = list(Delivery.objects.order_by("pk"))
    assert [one.text for one in planned] == list(parts)
    assert len(parts) == 3
    assert [one.due_at is None for one in planned] == [False, True, True]
    while outbox.deliver_next():
        pass
    assert [sent.draft.text for sent in fake.received] == list(parts)
    assert [sent.answers for sent in fake.received] == ["1", "own1", "own2"]
    case.refresh_from_db()
    assert (case.state, first.pk) == (1, planned[0].pk)


def test_a_refused_first_part_leaves_the_customer_in_the_queue(
    case: Conversation, desk: Desk, fake: World
) -> None:
    text = " ".join(f"Das ist der Satz mit der Nummer {n} von vielen." for n in range(1, 25))
    care.reply(case, desk.anna, care.Reply(text=text, in_parts=True))
    fake.fails_with.append(Refused("refused"))
    assert outbox.deliver_next() is True
    assert outbox.deliver_next() is False
    assert queue.next_for(desk.anna) == case
    assert [row.conversation for row in reading.queue(desk.anna, "waiting").rows] == [case]


def test_an_answer_on_a_channel_that_rests_hides_nobody(case: Conversation, desk: Desk, fake: World) -> None:
    care.reply(case, desk.anna, care.Reply(text="Kommt morgen"))
    assert queue.next_for(desk.anna) is None
    Channel.objects.update(state="paused")
    assert queue.next_for(desk.anna) == case


def test_going_private_takes_what_is_planned_along(case: Conversation, desk: Desk, fake: World) -> None:
    planned = care.reply(case, desk.anna, care.Reply(text="Kommt morgen"))
    care.move_to_private(case, desk.anna)
    planned.refresh_from_db()
    assert planned.audience == Audience.DIRECT


def test_nobody_releases_their_own_answer(case: Conversation, desk: Desk, fake: World) -> None:
    held = care.reply(case, desk.tom, care.Reply(text="Kommt morgen"))
    type(desk.tom).objects.filter(pk=desk.tom.pk).update(role="agent")
    desk.tom.refresh_from_db()
    with pytest.raises(care.CareError, match="own_release"):
        care.release(held, desk.tom)


def test_undo_takes_all_parts_back(case: Conversation, desk: Desk, fake: World) -> None:
    text = " ".join(f"Das ist der Satz mit der Nummer {n} von vielen." for n in range(1, 25))
    first = care.reply(case, desk.anna, care.Reply(text=text, in_parts=True))
    care.cancel(first, desk.anna)
    assert set(Delivery.objects.values_list("state", flat=True)) == {Outcome.CANCELLED}
    assert outbox.deliver_next() is False
    assert Unsent.objects.get().text.replace("\n\n", " ") == f"{text} ^an"


def test_newer_words_win_and_the_others_are_handed_back(case: Conversation, desk: Desk) -> None:
    care.keep_unsent(case, desk.anna, "Aus dem ersten Tab")
    first = version_of(case, desk.anna)
    Unsent.objects.update(written_at=timezone.now() + timedelta(seconds=3), text="Aus dem zweiten Tab")
    assert displaced(case, desk.anna, "Aus dem ersten Tab, weiter", known=first) == "Aus dem zweiten Tab"
    assert displaced(case, desk.anna, "Aus dem zweiten Tab, weiter", known=first) == ""
    assert displaced(case, desk.anna, "Etwas", known=version_of(case, desk.anna)) == ""
    assert displaced(case, desk.ben, "Etwas", known=0) == ""


def test_a_reply_from_the_network_s_own_app_is_no_own_second_answer(case: Conversation, desk: Desk) -> None:
    seen = events.newest()
    hear(desk.channel, said("own", "@ada Kommt!", US, to=said("1", "", ADA), at=timezone.now()))
    (despite,) = stopped(case, desk.anna, care.Reply(text="Kommt morgen!", seen=seen))
    assert despite.startswith("changed_thread:")


# What colleagues release -------------------------------------------------------------------------


def release(held: Delivery, by: Agent, text: str = "", despite: Sequence[str] = ()) -> list[str]:
    """Release what a trainee wrote; returns what speaks against it."""
    try:
        releasing.release_edited(held, by, text or held.text, despite=despite)
    except care.Stopped as stopped:
        return [stop.despite for stop in stopped.stops]
    held.refresh_from_db()
    assert not held.needs_release
    return []


def test_what_came_while_a_reply_waited_for_release_is_read_first(case: Conversation, desk: Desk) -> None:
    held = care.reply(case, desk.tom, care.Reply(text="Kommt morgen"))
    hear(desk.channel, said("2", "Hat sich erledigt!", to=said("1", ""), at=timezone.now()))
    (despite,) = release(held, desk.anna)
    assert despite.startswith("changed_thread:")
    assert tally("changed_thread") == (1, 0)
    held.refresh_from_db()
    assert (held.needs_release, held.due_at) == (True, None)
    assert release(held, desk.anna, despite=[despite]) == []
    assert tally("changed_thread") == (1, 1)


def test_a_colleagues_answer_meanwhile_stops_a_release(case: Conversation, desk: Desk) -> None:
    held = care.reply(case, desk.tom, care.Reply(text="Kommt morgen"))
    (told,) = stopped(case, desk.ben, care.Reply(text="Ist schon da"))
    other = care.reply(case, desk.ben, care.Reply(text="Ist schon da", despite=[told]))
    assert release(held, desk.anna) == [f"answered_already:{other.pk}"]
    assert release(held, desk.anna, despite=[f"answered_already:{other.pk}"]) == []


def test_a_release_looks_at_the_words_even_where_nobody_changed_them(case: Conversation, desk: Desk) -> None:
    text = f"Wir rufen Sie unter {NUMBER} an."
    (told,) = stopped(case, desk.tom, care.Reply(text=text))
    held = care.reply(case, desk.tom, care.Reply(text=text, despite=[told]))
    (despite,) = release(held, desk.anna)
    assert despite.startswith("private_data:")
    assert release(held, desk.anna, text="Wir rufen Sie an. ^to") == []


def test_a_saved_reply_that_expired_meanwhile_is_named_at_its_release(case: Conversation, desk: Desk) -> None:
    piece = saved.save(desk.clara, saved.Piece(title="Zustellung", text="Kommt morgen", facts=""))
    held = care.reply(case, desk.tom, care.Reply(text="Kommt morgen", saved_reply=piece))
    type(piece).objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert release(held, desk.anna) == [f"expired_reply:{piece.pk}"]


def test_a_release_looks_at_every_part(case: Conversation, desk: Desk) -> None:
    text = " ".join(f"Das ist der Satz mit der Nummer {n} von vielen." for n in range(1, 25))
    asked = care.Reply(text=f"{text} Unter {NUMBER} sind Sie da.", in_parts=True)
    (told,) = stopped(case, desk.tom, asked)
    held = care.reply(case, desk.tom, replace(asked, despite=[told]))
    assert [one.split(":")[0] for one in release(held, desk.anna)] == ["private_data"]


def test_a_promise_that_is_over_is_not_released(case: Conversation, desk: Desk) -> None:
    until = timezone.now() + timedelta(minutes=5)
    held = care.reply(case, desk.tom, care.Reply(text="Antwort bis gleich", promise_until=until))
    Delivery.objects.update(promise_until=timezone.now())
    with pytest.raises(care.CareError, match="promise_over"):
        releasing.release_edited(held, desk.anna, "Antwort bald")
    type(desk.tom).objects.filter(pk=desk.tom.pk).update(role="agent")
    desk.tom.refresh_from_db()
    with pytest.raises(care.CareError, match="own_release"):
        releasing.release_edited(held, desk.tom, "Antwort bald")


def test_a_held_reply_that_moved_to_another_case_is_looked_at(case: Conversation, desk: Desk) -> None:
    other = said("2", "Noch etwas", at=timezone.now())
    hear(desk.channel, other)
    held = care.reply(case, desk.tom, care.Reply(text="Kommt morgen"))
    care.merge(case, desk.anna, conversation_of(other))
    held.refresh_from_db()
    (despite,) = release(held, desk.anna)
    assert despite.startswith("changed_thread:")
