"""The response report against an independent computation in plain Python, on real recorded conversations.

`expected` uses nothing of the product: its own CSV reading, clocks, medians and intervals.
"""

from __future__ import annotations

import csv
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from resonanz.case import Matter
from resonanz.desk import care, projection, reading_promises, responses, understanding
from resonanz.desk.archive import import_conversations
from resonanz.desk.commands import run
from resonanz.desk.events import happen
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Annotation, Brand, Conversation, Mention, SlaPolicy
from resonanz.desk.storage import to_ms
from resonanz.study import parse_within
from tests.cast import MIA, NOON, OTTO, PERIODS, US, Desk, conversation_of, hear, said
from tests.fake import World
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
WITHIN = {"15m": 900, "1h": 3600, "12h": 43200}
Row = dict[str, str]


def quiet(_done: int, _whole: int) -> None:
    """No progress bar in a test."""


@pytest.fixture
def policy() -> None:
    """Monday to Friday, 8 to 20 o'clock in Berlin, without public holidays."""
    SlaPolicy.objects.create(
        brand=Brand.objects.create(name="Nordlicht"), periods=PERIODS, zone="Europe/Berlin", country=""
    )


def read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def write(file: Path, rows: Iterable[Row]) -> Path:
    rows = list(rows)
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def moment(row: Row) -> datetime:
    at = datetime.fromisoformat(row["time_utc"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def service_s(start: datetime, end: datetime) -> float:
    """Seconds of opening between two instants, day by day, on the wall clock of Berlin."""
    total = 0.0
    day = start.astimezone(BERLIN).date()
    while day <= end.astimezone(BERLIN).date():
        if day.weekday() < 5:
            opens = datetime(day.year, day.month, day.day, 8, tzinfo=BERLIN).timestamp()
            shuts = datetime(day.year, day.month, day.day, 20, tzinfo=BERLIN).timestamp()
            total += max(0.0, min(shuts, end.timestamp()) - max(opens, start.timestamp()))
        day = date.fromordinal(day.toordinal() + 1)
    return total


def percentile(values: list[float], p: float) -> float | None:
    """Linear interpolation between the closest ranks."""
    if not values:
        return None
    values = sorted(values)
    rank = (len(values) - 1) * p
    low, high = math.floor(rank), math.ceil(rank)
    return values[low] + (values[high] - values[low]) * (rank - low)


def wilson(k: int, n: int) -> tuple[float | None, float | None]:
    if n == 0:
        return None, None
    z, p = 1.959964, k / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


def expected(rows: list[Row], by: str | None = None) -> list[dict[str, Any]]:
    """The whole report, computed the plain way."""
    cases: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        cases[(row["company"], row["conversation"])].append(row)
    waits: dict[str, list[tuple[float, float] | None]] = defaultdict(list)
    more: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (company, _), turns in cases.items():
        turns.sort(key=lambda row: (moment(row), int(row["turn"])))
        asked = next((i for i, row in enumerate(turns) if row["direction"] == "in"), None)
        if asked is None:
            continue
        began = moment(turns[asked])
        answers = [
            moment(row)
            for row in turns[asked:]
            if row["direction"] == "out" and row.get("kind", "") in {"", "human"}
        ]
        year, week, _ = began.astimezone(BERLIN).isocalendar()
        group = {
            None: "all",
            "company": company,
            "network": "archive",
            "channel": f"archive {company}",
            "week": f"{year}-W{week:02}",
        }[by]
        took = ((answers[0] - began).total_seconds(), service_s(began, answers[0])) if answers else None
        waits[group].append(took)
        more[group].append(besides(turns))
    return [_figures(group, waits[group]) | _besides(more[group]) for group in sorted(waits)]


def besides(turns: list[Row]) -> dict[str, Any]:
    """What one recorded conversation adds beside its first answer: who spoke, and each stretch of waiting."""
    spoke = {row.get("kind", "") or "human" for row in turns if row["direction"] == "out"}
    since: datetime | None = None
    ended: list[float] = []
    begun = 0
    for row in turns:
        if row["direction"] == "in" and since is None:
            since, begun = moment(row), begun + 1
        elif row["direction"] == "out" and row.get("kind", "") in {"", "human"} and since is not None:
            ended.append((moment(row) - since).total_seconds())
            since = None
    return {"spoke": spoke, "begun": begun, "ended": ended}


def _besides(cases: list[dict[str, Any]]) -> dict[str, Any]:
    def with_kind(kind: str) -> int:
        return sum(kind in case["spoke"] for case in cases)

    ended = [wait for case in cases for wait in case["ended"]]
    return {
        "human": with_kind("human"),
        "acknowledged": with_kind("acknowledgement"),
        "automatic": with_kind("automatic"),
        "reacted": 0,
        "dismissed": 0,
        "reopened": 0,
        "turns": sum(case["begun"] for case in cases),
        "turns_answered": len(ended),
        "turn_median_s": percentile(ended, 0.5),
        "turn_p90_s": percentile(ended, 0.9),
        "promises_kept": 0,
        "promises_broken": 0,
        "promises_moved": 0,
    }


def _figures(group: str, waits: list[tuple[float, float] | None]) -> dict[str, Any]:
    calendar = [wait[0] for wait in waits if wait]
    service = [wait[1] for wait in waits if wait]
    low, high = wilson(len(calendar), len(waits))
    return {
        "group": group,
        "conversations": len(waits),
        "answered": len(calendar),
        "response_rate": len(calendar) / len(waits),
        "response_rate_low": low,
        "response_rate_high": high,
        "median_s": percentile(calendar, 0.5),
        "p90_s": percentile(calendar, 0.9),
        "service_median_s": percentile(service, 0.5),
        "service_p90_s": percentile(service, 0.9),
        "within": {label: sum(w <= s for w in calendar) / len(waits) for label, s in WITHIN.items()},
    }


def compare(rows: list[Row]) -> None:
    """The product's report equals the plain one, whole and in every grouping."""
    within = parse_within("15m,1h,12h")
    for by in (None, "company", "channel", "network", "week"):
        got, should = responses.response_rows(by=by, within=within), expected(rows, by)
        assert [row["group"] for row in got] == [row["group"] for row in should]
        for mine, plain in zip(got, should, strict=True):
            assert list(mine) == list(plain)
            for name, value in plain.items():
                if isinstance(value, (dict, float)):
                    assert mine[name] == pytest.approx(value, rel=1e-9, abs=1e-9), (by, plain["group"], name)
                else:
                    assert mine[name] == value, (by, plain["group"], name)


def test_report_of_real_conversations_equals_the_independent_computation(policy: None) -> None:
    file = shared_data("care_conversations") / "conversations.csv"
    done = import_conversations(file, quiet)
    rows = read(file)
    assert (done.turns_count, done.known_count) == (len(rows), 0)
    compare(rows)
    whole = responses.response_rows(by=None, within=parse_within("15m,1h,12h"))[0]
    assert whole["answered"] == whole["conversations"] == 525
    assert import_conversations(file, quiet).turns_count == 0


def derived(rows: list[Row]) -> list[Row]:
    """A harder file: 60 % of the cases lose their replies, 12 % are answered within 12 hours, and more."""
    chance = random.Random(2010)
    names = sorted({row["conversation"] for row in rows})
    chance.shuffle(names)
    silent = set(names[: round(len(names) * 0.60)])
    quick = set(names[len(silent) : len(silent) + round(len(names) * 0.12)])
    asked: dict[str, datetime] = {}
    for row in rows:
        if row["direction"] == "in":
            asked.setdefault(row["conversation"], moment(row))
    kept = []
    for row in rows:
        name = row["conversation"]
        if row["direction"] == "out" and name in silent:
            continue
        changed = dict(row, kind="")
        if row["direction"] == "out":
            wait = chance.uniform(60, 43_000) if name in quick else chance.uniform(43_300, 900_000)
            changed["time_utc"] = (asked[name] + timedelta(seconds=round(wait))).strftime("%Y-%m-%dT%H:%M:%S")
        kept.append(changed)
    return kept + special_cases()


def special_cases() -> list[Row]:
    """The cases that go wrong easily."""

    def turn(case: str, number: int, direction: str, at: str, kind: str = "") -> Row:
        author = "Fjord" if direction == "out" else f"gast_{case}"
        return {
            "conversation": case,
            "company": "Fjord",
            "turn": str(number),
            "direction": direction,
            "time_utc": at,
            "author": author,
            "text": f"{case} {number}",
            "kind": kind,
        }

    return [
        turn("we_began", 0, "out", "2020-05-04T09:00:00"),
        turn("we_began", 1, "in", "2020-05-04T09:30:00"),
        turn("we_began", 2, "out", "2020-05-04T10:00:00"),
        turn("only_we_spoke", 0, "out", "2020-05-04T09:00:00"),
        turn("same_second", 0, "in", "2020-05-05T12:00:00"),
        turn("same_second", 1, "out", "2020-05-05T12:00:00"),
        turn("same_second_turned", 0, "out", "2020-05-05T12:00:00"),
        turn("same_second_turned", 1, "in", "2020-05-05T12:00:00"),
        turn("automatic_only", 0, "in", "2020-05-06T08:00:00+02:00"),
        turn("automatic_only", 1, "out", "2020-05-06T08:00:05+02:00", "automatic"),
        turn("automatic_then_human", 0, "in", "2020-05-06T08:00:00+02:00"),
        turn("automatic_then_human", 1, "out", "2020-05-06T08:00:05+02:00", "automatic"),
        turn("automatic_then_human", 2, "out", "2020-05-06T08:01:00+02:00", "acknowledgement"),
        turn("automatic_then_human", 3, "out", "2020-05-06T09:30:00+02:00", "human"),
        turn("left_open", 0, "in", "2020-05-07T08:00:00"),
        turn("left_open", 1, "out", "2020-05-07T09:00:00"),
        turn("left_open", 2, "in", "2020-05-07T10:00:00"),
        turn("spring_night", 0, "in", "2020-03-28T22:30:00"),
        turn("spring_night", 1, "out", "2020-03-30T06:30:00"),
        turn("autumn_night", 0, "in", "2020-10-23T17:45:00"),
        turn("autumn_night", 1, "out", "2020-10-26T07:30:00"),
        turn("sunday_week", 0, "in", "2020-05-10T22:30:00"),
    ]


def test_report_of_a_hard_file_equals_the_independent_computation(policy: None, tmp_path: Path) -> None:
    rows = derived(read(shared_data("care_conversations") / "conversations.csv"))
    import_conversations(write(tmp_path / "hard.csv", rows), quiet)
    compare(rows)
    whole = responses.response_rows(by=None, within=parse_within("12h"))[0]
    assert whole["conversations"] == 525 + 9
    never = 1 - float(whole["response_rate"])  # type: ignore[arg-type]
    assert never == pytest.approx(0.60, abs=0.01)
    assert whole["within"]["12h"] == pytest.approx(0.13, abs=0.01)  # type: ignore[index]


def test_special_cases_one_by_one(policy: None, tmp_path: Path) -> None:
    rows = special_cases()
    import_conversations(write(tmp_path / "special.csv", rows), quiet)
    compare(rows)
    answers = {
        Conversation.objects.get(pk=number).thread.root_uri.rpartition(":")[2]: seconds
        for number, seconds in _seconds()
    }
    assert answers == {
        "we_began": 1800.0,
        "same_second": 0.0,
        "same_second_turned": None,
        "automatic_only": None,
        "automatic_then_human": 5400.0,
        "left_open": 3600.0,
        "spring_night": 32 * 3600.0,
        "autumn_night": 61.75 * 3600,
        "sunday_week": None,
    }


def _seconds() -> list[tuple[int, float | None]]:
    """Each conversation's waiting time, by asking the report for one week, company and case at a time."""
    found = []
    everything = list(responses.heard())
    numbers = Conversation.objects.filter(mentions__incoming=True).distinct().order_by("pk")
    for conversation, item in zip(numbers, everything, strict=True):
        found.append((conversation.pk, item.response.seconds))
    return found


def test_curve_counts_unanswered_as_still_waiting_at_the_archives_end(policy: None, tmp_path: Path) -> None:
    rows = special_cases()
    import_conversations(write(tmp_path / "special.csv", rows), quiet)
    told = responses.waiting_curve(datetime(2030, 1, 1, tzinfo=UTC))
    ends = max(moment(row) for row in rows)
    waits = expected_waits(rows, ends)
    share, at_risk_steps = 1.0, []
    for at in sorted({wait for wait, answered in waits if answered}):
        at_risk = sum(wait >= at for wait, _ in waits)
        share *= 1 - sum(wait == at and answered for wait, answered in waits) / at_risk
        at_risk_steps.append((at, share, at_risk))
    assert told.until_s == sorted(wait for wait, _ in waits)[-5]
    known = [step for step in at_risk_steps if step[0] <= told.until_s]
    assert [(s.at_s, s.at_risk) for s in told.steps] == [(at, at_risk) for at, _, at_risk in known]
    assert [s.unanswered for s in told.steps] == pytest.approx([share for _, share, _ in known])


def expected_waits(rows: list[Row], ends: datetime) -> list[tuple[float, bool]]:
    cases: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        cases[row["conversation"]].append(row)
    waits = []
    for turns in cases.values():
        turns.sort(key=lambda row: (moment(row), int(row["turn"])))
        asked = next((i for i, row in enumerate(turns) if row["direction"] == "in"), None)
        if asked is None:
            continue
        answers = [moment(r) for r in turns[asked:] if r["direction"] == "out" and r["kind"] in {"", "human"}]
        until = answers[0] if answers else ends
        waits.append(((until - moment(turns[asked])).total_seconds(), bool(answers)))
    return waits


def test_an_empty_desk_reports_nothing_but_zeroes(policy: None) -> None:
    (row,) = responses.response_rows(by=None, within=parse_within("1h"))
    assert row == {
        "group": "all",
        "conversations": 0,
        "answered": 0,
        "response_rate": None,
        "response_rate_low": None,
        "response_rate_high": None,
        "median_s": None,
        "p90_s": None,
        "service_median_s": None,
        "service_p90_s": None,
        "within": {"1h": None},
        **_besides([]),
    }
    assert responses.response_rows(by="week", within=parse_within("1h")) == []
    with pytest.raises(ValueError, match="expected one of company"):
        responses.response_rows(by="agent", within=())


def note(name: str, sentiment: str, *intents: str, reason: str = "") -> None:
    """Note of a post what it sounds like and wants."""
    Annotation.objects.update_or_create(
        mention=Mention.objects.get(uri__endswith=f"/{name}"),
        defaults={
            "at": timezone.now(),
            "sentiment": sentiment,
            "reason": reason,
            "intents": json.dumps(dict.fromkeys(intents, 900)) if intents else "",
        },
    )


@pytest.fixture
def three_began(desk: Desk) -> Desk:
    """Ada was angry in her second post, then answered; Otto only after his answer; Mia gives thanks."""
    later = NOON + timedelta(minutes=1)
    ada, otto, mia = said("a1", "Hm?"), said("o1", "Geht das?", OTTO), said("m1", "Danke!", MIA)
    hear(desk.channel, ada, said("a2", "So ein Mist", to=ada, at=later), otto, mia)
    hear(desk.channel, said("a3", "Hier!", US, at=NOON + timedelta(minutes=30), to=ada))
    hear(desk.channel, said("o2", "Ja!", US, at=later, to=otto))
    hear(desk.channel, said("o3", "Von wegen", OTTO, at=NOON + timedelta(minutes=2), to=otto))
    reasons = {"a2": "delay", "o1": "delay", "o3": "price"}
    for name, *labels in (
        ("a1", "neutral", "question"),
        ("a2", "negative", "complaint", "data_protection"),
        ("o1", "positive", "question"),
        ("o3", "negative", "complaint"),
        ("m1", "positive", "thanks"),
    ):
        note(name, *labels, reason=reasons.get(name, "none"))
    return desk


@pytest.mark.parametrize(
    ("sentiment", "intent", "conversations", "answered", "median_s"),
    [
        ("", "", 3, 2, 930),
        ("negative", "", 1, 1, 1800),
        ("positive", "", 2, 1, 60),
        ("", "question", 2, 2, 930),
        ("", "data_protection", 1, 1, 1800),
        ("negative", "complaint", 1, 1, 1800),
        ("neutral", "complaint", 0, 0, None),  # both, and in different posts
        ("", "spam", 0, 0, None),
    ],
)
def test_only_what_began_so_counts(
    three_began: Desk, sentiment: str, intent: str, conversations: int, answered: int, median_s: float | None
) -> None:
    which = responses.Which(sentiment=sentiment, intent=intent)
    (row,) = responses.response_rows(by=None, within=[("1h", 3600.0)], which=which)
    assert (row["conversations"], row["answered"], row["median_s"]) == (conversations, answered, median_s)
    assert len(list(responses.heard(which))) == conversations
    nowhere = responses.Which(frozenset(), sentiment, intent)
    assert responses.response_rows(by="week", within=[], which=nowhere) == []


def test_only_what_was_written_for_a_reason_counts(
    three_began: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for which, conversations in (
        (responses.Which(reason="delay"), 2),
        (responses.Which(reason="delay", sentiment="negative"), 1),
        (responses.Which(reason="price"), 0),  # said after the answer
    ):
        (row,) = responses.response_rows(by=None, within=[], which=which)
        assert row["conversations"] == conversations
    assert run(["report", "responses", "--json", "--reason", "delay"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["conversations"] == 2
    assert run(["report", "responses", "--reason", "weather"]) == 2
    assert "--reason: there is no 'weather'; expected one of delivery, " in capsys.readouterr().err
    understanding.switch("reason", three_began.clara, on=False)
    assert run(["report", "responses", "--reason", "delay"]) == 2
    assert "--reason: this is switched off" in capsys.readouterr().err


def test_the_command_narrows_by_what_is_noted(three_began: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "responses", "--json", "--sentiment", "negative", "--intent", "complaint"]
    assert run(asked) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["conversations"], "waiting" in row) == (1, False)
    understanding.switch("sentiment", three_began.clara, on=False)
    assert run(asked) == 2
    assert "--sentiment: this is switched off" in capsys.readouterr().err
    assert run(["report", "responses", "--json", "--intent", "complaint"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["conversations"] == 1
    with pytest.raises(SystemExit):
        run(["report", "responses", "--sentiment", "grumpy"])


def test_the_command_prints_json_csv_and_a_table(
    policy: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_conversations(write(tmp_path / "special.csv", special_cases()), quiet)
    capsys.readouterr()
    assert run(["report", "responses", "--by", "company", "--within", "30m,2h", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["group"], row["conversations"], row["within"]) == ("Fjord", 9, {"30m": 2 / 9, "2h": 4 / 9})
    assert run(["report", "responses", "--csv"]) == 0
    header, line = capsys.readouterr().out.splitlines()
    assert header.split(",")[-3:] == ["within_15m", "within_1h", "within_12h"]
    assert line.split(",")[:3] == ["all", "9", "6"]
    assert run(["report", "responses"]) == 0
    assert "66.7 %" in capsys.readouterr().out
    assert run(["report", "responses", "--within", "soon"]) == 2
    assert "--within" in capsys.readouterr().err


# What is no answer, on a desk that lives ---------------------------------------------------------


@pytest.fixture
def lively(desk: Desk, fake: World) -> Desk:
    """Ten people whose matters went ten ways; the comments say what each adds to the report."""
    now = timezone.now().replace(microsecond=0) - timedelta(hours=6)
    SlaPolicy.objects.update(periods={str(day): [[0, 1440]] for day in range(7)}, country="")
    people = {
        name: replace(MIA, uid=f"{MIA.uid}/{name}", name=name, handle=f"{name}@social.example")
        for name in "abcdefghij"
    }
    asked = {name: said(name, f"Frage von {name}", person, at=now) for name, person in people.items()}
    hear(desk.channel, *asked.values())
    case = {name: conversation_of(question) for name, question in asked.items()}

    def spoke(name: str, number: int, minutes: int, kind: int = 0) -> None:
        post = said(f"{name}{number}", "Antwort", US, to=asked[name], at=now + timedelta(minutes=minutes))
        with transaction.atomic():
            heard_at = post.post.posted_at + timedelta(seconds=30)
            store(desk.channel, [post], Arrival(heard_at=heard_at, kinds={post.post.uri: kind}))

    def again(name: str, number: int, minutes: int) -> None:
        at = now + timedelta(minutes=minutes)
        hear(desk.channel, said(f"{name}{number}", "Noch was", people[name], to=asked[name], at=at))

    def promised(name: str, made: int, until: int) -> None:
        with transaction.atomic():
            facts = {"until": to_ms(now + timedelta(minutes=until)), "told": 1}
            happen("promised", now + timedelta(minutes=made), conversation=case[name].pk, **facts)

    spoke("a", 1, 30)  # answered after 30 minutes
    again("a", 2, 60)
    again("a", 3, 70)
    spoke("a", 4, 80)  # a second turn, after 20 minutes
    spoke("b", 1, 5, kind=1)  # acknowledged only, and the promise was kept by nobody
    promised("b", 5, 90)
    promised("c", 10, 60)
    promised("c", 50, 240)  # moved in time
    spoke("c", 1, 200)  # and kept
    promised("d", 10, 60)
    spoke("d", 1, 120)  # answered, but too late: broken
    spoke("e", 1, 1, kind=2)  # an automatic answer only
    care.resolve(case["f"], desk.anna, care.Dismissal.SPAM)  # dismissed
    care.resolve(case["g"], desk.anna, care.Dismissal.ABUSE)
    care.reopen(case["g"], desk.anna)  # that was taken back: not dismissed, not reopened
    for name, matter in (("h", Matter.PRAISE), ("i", Matter.COMPLAINT)):
        with transaction.atomic():
            happen("sorted", now, conversation=case[name].pk, matter=int(matter))
            at, order = to_ms(now + timedelta(minutes=40)), Mention.objects.get(uri=asked[name].post.uri).pk
            happen("reacted", now, conversation=case[name].pk, mention=order, at=at)
    again("h", 1, 50)  # after the favourite, praise goes on with a question that still waits
    spoke("j", 1, 10)
    care.resolve(case["j"], desk.anna)
    hear(  # the customer came back about it
        desk.channel,
        said("j2", "Doch nicht", people["j"], to=asked["j"], at=timezone.now() - timedelta(minutes=1)),
    )
    assert projection.differences() == []
    return desk


def test_what_is_no_answer_has_columns_of_its_own(lively: Desk) -> None:
    (row,) = responses.response_rows(by=None, within=parse_within("45m"))
    minutes = sorted([30, 20, 200, 120, 40, 10])
    assert {name: row[name] for name in ("conversations", "answered", *responses.FLAT[10:])} == {
        "conversations": 10,
        "answered": 5,  # a, c, d, j by words and h by a favourite
        "human": 4,
        "acknowledged": 1,
        "automatic": 1,
        "reacted": 1,
        "dismissed": 1,
        "reopened": 1,
        "turns": 13,  # one each; a, h and j asked again
        "turns_answered": 6,
        "turn_median_s": 60 * percentile([float(m) for m in minutes], 0.5),  # type: ignore[operator]
        "turn_p90_s": pytest.approx(60 * percentile([float(m) for m in minutes], 0.9)),  # type: ignore[operator]
        "promises_kept": 1,
        "promises_broken": 2,
        "promises_moved": 1,
    }
    assert row["within"] == {"45m": 0.3}


def test_who_owes_what_is_shown_to_leads_with_the_open_ones_first(lively: Desk) -> None:
    found = reading_promises.broken(lively.clara, timezone.now() - timedelta(days=1))
    assert [(one.conversation.customer.name, one.made_good_at is None) for one in found] == [
        ("b", True),
        ("d", False),
    ]
    assert reading_promises.broken(lively.clara, timezone.now()) == []
    counted = {c.customer.name: reading_promises.to_customer(c) for c in Conversation.objects.all()}
    assert {name: fates for name, fates in counted.items() if fates} == {
        "b": {"broken": 1},
        "c": {"moved": 1, "kept": 1},
        "d": {"broken": 1},
    }


def test_a_promise_that_runs_is_in_no_column(lively: Desk) -> None:
    talk = Conversation.objects.get(customer__name="a")
    care.promise(talk, lively.anna, timezone.now() + timedelta(hours=1))
    (row,) = responses.response_rows(by=None, within=parse_within("45m"))
    assert (row["promises_kept"], row["promises_broken"], row["promises_moved"]) == (1, 2, 1)
    assert reading_promises.to_customer(talk) == {"open": 1}
