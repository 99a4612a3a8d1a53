"""How fast posts are understood on one core: everything that is noted, in batches and one at a time.

The posts are those of the own corpus (`training/posts`) that are no longer than a tweet (280 characters),
shuffled with a fixed seed, so that trades, tones and both languages mix as they would at a desk. Each post
is annotated once, so none is known when its turn comes; before, many others have been, as words that people
use all the time are remembered. Seconds are those of the processor, so that others on the machine matter
less; the figure is the median of rounds. One ratio stands against only cutting the same posts into words
with one regular expression. Memory and start are those of a process that does nothing else. How long posts
wait for their notes, and what that costs intake, is measured with a desk (`bench/beside.py`).
"""

from __future__ import annotations

import json
import random
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from resonanz.annotate.annotation import Wanted, annotate
from resonanz.annotate.labelled import labelled_in
from resonanz.annotate.model import SHIPPED, Model, read

ROUNDS = 7
BATCH = 256
POSTS = 4 * BATCH  # of a round
TWEET = 280  # characters
SINGLES = 300
WORDS = re.compile(r"\w+|[^\w\s]")
ALL = Wanted(why=False)
CORPUS = Path(__file__).resolve().parent.parent / "training" / "posts"
ALONE = """
import time, psutil
def most(): return psutil.Process().memory_info().rss / 1e6
before, began = most(), time.process_time()
from resonanz.annotate.model import SHIPPED, read
model = read(SHIPPED)
spent = time.process_time() - began
model.judge_texts(["Wo bleibt mein Paket?"] * 256)
print(spent * 1000, most() - before)
"""


def tweets() -> list[str]:
    """Return posts as long as tweets, in an order that is always the same."""
    texts = [post.text for post in labelled_in(CORPUS) if len(post.text) <= TWEET]
    random.Random(7).shuffle(texts)
    return texts


def _spent(texts: list[str], model: Model | None, size: int) -> float:
    """Return processor seconds for all texts in batches of a size."""
    began = time.process_time()
    for at in range(0, len(texts), size):
        annotate(texts[at : at + size], model, ALL)
    return time.process_time() - began


def _judged(texts: list[str], model: Model) -> float:
    began = time.process_time()
    model.judge_texts(texts, BATCH)
    return time.process_time() - began


def _cut(texts: list[str]) -> float:
    began = time.process_time()
    for text in texts:
        WORDS.findall(text)
    return time.process_time() - began


def _single(texts: list[str], model: Model) -> float:
    """Return the median of processor milliseconds for one post with its reasons."""
    spent = []
    for text in texts[:SINGLES]:
        began = time.process_time()
        annotate([text], model)
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent)


def _alone() -> tuple[float, float]:
    """Return milliseconds to read the model, and the memory that it takes (MB), in a fresh process."""
    done = subprocess.run([sys.executable, "-c", ALONE], stdout=subprocess.PIPE, check=True)
    start, memory = done.stdout.split()
    return float(start), float(memory)


def _beside() -> dict[str, float]:
    """Return what a desk measures that annotates beside intake, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench.beside"], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, and print the result."""
    texts, model = tweets(), read(SHIPPED)
    rounds = [texts[at : at + POSTS] for at in range(0, ROUNDS * POSTS, POSTS)]
    _spent(texts[ROUNDS * POSTS :], model, BATCH)
    whole = [_spent(posts, model, BATCH) for posts in rounds]
    parts = [(_judged(posts, model), _cut(posts)) for posts in rounds]
    spent, cut = statistics.median(whole), statistics.median(cut for _, cut in parts)
    judged = statistics.median(judged for judged, _ in parts)
    single = _single(texts, model)
    start, memory = _alone()
    beside = _beside()
    figures = {
        "posts_per_cpu_s": POSTS / spent,
        "characters_per_post": statistics.mean(map(len, texts)),
        "rules_us_per_post": (spent - judged) / POSTS * 1e6,
        "model_us_per_post": judged / POSTS * 1e6,
        "single_ms": single,
        "startup_ms": start,
        "memory_mb": memory,
        "lag_p95_s": beside["lag_p95_s"],
        "lag_median_s": beside["lag_median_s"],
    }
    ratios = {"vs_words": spent / cut, "intake_vs_before": beside["intake_vs_before"]}
    print(json.dumps({"name": "annotate", "figures": figures, "ratios": ratios}))


if __name__ == "__main__":
    main()
