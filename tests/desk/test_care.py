"""What agents do: notes, assignments, settling, and who may see what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from resonanz.case import State, Waiting
from resonanz.desk import care, events
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.care.room import room_for
from resonanz.desk.models import Agent, Channel, Conversation, Event, Note, Role, Team, Unsent
from resonanz.post import Audience
from tests.cast import ADA, NOON, OTTO, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(desk: Desk) -> Conversation:
    question = said("1", "Wo bleibt mein Paket?")
    hear(desk.channel, question)
    return conversation_of(question)


def kinds() -> list[str]:
    return [event.kind for event in Event.objects.order_by("id")][2:]


def test_resolving_and_taking_it_back(case: Conversation, desk: Desk) -> None:
    care.resolve(case, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    case.refresh_from_db()
    assert (case.state, case.waiting, case.awaits) == (State.RESOLVED, Waiting.NOBODY, None)
    care.resolve(case, desk.ben, care.Dismissal.NO_ANSWER_NEEDED)
    care.reopen(case, desk.anna)
    case.refresh_from_db()
    assert (case.state, case.waiting) == (State.OPEN, Waiting.US)
    assert case.due_at == NOON + timedelta(hours=1)
    care.reopen(case, desk.anna)
    assert kinds() == ["resolved", "reopened"]


def test_assigning_and_giving_back(case: Conversation, desk: Desk) -> None:
    care.assign(case, desk.anna, desk.ben)
    case.refresh_from_db()
    assert case.assignee == desk.ben
    care.assign(case, desk.ben, None)
    case.refresh_from_db()
    assert case.assignee is None
    assert [e.facts for e in Event.objects.filter(kind="assigned").order_by("id")] == [
        f'{{"to":{desk.ben.pk}}}',
        '{"to":null}',
    ]


def test_waiting_for_a_department(case: Conversation, desk: Desk) -> None:
    care.wait_for(case, desk.anna, Waiting.DEPARTMENT)
    case.refresh_from_db()
    assert (case.waiting, case.awaits is None) == (Waiting.DEPARTMENT, False)


def test_notes_are_kept_and_told_without_their_words(case: Conversation, desk: Desk) -> None:
    written = care.note(case, desk.anna, "  Hat schon zweimal angerufen.  ")
    assert (written.text, Note.objects.count()) == ("Hat schon zweimal angerufen.", 1)
    assert (kinds(), Event.objects.latest("id").facts) == (["noted"], f'{{"note":{written.pk}}}')
    for text, code in (("  ", "empty"), ("x" * 100_001, "too_long")):
        with pytest.raises(care.CareError, match=code):
            care.note(case, desk.anna, text)


def test_unsent_words_are_kept_per_agent_until_they_are_gone(case: Conversation, desk: Desk) -> None:
    care.keep_unsent(case, desk.anna, "Hallo A")
    care.keep_unsent(case, desk.anna, "Hallo Ada")
    care.keep_unsent(case, desk.ben, "Moin")
    assert sorted(Unsent.objects.values_list("text", flat=True)) == ["Hallo Ada", "Moin"]
    care.keep_unsent(case, desk.anna, "  ")
    assert [u.agent for u in Unsent.objects.all()] == [desk.ben]
    with pytest.raises(care.CareError, match="too_long"):
        care.keep_unsent(case, desk.ben, "x" * 100_001)


def test_words_that_were_just_sent_are_not_kept_as_unsent(case: Conversation, desk: Desk) -> None:
    care.keep_unsent(case, desk.anna, "Kommt morgen!")
    delivery = care.reply(case, desk.anna, care.Reply(text="Kommt morgen!"))
    assert care.keep_unsent(case, desk.anna, "Kommt morgen!") is False
    assert Unsent.objects.count() == 0
    care.cancel(delivery, desk.anna)
    assert Unsent.objects.get().text == "Kommt morgen! ^an"
    assert care.keep_unsent(case, desk.anna, "Kommt morgen!") is False
    assert Unsent.objects.get().text == "Kommt morgen!"


def test_an_archive_is_read_only(desk: Desk) -> None:
    Channel.objects.update(network="archive")
    question = said("1", "Alt")
    hear(Channel.objects.get(), question)
    case = conversation_of(question)
    for act in (
        lambda: care.resolve(case, desk.anna, care.Dismissal.NO_ANSWER_NEEDED),
        lambda: care.assign(case, desk.anna, desk.ben),
        lambda: care.reply(case, desk.anna, care.Reply(text="Hallo")),
    ):
        with pytest.raises(care.CareError, match="archive"):
            act()


def test_trainees_write_notes_and_nothing_else(case: Conversation, desk: Desk) -> None:
    care.note(case, desk.tom, "Ich würde Ersatz anbieten.")
    delivery = care.reply(case, desk.anna, care.Reply(text="Hallo"))
    for act in (
        lambda: care.resolve(case, desk.tom, care.Dismissal.NO_ANSWER_NEEDED),
        lambda: care.assign(case, desk.tom, desk.tom),
        lambda: care.wait_for(case, desk.tom, Waiting.DEPARTMENT),
        lambda: care.cancel(delivery, desk.tom),
        lambda: care.repeat(delivery, desk.tom),
    ):
        with pytest.raises(care.CareError, match="not_allowed"):
            act()


def test_the_customers_newest_waiting_post_is_answered(case: Conversation, desk: Desk) -> None:
    first = said("1", "Wo bleibt mein Paket?")
    answer = said("2", "Kommt", US, to=first, at=NOON + timedelta(minutes=1))
    hear(desk.channel, answer, said("3", "Wann?", to=first, at=NOON + timedelta(minutes=2)))
    hear(
        desk.channel, said("4", "Ich auch!", OTTO, to=first, at=NOON + timedelta(minutes=3), addressed=False)
    )
    case.refresh_from_db()
    chosen = care.answerable(case)
    assert chosen is not None
    assert chosen.text == "Wann?"


def test_the_handle_is_put_in_front_only_where_it_is_missing(case: Conversation) -> None:
    mention = care.answerable(case)
    assert mention is not None
    room = room_for(case.channel, mention, Audience.PUBLIC)
    assert room.whole("Hallo") == f"@{ADA.handle} Hallo"
    assert room.whole(f"Hallo @{ADA.handle.upper()}") == f"Hallo @{ADA.handle.upper()}"


def test_access_goes_by_team_and_leads_see_all(case: Conversation, desk: Desk) -> None:
    stranger = Agent.objects.create_user("ines", password="x", role=Role.AGENT)
    for agent, sees in ((desk.anna, 1), (desk.clara, 1), (stranger, 0)):
        assert visible_to(agent).count() == sees
        assert channels_visible_to(agent).count() == sees
    Team.objects.get().channels.clear()
    assert visible_to(desk.anna).count() == 0
    assert visible_to(desk.olga).count() == 1


def test_each_role_may_what_those_before_it_may(desk: Desk) -> None:
    assert [desk.clara.has_role(role) for role in Role] == [True, True, True, False, False]
    assert desk.tom.has_role(Role.AGENT) is False


def test_events_are_read_in_order_and_only_known_kinds_written(case: Conversation, desk: Desk) -> None:
    told = events.after(0)
    assert [t.kind for t in told] == ["opened", "heard"]
    assert events.after(told[0].id) == told[1:]
    assert events.newest() == told[-1].id
    with pytest.raises(ValueError, match="is not an event"):
        events.happen("sneezed", NOON)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused(desk: Desk) -> None:
    with pytest.raises(RuntimeError, match="belong together"):
        events.happen("noted", NOON)
