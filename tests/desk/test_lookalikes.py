"""Accounts that look like ours: found once, told to the leads, decided and remembered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from resonanz.desk import brands, care, lookalikes, reading_lookalikes, understanding
from resonanz.desk.commands import run
from resonanz.desk.models import (
    Author,
    Brand,
    Channel,
    Event,
    Lookalike,
    Notice,
    NoticeKind,
    Team,
    Verdict,
)
from resonanz.post import Audience
from resonanz.post import Author as Said
from tests.cast import ADA, MIA, OTTO, SERVER, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
FALSE = Said(
    network="mastodon",
    uid="https://other.example/users/1",
    handle="nоrdlicht_hilfe@other.example",
    name="Nordlicht",
    url="https://other.example/@1",
)


def compare_all() -> int:
    rounds = 0
    while lookalikes.check_next():
        rounds += 1
    return rounds


def told() -> list[str]:
    rung = Notice.objects.filter(kind=NoticeKind.LOOKALIKE).order_by("agent__username")
    return list(rung.values_list("agent__username", flat=True))


@pytest.fixture
def fooled(desk: Desk) -> Desk:
    """Ada asks, and somebody who poses as us answers her."""
    asked = said("1", "Wo bleibt mein Rad?")
    hear(desk.channel, asked, said("2", "Hallo Ada, schick uns deine Nummer!", FALSE, to=asked))
    compare_all()
    return desk


def test_an_imitation_is_found_and_told_to_those_who_lead(fooled: Desk) -> None:
    one = Lookalike.objects.get()
    assert one.author is not None
    assert (one.author.uid, one.brand, one.handle, one.verdict) == (FALSE.uid, fooled.brand, FALSE.handle, 0)
    assert (one.found["kinds"], one.found["signs"], one.found["words"]) == (
        ["homoglyph", "added"],
        ["о"],
        ["hilfe"],
    )
    assert told() == ["clara", "olga"]
    assert list(Event.objects.filter(kind="lookalike_found").values_list("facts", flat=True)) == [
        f'{{"lookalike":{one.pk},"author":{one.author_id}}}'
    ]


def test_nobody_is_compared_twice_unless_called_otherwise(fooled: Desk) -> None:
    assert compare_all() == 0
    hear(fooled.channel, said("3", "Danke", replace(ADA, name="Ada L.")))
    assert compare_all() == 1
    assert Lookalike.objects.count() == 1


def test_the_authors_to_compare_come_from_their_own_index(desk: Desk) -> None:
    hear(desk.channel, said("1", "Hallo"), said("2", "Hallo", OTTO))
    with connection.cursor() as cursor:
        found = Author.objects.filter(lookalikes.CHANGED).order_by("pk")[: lookalikes.AT_ONCE]
        cursor.execute(f"EXPLAIN QUERY PLAN {found.query}")
        plan = " ".join(row[-1] for row in cursor.fetchall())
    assert "author_unlikened" in plan


def test_who_changes_the_name_becomes_one_and_stays_one(desk: Desk) -> None:
    hear(desk.channel, said("1", "Hallo", MIA))
    compare_all()
    assert Lookalike.objects.count() == 0
    hear(desk.channel, said("2", "Hallo", replace(MIA, name="Nordlicht Support")))
    compare_all()
    assert Lookalike.objects.get().name == "Nordlicht Support"
    hear(desk.channel, said("3", "Hallo", MIA))
    compare_all()
    row = reading_lookalikes.rows(desk.clara)[0]
    assert (row.lookalike.name, row.now_called) == ("Nordlicht Support", Author.objects.get(uid=MIA.uid))


def test_new_names_of_ours_are_looked_for_among_all(desk: Desk) -> None:
    posing = [replace(OTTO, uid=f"{SERVER}/users/{n}", handle=f"polarlicht{n}") for n in range(3)]
    hear(desk.channel, *(said(f"{n}", "Hallo", one) for n, one in enumerate(posing)))
    hear(desk.channel, said("9", "Hallo", replace(MIA, name="Polarlicht Hilfe")))
    compare_all()
    assert (Lookalike.objects.count(), told()) == (0, [])
    spelling = brands.spell(desk.brand, "Polarlicht", by=desk.clara)
    assert compare_all() >= 2
    assert [one.name for one in Lookalike.objects.all()] == ["Polarlicht Hilfe"]
    assert told() == ["clara", "olga"]
    brands.unspell(spelling, by=desk.clara)
    compare_all()
    assert Lookalike.objects.count() == 0


def test_what_was_decided_outlives_a_change_of_our_names(desk: Desk) -> None:
    spelling = brands.spell(desk.brand, "Polarlicht", by=desk.clara)
    hear(desk.channel, said("9", "Hallo", replace(MIA, name="Polarlicht Hilfe")))
    compare_all()
    lookalikes.decide(desk.clara, Lookalike.objects.get(), Verdict.REPORTED)
    brands.unspell(spelling, by=desk.clara)
    compare_all()
    assert Lookalike.objects.get().verdict == Verdict.REPORTED


def test_our_own_accounts_and_what_is_written_down_are_none(desk: Desk) -> None:
    other = Brand.objects.create(name="Nordlicht Reisen")
    own = replace(US, uid=f"{SERVER}/users/reisen", handle="nordlicht_reisen@social.example")
    Channel.objects.create(
        network="mastodon", brand=other, uid=own.uid, handle=own.handle, connected_at=timezone.now()
    )
    hear(desk.channel, said("1", "Hallo", US), said("2", "Hallo", own))
    for network, handle in [("hand", "nordlicht_hilfe"), ("bluesky", "news.nordlicht.example")]:
        Author.objects.create(network=network, uid=handle, handle=handle, heard_at=timezone.now())
    Channel.objects.create(
        network="bluesky", brand=other, uid="did:1", handle="nordlicht.example", connected_at=timezone.now()
    )
    compare_all()
    assert list(Lookalike.objects.all()) == []


def test_another_name_while_it_is_compared_counts_next_time(desk: Desk) -> None:
    hear(desk.channel, said("1", "Hallo", FALSE))
    old = Author.objects.get(uid=FALSE.uid)
    Author.objects.filter(pk=old.pk).update(name="Otto", handle="otto")
    lookalikes._compare([old], lookalikes.ours())
    assert Lookalike.objects.count() == 0
    compare_all()
    assert Lookalike.objects.count() == 0


def test_one_thread_compares_at_a_time(desk: Desk) -> None:
    hear(desk.channel, said("1", "Hallo", FALSE))
    with lookalikes._at_it:
        assert lookalikes.check_next() is False
    assert lookalikes.check_next() is True


# Who is named ------------------------------------------------------------------------------------


@pytest.fixture
def begun(desk: Desk) -> Desk:
    """A desk that has read the event log before."""
    compare_all()
    return desk


def test_whom_customers_name_is_looked_at(begun: Desk) -> None:
    words = "@nordlicht Ist @Nordlicht_Hilfe von euch? Und @nordlicht@social.example und @nordlicht_fan?"
    hear(begun.channel, said("1", words))
    hear(
        begun.channel, said("2", "Und @nordlicht_hilfe@other.example oder @n0rdlicht?", MIA, addressed=False)
    )
    compare_all()
    found = Lookalike.objects.filter(author=None).order_by("pk")
    assert list(found.values_list("network", "handle", "strength")) == [
        ("mastodon", "nordlicht_hilfe", 0.8),
        ("mastodon", "nordlicht_hilfe@other.example", 0.8),
    ]
    assert told() == ["clara", "olga"]
    row = reading_lookalikes.rows(begun.anna)[-1]
    assert [(one.by, one.text) for one in row.said] == [("Ada Lamm", words)]
    assert (row.url, row.is_named_only, row.now_called) == ("", True, None)


def test_who_was_named_and_then_speaks_is_the_same_one(begun: Desk) -> None:
    named = "nordlicht_hilfe"
    hear(begun.channel, said("1", f"Ist @{named} von euch?"))
    compare_all()
    lookalikes.decide(begun.clara, Lookalike.objects.get(), Verdict.HARMLESS)
    hear(begun.channel, said("2", "Hallo", replace(FALSE, handle=f"{named}@other.example")))
    hear(begun.channel, said("3", f"Ist @{named} von euch? Oder @{named}@other.example?", OTTO))
    compare_all()
    one = Lookalike.objects.get()
    assert one.author is not None
    assert (one.handle, one.author.uid, one.verdict) == (
        f"{named}@other.example",
        FALSE.uid,
        Verdict.HARMLESS,
    )


# Deciding ----------------------------------------------------------------------------------------


def test_leads_decide_and_take_it_back(fooled: Desk) -> None:
    one = Lookalike.objects.get()
    with pytest.raises(PermissionError):
        lookalikes.decide(fooled.anna, one, Verdict.HARMLESS)
    for verdict, who in [
        (Verdict.REPORTED, fooled.clara),
        (Verdict.HARMLESS, fooled.clara),
        (Verdict.OPEN, None),
    ]:
        lookalikes.decide(fooled.clara, one, verdict)
        lookalikes.decide(fooled.clara, one, verdict)  # twice is once
        one.refresh_from_db()
        assert (one.verdict, one.decided_by, one.decided_at is None) == (verdict, who, who is None)
    assert Event.objects.filter(kind="lookalike_decided").count() == 3


def test_harmless_stays_harmless(fooled: Desk) -> None:
    lookalikes.decide(fooled.clara, Lookalike.objects.get(), Verdict.HARMLESS)
    hear(fooled.channel, said("4", "Hallo", replace(FALSE, name="Nordlicht Support")))
    compare_all()
    assert (Lookalike.objects.get().verdict, len(told())) == (Verdict.HARMLESS, 2)


# What is shown -----------------------------------------------------------------------------------


def test_switched_off_nobody_is_compared_or_shown(fooled: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    rung = Notice.objects.filter(kind=NoticeKind.LOOKALIKE, seen_at=None)
    assert rung.exists()
    understanding.switch("lookalikes", fooled.clara, on=False)
    assert not rung.exists()
    Author.objects.filter(handle=FALSE.handle).update(likened_handle="")
    assert compare_all() == 0
    assert (reading_lookalikes.rows(None, None), sum(reading_lookalikes.counts(fooled.clara).values())) == (
        [],
        0,
    )
    assert run(["lookalikes"]) == 2
    assert "lookalikes: this is switched off in the settings" in capsys.readouterr().err
    understanding.switch("lookalikes", fooled.clara, on=True)
    assert len(reading_lookalikes.rows(fooled.clara)) == 1


def test_what_was_found_is_deleted_and_found_again_once_it_is_wanted(fooled: Desk) -> None:
    with pytest.raises(care.CareError):
        understanding.forget("lookalikes", fooled.clara)
    understanding.switch("lookalikes", fooled.clara, on=False)
    assert (understanding.noted_count("lookalikes"), understanding.forget("lookalikes", fooled.clara)) == (
        1,
        1,
    )
    assert not Lookalike.objects.exists()
    understanding.switch("lookalikes", fooled.clara, on=True)
    compare_all()
    assert [one.handle for one in Lookalike.objects.all()] == [FALSE.handle]


def test_rows_say_what_differs_and_what_was_written_to_whom(fooled: Desk) -> None:
    row = reading_lookalikes.rows(fooled.anna)[0]
    handle, name = row.compared
    assert [piece.text for piece in handle.theirs if piece.differs] == ["о", "_hilfe"]
    assert [piece.differs for piece in name.theirs] == [False]
    assert [(one.text, one.to) for one in row.said] == [("Hallo Ada, schick uns deine Nummer!", "Ada Lamm")]
    assert (row.said_count, row.now_called, row.url, row.is_named_only) == (1, None, FALSE.url, False)


def test_each_sees_those_of_their_brands_and_posts_that_they_may_see(fooled: Desk) -> None:
    hear(fooled.channel, said("5", "@nordlicht Test", FALSE), said("6", "…", FALSE, addressed=False))
    leads, agents = (reading_lookalikes.rows(who)[0] for who in (fooled.clara, fooled.anna))
    assert [one.to for one in leads.said] == ["", "@nordlicht@social.example", "Ada Lamm"]
    assert agents.said_count == leads.said_count - 1  # what stands in no conversation is not theirs
    Team.objects.get().channels.clear()
    assert reading_lookalikes.rows(fooled.anna) == []
    assert reading_lookalikes.counts(fooled.clara) == {0: 1, 1: 0, 2: 0}


def test_decided_ones_are_listed_by_when(fooled: Desk) -> None:
    hear(fooled.channel, said("7", "Hallo", replace(MIA, name="Nordlicht Hilfe")))
    compare_all()
    for one in Lookalike.objects.order_by("pk"):
        lookalikes.decide(fooled.clara, one, Verdict.REPORTED)
    assert [row.lookalike.name for row in reading_lookalikes.rows(None, Verdict.REPORTED)] == [
        "Nordlicht Hilfe",
        "Nordlicht",
    ]
    assert (len(reading_lookalikes.rows(None)), len(reading_lookalikes.rows(None, None))) == (0, 2)


def test_private_posts_of_theirs_are_shown_as_others_are(fooled: Desk) -> None:
    hear(fooled.channel, said("8", "Psst", FALSE, audience=Audience.DIRECT))
    talk = conversation_of(said("8", ""))
    assert talk.pk in [one.conversation for one in reading_lookalikes.rows(fooled.clara)[0].said]


def test_the_command_lists_them(fooled: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lookalikes"]) == 0
    assert capsys.readouterr().out == (
        "0.90  mastodon @nоrdlicht_hilfe@other.example (Nordlicht): Letters of another alphabet pass "
        "for Latin ones: “о” for o (Cyrillic). Your name with words of a customer service beside it: "
        "“hilfe”.\n"
    )
    assert run(["lookalikes", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)[0]
    assert row | {"found_at": ""} == {
        "network": "mastodon",
        "handle": FALSE.handle,
        "name": "Nordlicht",
        "url": FALSE.url,
        "brand": "Nordlicht",
        "resembles": {"handle": "nordlicht", "name": "Nordlicht"},
        "kinds": ["homoglyph", "added"],
        "strength": 0.9,
        "found_at": "",
        "posts": 1,
        "verdict": "open",
    }
    lookalikes.decide(fooled.clara, Lookalike.objects.get(), Verdict.HARMLESS)
    run(["lookalikes"])
    assert capsys.readouterr().out == "No account looks like ours.\n"
    run(["lookalikes", "--all", "--json"])
    assert [row["verdict"] for row in json.loads(capsys.readouterr().out)] == ["harmless"]
