"""The folder that keeps everything of one desk: database, keys, static files, staged imports."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from resonanz.desk.models import Brand, SlaPolicy, Team
from resonanz.desk.policies import USUAL_PERIODS

FIRST_TEAM = "Kundendienst"


def prepare() -> None:
    """Make an empty home usable: folders, keys, tables, a first brand and team. Idempotent."""
    home: Path = settings.HOME
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _prepare_keys(settings.KEYS)
    (home / "imports").mkdir(exist_ok=True)
    if _behind():
        call_command("migrate", interactive=False, verbosity=0)
    _first_rows()
    if settings.HOME_IS_DEFAULT:
        print(f"resonanz: keeping everything in {home} (set RESONANZ_HOME to change that)", file=sys.stderr)


def _prepare_keys(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    _keep(folder / "signing", secrets.token_urlsafe(50))
    if not list(folder.glob("vault-*")):
        _keep(folder / f"vault-{datetime.now(UTC):%Y%m%d}", Fernet.generate_key().decode())
    settings.SECRET_KEY = (folder / "signing").read_text().strip()


def _keep(file: Path, secret: str) -> None:
    """Write a secret once, readable for this user only; a second process finds the first one's."""
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(number, "w") as opened:
        opened.write(secret)


def _behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _first_rows() -> None:
    if Brand.objects.exists():
        return
    brand = Brand.objects.create(name="Demo" if settings.DEMO else "Unsere Marke")
    SlaPolicy.objects.create(brand=brand, periods=USUAL_PERIODS, zone=settings.TIME_ZONE)
    Team.objects.get_or_create(name=FIRST_TEAM)
