"""The loop: a fault in one unit of work ends nobody else's, streams say read now, stopping is clean."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.desk import worker
from resonanz.desk.models import Channel, Mention
from resonanz.post import Page
from tests.cast import Desk, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)


def run_until(done: threading.Event, seconds: float = 10) -> None:
    """Run a worker until `done` is set, and see that it ends soon after."""
    stop = threading.Event()
    running = threading.Thread(target=worker.Worker(stop).run)
    running.start()
    try:
        assert done.wait(seconds)
    finally:
        stop.set()
        running.join(5)
    assert not running.is_alive()


def test_a_fault_in_one_unit_leaves_the_others_at_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def broken() -> bool:
        raise ZeroDivisionError

    def works() -> bool:
        done.set()
        return False

    monkeypatch.setattr(worker, "UNITS", (broken, works))
    run_until(done)
    assert "broken failed" in caplog.text


def test_the_stream_makes_a_waiting_channel_read_at_once(desk: Desk, fake: World) -> None:
    Channel.objects.update(next_poll_at=timezone.now() + timedelta(hours=1), next_check_at=None)
    fake.pages = [Page(sightings=(said("1", "Hallo?"),), cursor="c1")]
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            if Mention.objects.exists():
                done.set()
            time.sleep(0.05)

    watching = threading.Thread(target=watch)
    watching.start()
    run_until(done)
    watching.join()
    assert Channel.objects.get().stream_at is not None
