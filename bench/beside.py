"""Annotating beside intake: how long posts wait for their notes, and what listing them costs intake.

Lag: for some seconds posts are taken in at 100 a second, as `listen` does with a network's pages, while a
worker of the desk (a process of its own, all its units of work) annotates. A post's lag is from the moment
it is heard to the moment its notes are written. Before, the worker has annotated some hundred posts.

Ratio: the same intake with and without the row in the list of posts to be annotated, in turns, a page of 200
posts each; the median of pairs. Run by `bench annotate`, which shows the figures; prints one JSON object.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count, cycle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resonanz.desk.settings")
import django

django.setup()

from django.db import connection
from django.utils import timezone

from bench.annotate import tweets
from resonanz.desk import home
from resonanz.desk.intake_rows import STATEMENTS
from resonanz.desk.listen import take_in
from resonanz.desk.models import Annotation, Brand, Channel, Unannotated
from resonanz.desk.models.listening import ChannelState
from resonanz.post import Audience, Author, Page, Post, Sighting

SECONDS = 25
PAIRS = 30
A_SECOND = 100
PAGES_A_SECOND = 5
LARGE = 200  # posts of a page for the ratio
WARM = 512  # posts that are annotated before the clock runs
PATIENCE_S = 60
SERVER = "https://social.example"

_number = count()
_texts = cycle(tweets())


def _sighting() -> Sighting:
    """Return the next customer's post, a thread of its own."""
    number = next(_number)
    uid = f"{SERVER}/users/u{number % 4_999}"
    uri = f"{uid}/statuses/{number}"
    post = Post(
        network="mastodon",
        uri=uri,
        root=uri,
        url=uri,
        author=Author(
            network="mastodon", uid=uid, handle=f"u{number % 4_999}@social.example", name="", url=uid
        ),
        text=next(_texts),
        posted_at=timezone.now() - timedelta(seconds=1),
        audience=Audience.PUBLIC,
    )
    return Sighting(post=post, native_id=str(number), native_thread_id=str(number), addressed=True)


def _page(size: int) -> Page:
    sightings = tuple(_sighting() for _ in range(size))
    return Page(sightings=sightings, cursor=sightings[-1].native_id, more=True)


def _taken_in(channel: Channel, page: Page) -> float:
    began = time.perf_counter()
    take_in(channel, page, read_began_at=timezone.now())
    return time.perf_counter() - began


# What listing costs ------------------------------------------------------------------------------


def _unlisted(channel: Channel, page: Page) -> float:
    """Take a page in as if nobody annotated."""
    statement = STATEMENTS.pop("unannotated")
    try:
        return _taken_in(channel, page)
    finally:
        STATEMENTS["unannotated"] = statement  # it is the last one


def ratio(channel: Channel, pairs: int) -> float:
    """Return intake's speed with the list over its speed without, whoever goes first."""
    found = []
    for number in range(pairs + 1):
        ways: Sequence[Callable[[Channel, Page], float]] = (_taken_in, _unlisted)
        spent = {way: way(channel, _page(LARGE)) for way in ways[:: 1 if number % 2 else -1]}
        found.append(spent[_unlisted] / spent[_taken_in])
    return statistics.median(found[1:])


# How long posts wait ------------------------------------------------------------------------------


def _until_annotated() -> bool:
    """Wait until nothing is to be annotated any more; False if that takes too long."""
    until = time.monotonic() + PATIENCE_S
    while Unannotated.objects.exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _steadily(seconds: int) -> Iterator[Page]:
    """Yield pages as a network would have them at 100 posts a second."""
    began = time.monotonic()
    for number in range(seconds * PAGES_A_SECOND):
        time.sleep(max(0.0, began + number / PAGES_A_SECOND - time.monotonic()))
        yield _page(A_SECOND // PAGES_A_SECOND)


def lags(channel: Channel, seconds: int) -> list[float]:
    """Return each post's seconds from being heard to being annotated, in order of size."""
    Unannotated.objects.all().delete()
    worker = subprocess.Popen([sys.executable, "-m", "resonanz.desk", "work"])
    try:
        _taken_in(channel, _page(WARM))
        assert _until_annotated()
        before = set(Annotation.objects.values_list("mention_id", flat=True))
        for page in _steadily(seconds):
            _taken_in(channel, page)
        assert _until_annotated()
    finally:
        worker.terminate()
        worker.wait(PATIENCE_S)
    rows = Annotation.objects.values_list("mention_id", "at", "mention__heard_at")
    return sorted((at - heard).total_seconds() for order, at, heard in rows if order not in before)


def main(seconds: int = SECONDS, pairs: int = PAIRS) -> None:
    """Measure, and print the result."""
    home.prepare()
    channel = Channel.objects.create(
        network="mastodon",
        uid="us",
        handle="us",
        brand=Brand.objects.get(),
        connected_at=timezone.now(),
        cursor="0",
        state=ChannelState.PAUSED,  # so that the worker asks no network that is not there
    )
    listed = ratio(channel, pairs)
    waits = lags(channel, seconds)
    connection.close()
    print(
        json.dumps(
            {
                "posts": len(waits),
                "lag_p95_s": waits[int(0.95 * len(waits))],
                "lag_median_s": statistics.median(waits),
                "intake_vs_before": listed,
            }
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
