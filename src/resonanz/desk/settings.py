"""Every setting, and the only place that reads the environment.

Importing this writes nothing and needs no variable: a person's machine gets sensible values, and a
malformed one ends the start with one sentence. Each variable is described in docs/operating.md.
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _
from platformdirs import user_data_path


class SettingError(SystemExit):
    """A variable that cannot be used. Ends the program with code 2 and one line."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        print(f"resonanz: {name}={value!r} cannot be used; expected {expected}.", file=sys.stderr)
        super().__init__(2)


def text(name: str, default: str = "") -> str:
    """Return a variable's text."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    """Return a variable's yes or no."""
    value = text(name, "yes" if default else "no").lower()
    if value not in {"yes", "no", "1", "0", "true", "false"}:
        raise SettingError(name, value, "yes or no")
    return value in {"yes", "1", "true"}


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return a variable's whole number within bounds."""
    value = text(name, str(default))
    if not value.isdecimal() or not low <= int(value) <= high:
        raise SettingError(name, value, f"a whole number from {low} to {high}")
    return int(value)


def zone(name: str, default: str) -> str:
    """Return a variable's time zone name."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingError(name, value, "a time zone such as Europe/Berlin") from error
    return value


def public_address(name: str) -> str:
    """Return the https address under which people reach the desk through a proxy, or ""."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme != "https" or not parts.hostname or parts.path):
        raise SettingError(name, value, "an address such as https://desk.example.org")
    return value


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, or a mailbox is read. `security` is starttls, tls or no."""

    host: str
    port: int
    user: str
    password: str
    security: str


class MailNames(NamedTuple):
    """The variables that describe one mail server."""

    host: str
    security: str
    port: str
    user: str
    password: str


def mail_server(names: MailNames, ports: dict[str, int]) -> MailServer | None:
    """Return the mail server that some variables describe; None without a host.

    `ports` are the usual ones by security, the usual security first. A password never travels openly: without
    encryption one is taken for this machine only.
    """
    host = text(names.host)
    if not host:
        return None
    security = text(names.security, next(iter(ports))).lower()
    if security not in ports:
        raise SettingError(names.security, security, " or ".join(ports))
    user, password = text(names.user), text(names.password)
    if bool(user) != bool(password):
        raise SettingError(names.user, user, f"both or none of {names.user} and {names.password}")
    if user and security == "no" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise SettingError(names.security, security, "starttls or tls: the password would travel openly")
    port = number(names.port, ports[security], low=1, high=65_535)
    return MailServer(host, port, user, password, security)


def sender(name: str, *, needed: bool) -> str:
    """Return whom letters come from, such as "Nordlicht <desk@example.org>"."""
    value = text(name)
    local, _at, domain = parseaddr(value)[1].rpartition("@")
    if (value or needed) and (not local or not domain or not value.isprintable()):
        raise SettingError(name, value, "an address such as Nordlicht <desk@example.org>")
    return value


def secret_key(keys: Path) -> str:
    """Return the signing key of this home; before the home is prepared, one for this process only."""
    try:
        return (keys / "signing").read_text().strip()
    except FileNotFoundError:
        return secrets.token_urlsafe(50)


# Where everything is kept -----------------------------------------------------------------------

HOME = Path(text("RESONANZ_HOME") or user_data_path("resonanz", appauthor=False)).expanduser().absolute()
HOME_IS_DEFAULT = not text("RESONANZ_HOME")
KEYS = HOME / "keys"
SECRET_KEY = secret_key(KEYS)
DEMO = flag("RESONANZ_DEMO")
LOCAL_ALARMS = flag("RESONANZ_LOCAL_ALARMS", default=DEMO)  # alarms may go to servers of the local network
DEMO_NETWORK_URL = text("RESONANZ_DEMO_NETWORK")
CRASH_AT = text("RESONANZ_CRASH_AT")  # a name from crashpoints.py; tests end a process there
POLL_S = number("RESONANZ_POLL_SECONDS", 15, low=1, high=3600)
SECOND_LOOK = flag("RESONANZ_SECOND_LOOK", default=True)  # where the extra `embeddings` is installed
UNDO_S = number("RESONANZ_UNDO_SECONDS", 5, low=0, high=60)
KEEP_FILES_DAYS = number("RESONANZ_KEEP_FILES_DAYS", 30, low=1, high=3650)
PUBLIC_ADDRESS = public_address("RESONANZ_PUBLIC_ADDRESS")
MAIL = mail_server(
    MailNames(
        "RESONANZ_MAIL_HOST",
        "RESONANZ_MAIL_TLS",
        "RESONANZ_MAIL_PORT",
        "RESONANZ_MAIL_USER",
        "RESONANZ_MAIL_PASSWORD",
    ),
    {"starttls": 587, "tls": 465, "no": 25},
)
MAIL_FROM = sender("RESONANZ_MAIL_FROM", needed=MAIL is not None)
MAIL_IN = mail_server(
    MailNames(
        "RESONANZ_MAIL_IMAP_HOST",
        "RESONANZ_MAIL_IMAP_TLS",
        "RESONANZ_MAIL_IMAP_PORT",
        "RESONANZ_MAIL_IMAP_USER",
        "RESONANZ_MAIL_IMAP_PASSWORD",
    ),
    {"tls": 993, "starttls": 143, "no": 143},
)
MAIL_IN_FOLDER = text("RESONANZ_MAIL_IMAP_FOLDER", "INBOX")

# Django ------------------------------------------------------------------------------------------

DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS: list[str] = []
if PUBLIC_ADDRESS:
    ALLOWED_HOSTS.append(str(urlsplit(PUBLIC_ADDRESS).hostname))
    CSRF_TRUSTED_ORIGINS.append(PUBLIC_ADDRESS)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

INSTALLED_APPS = [
    "resonanz.desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "allauth.account",  # only because allauth.mfa stands on it: no sign-up, no e-mail, none of its pages
    "allauth.mfa",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "resonanz.desk.web.guard.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "resonanz.desk.web.alive.SignsOfLife",
    "resonanz.desk.web.guard.ReadersLanguage",
    "resonanz.desk.web.guard.OneLook",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "resonanz.desk.web.urls"
WSGI_APPLICATION = "resonanz.desk.edge.pages"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "resonanz.desk.web.by_language.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "resonanz.desk.web.guard.page_frame",
            ],
            "builtins": [
                "resonanz.desk.web.by_language",
                "lucide.templatetags.lucide",
                "resonanz.desk.web.tags",
            ],
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "resonanz.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; "
            "PRAGMA secure_delete=ON;",
        },
    }
}
AUTH_USER_MODEL = "desk.Agent"
AUTHENTICATION_BACKENDS = ["resonanz.desk.access.People"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "inbox"
LOGOUT_REDIRECT_URL = "login"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # else three hundred strangers' guesses push out somebody's five
    }
}
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "resonanz.desk.factors.Vault"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Resonanz"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # reading one writes nothing
SESSION_ENGINE = "resonanz.desk.sessions"
SESSION_COOKIE_NAME = "resonanz_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = bool(PUBLIC_ADDRESS)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "resonanz_csrf"
CSRF_COOKIE_SECURE = bool(PUBLIC_ADDRESS)
CSRF_COOKIE_HTTPONLY = True  # the token stands in the page, scripts read it there
CSRF_FAILURE_VIEW = "resonanz.desk.web.guard.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

USE_TZ = True
TIME_ZONE = zone("RESONANZ_TIME_ZONE", "Europe/Berlin")
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German (Sie)")), ("de-du", _("German (Du)")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "resonanz.desk.formats"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [Path(__file__).parent / "web" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "staticfiles": {"BACKEND": "resonanz.desk.web.statics.Statics"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "resonanz": {"level": "INFO"},
        "apprise": {
            "handlers": ["nowhere"],
            "propagate": False,
        },  # it logs whole addresses, with their secrets
        "django.security.DisallowedHost": {"level": "ERROR"},
    },
}
