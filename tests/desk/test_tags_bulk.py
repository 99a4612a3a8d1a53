"""Tags, notes that call somebody, and the same with many conversations at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import care, projection
from resonanz.desk.care import bulk, tags
from resonanz.desk.care.bulk import Act, Wanted
from resonanz.desk.care.notes import askable, called
from resonanz.desk.models import Agent, Conversation, Notice, NoticeKind, Role, Tag, Team
from tests.cast import ADA, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_unexplained(db: None) -> Iterator[None]:
    yield
    assert projection.differences() == []


@pytest.fixture
def cases(desk: Desk) -> list[Conversation]:
    heard = [
        said(str(number), f"Frage {number}", replace(ADA, uid=f"{ADA.uid}/{number}", name=f"Kunde {number}"))
        for number in range(3)
    ]
    hear(desk.channel, *heard)
    return [conversation_of(sighting) for sighting in heard]


def on(talk: Conversation) -> list[str]:
    return sorted(talk.tags.values_list("tag__name", flat=True))


def fresh(talk: Conversation) -> Conversation:
    return Conversation.objects.get(pk=talk.pk)


def test_a_tag_is_one_however_it_is_written(desk: Desk, cases: list[Conversation]) -> None:
    paket = tags.tag(cases[0], desk.anna, "  #Paket  Köln ")
    assert paket is not None
    assert tags.tag(cases[0], desk.ben, "paket köln") is None
    assert tags.tag(cases[1], desk.ben, "PAKET KÖLN") == paket
    assert (on(cases[0]), Tag.objects.count()) == (["Paket Köln"], 1)
    assert [(tag.name, tag.used_count) for tag in tags.in_use()] == [("Paket Köln", 2)]  # type: ignore[attr-defined]
    assert tags.untag(cases[0], desk.anna, paket)
    assert not tags.untag(cases[0], desk.anna, paket)
    for name, code in (("#", "tag_empty"), ("x" * 61, "tag_long")):
        with pytest.raises(care.CareError, match=code):
            tags.tag(cases[0], desk.anna, name)
    with pytest.raises(care.CareError, match="not_allowed"):
        tags.tag(cases[0], desk.tom, "Paket")


def test_tags_are_renamed_joined_and_removed_by_a_lead(desk: Desk, cases: list[Conversation]) -> None:
    parcel, package = tags.tag(cases[0], desk.anna, "Paket"), tags.tag(cases[1], desk.anna, "Päckchen")
    assert parcel is not None
    assert package is not None
    tags.tag(cases[0], desk.anna, "Päckchen")
    with pytest.raises(care.CareError, match="lead_needed"):
        tags.rename(parcel, desk.anna, "Sendung")
    assert tags.rename(parcel, desk.clara, "Sendung").name == "Sendung"
    assert tags.rename(package, desk.clara, "sendung") == parcel
    assert [on(talk) for talk in cases] == [["Sendung"], ["Sendung"], []]
    assert tags.remove(parcel, desk.clara) == 2
    assert Tag.objects.count() == 0


def test_who_is_called_in_a_note_hears_it(desk: Desk, cases: list[Conversation]) -> None:
    stranger = Agent.objects.create_user("rolf", first_name="Rolf", role=Role.AGENT)
    note = care.note(cases[0], desk.anna, "@ben und @Clara: bitte ansehen. @rolf @anna mail@tom.example")
    rung = Notice.objects.filter(kind=NoticeKind.MENTIONED).order_by("agent__username")
    assert [(notice.agent, notice.note, notice.by) for notice in rung] == [
        (desk.ben, note, desk.anna),
        (desk.clara, note, desk.anna),
    ]
    assert stranger not in askable(cases[0])
    care.note(cases[0], desk.anna, "@ben noch etwas")
    assert Notice.objects.filter(agent=desk.ben).count() == 2


def test_a_first_name_that_two_have_calls_nobody(desk: Desk) -> None:
    twin = Agent(pk=99, username="ben2", first_name="Ben")
    assert called("@Ben.", [desk.anna, twin]) == [twin]
    assert called("@ben", [desk.ben, twin]) == [desk.ben]
    assert called("@Benno, @Kim", [Agent(pk=1, username="a", first_name="Kim"), replace_name(2)]) == []


def replace_name(number: int) -> Agent:
    return Agent(pk=number, username=f"k{number}", first_name="Kim")


def numbers(cases: list[Conversation]) -> list[int]:
    return [talk.pk for talk in cases]


def test_many_are_assigned_and_given_back_as_before(desk: Desk, cases: list[Conversation]) -> None:
    care.assign(cases[0], desk.anna, desk.clara)
    done = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.ASSIGN, to=desk.ben))
    assert [fresh(talk).assignee for talk in cases] == [desk.ben] * 3
    assert done.refused == {}
    bulk.undo(done.before, desk.anna, Act.ASSIGN)
    assert [fresh(talk).assignee for talk in cases] == [desk.clara, None, None]
    refused = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.ASSIGN, to=desk.tom)).refused
    assert {error.code for error in refused.values()} == {"not_theirs"}


def test_many_go_to_a_team_and_stay_there_with_a_person(desk: Desk, cases: list[Conversation]) -> None:
    team = Team.objects.get()
    done = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.ASSIGN, team=team))
    assert {fresh(talk).team for talk in cases} == {team}
    bulk.do(numbers(cases), desk.anna, Wanted(act=Act.ASSIGN, to=desk.ben))
    assert {(fresh(talk).team, fresh(talk).assignee) for talk in cases} == {(team, desk.ben)}
    bulk.undo(done.before, desk.anna, Act.ASSIGN)
    assert {(fresh(talk).team, fresh(talk).assignee) for talk in cases} == {(None, None)}


def test_undoing_gives_a_case_only_to_whom_it_can_be_given(desk: Desk, cases: list[Conversation]) -> None:
    other = Team.objects.create(name="Andere")  # which cares for no channel
    stranger = Agent.objects.create_user("rolf", role=Role.AGENT)
    gone = Agent.objects.create_user("ines", role=Role.LEAD, is_active=False)
    talk = cases[0]
    for to in (desk.tom, stranger, gone):
        done = bulk.undo({talk.pk: {"to": to.pk, "team": None}}, desk.anna, Act.ASSIGN)
        assert {number: error.code for number, error in done.refused.items()} == {talk.pk: "not_theirs"}
    done = bulk.undo({talk.pk: {"to": None, "team": other.pk}}, desk.anna, Act.ASSIGN)
    assert done.refused[talk.pk].code == "not_theirs"
    forward = bulk.do([talk.pk], desk.anna, Wanted(act=Act.ASSIGN, team=other))
    assert forward.refused[talk.pk].code == "not_theirs"
    assert (fresh(talk).assignee, fresh(talk).team) == (None, None)


@pytest.mark.parametrize(
    ("act", "facts"),
    [
        (Act.ASSIGN, {"to": "x"}),
        (Act.ASSIGN, {"to": 10**30}),
        (Act.ASSIGN, {"to": True}),
        (Act.ASSIGN, {"incident": 1}),
        (Act.TAG, {"tag": [1]}),
        (Act.TAG, {"tag": -1}),
        (Act.RESOLVE, {"reason": 1}),
        (Act.FOLLOW_UP, {"until": 2**62}),
        (Act.FOLLOW_UP, {"until": 1.5}),
        (Act.LINK, {"incident": 1, "was": 99}),
        (Act.LINK, {"incident": 1, "was": -1}),
    ],
)
def test_what_cannot_have_been_before_is_refused(
    desk: Desk, cases: list[Conversation], act: Act, facts: dict[str, int]
) -> None:
    with pytest.raises(care.CareError, match="not_known"):
        bulk.undo({cases[0].pk: facts}, desk.anna, act)
    with pytest.raises(care.CareError, match="not_known"):
        bulk.undo({10**30: {}}, desk.anna, act)


def test_undoing_tags_takes_off_only_what_was_put_on(desk: Desk, cases: list[Conversation]) -> None:
    tags.tag(cases[0], desk.anna, "Paket")
    done = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.TAG, name="paket"))
    assert [on(talk) for talk in cases] == [["Paket"]] * 3
    bulk.undo(done.before, desk.anna, Act.TAG)
    assert [on(talk) for talk in cases] == [["Paket"], [], []]
    Tag.objects.all().delete()
    assert bulk.undo(done.before, desk.anna, Act.TAG).refused == {}


def test_settling_many_needs_a_reason_and_can_be_undone(desk: Desk, cases: list[Conversation]) -> None:
    refused = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.RESOLVE))
    assert {error.code for error in refused.refused.values()} == {"reason_needed"}
    assert refused.names[cases[0].pk] == "Kunde 0"
    care.resolve(cases[0], desk.anna, care.Dismissal.SPAM)
    done = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.RESOLVE, reason=care.Dismissal.DUPLICATE))
    assert sorted(done.before) == numbers(cases[1:])
    bulk.undo(done.before, desk.anna, Act.RESOLVE)
    assert [fresh(talk).state for talk in cases] == [State.RESOLVED, State.OPEN, State.OPEN]
    assert fresh(cases[1]).awaits is not None


def test_looking_at_many_again(desk: Desk, cases: list[Conversation]) -> None:
    soon = timezone.now().replace(microsecond=0) + timedelta(hours=2)
    care.follow_up(cases[0], desk.anna, soon)
    later = soon + timedelta(days=1)
    done = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.FOLLOW_UP, until=later))
    assert {fresh(talk).follow_up_at for talk in cases} == {later}
    bulk.undo(done.before, desk.anna, Act.FOLLOW_UP)
    assert [fresh(talk).follow_up_at for talk in cases] == [soon, None, None]
    care.resolve(cases[1], desk.anna, care.Dismissal.SPAM)
    never = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    far = bulk.do(numbers(cases[:1]), desk.anna, Wanted(act=Act.FOLLOW_UP, until=never))
    assert far.refused[cases[0].pk].code == "not_known"
    again = bulk.do(numbers(cases), desk.anna, Wanted(act=Act.FOLLOW_UP, until=later))
    assert [(number, error.code) for number, error in again.refused.items()] == [(cases[1].pk, "not_open")]


def test_two_hundred_are_the_most(desk: Desk) -> None:
    with pytest.raises(care.CareError, match="too_many_chosen"):
        bulk.do(range(201), desk.anna, Wanted(act=Act.TAG, name="x"))
