"""A post that only talks about us becomes a conversation because somebody wants to answer it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.case import Waiting
from resonanz.desk import care, projection
from resonanz.desk.care import CareError
from resonanz.desk.models import Agent, Channel, Clock, Event, Mention, Role, Sighting, Team
from resonanz.desk.models.listening import Stamp
from tests.cast import MIA, SERVER, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
ABOUT = said("1", "Nordlicht ist langsam", MIA, at=timezone.now() - timedelta(hours=5), addressed=False)


@pytest.fixture
def about(desk: Desk) -> Mention:
    """What Mia said about us five hours ago."""
    hear(desk.channel, ABOUT)
    return Mention.objects.get()


def refused(code: str) -> pytest.RaisesExc[CareError]:
    return pytest.raises(CareError, match=f"^{code}$")


def test_who_opens_it_has_it_and_its_clock_begins_now(desk: Desk, about: Mention) -> None:
    assert about.conversation_id is None
    began = timezone.now()
    talk = care.open_conversation(desk.anna, about)
    assert (talk.assignee, talk.waiting, talk.awaits) == (desk.anna, Waiting.US, about.order)
    clock = Clock.objects.get()
    assert began - timedelta(seconds=91) <= clock.started_at <= timezone.now()
    heard = Event.objects.get(kind="heard")
    assert (heard.mention, f'"stamp":{Stamp.READ.value}' in heard.facts) == (about.order, True)
    assert Sighting.objects.get().addressed is False
    assert projection.differences() == []
    assert care.answerable(talk) == Mention.objects.get()


def test_it_is_opened_once(desk: Desk, about: Mention) -> None:
    talk = care.open_conversation(desk.anna, about)
    assert care.open_conversation(desk.ben, about) == talk
    assert talk.assignee == desk.anna


def test_what_its_author_says_then_goes_on_there(desk: Desk, about: Mention) -> None:
    talk = care.open_conversation(desk.anna, about)
    more = said("2", "Und teuer", MIA, at=timezone.now(), to=ABOUT)
    hear(desk.channel, more)
    assert conversation_of(more) == talk


def test_who_may_not_does_not(desk: Desk, about: Mention) -> None:
    emil = Agent.objects.create_user("emil", role=Role.AGENT)
    with refused("not_known"):
        care.open_conversation(emil, about)
    with refused("not_allowed"):
        care.open_conversation(desk.tom, about)
    Mention.objects.update(deleted_at=timezone.now())
    with refused("post_gone"):
        care.open_conversation(desk.anna, about)
    Mention.objects.update(deleted_at=None)
    care.open_conversation(desk.anna, about)
    with refused("not_known"):
        care.open_conversation(emil, about)


def test_where_we_only_listen_nothing_is_answered(desk: Desk, about: Mention) -> None:
    feed = Channel.objects.create(
        network="feed", brand=desk.brand, uid=f"{SERVER}/feed", handle="blog", connected_at=timezone.now()
    )
    Team.objects.get().channels.add(feed)
    Sighting.objects.update(channel=feed)
    with refused("cannot_answer"):
        care.open_conversation(desk.anna, about)


def test_our_own_words_are_no_question(desk: Desk) -> None:
    hear(desk.channel, said("3", "Guten Morgen", US))
    with refused("nothing_to_answer"):
        care.open_conversation(desk.anna, Mention.objects.get())
