"""`resonanz parse`: recorded answers of networks, read by themselves."""

from __future__ import annotations

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from resonanz.desk.commands import run
from tests.shared_data import shared_data

GOLDEN = Path(__file__).parents[1] / "networks"


def parsed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command; return what it ended with and what it said."""
    code = run(["parse", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def written(tmp_path: Path, said: object) -> str:
    file = tmp_path / "said.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return str(file)


def test_posts_are_printed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = json.loads((GOLDEN / "x/photo_with_description.json").read_text(encoding="utf-8"))
    answer = {"data": [case["post"]], "includes": case["includes"], "meta": {"result_count": 1}}
    code, out, err = parsed(capsys, "--network", "x", written(tmp_path, answer), "--json")
    said = json.loads(out)
    (post,) = said.pop("posts")
    assert (code, err, said) == (0, "", {"without": [], "unknown": [], "unread": []})
    assert (post["text"], post["author"]["handle"], post["audience"]) == (
        "@nordwind So sieht das aus",
        "mira_k",
        "public",
    )
    assert (post["posted_at"], post["media"][0]["kind"], post["reply_to"]) == (
        "2026-11-20T09:24:00+00:00",
        "image",
        None,
    )


def test_posts_of_mastodon_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = json.loads((GOLDEN / "mastodon/the_bare_minimum.json").read_text(encoding="utf-8"))["status"]
    account = {"acct": "ada", "url": "https://social.example/@ada"}
    said = [status | {"content": "<p>Guten Tag</p>", "visibility": "public"}, account]
    code, out, err = parsed(capsys, "--network", "mastodon", written(tmp_path, said))
    assert (code, err) == (0, "")
    assert "Guten Tag\n" in out
    assert out.endswith("Without a post: account\n")


def test_what_is_not_known_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = {"data": [{"zebra": 1}, {"id": "1", "text": "a", "created_at": "gestern"}]}
    code, out, err = parsed(capsys, "--network", "x", written(tmp_path, said))
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        "resonanz: unknown kind: object with zebra",
        "resonanz: post 1 not understood: time",
    ]


@pytest.mark.parametrize("network", ["x", "mastodon", "bluesky"])
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('{"data":\n [}', "said.json, line 2, column 3: Expecting value; expected JSON"),
        ("[" * 200_000, "said.json: nested too deeply; expected JSON"),
        ("", "said.json, line 1, column 1"),
    ],
)
def test_what_is_no_json_is_named_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], network: str, said: str, told: str
) -> None:
    code, out, err = parsed(capsys, "--network", network, written(tmp_path, said))
    assert (code, out) == (2, "")
    assert told in err


def test_of_several_lines_the_one_that_is_no_json_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = parsed(capsys, "--network", "x", written(tmp_path, '{"a": 1}\n{'))
    assert (code, "said.json, line 1, column 2: Expecting property name" in err) == (2, True)


def test_files_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert parsed(capsys, "--network", "x", str(tmp_path / "none.json"))[0] == 2
    (tmp_path / "latin.json").write_bytes('{"text": "Grüße"}'.encode("latin-1"))
    code, _, err = parsed(capsys, "--network", "x", str(tmp_path / "latin.json"))
    assert (code, "byte 13 is not UTF-8" in err) == (2, True)
    code, _, err = parsed(capsys, "--network", "feed", str(tmp_path / "latin.json"))
    assert (code, "answers of feed cannot be read" in err) == (2, True)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b'{"data": []}')))
    assert parsed(capsys, "--network", "x", "-")[:2] == (0, "Without a post: nothing\n")


@pytest.mark.parametrize(
    ("network", "folder", "least"),
    [("x", "x_api_v2", 30), ("mastodon", "mastodon", 190), ("bluesky", "bluesky", 10)],
)
def test_every_recorded_payload_is_read_or_named(
    network: str, folder: str, least: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Posts come out, and what carries none is named by a kind that is known; nothing stays unread."""
    files = sorted((shared_data("payloads") / folder).rglob("*.json"))
    assert len(files) >= least
    for file in files:
        code, out, err = parsed(capsys, "--network", network, str(file), "--json")
        said = json.loads(out)
        assert (code, err, said["unknown"], said["unread"]) == (0, "", [], []), file.name
        assert said["posts"] or said["without"] or json.loads(file.read_bytes()) in ({}, []), file.name
