"""The commands about queries: exact answers, mistakes with their places, and that they leave no trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from resonanz.desk.commands import run
from tests.desk.test_commands_words import resonanz

POSTS: list[dict[str, Any]] = [
    {"text": "Mein Toner ist leer", "uri": "u1"},
    {"text": "ZUERICH hat Tinte", "uri": "u2", "lang": "de", "hashtags": ["tinte"]},
    {"text": "nichts davon", "uri": "ü3"},
]


def checked(home: Path, *words: str) -> dict[str, Any]:
    done = resonanz(home, "query", "check", *words, "--json")
    assert done.stderr == b""
    row: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if row["valid"] else 2)
    return row


def test_a_query_is_explained_and_compiled(tmp_path: Path) -> None:
    home = tmp_path / "none"
    assert checked(home, 'Zürich OR "OTTO Office" followers:>10', "--network", "x") == {
        "valid": True,
        "explanation": "Beiträge, die das Wort „Zürich“ haben oder („OTTO Office“ hintereinander haben und "
        "von Konten mit mindestens 11 Followern sind).",
        "compiled": {"x": '(Zürich OR Zuerich) OR "OTTO Office"'},
        "lost": [
            {
                "network": "x",
                "code": "filtered_here",
                "term": "followers:>10",
                "message": "X kann nicht nach followers:>10 suchen. "
                "Es bringt mehr, und hier wird aussortiert.",
            }
        ],
        "error": None,
    }
    several = checked(home, "a OR b")
    assert several["compiled"] == {"x": "a OR b", "mastodon": ["a", "b"], "bluesky": ["a", "b"]}
    nowhere = checked(home, "tag:a", "--network", "mastodon")
    assert nowhere["compiled"] == {"mastodon": None}
    assert not home.exists()


def test_a_mistake_has_a_caret(tmp_path: Path) -> None:
    row = checked(tmp_path, "Zürich OR (a b")
    assert (row["valid"], row["compiled"], row["lost"], row["explanation"]) == (False, {}, [], "")
    assert row["error"] == {
        "code": "unclosed_group",
        "message": "Diese Klammer geht nicht wieder zu. Eine ) ans Ende der Gruppe setzen.",
        "column": 11,
        "start": 10,
        "end": 11,
    }
    done = resonanz(tmp_path, "query", "check", "-", given="Zürich foo:bar\n")
    assert (done.returncode, done.stdout) == (2, b"")
    lines = done.stderr.decode().splitlines()
    assert lines[:2] == ["Zürich foo:bar", "       ^^^"]
    assert lines[2].startswith("resonanz: column 8: „foo:“ gibt es nicht. Es gibt exact:, from:, to:")
    far = resonanz(tmp_path, "query", "check", "wort " * 50 + "foo:bar")
    shown, caret = far.stderr.decode().splitlines()[:2]
    assert shown[caret.index("^") :] == "foo:bar"


def test_words_for_people(tmp_path: Path) -> None:
    done = resonanz(tmp_path, "query", "check", "tag:a", "--network", "x")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == (
        "Beiträge, die unser Schlagwort „a“ tragen.\n\nx:\n  –\n"
        "  ! Nach „tag:a“ lässt sich X nicht fragen; davon kommt von dort nichts.\n"
    )
    nowhere = resonanz(tmp_path, "query", "check", "a", "--network", "myspace")
    assert (nowhere.returncode, nowhere.stdout) == (2, b"")
    assert nowhere.stderr.decode() == (
        "resonanz: --network: there is no search for 'myspace'; expected x, mastodon, bluesky\n"
    )


def files(tmp_path: Path, queries: str | bytes, *posts: dict[str, Any] | str) -> list[str]:
    query_file, post_file = tmp_path / "queries.tsv", tmp_path / "posts.jsonl"
    query_file.write_bytes(queries.encode() if isinstance(queries, str) else queries)
    usual = {"network": "x", "author": {"handle": "ada"}, "created_at": "2026-11-20T10:00:00Z"}
    lines = [post if isinstance(post, str) else json.dumps(usual | post) for post in posts]
    post_file.write_text("\n".join(lines), encoding="utf-8")
    return ["match", "--queries", str(query_file), "--posts", str(post_file), "--json"]


def test_posts_are_matched(tmp_path: Path) -> None:
    queries = "\ufeffq1\ttoner OR tinte\r\n\nbrand\tZürich\nq3\t#tinte lang:de\nq4\tsince:2026-11-21 davon\n"
    done = resonanz(tmp_path / "none", *files(tmp_path, queries, *POSTS, "", POSTS[0]))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [
        '{"uri": "u1", "queries": ["q1"]}',
        '{"uri": "u2", "queries": ["q1", "brand", "q3"]}',
        '{"uri": "ü3", "queries": []}',
        '{"uri": "u1", "queries": ["q1"]}',
    ]
    assert not (tmp_path / "none").exists()
    assert resonanz(tmp_path, *files(tmp_path, queries)).stdout == b""


@pytest.mark.parametrize(
    ("queries", "posts", "told"),
    [
        ("a\tb\nq2 bahn\n", POSTS, "queries.tsv, line 2: expected an id, a tab and a query"),
        ("q\ta\nq\tb\n", POSTS, "queries.tsv, line 2: the id 'q' stands twice; expected one line for each"),
        ("\n\nq2\tbahn (\n", POSTS, "queries.tsv, line 3, column 9: Diese Klammer geht nicht wieder zu. "),
        (b"q\t\xff\n", POSTS, "queries.tsv, line 1: byte 3 is not UTF-8; expected text in UTF-8"),
        (
            "q\ta\n",
            [POSTS[0], "", '{"uri": 1}'],
            "posts.jsonl, line 3: Expected `str`, got `int` - at `$.uri`",
        ),
        ("q\ta\n", ["{"], "posts.jsonl, line 1: Input data was truncated"),
        (
            "q\ta\n",
            [POSTS[0] | {"created_at": "2026-11-20T10:00:00"}],
            "posts.jsonl, line 1: Expected a time with its zone - at `$.created_at`",
        ),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, queries: str | bytes, posts: list[Any], told: str
) -> None:
    done = resonanz(tmp_path, *files(tmp_path, queries, *posts))
    assert done.returncode == 2
    assert told in done.stderr.decode()


def test_files_that_are_not_there_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = files(tmp_path, "q\ta\n", *POSTS)
    (tmp_path / "posts.jsonl").unlink()
    assert run(words) == 2
    told = f"resonanz: {tmp_path / 'posts.jsonl'}: No such file or directory\n"
    assert capsys.readouterr() == ("", told)
