"""What is noted about posts: when, by which model, what people say against it, what is learnt from that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from resonanz.annotate import learning as adapting
from resonanz.annotate.annotation import Annotation as Noted
from resonanz.annotate.annotation import annotate
from resonanz.desk import (
    alarming,
    arrivals,
    care,
    finding,
    queries,
    reading_quality,
    shapes,
    streams,
    understanding,
    understood,
)
from resonanz.desk.access import scope_of
from resonanz.desk.care import private, voices
from resonanz.desk.care.sorting import sort_next
from resonanz.desk.listen import withdraw
from resonanz.desk.models import (
    Alarm,
    AlarmOf,
    Annotation,
    Author,
    Correction,
    Event,
    LearntModel,
    Mention,
    Setting,
    StreamKind,
    Unannotated,
    Voice,
)
from resonanz.desk.streams import Wanted
from resonanz.desk.understanding import annotating, comparing, learning, models
from resonanz.query import parse, satisfies
from tests.cast import ADA, MIA, NOON, OTTO, US, Desk, hear, said
from tests.desk.little_model import kept, little_model
from tests.fake import edited

pytestmark = pytest.mark.django_db
ANGRY = "Das ist furchtbar, alles verspätet"
GLAD = "Das war wunderbar"


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The little model in the shipped one's place, and no model of an earlier test."""
    monkeypatch.setattr(models, "SHIPPED", kept(tmp_path, "resonanz"))
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return models.SHIPPED


def note_of(name: str) -> Annotation:
    return Annotation.objects.get(mention__uri__endswith=f"/{name}")


def mention_of(name: str) -> Mention:
    return Mention.objects.get(uri__endswith=f"/{name}")


def found(query: str) -> list[str]:
    return [post.uri.rpartition("/")[2] for post in finding.find(parse(query), most=50).posts]


def labels(note: Annotation) -> tuple[str, str, list[str], str]:
    return note.sentiment, note.about, list(understood.intents_of(note.intents)), note.reason


def annotate_all() -> int:
    count = 0
    while understanding.annotate_next():
        count += 1
    return count


# Noting ------------------------------------------------------------------------------------------


def test_what_customers_say_is_noted_and_what_we_say_is_not(desk: Desk) -> None:
    angry, glad = said("1", f"{ANGRY}, DE89 3704 0044 0532 0130 00", ADA), said("2", GLAD, OTTO)
    hear(desk.channel, angry, glad, said("3", "", MIA))
    hear(desk.channel, said("4", "Das tut uns leid", US, to=angry, at=NOON + timedelta(seconds=40)))
    assert annotate_all() == 1
    note = note_of("1")
    assert labels(note) == ("negative", "us", ["complaint"], "delay")
    assert (note.negative > 900, note.private, note.language, note.model) == (True, "iban", "de", "resonanz")
    assert labels(note_of("2")) == ("positive", "us", ["praise"], "unsure")
    assert Annotation.objects.count() == 2
    assert not Unannotated.objects.exists()
    batch = Event.objects.get(kind="annotated").facts
    assert batch == f'{{"batch":{note.batch}}}'


def test_the_networks_word_on_the_language_counts_where_the_text_says_too_little(desk: Desk) -> None:
    texts = {"1": ("Ok.", "fr"), "2": ("Ok.", "en-GB"), "3": (f"{ANGRY}, und das seit heute morgen", "en")}
    for name, (text, language) in texts.items():
        hear(desk.channel, said(name, text, language=language))
    annotate_all()
    assert [note_of(name).language for name in texts] == ["fr", "en", "de"]


def test_a_post_that_is_edited_is_noted_again(desk: Desk) -> None:
    first = said("1", ANGRY)
    hear(desk.channel, first)
    annotate_all()
    hear(desk.channel, edited(first, GLAD, timedelta(seconds=10)))
    assert annotate_all() == 1
    assert note_of("1").sentiment == "positive"


def test_a_change_while_it_is_read_is_not_missed(desk: Desk) -> None:
    first = said("1", ANGRY)
    hear(desk.channel, first)
    posts = annotating.waiting(9)
    hear(desk.channel, edited(first, GLAD, timedelta(seconds=10)))
    annotating._write(posts, [annotating._values(one, ()) for one in _noted(posts)], ["old"])
    assert note_of("1").sentiment == "negative"
    annotate_all()
    assert note_of("1").sentiment == "positive"


def _noted(posts: list[annotating.Waits]) -> list[Noted]:
    return annotate([post.text for post in posts], little_model(), annotating.wanted())


def test_who_waits_comes_first_then_the_newest(desk: Desk) -> None:
    hear(desk.channel, *[said(f"w{n}", ANGRY, at=NOON - timedelta(hours=9 - n)) for n in range(2)])
    hear(
        desk.channel,
        *[said(f"o{n}", GLAD, OTTO, at=NOON + timedelta(seconds=n), addressed=False) for n in range(4)],
    )
    uris = dict(Mention.objects.values_list("order", "uri"))
    names = [uris[post.order].rpartition("/")[2] for post in annotating.waiting(3)]
    assert names == ["w1", "w0", "o3"]
    assert [uris[post.order].rpartition("/")[2] for post in annotating.waiting(6)][:2] == ["o3", "o2"]


