"""Queries that are written once: the same rows as Django gives, for other values and on other threads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from resonanz.desk.models import Agent, Brand, Note, Tag
from resonanz.desk.prepared import KEPT_MOST, each, prepared, within

pytestmark = pytest.mark.django_db


@prepared
def _called(numbers: tuple[int, ...]) -> QuerySet[Tag]:
    return Tag.objects.filter(pk__in=each(numbers)).order_by("name")


@prepared
def _behind(number: int, *, active: bool) -> QuerySet[Agent]:
    return Agent.objects.filter(pk__gt=number, is_active=active).order_by("username")


@prepared
def _here_since(moment: datetime) -> QuerySet[Agent, str]:
    return (
        Agent.objects.filter(on_shift_at__gte=moment).order_by("username").values_list("username", flat=True)
    )


@pytest.fixture
def people() -> list[Agent]:
    now = datetime(2026, 5, 4, 9, tzinfo=UTC)
    return [Agent.objects.create(username=f"p{n}", on_shift_at=now + timedelta(hours=n)) for n in range(4)]


def test_other_values_bring_other_rows(people: list[Agent]) -> None:
    assert _behind(people[1].pk, active=True) == people[2:]
    assert _behind(people[0].pk, active=True) == people[1:]
    assert _behind(0, active=False) == []
    people[0].is_active = False
    people[0].save()
    assert _behind(0, active=False) == [people[0]]


def test_moments_and_single_values(people: list[Agent]) -> None:
    begins = datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert _here_since(begins + timedelta(hours=2)) == ["p2", "p3"]
    assert _here_since(begins + timedelta(hours=3)) == ["p3"]


def test_texts_are_values_too() -> None:
    tags = [Tag.objects.create(name=name) for name in ("bahn", "o'hara; --", "")]

    @prepared
    def named(name: str) -> QuerySet[Tag]:
        return Tag.objects.filter(name=name)

    assert [named(tag.name) for tag in tags] == [[tag] for tag in tags]
    assert named("karte") == []


def test_many_numbers_are_one_value() -> None:
    tags = [Tag.objects.create(name=name) for name in ("bahn", "karte", "toner")]
    assert _called(()) == []
    assert _called((tags[0].pk,)) == [tags[0]]
    with CaptureQueriesContext(connection) as asked:
        assert _called(tuple(tag.pk for tag in tags)) == tags
    assert len(asked) == 1


def test_what_is_read_with_it_comes_with_it(people: list[Agent]) -> None:
    @prepared
    def notes(by: int) -> QuerySet[Note]:
        return Note.objects.filter(agent=by).select_related("agent", "conversation__brand")

    plain = Note.objects.filter(agent=people[0]).select_related("agent", "conversation__brand")
    assert notes(people[0].pk) == list(plain)


def test_rows_are_whole_models(people: list[Agent]) -> None:
    found = _behind(people[2].pk, active=True)[0]
    assert {name: value for name, value in vars(found).items() if name != "_state"} == {
        name: value for name, value in vars(Agent.objects.get(pk=found.pk)).items() if name != "_state"
    }
    found.first_name = "Changed"
    found.save()
    assert Agent.objects.get(pk=found.pk).first_name == "Changed"


def test_a_value_written_into_the_statement_is_refused() -> None:
    @prepared
    def first(most: int) -> QuerySet[Tag]:
        return Tag.objects.order_by("name")[: max(most, 1)]

    @prepared
    def as_text(number: int) -> QuerySet[Tag]:
        return Tag.objects.filter(name=number)

    with pytest.raises(ValueError, match=r"arguments \[0\] do not stand in the statement"):
        as_text(3)
    with pytest.raises(ValueError, match=r"arguments \[0\] do not stand in the statement"):
        first(3)


def test_spare_values_are_allowed_where_said() -> None:
    def named(number: int, *, by_number: bool) -> QuerySet[Tag]:
        return Tag.objects.filter(pk=number) if by_number else Tag.objects.order_by("name")

    either = prepared(named, spare=True)
    tags = [Tag.objects.create(name=name) for name in ("bahn", "karte")]
    assert either(tags[1].pk, by_number=True) == [tags[1]]
    assert either(tags[1].pk, by_number=False) == tags


def test_more_statements_than_kept_start_anew() -> None:
    made: list[int] = []

    @prepared
    def brands(*, besides: int) -> QuerySet[Brand]:
        made.append(besides)
        return Brand.objects.exclude(pk=besides)

    for number in range(KEPT_MOST + 1):
        brands(besides=-number)
    brands(besides=0)
    assert len(made) == KEPT_MOST + 2


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(people: list[Agent]) -> None:
    assert _behind(people[0].pk, active=True) == people[1:]
    found: list[Agent] = []

    def ask() -> None:
        found.extend(_behind(people[1].pk, active=True))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join(10)
    assert found == people[2:]


def test_what_they_are_part_of_is_not_asked_for_again(people: list[Agent]) -> None:
    tags = [Tag(name="bahn"), Tag(name="karte")]
    notes = [Note(text="a"), Note(text="b")]
    assert within(notes, agent=people[0]) == notes
    with CaptureQueriesContext(connection) as asked:
        assert [note.agent for note in notes] == [people[0], people[0]]
    assert len(asked) == 0
    assert within(tags) == tags
