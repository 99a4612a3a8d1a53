"""The commands that look at words: their exact answers, their refusals, and that they leave no trace."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from resonanz.desk.wording import guard_advice
from resonanz.guards import Problem

USUAL = {**os.environ, "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings"}


def resonanz(home: Path, *words: str, given: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "resonanz.desk", *words],
        env={**USUAL, "RESONANZ_HOME": str(home)},
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        timeout=120,
    )


def rows(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def checked(home: Path, *words: str, text: str, given: str = "") -> dict[str, object]:
    (row,) = rows(resonanz(home, "compose", "check", "--text", text, "--json", *words, given=given))
    return row


def advice(kind: str, text: str, /, **facts: int | str) -> str:
    """In German, the usual language of a desk, as tests have it too."""
    return guard_advice(Problem(kind, hard=False, start=0, end=0, text=text, facts=facts))


def test_a_text_is_counted_and_looked_at(tmp_path: Path) -> None:
    home = tmp_path / "none"
    text = "Schick uns das an bahn.de/x, wir rufen Sie unter 030 23125 123 an"
    mixed = advice("address_form", "", expected="sie", found="mixed")
    form = {"kind": "address_form", "hard": False, "start": 0, "end": 6, "text": "Schick", "advice": mixed}
    phone = {
        "kind": "private_data",
        "hard": True,
        "start": 49,
        "end": 62,
        "text": "030 23125 123",
        "advice": advice("private_data", "", kind="phone"),
    }
    public = checked(home, "--network", "x", "--voice", "sie", "--public", text=text)
    assert public == {
        "length": 79,
        "limit": 280,
        "fits": True,
        "parts": [text],
        "problems": [phone, form],
    }
    assert public == checked(home, "--network", "x", "--voice", "sie", text=text)
    direct = checked(home, "--network", "bluesky", "--voice", "sie", "--direct", text=text)
    assert direct == {"length": 65, "limit": 300, "fits": True, "parts": [text], "problems": [form]}
    assert not home.exists()


def test_what_does_not_fit_comes_in_parts(tmp_path: Path) -> None:
    told = advice("too_long", "", length=560, limit=280, unit="weighted")
    whole = "🙂" * 280
    assert checked(tmp_path, "--network", "x", text=whole) == {
        "length": 560,
        "limit": 280,
        "fits": False,
        "parts": ["🙂" * 140, "🙂" * 140],
        "problems": [
            {"kind": "too_long", "hard": False, "start": 0, "end": 280, "text": whole, "advice": told}
        ],
    }
    assert "280" in told


def test_bytes_and_empty_texts_and_an_address_that_is_too_long(tmp_path: Path) -> None:
    family = "👨‍👩‍👧" * 200
    row = checked(tmp_path, "--network", "bluesky", text=family)
    assert (row["length"], row["fits"], row["parts"]) == (200, False, [family[: 166 * 5], family[166 * 5 :]])
    assert row["problems"][0]["advice"] == advice("too_long", "", length=3600, limit=3000, unit="bytes")  # type: ignore[index]
    empty = checked(tmp_path, "--network", "mastodon", text="")
    assert (empty["length"], empty["fits"], empty["parts"]) == (0, True, [])
    assert [problem["kind"] for problem in empty["problems"]] == ["empty"]  # type: ignore[attr-defined]
    link = "https://a.example/" + "x" * 400
    assert checked(tmp_path, "--network", "bluesky", text=link)["parts"] == [link]


def test_hostile_and_right_to_left_text_stays_text(tmp_path: Path) -> None:
    text = "<script>alert('x')</script> \u202eשלום & \"\\\u2028"
    row = checked(tmp_path, "--network", "mastodon", "--voice", "du", text="-", given=text)
    assert row == {
        "length": len(text),
        "limit": 500,
        "fits": True,
        "parts": [text.strip()],
        "problems": [
            {
                "kind": "markup",
                "hard": False,
                "start": 0,
                "end": 8,
                "text": "<script>",
                "advice": advice("markup", "<script>"),
            }
        ],
    }


def worked_s() -> float:
    """Return how long the processor has worked for the commands that ended: however busy the machine is."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_five_megabytes_are_too_long_at_once(tmp_path: Path) -> None:
    begun = worked_s()
    row = checked(tmp_path, "--network", "x", text="-", given="Wo ist mein Zug? " * 300_000)
    assert worked_s() - begun < 30
    assert (row["length"], row["fits"], row["parts"]) == (5_100_000, False, [])
    assert [problem["kind"] for problem in row["problems"]] == ["too_long"]  # type: ignore[attr-defined]


def test_a_person_reads_words(tmp_path: Path) -> None:
    done = resonanz(
        tmp_path, "compose", "check", "--network", "x", "--text", "Wir rufen Sie unter 030 23125 123 an!!!"
    )
    assert done.stdout.decode() == (
        "39 of 280: fits\n"
        f"stop  private_data: {advice('private_data', '', kind='phone')}\n"
        f"hint  repeated_punctuation: {advice('repeated_punctuation', '!!!')}\n"
    )
    forms = resonanz(tmp_path, "address-form", given="a\tDanke dir und danke euch.\nb\tDanke.\n")
    assert forms.stdout.decode() == "a\tdu\tdir, euch\nb\tnone\t\n"
    found = resonanz(tmp_path, "private-data", given="a\tRuf 030 23125 123 an\nb\tDanke.\n")
    assert found.stdout.decode() == "a\tphone 030 23125 123\nb\t–\n"


