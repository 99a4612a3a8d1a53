"""The commands that understand posts and make models: `annotate`, `model train`, `model evaluate`. They need
no desk.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from resonanz.desk.commands_words import BadInput, Commands, command

if TYPE_CHECKING:
    from resonanz.annotate.annotation import Annotation
    from resonanz.annotate.labelled import Labelled
    from resonanz.annotate.measuring import Quality
    from resonanz.annotate.model import Floats, Model
    from resonanz.annotate.second_look import SecondLook

BATCH = 256
Row = dict[str, Any]
RELEVANT = {"true": "relevant", "false": "irrelevant"}
UNSURE = "unsure"
FIELDS = """\
A line holds id, language, sentiment {label, positive, neutral, negative}, relevance {label, score}, intents
[{label, score}], reason {label, score}, urgency {level, reasons}, private_data [{kind, start, end}],
address_form and why [{label, words}]. Below its threshold a label is "unsure"; what the model has not learnt
is "unsure" without numbers. relevance.score is the probability of "relevant", whatever the label. Places of
private data count characters of the text; of a line with a tab, after \\n became a line break.
docs/annotate.md says more."""
LABELS = ("sentiment", "relevance", "intent", "reason")
WHAT = {
    "missing": "cannot be read",
    "no_model": "is no model of Resonanz; expected a file that `resonanz model train` wrote",
    "other_format": "is a model of another version ({found}); expected {expected}: train it again",
    "other_kind": "is of another kind: a model of posts and the heads of a second look are two files",
    "cut_off": "is cut off or was changed: its checksum does not fit; copy or train it again",
}


NO_EMBEDDINGS = "the second look needs embeddings: pip install 'resonanz[embeddings]'"


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    noting = command(
        commands, "annotate", "say what posts mean: feeling, reason, urgency, private data", annotate
    )
    noting.add_argument(
        "file", metavar="FILE", help="lines of JSON with id and text, or of id, tab, text; - reads those"
    )
    noting.epilog = FIELDS
    noting.add_argument("--model", type=Path, help="another model than the shipped one")
    _add_second_look(noting)
    noting.add_argument(
        "--seconds",
        type=_positive,
        metavar="S",
        help=f"time for second looks in {BATCH} posts; default: all it takes",
    )


def _add_second_look(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--second-look",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="HEADS",
        help="judge posts that the model is unsure of again, by embeddings (needs resonanz[embeddings])",
    )


def _positive(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{value}: expected seconds, more than 0")
    return seconds


def _prior(value: str) -> tuple[tuple[str, str], float]:
    found = re.fullmatch(rf"({'|'.join(LABELS)})=([^:]+):([0-9]*\.?[0-9]+)", value)
    if found is None or not float(found[3]):
        raise argparse.ArgumentTypeError(f"{value}: expected HEAD=LABEL:TIMES, such as sentiment=neutral:1.5")
    return (found[1], found[2]), float(found[3])


def add_model_commands(models: Commands[argparse.ArgumentParser]) -> None:
    """Add what is said behind `model` and needs no desk."""
    training = command(models, "train", "make a model from labelled posts alone", train)
    training.add_argument(
        "--data",
        type=Path,
        required=True,
        action="append",
        metavar="FILE",
        help="a table, or a folder of them",
    )
    training.add_argument("--out", type=Path, default=Path("resonanz.model"))
    training.add_argument("--name", default="", help="default: the file's name")
    training.add_argument(
        "--alone", action="store_true", help="from these posts alone; default: standing on the shipped model"
    )
    training.add_argument(
        "--prior",
        type=_prior,
        action="append",
        default=[],
        metavar="HEAD=LABEL:TIMES",
        help="a label is so many times as likely in life as in these posts: sentiment=neutral:1.5, say",
    )
    training.add_argument(
        "--second-look",
        action="store_true",
        help="make the heads of the second look (embeds every post: minutes; needs resonanz[embeddings])",
    )
    measuring = command(models, "evaluate", "measure a model with labelled posts", evaluate)
    measuring.add_argument("--data", type=Path, required=True, metavar="FILE.tsv")
    measuring.add_argument("--label", required=True, choices=LABELS)
    measuring.add_argument("--model", type=Path, help="another model than the shipped one")
    _add_second_look(measuring)
    for parser in (training, measuring):
        parser.add_argument(
            "--column", action="append", default=[], metavar="OURS=THEIRS", help="praise=flausch, say"
        )


# Posts -------------------------------------------------------------------------------------------


def annotate(options: argparse.Namespace) -> int:
    """Print a line for each post of a file."""
    from resonanz.annotate.annotation import annotate as annotated  # noqa: PLC0415

    model, second = _model(options.model), _second(options.second_look, options.seconds)
    batch: list[tuple[str, str]] = []

    def tell() -> None:
        texts = [text for _, text in batch]
        for (number, _), found in zip(batch, annotated(texts, model, second=second), strict=True):
            row = shown(number, found)
            print(json.dumps(row, ensure_ascii=False) if options.json else _in_words(row), flush=False)
        batch.clear()

    for post in _posts(options.file):
        batch.append(post)
        if len(batch) == BATCH:
            tell()
    tell()
    return 0


def _posts(name: str) -> Iterator[tuple[str, str]]:
    """Return id and text of each line; two may have one id, as recorded posts do."""
    with _opened(name) as lines:
        for number, raw in enumerate(lines, 1):
            place = f"{name}, line {number}"
            try:
                line = raw.decode().rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise BadInput(f"{place}: byte {error.start + 1} is not UTF-8") from error
            line = line.removeprefix("\ufeff") if number == 1 else line
            if line.strip():
                is_json = line.lstrip().startswith("{")
                yield _from_json(place, line) if is_json else _from_table(place, line)


def _opened(name: str) -> BinaryIO:
    try:
        return sys.stdin.buffer if name == "-" else Path(name).open("rb")
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from error


def _from_json(place: str, line: str) -> tuple[str, str]:
    from resonanz.annotate.labelled import json_object, whole  # noqa: PLC0415

    with _in_plain_words():
        row = json_object(place, line)
        number, text = row.get("id"), row.get("text")
        if isinstance(number, bool) or not isinstance(number, str | int) or number == "":
            raise BadInput(f"{place}: expected an id, text or a whole number{_found(row, 'id')}")
        if not isinstance(text, str):
            raise BadInput(f"{place}: expected a text beside the id{_found(row, 'text')}")
        return whole(place, "id", str(number)), whole(place, "text", text)


def _found(row: Row, name: str) -> str:
    """Return what stands there instead."""
    if name not in row:
        return f'; there is no "{name}"'
    kinds = {
        str: "empty text",
        bool: "yes or no",
        type(None): "nothing (null)",
        list: "a list",
        dict: "an object",
    }
    return f"; found {kinds.get(type(row[name]), 'a number')}"


def _from_table(place: str, line: str) -> tuple[str, str]:
    number, tab, text = line.partition("\t")
    if not tab:
        raise BadInput(f"{place}: expected id, a tab and the text, or a JSON object")
    if not number.strip():
        raise BadInput(f"{place}: expected an id before the tab")
    return number, text.replace("\\n", "\n")


def shown(number: str, found: Annotation) -> Row:
    """Return an annotation as it is printed."""
    row: Row = {"id": number, "language": found.language}
    row["sentiment"] = _sentiment(found)
    row["relevance"] = _relevance(found)
    row["intents"] = [{"label": one.label, "score": round(one.score, 4)} for one in found.intents]
    if found.reason is not None:
        row["reason"] = {"label": found.reason.label, "score": round(found.reason.score, 4)}
    if found.urgency is not None:
        reasons = [{"code": one.code, "text": one.text} for one in found.urgency.reasons]
        row["urgency"] = {"level": found.urgency.level.name.lower(), "reasons": reasons}
    row["private_data"] = [
        {"kind": one.kind, "start": one.start, "end": one.end} for one in found.private_data
    ]
    row["address_form"] = found.address_form.form if found.address_form is not None else "none"
    row["why"] = [
        {"label": RELEVANT.get(label, label), "words": list(words)} for label, words in found.why.items()
    ]
    if found.looked_twice:
        row["looked_twice"] = True
    return row


def _sentiment(found: Annotation) -> Row:
    names = ("positive", "neutral", "negative")
    if found.sentiment is None or found.feelings is None:
        return {"label": UNSURE} | dict.fromkeys(names)
    feelings = dict(zip(("negative", "neutral", "positive"), found.feelings, strict=True))
    return {"label": found.sentiment.label} | {name: round(feelings[name], 4) for name in names}


def _relevance(found: Annotation) -> Row:
    """Return the label, and the probability of "relevant", whichever it is."""
    judged = found.relevance
    if judged is None:
        return {"label": UNSURE, "score": None}
    score = judged.score if judged.likeliest == "true" else 1 - judged.score
    return {"label": RELEVANT.get(judged.label, judged.label), "score": round(score, 4)}


def _in_words(row: Row) -> str:
    """Return what is noted as words; where a word could be of several kinds, its kind stands before it."""
    facts = [row["language"] or "language unsure"]
    for name, kind in (("sentiment", "feeling"), ("relevance", "relevance")):
        label = row[name]["label"]
        facts.append(f"{kind} {label}" if label == UNSURE else label)
    reason, level = row.get("reason", {}).get("label", "none"), row["urgency"]["level"]
    facts += [one["label"] for one in row["intents"]]
    facts += [f"reason: {reason}"] if reason != "none" else []
    facts += [f"urgency: {level}"] if level != "normal" else []
    facts += [f"private: {kind}" for kind in dict.fromkeys(one["kind"] for one in row["private_data"])]
    return f"{row['id']}\t{', '.join(facts)}"


# Models ------------------------------------------------------------------------------------------


def train(options: argparse.Namespace) -> int:
    """Make a model from labelled posts and write it to a file."""
    from resonanz.annotate.labelled import labelled_in  # noqa: PLC0415
    from resonanz.annotate.model import write  # noqa: PLC0415

    began = time.monotonic()
    with _in_plain_words():
        posts = [post for path in options.data for post in labelled_in(path, _columns(options.column))]
        print(f"Learning from {len(posts):,} labelled posts …", file=sys.stderr, flush=True)
        model = _learnt(posts, options)
        write(model, options.out)
    print(f"Written to {options.out.absolute()}", file=sys.stderr, flush=True)
    facts = {"model": str(options.out), "seconds": round(time.monotonic() - began, 1), **model.about}
    print(json.dumps(facts, ensure_ascii=False) if options.json else _trained(facts))
    return 0


def _learnt(posts: Sequence[Labelled], options: argparse.Namespace) -> Model:
    import numpy as np  # noqa: PLC0415

    from resonanz.annotate import training  # noqa: PLC0415

    name, prior = options.name or options.out.stem, dict(options.prior)
    if options.second_look:
        posts = [post for post in posts if post.weight == 1]  # posts, no lists of words
        return training.train_second(posts, np.concatenate(list(_embedded(posts))), name=name, prior=prior)
    base = None if options.alone else _model(None)
    return training.train(posts, name=name, base=base, prior=prior)


def _embedded(posts: Sequence[Labelled]) -> Iterator[Floats]:
    """Return embeddings of posts, part by part, and say how far it is."""
    from resonanz.annotate.second_look import embedded  # noqa: PLC0415

    for at in range(0, len(posts), BATCH):
        yield embedded([post.text for post in posts[at : at + BATCH]])
        done = min(at + BATCH, len(posts))
        print(f"\r{done:,} of {len(posts):,} posts embedded", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _trained(facts: Row) -> str:
    heads = [
        f"  {head}: {', '.join(f'{label} {count:,}' for label, count in of_head.items())}"
        for head, of_head in facts["labels"].items()
    ]
    return "\n".join([f"{facts['model']}: {facts['posts']:,} posts, {facts['seconds']} s", *heads])


def evaluate(options: argparse.Namespace) -> int:
    """Measure a model with labelled posts."""
    from resonanz.annotate.labelled import labelled_in  # noqa: PLC0415
    from resonanz.annotate.measuring import measured  # noqa: PLC0415

    with _in_plain_words():
        posts = labelled_in(options.data, _columns(options.column))
    second = _second(options.second_look, None)
    quality = measured(_model(options.model), options.label, posts, second)
    if quality is None:
        raise BadInput(f"{options.data}: no post with a {options.label} that the model has learnt")
    print(
        json.dumps({"label": options.label, **quality.as_json()}, ensure_ascii=False)
        if options.json
        else told(quality)
    )
    return 0


def told(quality: Quality) -> str:
    """Return a model's figures as lines of text."""
    lines = [
        f"{quality.posts:,} posts: micro-F1 {quality.micro_f1:.3f}, macro-F1 {quality.macro_f1:.3f}",
        f"the commonest label alone: micro-F1 {quality.majority:.3f}",
        f"unsure {quality.unsure:.1%}, right otherwise {quality.sure_right:.1%}",
        f"calibration error {quality.reliability:.3f}",
        *([f"looked at twice {quality.looked_twice:.1%}"] if quality.looked_twice else []),
    ]
    lines += [
        f"  {one.label:16} {one.posts:7,}"
        f"  precision {one.precision:.3f}  recall {one.recall:.3f}  F1 {one.f1:.3f}"
        for one in quality.labels
    ]
    return "\n".join(lines)


