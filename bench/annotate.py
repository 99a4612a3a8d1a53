"""How fast posts are understood on one core: everything that is noted, in batches and one at a time.

The posts are those of the own corpus, as they come: short, German and English. Seconds are those of the
processor, so that others on the machine hardly matter; the ratio stands against only cutting the same posts
into words with one regular expression. Memory and start are those of a process that does nothing else.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from resonanz.annotate.annotation import Wanted, annotate
from resonanz.annotate.labelled import labelled_in
from resonanz.annotate.model import SHIPPED, Model, read

ROUNDS = 5
BATCH = 256
POSTS = 4_096
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


def _texts() -> list[str]:
    posts = labelled_in(CORPUS)
    return [post.text for post in posts[:: max(1, len(posts) // POSTS)]][:POSTS]


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


def main() -> None:
    """Measure, and print the result."""
    texts, model = _texts(), read(SHIPPED)
    annotate(texts[:BATCH], model)
    spent = [
        (_spent(texts, model, BATCH), _spent(texts, None, BATCH), _judged(texts, model), _cut(texts))
        for _ in range(ROUNDS)
    ]
    whole, rules, judged, cut = (statistics.median(one[k] for one in spent) for k in range(4))
    start, memory = _alone()
    figures = {
        "posts_per_cpu_s": len(texts) / whole,
        "rules_us_per_post": rules / len(texts) * 1e6,
        "model_us_per_post": judged / len(texts) * 1e6,
        "single_ms": _single(texts, model),
        "startup_ms": start,
        "memory_mb": memory,
    }
    print(json.dumps({"name": "annotate", "figures": figures, "ratios": {"vs_words": whole / cut}}))


if __name__ == "__main__":
    main()