def test_old_posts_are_noted_quietly(desk: Desk, noon: time_machine.Traveller) -> None:
    hear(desk.channel, said("1", ANGRY))
    noon.shift(timedelta(hours=2))
    annotate_all()
    assert note_of("1").batch == 0
    assert not Event.objects.filter(kind="annotated").exists()


def test_the_notes_of_a_batch_are_found_without_reading_all(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY), said("2", GLAD, OTTO))
    annotate_all()
    found = understood.in_batches([note_of("1").batch])
    assert found.count() == 2
    assert "SEARCH desk_annotation USING INDEX annotation_batch" in found.explain()


def test_what_the_customer_deletes_is_forgotten(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY), said("2", GLAD, OTTO))
    annotate_all()
    understanding.correct(mention_of("1"), desk.anna, "sentiment", "neutral")
    Unannotated.objects.create(mention=mention_of("2"))
    withdraw(desk.channel, ["1", "2"], NOON)
    assert (Annotation.objects.count(), Correction.objects.count(), annotate_all()) == (0, 0, 0)
    Unannotated.objects.create(mention_id=Mention.objects.first().pk)  # type: ignore[union-attr]
    assert understanding.annotate_next() is True  # it was put there just before
    assert not Unannotated.objects.exists()


def test_without_a_model_rules_go_on_and_it_is_said(desk: Desk, shipped: Path) -> None:
    shipped.unlink()
    hear(desk.channel, said("1", f"{ANGRY}: ada@lamm.example"))
    annotate_all()
    note = note_of("1")
    assert (note.sentiment, note.private, note.model) == ("", "email", "")
    assert Setting.objects.get(name=understood.TROUBLE).value == {"code": "missing", "model": "resonanz"}
    kept(shipped.parent, "resonanz")
    hear(desk.channel, said("2", GLAD, OTTO))
    annotate_all()
    assert not Setting.objects.filter(name=understood.TROUBLE).exists()
    assert [note_of(name).sentiment for name in "12"] == ["negative", "positive"]


def test_a_broken_model_is_named_and_the_shipped_one_goes_on(desk: Desk) -> None:
    row = learnt("desk-1")
    (models.folder() / row.file).write_bytes(b"resonanz model 1\n{}")
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    assert note_of("1").model == "resonanz"
    assert Setting.objects.get(name=understood.TROUBLE).value == {"code": "cut_off", "model": "desk-1"}
    with pytest.raises(care.CareError) as refused:
        understanding.use(row, desk.clara)
    assert (refused.value.code, refused.value.facts) == ("no_model", {"why": "cut_off"})


def test_the_desks_own_numbers_count(desk: Desk) -> None:
    Voice.objects.create(brand=desk.brand, number_patterns=[{"kind": "order_number", "regex": r"NL\d{4}"}])
    hear(desk.channel, said("1", "Wo ist NL4711?"))
    annotate_all()
    assert note_of("1").private == "order_number"


# Switches ----------------------------------------------------------------------------------------


def test_what_is_switched_off_is_neither_noted_nor_found(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    with pytest.raises(care.CareError):
        understanding.switch("sentiment", desk.anna, on=False)
    understanding.switch("sentiment", desk.clara, on=False)
    hear(desk.channel, said("2", ANGRY, OTTO))
    annotate_all()
    assert (note_of("1").sentiment, note_of("2").sentiment) == ("negative", "")
    assert (found("sentiment:negative"), found("furchtbar -sentiment:negative")) == ([], ["2", "1"])
    assert found("sentiment:negative OR intent:complaint") == ["2", "1"]
    with pytest.raises(care.CareError):
        understanding.forget("intent", desk.clara)
    assert understanding.noted_count("sentiment") == 1
    assert understanding.forget("sentiment", desk.clara) == 1
    assert (note_of("1").sentiment, note_of("1").negative) == ("", 0)
    understanding.switch("sentiment", desk.clara, on=True)
    annotate_all()
    assert found("sentiment:negative") == ["2", "1"]


def test_posts_are_found_by_all_that_is_noted(desk: Desk) -> None:
    Voice.objects.update_or_create(brand=desk.brand, defaults={"safety_words": ["Gelbalarm"]})
    hear(
        desk.channel,
        said("1", "Hilfe, mein Kind ist im Aufzug eingesperrt!"),
        said("2", "Könntest du mich anrufen? 0171 2345678", OTTO),
        said("3", "Gelbalarm an der Rampe", MIA),
    )
    annotate_all()
    asked = ("urgency:danger", "urgency:normal", "private:any", "private:iban", "form:du")
    assert [sorted(found(query)) for query in asked] == [["1", "3"], ["2"], ["2"], [], ["2"]]
    understanding.correct(mention_of("3"), desk.anna, "urgency", "normal")
    understanding.correct(mention_of("2"), desk.anna, "private_data", "iban")
    annotate_all()
    assert [sorted(found(query)) for query in asked] == [["1"], ["2", "3"], ["2"], ["2"], ["2"]]
    for kind in ("urgency", "private_data", "address_form"):
        understanding.switch(kind, desk.clara, on=False)
    assert [found(query) for query in asked] == [[], [], [], [], []]


def test_nobody_corrects_what_is_switched_off(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY))
    understanding.switch("reason", desk.clara, on=False)
    with pytest.raises(care.CareError) as refused:
        understanding.correct(mention_of("1"), desk.anna, "reason", "price")
    assert refused.value.code == "switched_off"


