"""The ticket list of django-helpdesk with a database and settings of its own, to compare our queue with.

Run as a process: `python -m bench.helpdesk FOLDER TICKETS OPEN` fills the database and says `ready`. Then
each line on standard input measures a list once and is answered with seconds: `open` its usual list (open
tickets by age), `all` the list of all tickets. What counts is what a person waits for: the page, and the
rows that its script fetches at once, with its usual page length.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.conf import settings

BATCH = 5_000
RESOLVED = 3
ROWS = 25
ADDRESSES = ModuleType("helpdesk_addresses")


def _configure(folder: Path) -> None:
    settings.configure(
        SECRET_KEY="only for the benchmark",
        ROOT_URLCONF=ADDRESSES.__name__,
        ALLOWED_HOSTS=["localhost"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        SITE_ID=1,
        STATIC_URL="/static/",
        MEDIA_ROOT=str(folder),
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.sites",
            "django.contrib.messages",
            "django.contrib.humanize",
            "django.contrib.staticfiles",
            "django.contrib.admin",
            "rest_framework",
            "helpdesk",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.gzip.GZipMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "helpdesk.sqlite3",
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA cache_size=-32000;"
                },
            }
        },
        LOGGING={"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}},
        HELPDESK_TEAMS_MODE_ENABLED=False,
    )
    django.setup()
    from django.urls import include, path  # noqa: PLC0415 - its addresses ask for the settings

    sys.modules[ADDRESSES.__name__] = ADDRESSES
    vars(ADDRESSES)["urlpatterns"] = [path("", include("helpdesk.urls"))]


def _fill(count: int, waiting: int) -> Any:
    """Make one queue and as many tickets, of which the newest wait; returns somebody of the staff."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - after the settings
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from helpdesk.models import Queue, Ticket  # type: ignore[import-untyped]  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    staff = get_user_model().objects.create_superuser("agent", "agent@desk.example", "a long pass word")
    queue = Queue.objects.create(title="Nordlicht", slug="nordlicht")
    chance, now = random.Random(7), timezone.now()
    for start in range(0, count, BATCH):
        Ticket.objects.bulk_create(
            Ticket(
                title=f"Paket {number}",
                queue=queue,
                created=now - timedelta(minutes=5 * (count - number)),
                modified=now,
                submitter_email=f"u{number % 997}@social.example",
                status=1 if number >= count - waiting else RESOLVED,
                description="Mein Paket ist noch nicht da. " * chance.randint(2, 6),
                priority=chance.randint(1, 5),
                secret_key=str(number),
            )
            for number in range(start, min(start + BATCH, count))
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return staff


def main(folder: str, count: str, waiting: str) -> None:
    """Fill, say so, and measure once for each line that comes in."""
    _configure(Path(folder))
    staff = _fill(int(count), int(waiting))
    from django.test import Client  # noqa: PLC0415
    from helpdesk.query import query_to_base64  # type: ignore[import-untyped]  # noqa: PLC0415

    client = Client(headers={"host": "localhost", "accept-encoding": "gzip"})
    client.force_login(staff)
    lists = {}
    for name, states in {"open": [1, 2], "all": [1, 2, 3, 4, 5]}.items():
        asked = {"filtering": {"status__in": states}, "sorting": "created", "search_string": ""}
        lists[name] = f"/datatables_ticket_list/{query_to_base64(asked)}?draw=1&start=0&length={ROWS}"
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        page = client.get("/tickets/")
        answer = client.get(lists[line.strip()])
        spent = time.perf_counter() - began
        assert page.status_code == 200, page.status_code
        assert len(json.loads(gzip.decompress(answer.content))["data"]) == ROWS
        print(spent, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
