"""How fast the pages of a working day are, with 100,000 conversations of which 1,000 are open.

Each figure is server time: a signed-in agent's request through the whole of Django (middleware, queries,
templates, gzip) by its test client in this process, without the network. Every request is a different one
where that can be: each conversation, each search, each "take next" is new.

The queue's page is compared with the ticket list of django-helpdesk, with as many rows in its database and 25
on its page like ours, in turns within the same run: `vs_django_helpdesk` with its list of all tickets,
`vs_django_helpdesk_open` with its list of the 1,000 that are open.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resonanz.desk.settings")
import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from bench.filling import Filled, Talk, fill
from resonanz.case import Waiting
from resonanz.desk import care, home
from resonanz.desk.models import Agent, Conversation

CONVERSATIONS = 100_000
OPEN = 1_000
ROUNDS = 5
REQUESTS = 40  # of each kind in a round
PEER_REQUESTS = 4
WARM = 10
IN_OTHER_WORDS = ("@u{n}", "Kunde {n}", "@u{n} paket", "{n}")

Times = list[float]


class Person:
    """An agent with a browser that goes through the pages and looks at the clock."""

    def __init__(self, filled: Filled) -> None:
        self.agent = filled.agents[0]
        self.client = Client(
            headers={"host": "localhost", "accept-encoding": "gzip", "accept-language": "de"}
        )
        self.client.force_login(self.agent)
        self.open_ones = _numbers(state=0)
        self.settled = _numbers(state=1)

    def get(self, path: str, **headers: str) -> float:
        """Open a page; returns seconds."""
        began = time.perf_counter()
        answer = self.client.get(path, headers=headers)
        spent = time.perf_counter() - began
        assert answer.status_code == 200, (path, answer.status_code)
        return spent

    def queue(self, _number: int) -> float:
        """Open the queue, the whole page."""
        return self.get("/")

    def conversation(self, number: int) -> float:
        """Open a conversation from the list, as a click does; each third is a settled one."""
        numbers = self.settled if number % 3 == 2 else self.open_ones
        talk = numbers[number * 7 % len(numbers)]
        return self.get(f"/c/{talk}/", **{"HX-Request": "true", "HX-Target": "open"})

    def search(self, number: int) -> float:
        """Search, the whole page: frequent and rare words, several, in a row, beginnings, names, numbers."""
        return self.get(f"/search/?q={_words(number)}")

    def take_next(self, _number: int) -> float:
        """Take the next conversation; it is put aside again besides the measured time."""
        began = time.perf_counter()
        answer = self.client.post("/next/")
        spent = time.perf_counter() - began
        assert answer.status_code == 302, answer.status_code
        talk = Conversation.objects.get(pk=int(answer["Location"].split("/")[2]))
        assert talk.assignee_id == self.agent.pk
        care.wait_for(talk, self.agent, Waiting.CUSTOMER)
        return spent


def _numbers(**asked: int) -> Sequence[int]:
    return list(Conversation.objects.filter(**asked).order_by("-pk").values_list("pk", flat=True)[:OPEN])


def _words(number: int) -> str:
    talk = Talk(number)
    kind = number % 6
    if kind < 3:
        return talk.sentence(kind + 1, kind + 1)
    if kind == 3:
        return f'"{talk.sentence(2, 2)}"'
    if kind == 4:
        return talk.chance.choice(talk.words)[:5]
    return talk.chance.choice(IN_OTHER_WORDS).format(n=talk.chance.randrange(CONVERSATIONS))


def _measured(ask: Callable[[int], float], times: Times, count: int) -> None:
    gc.collect()
    for _ in range(count):
        times.append(ask(len(times)))


@contextmanager
def _helpdesk() -> Iterator[Callable[[str], float]]:
    """Run django-helpdesk beside; yields what measures one of its lists (`all` or `open`) once."""
    folder = settings.HOME / "helpdesk"
    folder.mkdir()
    command = [sys.executable, "-m", "bench.helpdesk", str(folder), str(CONVERSATIONS), str(OPEN)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout
        assert answers.readline() == "ready\n"

        def once(which: str) -> float:
            asked.write(f"{which}\n")
            asked.flush()
            return float(answers.readline())

        yield once
        asked.close()


def _p95(times: Times) -> float:
    return statistics.quantiles(times, n=20)[18] * 1000


def main() -> None:
    """Measure and print one JSON object."""
    home.prepare()
    call_command("collectstatic", interactive=False, verbosity=0)
    began = time.perf_counter()
    filled = fill(CONVERSATIONS, OPEN)
    filling = time.perf_counter() - began
    person = Person(filled)
    asked: dict[str, Callable[[int], float]] = {
        "queue": person.queue,
        "conversation": person.conversation,
        "search": person.search,
        "take_next": person.take_next,
    }
    times: dict[str, Times] = {name: [] for name in asked}
    lists: dict[str, Times] = {"all": [], "open": []}
    ratios: dict[str, Times] = {"all": [], "open": []}
    with _helpdesk() as helpdesk:
        for ask in asked.values():
            _measured(ask, [], WARM)
        for _ in range(ROUNDS):
            for name, ask in asked.items():
                _measured(ask, times[name], REQUESTS)
            ours = statistics.median(times["queue"][-REQUESTS:])
            for which, found in lists.items():
                found += [helpdesk(which) for _ in range(PEER_REQUESTS)]
                ratios[which].append(statistics.median(found[-PEER_REQUESTS:]) / ours)
    figures = {f"{name}_p95_ms": _p95(found) for name, found in times.items()}
    figures |= {f"{name}_p50_ms": statistics.median(found) * 1000 for name, found in times.items()}
    figures |= {
        "django_helpdesk_p50_ms": statistics.median(lists["all"]) * 1000,
        "django_helpdesk_open_p50_ms": statistics.median(lists["open"]) * 1000,
        "conversations": Conversation.objects.count(),
        "open": Conversation.objects.filter(state=0).count(),
        "agents": Agent.objects.count(),
        "filled_per_s": CONVERSATIONS / filling,
    }
    found_ratios = {
        "vs_django_helpdesk": statistics.median(ratios["all"]),
        "vs_django_helpdesk_open": statistics.median(ratios["open"]),
    }
    print(json.dumps({"name": "inbox", "figures": figures, "ratios": found_ratios}))


if __name__ == "__main__":
    main()
