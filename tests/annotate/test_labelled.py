"""Labelled posts in tables, and what is said of bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from resonanz.annotate.labelled import LabelError, Labelled, labelled, labelled_in


def table(folder: Path, text: str, name: str = "posts.tsv") -> Path:
    """Write a table and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_with_all_labels(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "id\ttext\tsentiment\trelevance\tintents\treason\turgency\n"
        "1\tZug zu spät\\nschon wieder\tnegative\ttrue\tcomplaint,question\tdelay\t1\n"
        "\n"
        "2\tAutobahn dicht\tneutral\tfalse\tother\t\t0\r\n",
    )
    assert labelled(path) == [
        Labelled(
            "Zug zu spät\nschon wieder",
            "negative",
            "true",
            frozenset({"complaint", "question"}),
            "delay",
            id="1",
        ),
        Labelled("Autobahn dicht", "neutral", "false", frozenset({"other"}), "none", id="2"),
    ]


def test_columns_of_other_names_and_yes_or_no(tmp_path: Path) -> None:
    path = table(tmp_path, "id\ttext\tflausch\n1\tTolle Stimme\tyes\n2\twarum\tno\n")
    posts = labelled(path, {"praise": "flausch"})
    assert [post.holds("praise") for post in posts] == [True, False]
    assert [post.holds("complaint") for post in posts] == [None, None]


def test_lines_of_json(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        '{"id": 7, "text": "Danke", "intents": ["thanks"], "relevance": true, "reason": null}\n\n',
        "posts.jsonl",
    )
    assert labelled(path) == [Labelled("Danke", None, "true", frozenset({"thanks"}), None, id="7")]


def test_a_mark_at_the_beginning_and_other_ends_of_lines(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        '\ufeff{"text": "Danke", "intents": ["thanks"], "tags": [1, [2]], "by": {"name": 3}}\r\n',
        "posts.jsonl",
    )
    assert [post.text for post in labelled(path)] == ["Danke"]
    table(tmp_path, "\ufefftext\tsentiment\rAh\tneutral\r", "a.tsv")
    table(tmp_path, "\ufeffvalue\twords\r\n2\tfein\r\n", "b.tsv")
    assert [post.text for post in labelled_in(tmp_path)] == ["Ah", "fein"]


def test_a_folder_with_words_of_feeling(tmp_path: Path) -> None:
    table(tmp_path, "text\tsentiment\nAh\tneutral\n", "a.tsv")
    table(tmp_path, "value\twords\n-3\tgrauenhaft\n0\tja\n2\tfein\n", "b.tsv")
    table(tmp_path, "intent\twords\npraise\tfein\n", "c.tsv")
    assert [(post.text, post.sentiment, post.weight) for post in labelled_in(tmp_path)] == [
        ("Ah", "neutral", 1.0),
        ("grauenhaft", "negative", 0.5),
        ("ja", "neutral", 0.5),
        ("fein", "positive", 0.5),
    ]
    assert [post.text for post in labelled_in(tmp_path / "a.tsv")] == ["Ah"]


@pytest.mark.parametrize(
    ("name", "text", "place", "expected"),
    [
        ("a.tsv", "wrong\theader\n", "a.tsv:1", "a header line"),
        ("a.tsv", "text\tsentiment\nzu kurz\n", "a.tsv:2", "2 values"),
        ("a.tsv", "text\tsentiment\nx\tsad\n", "a.tsv:2", "sentiment 'sad'"),
        ("a.tsv", "text\trelevance\nx\tmaybe\n", "a.tsv:2", "relevance 'maybe'"),
        ("a.tsv", "text\tintents\nx\tcomplaint,rant\n", "a.tsv:2", "intent 'rant'"),
        ("a.tsv", "text\treason\nx\t" + "y" * 41 + "\n", "a.tsv:2", "a reason of at most"),
        ("a.tsv", "text\tpraise\nx\tperhaps\n", "a.tsv:2", "praise 'perhaps'"),
        ("a.tsv", "text\tsentiment\n", "a.tsv", "at least one"),
        ("a.jsonl", '{"text": "x"}\nnot json\n', "a.jsonl:2", "a JSON object"),
        ("a.jsonl", "[1]\n", "a.jsonl:1", "a JSON object"),
        ("a.jsonl", '{"text": "x", "intents": [["praise"]]}\n', "a.jsonl:1", "intent '[…]'"),
        ("a.jsonl", '{"id": 1}\n', "a.jsonl:1", "a JSON object with `text`"),
        ("a.jsonl", '{"text": \n', "a.jsonl:1", "column 10"),
        ("a.jsonl", '{"text": "\\ud800"}\n', "a.jsonl:1", "text in whole signs; its sign 1"),
        ("a.jsonl", '{"text": "x", "id": "ab\\udc00"}\n', "a.jsonl:1", "id in whole signs; its sign 3"),
        ("a.jsonl", '{"text": ' + "[" * 100_000 + "\n", "a.jsonl:1", "nested less deeply"),
        ("a.jsonl", '{"text": "x", "id": ' + "9" * 5000 + "}\n", "a.jsonl:1", "at most 4,300 digits"),
    ],
)
def test_bad_tables_name_place_and_expectation(
    tmp_path: Path, name: str, text: str, place: str, expected: str
) -> None:
    with pytest.raises(LabelError) as caught:
        labelled(table(tmp_path, text, name))
    assert caught.value.place.endswith(place)
    assert expected in caught.value.expected


def test_bad_files(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="a file that can be read"):
        labelled(tmp_path / "nothing.tsv")
    (tmp_path / "bytes.tsv").write_bytes(b"text\n\xff\n")
    with pytest.raises(LabelError, match="byte 6"):
        labelled(tmp_path / "bytes.tsv")
    with pytest.raises(LabelError, match=r"bytes\.tsv.* byte 6"):
        labelled_in(tmp_path)
    (tmp_path / "bytes.tsv").write_bytes(b"value\twords\n1\tfein\xff\n")
    with pytest.raises(LabelError, match=r"bytes\.tsv.* byte 19"):
        labelled_in(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(LabelError, match="a folder with tables"):
        labelled_in(tmp_path / "empty")
    table(tmp_path / "empty", "value\twords\n9\tx\n")
    with pytest.raises(LabelError, match="a value from -3 to 3"):
        labelled_in(tmp_path / "empty")