# Correcting --------------------------------------------------------------------------------------


def test_a_correction_counts_at_once_and_is_never_overwritten(desk: Desk) -> None:
    first = said("1", ANGRY)
    hear(desk.channel, first)
    annotate_all()
    post = mention_of("1")
    understanding.correct(post, desk.anna, "sentiment", "neutral")
    understanding.correct(post, desk.anna, "intent", "request,question")
    understanding.correct(post, desk.anna, "relevance", "others")
    understanding.correct(post, desk.anna, "reason", "price")
    corrected = ("neutral", "others", ["question", "request"], "price")
    assert labels(note_of("1")) == corrected
    hear(desk.channel, edited(first, GLAD, timedelta(seconds=10)))
    assert annotate_all() == 1
    assert labels(note_of("1")) == corrected
    assert found("sentiment:neutral about:others intent:request reason:price") == ["1"]
    assert understanding.correct(post, desk.ben, "reason", "price") is None


def test_taken_back_the_model_judges_again(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    post = mention_of("1")
    first = understanding.correct(post, desk.anna, "intent", "question")
    second = understanding.correct(post, desk.ben, "intent", "")
    assert first is not None
    assert second is not None
    with pytest.raises(care.CareError):
        understanding.undo(first, desk.anna)
    understanding.undo(second, desk.ben)
    assert labels(note_of("1"))[2] == ["question"]
    understanding.undo(first, desk.anna)
    assert labels(note_of("1"))[2] == ["complaint"]
    annotate_all()
    assert understood.intents_of(note_of("1").intents)["complaint"] > 700  # what the model says of it
    assert note_of("1").by_hand == 0


def test_what_rules_say_is_corrected_too_and_no_model_learns_it(
    desk: Desk, noon: time_machine.Traveller
) -> None:
    hear(desk.channel, said("1", "Könntest du mir bitte helfen, mein Paket fehlt seit Tagen"))
    annotate_all()
    post = mention_of("1")
    assert (note_of("1").language, note_of("1").form) == ("de", "du")
    understanding.correct(post, desk.anna, "language", "nl")
    assert (found("paket lang:nl"), found("paket lang:de")) == (["1"], [])
    noon.shift(timedelta(minutes=2))
    assert (understanding.learn_next(), reading_quality.corrections_count()) == (False, 0)
    for kind, value in (("language", "xx"), ("address_form", "mixed")):
        with pytest.raises(care.CareError):
            understanding.correct(post, desk.anna, kind, value)
    understanding.switch("language", desk.clara, on=False)
    understanding.forget("language", desk.clara)
    assert (note_of("1").language, note_of("1").by_hand) == ("", 0)


def test_who_corrects_the_language_says_in_which_templates_are(desk: Desk) -> None:
    hear(desk.channel, said("1", "Paket?", language="de"))
    talk = mention_of("1").conversation
    assert talk is not None
    assert voices.language_of(talk) == "de"  # as the network says
    understanding.correct(mention_of("1"), desk.anna, "language", "en")
    assert voices.language_of(talk) == "en"
    understanding.switch("language", desk.clara, on=False)
    assert voices.language_of(talk) == "de"


def test_what_no_model_has_learnt_need_not_be_unlearnt(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    made = [
        understanding.correct(mention_of("1"), desk.anna, kind, value)
        for kind, value in (("language", "nl"), ("sentiment", "neutral"))
    ]
    LearntModel.objects.create(
        name="desk-1", made_at=NOON, based_on="resonanz", corrections_count=1, held_count=0, upto=1_000
    )
    waits = []
    for one in made:
        assert one is not None
        understanding.undo(one, desk.anna)
        waits.append(bool(models.state().anew))
    assert waits == [False, True]


def test_who_corrects_du_or_sie_says_how_the_next_reply_does_it(desk: Desk) -> None:
    sort_next()
    first = said("1", "Könntest du mir bitte helfen, mein Paket fehlt seit Tagen")
    hear(desk.channel, first)
    annotate_all()
    sort_next()
    author = Author.objects.filter(pk=mention_of("1").author_id)
    assert author.get().form == "du"
    made = understanding.correct(mention_of("1"), desk.anna, "address_form", "sie")
    assert made is not None
    assert author.get().form == "sie"
    hear(desk.channel, edited(first, "Könntest du mir helfen? Es fehlt noch immer", timedelta(seconds=10)))
    annotate_all()
    sort_next()
    assert (note_of("1").form, author.get().form) == ("sie", "sie")  # an edit overrules nobody
    understanding.correct(mention_of("1"), desk.clara, "address_form", "du", sampled=True)
    assert author.get().form == "du"
    hear(desk.channel, said("2", "Danke"), said("3", "Können Sie mir sagen, wann es kommt?"))
    annotate_all()
    sort_next()
    slip = understanding.correct(mention_of("2"), desk.anna, "address_form", "du")
    assert slip is not None
    assert author.get().form == "sie"  # the newest that says it
    understanding.undo(slip, desk.anna)
    assert (note_of("2").form, author.get().form) == ("none", "sie")
    last = understanding.correct(mention_of("3"), desk.anna, "address_form", "none")
    assert last is not None
    assert author.get().form == "du"
    understanding.switch("address_form", desk.clara, on=False)
    understanding.undo(last, desk.anna)
    assert author.get().form == "du"  # nothing is remembered while it is off


def test_how_often_rules_are_right_is_measured_too(desk: Desk) -> None:
    hear(
        desk.channel,
        said("1", "Wo bleibt mein Paket, ich warte schon seit drei Tagen"),
        said("2", "12345", OTTO),
    )
    annotate_all()
    Annotation.objects.filter(mention=mention_of("2")).update(language="")  # neither words nor network tell
    understanding.correct(mention_of("1"), desk.clara, "language", "de", sampled=True)
    understanding.correct(mention_of("1"), desk.clara, "address_form", "du", sampled=True)
    understanding.correct(mention_of("2"), desk.clara, "language", "en", sampled=True)
    measured = {one.kind: (one.checked, one.right, one.unsure) for one in reading_quality.quality()}
    assert (measured["language"], measured["address_form"]) == ((1, 1, 1), (1, 0, 0))
    of_another = {one.kind: one.checked for one in reading_quality.quality("desk-9")}
    assert (of_another["language"], reading_quality.judges()) == (1, {})


def test_which_private_data_a_post_has_is_corrected_and_measured(desk: Desk) -> None:
    second = said("2", "Das Gerät 0172 2345678 ist tot", OTTO)
    hear(
        desk.channel,
        said("1", "Ruft mich an: 0171 2345678"),
        second,
        said("3", ANGRY, MIA),
    )
    annotate_all()
    assert [note_of(name).private for name in "123"] == ["phone", "phone", ""]
    with pytest.raises(care.CareError):
        understanding.correct(mention_of("2"), desk.anna, "private_data", "shoe_size")
    talk = mention_of("2").conversation
    assert talk is not None
    assert private.exposed(talk) == ("phone",)
    made = understanding.correct(mention_of("2"), desk.anna, "private_data", "")
    assert made is not None
    assert (private.exposed(talk), made.was, made.value) == ((), "phone", "")
    understanding.correct(mention_of("2"), desk.anna, "private_data", "order_number,address")
    assert private.exposed(talk) == ("address", "order_number")
    hear(
        desk.channel,
        said("4", "Ach", MIA),
        edited(second, "Das Gerät 0172 2345678 ist kaputt", timedelta(seconds=10)),
    )
    annotate_all()
    assert note_of("2").private == "address,order_number"
    for name, value in (("1", "phone"), ("2", ""), ("3", "email")):
        understanding.correct(mention_of(name), desk.clara, "private_data", value, sampled=True)
    confirmed = understanding.confirm(mention_of("4"), desk.clara, "private_data", sampled=True)
    assert confirmed is not None
    assert confirmed.confirms
    measured = next(one for one in reading_quality.quality() if one.kind == "private_data")
    assert (measured.checked, measured.right) == (4, 2)
    assert {one.label: (one.said, one.right, one.meant) for one in measured.labels} == {
        "phone": (2, 1, 1),
        "none": (2, 1, 2),
        "email": (0, 0, 1),
    }
    understanding.switch("private_data", desk.clara, on=False)
    assert private.exposed(talk) == ("phone",)  # what rules find, as if nobody had said anything
    understanding.forget("private_data", desk.clara)
    assert [(note_of(name).private, note_of(name).by_hand) for name in "1234"] == [("", 0)] * 4
    understanding.switch("private_data", desk.clara, on=True)
    late = understanding.correct(mention_of("1"), desk.clara, "private_data", "phone", sampled=True)
    assert late is not None
    assert late.was == "phone"  # what rules find counts, noted yet or not


def test_only_agents_correct_and_only_what_exists(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY), said("2", "Hallo", OTTO))
    post = mention_of("1")
    for who, kind, value, code in (
        (desk.tom, "sentiment", "neutral", "not_allowed"),
        (desk.anna, "sentiment", "grumpy", "not_known"),
        (desk.anna, "reason", "umbau", "not_known"),
        (desk.anna, "urgency", "high", "not_known"),
    ):
        with pytest.raises(care.CareError) as refused:
            understanding.correct(post, who, kind, value)
        assert refused.value.code == code
    understanding.correct(post, desk.anna, "sentiment", "negative")  # before any model has seen it
    annotate_all()
    assert labels(note_of("1")) == ("negative", "us", ["complaint"], "delay")
    with pytest.raises(care.CareError):
        understanding.confirm(mention_of("2"), desk.anna, "reason")
    confirmed = understanding.confirm(post, desk.anna, "reason", sampled=True)
    assert confirmed is not None
    assert (confirmed.confirms, confirmed.was, confirmed.sampled) == (True, "delay", True)


def test_reasons_of_the_desks_own(desk: Desk) -> None:
    made = understanding.add_reason(desk.clara, " Umbau  Gleis 7 ")
    assert (made.code, made.name) == ("umbau-gleis-7", "Umbau Gleis 7")
    for name in ("umbau gleis 7", "delay", " "):
        with pytest.raises(care.CareError):
            understanding.add_reason(desk.clara, name)
    understanding.change_reason(desk.clara, "delay", active=False)
    understanding.change_reason(desk.clara, "price", name="Tarif")
    codes = {reason.code: str(reason) for reason in understood.reasons()}
    assert ("delay" in codes, codes["price"], codes["umbau-gleis-7"]) == (False, "Tarif", "Umbau Gleis 7")
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    assert note_of("1").reason == "none"  # the model says "delay", and that is no reason here
    understanding.correct(mention_of("1"), desk.anna, "reason", made.code)
    assert found("reason:umbau-gleis-7") == ["1"]
    with pytest.raises(care.CareError):
        understanding.change_reason(desk.clara, "umbau-gleis-7", name="tarif")
    with pytest.raises(care.CareError):
        understanding.change_reason(desk.clara, "nonsense", active=True)


# Learning ----------------------------------------------------------------------------------------


def learnt(name: str, *, in_use: bool = True, **more: object) -> LearntModel:
    """Make a model that learnt here."""
    kept(models.folder(), name)
    LearntModel.objects.update(in_use=False)
    row = {"made_at": NOON, "based_on": "resonanz", "corrections_count": 5, "held_count": 1}
    row |= {"file": f"{name}.model", "in_use": in_use, "used_at": NOON if in_use else None}
    return LearntModel.objects.create(name=name, **row, **more)


def correct_many(desk: Desk, count: int) -> None:
    """Say of so many posts that what a word means is another thing."""
    posts = [
        said(f"c{n}", f"Nordlicht, das ist ja famos geworden, Nummer {n}", at=NOON - timedelta(minutes=n + 1))
        for n in range(count)
    ]
    hear(desk.channel, *posts, at=NOON)
    annotate_all()
    for n in range(count):
        understanding.correct(mention_of(f"c{n}"), desk.anna, "sentiment", "negative")


def test_it_learns_from_corrections_and_is_better_for_it(desk: Desk) -> None:
    hear(desk.channel, said("1", "Nordlicht ist wirklich famos geworden", OTTO))
    correct_many(desk, 4)
    assert understanding.learn_next() is False
    correct_many(desk, 40)
    assert understanding.learn_next() is True
    row = LearntModel.objects.get()
    before, after = row.figures["before"]["sentiment"], row.figures["after"]["sentiment"]
    assert (row.in_use, row.based_on, before[0], before[1]) == (True, "resonanz", 0, row.held_count)
    assert after == [row.held_count, row.held_count]
    assert (row.held_count >= 5, row.figures["learnt"]["sentiment"]) == (True, 40)
    annotate_all()
    assert (note_of("1").sentiment, note_of("1").model) == ("negative", row.name)
    assert understanding.learn_next() is False


def test_a_few_corrections_are_learnt_from_after_a_minute(desk: Desk, noon: time_machine.Traveller) -> None:
    correct_many(desk, 1)
    noon.shift(timedelta(seconds=59))
    assert understanding.learn_next() is False
    noon.shift(timedelta(seconds=1))
    assert understanding.learn_next() is True
    understanding.learns(desk.clara, on=False)
    correct_many(desk, 9)
    assert understanding.learn_next() is False


def test_without_evidence_a_model_waits(desk: Desk) -> None:
    correct_many(desk, 5)
    assert understanding.learn_next() is True
    row = LearntModel.objects.get()
    assert (row.in_use, bool(row.file), models.judged(row).missing > 0) == (False, True, True)
    assert understanding.current().model.name == "resonanz"  # type: ignore[union-attr]
    assert understanding.proposed() is None


@pytest.mark.parametrize(
    ("before", "after", "worse", "missing"),
    [
        ({}, {}, (), 5),
        ({"intent": [1, 4]}, {"intent": [0, 3]}, (), 2),
        ({"intent": [4, 5]}, {"intent": [8, 10]}, (), 0),
        ({"intent": [4, 5], "reason": [3, 5]}, {"intent": [5, 7], "reason": [5, 5]}, ("intent",), 0),
        ({"sentiment": [5, 5], "reason": [3, 4]}, {"sentiment": [5, 5], "reason": [0, 4]}, (), 0),
    ],
)
def test_models_are_compared_kind_by_kind(
    before: comparing.Tally, after: comparing.Tally, worse: tuple[str, ...], missing: int
) -> None:
    """False alarms make the share smaller though as many are right; too few decisions have no say."""
    found = comparing.verdict(before, after)
    assert found == (worse, missing)
    assert found.fits is (not worse and not missing)


def test_a_model_that_is_worse_is_not_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    correct_many(desk, 40)
    worse = little_model("worse", {"famos": (("sentiment", "positive"), ("relevance", "true"))})
    better = little_model("better", {"famos": (("sentiment", "negative"), ("relevance", "true"))})
    posts = learning.labelled()
    monkeypatch.setattr(adapting, "adapted", lambda *_posts, **_name: worse)
    outcome = learning.learn(worse, better, posts, "worse")
    assert (outcome.verdict, outcome.after["sentiment"][0]) == ((("sentiment",), 0), 0)
    learning._keep(outcome, learning.Known("resonanz", NOON, 1))
    row = LearntModel.objects.get()
    assert (row.file, row.in_use) == ("", False)
    with pytest.raises(care.CareError) as refused:
        understanding.use(row, desk.clara)
    assert refused.value.facts == {"why": "worse"}


def name_in_use() -> str:
    now = LearntModel.objects.filter(in_use=True).first()
    return "resonanz" if now is None else now.name


def test_the_way_back_leads_to_the_model_before(desk: Desk) -> None:
    rows = [learnt(f"desk-{number}", in_use=False) for number in (1, 2, 3)]
    with pytest.raises(care.CareError) as refused:
        understanding.roll_back(desk.clara)
    assert refused.value.code == "nothing_before"
    for row in (rows[2], rows[2], rows[0]):
        understanding.use(row, desk.clara)
    with pytest.raises(care.CareError):
        understanding.roll_back(desk.anna)
    assert understanding.roll_back(desk.clara) == rows[2]  # in use before, though it is the newest
    understanding.use(None, desk.clara)
    understanding.use(rows[1], desk.clara)
    models.drop([rows[2]])
    assert understanding.roll_back(desk.clara) is None
    assert understanding.roll_back(None) is None if name_in_use() != "resonanz" else True
    with pytest.raises(care.CareError) as refused:
        understanding.roll_back(desk.clara)
    assert refused.value.code == "nothing_before"
    with pytest.raises(care.CareError) as refused:
        understanding.use(LearntModel.objects.get(pk=rows[2].pk), desk.clara)
    assert refused.value.facts == {"why": "gone"}


def test_a_desk_that_remembers_nothing_goes_back_to_the_shipped_one(desk: Desk) -> None:
    learnt("desk-1")
    assert understanding.roll_back(desk.clara) is None
    assert name_in_use() == "resonanz"


def test_after_a_persons_choice_new_models_are_only_proposed(desk: Desk) -> None:
    correct_many(desk, 40)
    understanding.learn_next()
    assert (name_in_use(), understanding.state().chosen) == ("desk-1", False)
    understanding.roll_back(desk.clara)
    assert (name_in_use(), understanding.state().chosen, understanding.proposed()) == ("resonanz", True, None)
    assert understanding.automatic(desk.clara) is None
    assert understanding.state().chosen is False
    understanding.use(None, desk.clara)
    for _more in range(2):
        correct_again(desk)
        understanding.learn_next()
    assert name_in_use() == "resonanz"
    assert [bool(row.file) for row in LearntModel.objects.order_by("pk")] == [True, False, True]
    with pytest.raises(care.CareError):
        understanding.automatic(desk.anna)
    proposed = understanding.proposed()
    assert proposed is not None
    assert understanding.automatic(desk.clara) == proposed
    assert (name_in_use(), understanding.state().chosen) == ("desk-3", False)
    correct_again(desk)
    understanding.learn_next()
    assert name_in_use() == "desk-4"


def correct_again(desk: Desk) -> None:
    """Say five times more what a word means."""
    for post in Mention.objects.order_by("order")[:5]:
        for value in ("positive", "negative"):
            understanding.correct(post, desk.anna, "sentiment", value)


def test_what_was_learnt_is_unlearnt_when_it_is_taken_back(desk: Desk, noon: time_machine.Traveller) -> None:
    correct_many(desk, 40)
    understanding.learn_next()
    for made in Correction.objects.all():
        understanding.undo(made, desk.anna)
    assert understanding.learn_next() is False
    noon.shift(timedelta(minutes=1))
    assert understanding.learn_next() is True
    row = LearntModel.objects.order_by("pk").last()
    assert row is not None
    assert (row.in_use, row.corrections_count) == (True, 0)
    assert understanding.learn_next() is False
    correct_many(desk, 4)
    understanding.undo(Correction.objects.filter(undone_at=None).order_by("pk")[0], desk.anna)
    assert understanding.state().anew == 0  # nothing has learnt from it


def test_what_is_forgotten_lives_on_in_no_model(desk: Desk) -> None:
    first = learnt("desk-1", figures={"learnt": {"sentiment": 0, "intent": 3}})
    correct_many(desk, 40)
    understanding.learn_next()
    file = models.folder() / "desk-2.model"
    assert (name_in_use(), file.exists()) == ("desk-2", True)
    understanding.switch("sentiment", desk.clara, on=False)
    understanding.forget("sentiment", desk.clara)
    assert (name_in_use(), file.exists(), (models.folder() / first.file).exists()) == (
        "resonanz",
        False,
        True,
    )
    assert understanding.learn_next() is True
    assert understanding.learn_next() is False
    assert (name_in_use(), LearntModel.objects.get(name="desk-3").corrections_count) == ("resonanz", 0)
    understanding.switch("reason", desk.clara, on=False)
    understanding.forget("reason", desk.clara)  # no model has learnt any
    assert (understanding.state().anew, (models.folder() / first.file).exists()) == (0, True)
    understanding.switch("intent", desk.clara, on=False)
    understanding.forget("intent", desk.clara)
    assert (name_in_use(), (models.folder() / first.file).exists()) == ("resonanz", False)


def test_learning_stands_on_a_model_that_was_brought_in(desk: Desk, tmp_path: Path) -> None:
    file = kept(tmp_path, "trained elsewhere")
    row = understanding.bring_in(file)
    assert (row.name, understanding.bring_in(file).name) == ("trained-elsewhere", "file-trained-elsewhere-1")
    assert [understanding.bring_in(kept(tmp_path, name)).name for name in ("resonanz", "desk-7", "/")] == [
        "file-resonanz-1",
        "file-desk-7-1",
        "model",
    ]
    understanding.use(row, desk.clara)
    assert understanding.current().model.name == "trained-elsewhere"  # type: ignore[union-attr]
    correct_many(desk, 40)
    assert understanding.base().name == "trained-elsewhere"
    understanding.automatic(desk.clara)
    assert understanding.learn_next() is True
    made = LearntModel.objects.get(in_use=True)
    assert (made.based_on, understanding.base().name) == ("trained-elsewhere", "trained-elsewhere")
    (models.folder() / row.file).write_bytes(b"no model")
    assert understanding.base().name == "resonanz"


def test_why_is_asked_of_the_model_that_judged(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    note = note_of("1")
    for name in ("desk-1", "desk-2"):
        learnt(name)
    for judge, instead in (("resonanz", ""), ("desk-1", ""), ("desk-2 +e5", ""), ("gone", "desk-2")):
        note.model = judge
        found = understanding.judge_of(note)
        assert (found.model.name, found.instead) == (  # type: ignore[union-attr]
            instead or judge.removesuffix(" +e5"),
            instead,
        )
    (models.folder() / "desk-1.model").unlink()
    note.model = "desk-1"
    assert understanding.judge_of(note).instead == "desk-2"
    models.SHIPPED.unlink()
    assert understanding.judge_of(note).instead == "desk-2"
    note.model = ""
    assert understanding.why(ANGRY, note) == []


def test_what_a_person_chose_is_carried_by_no_words(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    understanding.correct(mention_of("1"), desk.anna, "sentiment", "positive")
    assert [(one.kind, one.words) for one in understanding.why(ANGRY, note_of("1"))] == [
        ("relevance", ("furchtbar",)),
        ("intent", ("furchtbar",)),
        ("reason", ("verspätet",)),
    ]


def test_old_files_go_and_their_figures_stay(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "KEPT_MOST", 1)
    for number in (1, 2, 3):
        learnt(f"desk-{number}")
    learning._drop_old()
    assert [bool(row.file) for row in LearntModel.objects.order_by("pk")] == [False, True, True]
    assert sorted(path.name for path in models.folder().iterdir()) == ["desk-2.model", "desk-3.model"]


def test_intents_are_counted_one_by_one(desk: Desk) -> None:
    hear(desk.channel, said("1", f"{ANGRY}, bitte helft"), said("2", "Hallo", OTTO))
    annotate_all()
    understanding.correct(mention_of("1"), desk.anna, "intent", "complaint,request")
    understanding.correct(mention_of("2"), desk.anna, "intent", "")
    tally = learning.tally(little_model(), learning.labelled())
    assert tally["intent"] == [2, 3]  # the complaint, and nothing where nothing is; not the request


# Columns -----------------------------------------------------------------------------------------


def live(
    desk: Desk, expression: str, orders: list[int], annotated: frozenset[int] = frozenset()
) -> list[str]:
    tab = streams.add_tab(desk.clara, "Probe")
    stream = streams.add(desk.clara, tab, Wanted(StreamKind.MENTIONS, narrowed=expression))
    shape = shapes.shape_of(stream)
    assert shape is not None
    posts = arrivals.Sorter([shape]).sort(arrivals.read(orders), annotated).get(shape, [])
    return [post.uri.rpartition("/")[2] for post in posts]


def test_a_column_sees_a_post_when_it_is_noted_and_once(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY), said("2", GLAD, OTTO))
    orders = list(Mention.objects.values_list("order", flat=True))
    assert live(desk, "sentiment:negative", orders) == []
    assert live(desk, "-sentiment:negative", orders) == []
    assert live(desk, "furchtbar", orders) == ["1"]
    annotate_all()
    noted = frozenset(orders)
    assert live(desk, "sentiment:negative", orders, noted) == ["1"]
    assert live(desk, "-sentiment:negative", orders, noted) == ["2"]
    assert live(desk, "furchtbar", orders, noted) == []
    scope = scope_of(desk.clara)
    for expression, wanted in (("sentiment:negative", ["1"]), ("-sentiment:negative", ["2"])):
        tree = parse(expression, narrows=True)
        page = finding.find(tree, most=9, scope=scope)
        assert [post.uri.rpartition("/")[2] for post in page.posts] == wanted


def test_a_language_that_is_noted_wins_and_else_the_networks_counts(desk: Desk) -> None:
    """`2` is surely German whatever its network says; `3` is Austrian German for the network alone."""
    german = f"{ANGRY}, und das seit heute morgen"
    told = {"1": (german, None), "2": (german, "en"), "3": (german, "de-AT"), "4": ("Ok.", "fr-CA")}
    for name, (text, language) in told.items():
        hear(desk.channel, said(name, text, language=language))
    before = {"lang:de": ["3"], "lang:en": ["2"], "lang:de-at": ["3"], "lang:fr": ["4"]}
    noted = {"lang:de": ["3", "2", "1"], "lang:en": [], "lang:de-at": ["3"], "lang:fr": ["4"]}
    orders = list(Mention.objects.values_list("order", flat=True))
    assert {query: sorted(found_narrow(query)) for query in before} == before
    assert {query: live(desk, query, orders) for query in before} == {query: [] for query in before}
    annotate_all()
    assert {query: sorted(found_narrow(query))[::-1] for query in noted} == noted
    assert {query: live(desk, query, orders)[::-1] for query in noted} == noted
    understanding.switch("language", desk.clara, on=False)
    assert {query: sorted(found_narrow(query)) for query in before} == before


def test_nobody_says_what_a_post_lacks_before_it_is_noted(desk: Desk) -> None:
    first = said("1", ANGRY)
    hear(desk.channel, first, said("2", GLAD, OTTO))
    lacking = ("-sentiment:negative", "das -intent:complaint", "(das -reason:price) OR sentiment:negative")
    assert [found_narrow(query) for query in lacking] == [[], [], []]
    annotate_all()
    assert [sorted(found_narrow(query)) for query in lacking] == [["2"], ["2"], ["1", "2"]]
    hear(desk.channel, edited(first, GLAD, timedelta(seconds=10)))
    assert found_narrow("das -reason:price") == ["2", "1"]  # what was noted stands until it is read again


def found_narrow(query: str) -> list[str]:
    tree = parse(query, narrows=True)
    return [post.uri.rpartition("/")[2] for post in finding.find(tree, most=50).posts]


def test_an_alarm_on_what_posts_lack_waits_for_their_notes(desk: Desk) -> None:
    query = queries.save(desk.clara, "No anger", "das -sentiment:negative")
    alarm = alarming.draft(
        desk.clara,
        alarming.Wanted(name="No anger", of=AlarmOf.QUERY, span_s=3600, least_count=1, query=query),
    )
    hear(desk.channel, said("1", ANGRY), said("2", GLAD, OTTO))
    assert counted(alarm) == 0
    annotate_all()
    assert counted(alarm) == 1


def counted(alarm: Alarm) -> int:
    figure = alarming.figure(alarm, timezone.now())
    assert figure is not None
    return figure.count


NOTED = (
    "sentiment:negative",
    "sentiment:unsure",
    "intent:complaint",
    "reason:delay",
    "about:us",
    "about:others",
    "lang:de",
    "lang:de-at",
    "lang:en",
    "urgency:normal",
    "urgency:safety",
    "private:any",
    "private:phone",
    "private:email",
    "form:du",
    "form:none",
)
LANGUAGES = (None, "en", "de-AT", "de", "fr-CA")  # as networks name them
asked = st.tuples(st.sampled_from(["", "-"]), st.sampled_from([*NOTED, "furchtbar", "polarlicht"])).map(
    "".join
)
expressions = st.lists(st.lists(asked, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3).map(
    lambda ways: " OR ".join(f"({way})" for way in ways)
)


@settings_of(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(expressions, min_size=4, max_size=9),
    st.sets(st.sampled_from(["sentiment", "reason", "language", "urgency", "private_data", "address_form"])),
)
def test_search_and_columns_agree_with_what_a_query_means(
    desk: Desk, queries: list[str], off: set[str]
) -> None:
    with transaction.atomic():
        texts = (
            ANGRY,
            GLAD,
            "Das Polarlicht, furchtbar schön",
            "Hilfst du? 0171 2345678",
            "Nordlicht, grundlos verspätet",
        )
        hear(
            desk.channel,
            *[
                said(f"q{n}", text, at=NOON - timedelta(minutes=n), language=language)
                for n, (text, language) in enumerate(zip(texts, LANGUAGES, strict=True))
            ],
        )
        annotate_all()
        for kind in off:
            understanding.switch(kind, desk.clara, on=False)
        posts = arrivals.read(list(Mention.objects.values_list("order", flat=True)))
        for query in queries:
            tree = parse(query, narrows=True)
            wanted = [post.uri for post in reversed(posts) if satisfies(tree, post.what)]
            assert [post.uri for post in finding.find(tree, most=9).posts] == wanted, query
            found = arrivals.Sorter([shape := shapes.Shape(tree, finding.ANYWHERE)]).sort(posts)
            assert [post.uri for post in reversed(found.get(shape, []))] == wanted, query
        transaction.set_rollback(True)
