"""The benchmark of annotating: which posts it takes, and that its desk measures what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench import annotate

from resonanz.annotate.language import spoken

CHECKOUT = Path(__file__).resolve().parents[2]


def test_tweets_are_short_always_the_same_and_mixed() -> None:
    texts = annotate.tweets()
    assert texts == annotate.tweets()
    assert max(map(len, texts)) <= annotate.TWEET
    assert len(texts) > 2 * annotate.ROUNDS * annotate.POSTS  # as many before as are measured
    said = [[spoken(text) for text in texts[at : at + 256]] for at in range(0, len(texts) - 256, 256)]
    assert all(batch.count("de") > batch.count("en") > 10 for batch in said)


def test_a_desk_annotates_every_post_beside_intake(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.beside", "1", "1"],
        env={
            **os.environ,
            "RESONANZ_HOME": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings",
        },
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["posts"] == 100
    assert found["lag_p95_s"] >= found["lag_median_s"] > 0
    assert found["intake_vs_before"] > 0
