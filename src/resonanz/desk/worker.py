"""The loop: claims one unit of work at a time and calls the verb for it. State in the database is the queue.

A few threads share the work, so that one slow network does not hold up the others; beside them each
channel with a stream has a thread that says "read now". Any number of worker processes may run.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from django.db import close_old_connections, connection
from django.utils import timezone

from resonanz.desk import (
    alarming,
    archive,
    archive_posts,
    channels,
    leases,
    letters,
    listen,
    lookalikes,
    notifying,
    outbox,
    pictures,
    spending,
    tidy,
    understanding,
)
from resonanz.desk.care.alarms import alarm_next
from resonanz.desk.care.automatic import automatic_next
from resonanz.desk.care.enquiries import remind_next
from resonanz.desk.care.gates import confirm_next
from resonanz.desk.care.incident_proposals import propose_next
from resonanz.desk.care.kinds import kinds_next
from resonanz.desk.care.lifting import lift_next
from resonanz.desk.care.mailbox import read_next as read_mail_next
from resonanz.desk.care.saved import expire_next
from resonanz.desk.care.shifts import absent_next
from resonanz.desk.care.sorting import sort_next
from resonanz.desk.health import credentials_of
from resonanz.desk.models import Channel
from resonanz.networks import NETWORKS, LoginNeeded, NetworkError

log = logging.getLogger("resonanz.worker")
UNITS: Sequence[Callable[[], bool]] = (
    outbox.deliver_next,
    sort_next,
    understanding.annotate_next,
    kinds_next,
    lift_next,
    propose_next,
    alarm_next,
    alarming.check_next,
    absent_next,
    outbox.look_next,
    confirm_next,
    listen.listen_next,
    listen.announced_next,
    listen.recheck_next,
    listen.search_next,
    listen.read_again_next,
    listen.missed_next,
    listen.sweep_next,
    pictures.fetch_next,
    channels.check_next,
    automatic_next,
    remind_next,
    expire_next,
    letters.send_next,
    notifying.tell_next,
    spending.tell_next,
    read_mail_next,
    archive.continue_next,
    archive_posts.continue_next,
    lookalikes.check_next,
    tidy.tidy_next,
    understanding.learn_next,
)
THREADS = 3
IDLE_S = 0.2
DUE_S = 1.0  # what is due by the clock waits this much longer at most
STREAM_AGAIN_S = (1, 2, 5, 15, 30, 60)


class Worker:
    """All threads of one worker process, until `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.streams: dict[int, threading.Thread] = {}

    def run(self) -> None:
        """Work until told to stop; every unit in progress is finished first."""
        log.info("worker started; %s leases of dead workers were freed", leases.free_dead())
        threads = [threading.Thread(target=self._work, name=f"work-{number}") for number in range(THREADS)]
        for thread in threads:
            thread.start()
        while not self.stop.wait(1):
            self._start_streams()
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        while not self.stop.is_set():
            before = _version()
            done = [self._do(unit) for unit in UNITS]  # each gets its turn, whatever the others had
            if not any(done):
                self._rest(before)
        connection.close()

    def _rest(self, before: int) -> None:
        """Wait until somebody has written something, or for so long that something may have become due."""
        until = time.monotonic() + DUE_S
        while not self.stop.wait(IDLE_S) and time.monotonic() < until and _version() == before:
            pass

    def _do(self, unit: Callable[[], bool]) -> bool:
        """Do one unit. A fault in it is logged and does not end the others' work."""
        try:
            return unit()
        except Exception:
            log.exception("%s failed", unit.__name__)
            close_old_connections()
            self.stop.wait(1)
            return False

    def _start_streams(self) -> None:
        for channel in channels.listening():
            thread = self.streams.get(channel.pk)
            offered = NETWORKS[channel.network].capabilities.stream
            if offered and (thread is None or not thread.is_alive()):
                thread = threading.Thread(target=self._stream, args=(channel,), daemon=True)
                self.streams[channel.pk] = thread
                thread.start()

    def _stream(self, channel: Channel) -> None:
        """Follow a channel's stream; after it breaks, wait a little longer each time, then end.

        The loop in `run` starts it again. Polling goes on meanwhile, so a broken stream loses nothing.
        """
        failures = 0
        while not self.stop.is_set() and failures < len(STREAM_AGAIN_S):
            began = timezone.now()
            try:
                for told in NETWORKS[channel.network].stream(credentials_of(channel)):
                    listen.nudge(channel.pk, told)
                    if self.stop.is_set():
                        return
            except NetworkError as error:
                log.info("stream of channel %s: %s", channel.pk, error)
                if isinstance(error, LoginNeeded):
                    listen.stream_refused(channel.pk)
                if error.permanent:
                    failures = len(STREAM_AGAIN_S) - 1
            if (timezone.now() - began).total_seconds() > 60:
                failures = 0
            self.stop.wait(STREAM_AGAIN_S[failures])
            failures += 1
        connection.close()


def _version() -> int:
    """Return SQLite's number that changes when another connection has written; asking costs microseconds."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
