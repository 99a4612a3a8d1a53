"""The desk's settings for tests: a home of its own, quick passwords, plain static files."""

import os
import tempfile
from pathlib import Path

os.environ["RESONANZ_HOME"] = tempfile.mkdtemp(prefix="resonanz-test-")
os.environ["RESONANZ_SECOND_LOOK"] = "no"  # tests ask for it where they want it
for name in ("RESONANZ_DEMO", "RESONANZ_PUBLIC_ADDRESS", "RESONANZ_CRASH_AT", "RESONANZ_TIME_ZONE"):
    os.environ.pop(name, None)

from cryptography.fernet import Fernet

from resonanz.desk.settings import *  # noqa: F403
from resonanz.desk.settings import DATABASES, HOME, KEYS, STORAGES

KEYS.mkdir(mode=0o700)
(KEYS / "vault-20260101").write_text(Fernet.generate_key().decode())
(KEYS / "signing").write_text("only for tests")
(HOME / "imports").mkdir()
(HOME / "static").mkdir()
SECRET_KEY = "only for tests"
UNDO_S = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
DATABASES["default"]["TEST"] = {"NAME": str(Path(HOME) / "test.sqlite3")}