def test_address_forms_line_by_line(tmp_path: Path) -> None:
    given = "\ufeff1\tDanke Ihnen und Ihrem Team.\r\nzwei\tDanke\tdir\n\t\n4\tDanke euch!"
    assert rows(resonanz(tmp_path / "none", "address-form", "--json", given=given)) == [
        {
            "id": "1",
            "form": "sie",
            "evidence": [
                {"form": "sie", "start": 6, "end": 11, "text": "Ihnen"},
                {"form": "sie", "start": 16, "end": 21, "text": "Ihrem"},
            ],
        },
        {"id": "zwei", "form": "du", "evidence": [{"form": "du", "start": 6, "end": 9, "text": "dir"}]},
        {"id": "", "form": "none", "evidence": []},
        {"id": "4", "form": "du", "evidence": [{"form": "du", "start": 6, "end": 10, "text": "euch"}]},
    ]
    incoming = resonanz(tmp_path, "address-form", "--direction", "in", "--json", given="4\tDanke euch!\n")
    assert rows(incoming) == [{"id": "4", "form": "none", "evidence": []}]
    assert not (tmp_path / "none").exists()


def test_private_data_line_by_line(tmp_path: Path) -> None:
    given = "a\tBestellnummer 4711-0815, Tel. 030 23125 123\nb\tICE 578 um 14:05\x0b\u2028\n"
    assert rows(resonanz(tmp_path / "none", "private-data", "--json", given=given)) == [
        {
            "id": "a",
            "found": [
                {"kind": "order_number", "start": 14, "end": 23},
                {"kind": "phone", "start": 30, "end": 43},
            ],
        },
        {"id": "b", "found": []},
    ]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", ["address-form", "private-data"])
def test_ten_thousand_lines_take_seconds(tmp_path: Path, command: str) -> None:
    text = "Hallo Jule, danke dir! Ruf uns unter 0800 1234567 an, wir prüfen deine Bestellung 4711-0815 gern."
    begun = worked_s()
    done = rows(resonanz(tmp_path, command, "--json", given="".join(f"{n}\t{text}\n" for n in range(10_000))))
    assert [row["id"] for row in done] == [str(n) for n in range(10_000)]
    assert worked_s() - begun < 60


@pytest.mark.parametrize("command", ["address-form", "private-data"])
@pytest.mark.parametrize(
    ("second", "told"),
    [
        (b"no tab", "line 2: expected an id, a tab and a text; there is no tab"),
        (b"", "line 2: expected an id, a tab and a text; there is no tab"),
        (b"b\t\xff", "line 2: byte 3 is not UTF-8; expected text in UTF-8"),
    ],
)
def test_a_bad_line_is_named_after_the_good_ones(
    tmp_path: Path, command: str, second: bytes, told: str
) -> None:
    done = resonanz(tmp_path, command, "--json", given=b"a\tDanke\n" + second + b"\nc\tDanke\n")
    assert (done.returncode, done.stderr.decode()) == (2, f"resonanz: {told}\n")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a"]


def test_lines_are_answered_as_they_come(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "resonanz.desk", "private-data", "--json"],
        env={**USUAL, "RESONANZ_HOME": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for name in ("a", "b"):
            running.stdin.write(f"{name}\tDanke\n".encode())
            running.stdin.flush()
            assert json.loads(running.stdout.readline()) == {"id": name, "found": []}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--network", "myspace", "--text", "a"], "invalid choice: 'myspace'"),
        (["--network", "x"], "the following arguments are required: --text"),
        (["--network", "x", "--text", "a", "--public", "--direct"], "not allowed with argument --public"),
        (["--network", "x", "--text", b"a\xff"], "--text: character 2 is not UTF-8; expected text in UTF-8"),
    ],
)
def test_words_that_cannot_be_used_end_with_two(tmp_path: Path, words: list[str], told: str) -> None:
    done = resonanz(tmp_path, "compose", "check", "--json", *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert told in done.stderr.decode()


def test_every_problem_has_a_sentence() -> None:
    facts: dict[str, int | str] = {"length": 5, "limit": 4, "unit": "characters"}
    kinds = "empty too_long forbidden_word names_other link_shortener shouting repeated_punctuation markup"
    told = {kind: advice(kind, "x" * 50 if kind == "markup" else "wort", **facts) for kind in kinds.split()}
    told["placeholder"] = advice("placeholder", "{name}")
    for datum in ("phone", "iban", "email", "card", "address", "order_number", "customer_number"):
        told[datum] = advice("private_data", "", kind=datum)
    for form in ("du", "sie", "none"):
        told[form] = advice("address_form", "", expected=form, found="mixed")
    assert len(set(told.values())) == len(told)
    assert "x" * 39 + "…" in told["markup"]
    assert [sentence for sentence in told.values() if "%" in sentence] == []