def _columns(pairs: Sequence[str]) -> Mapping[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise BadInput(f"--column {pair}: expected OURS=THEIRS, such as praise=flausch")
    return dict(pair.split("=", 1) for pair in pairs)


def _second(path: Path | None, seconds: float | None) -> SecondLook | None:
    """Return the second look with the heads of a file, `Path()` for the shipped ones; None for none."""
    from resonanz.annotate.second_look import SHIPPED, SecondLook, is_installed, read_second  # noqa: PLC0415

    if path is None:
        return None
    if not is_installed():
        raise BadInput(NO_EMBEDDINGS)
    with _in_plain_words():
        heads = read_second(SHIPPED if path == Path() else path)
    return SecondLook(heads, float("inf") if seconds is None else seconds)


def _model(path: Path | None) -> Model:
    from resonanz.annotate.model import SHIPPED, read  # noqa: PLC0415

    with _in_plain_words():
        return read(path or SHIPPED)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """Say in a sentence what is wrong with a file."""
    from resonanz.annotate.labelled import LabelError  # noqa: PLC0415
    from resonanz.annotate.model import ModelError  # noqa: PLC0415
    from resonanz.annotate.second_look import NoEmbeddings  # noqa: PLC0415
    from resonanz.annotate.training import TrainingError  # noqa: PLC0415

    try:
        yield
    except LabelError as error:
        raise BadInput(f"{error.place}: expected {error.expected}") from error
    except ModelError as error:
        raise BadInput(f"{error.facts['path']} {WHAT[error.code].format(**error.facts)}") from error
    except TrainingError as error:
        words = {
            "no_extra": "learning needs scikit-learn: pip install 'resonanz[train]'",
            "too_few": "too few labelled posts to learn from; expected two of each of two labels at least",
        }
        raise BadInput(words[error.code]) from error
    except NoEmbeddings as error:
        raise BadInput(NO_EMBEDDINGS) from error
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from error
