"""The variables of e-mail: what they make, and what ends the start with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from resonanz.desk import settings
from resonanz.desk.settings import MailServer

NAMES = settings.MailNames("T_HOST", "T_TLS", "T_PORT", "T_USER", "T_PASSWORD")
PORTS = {"starttls": 587, "tls": 465, "no": 25}
GOOD = {"T_HOST": "mail.example.org", "T_USER": "desk", "T_PASSWORD": "secret"}


def put(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("values", "made"),
    [
        ({}, None),
        ({"T_USER": "desk"}, None),
        (GOOD, MailServer("mail.example.org", 587, "desk", "secret", "starttls")),
        (GOOD | {"T_TLS": "TLS"}, MailServer("mail.example.org", 465, "desk", "secret", "tls")),
        ({"T_HOST": "relay", "T_TLS": "no"}, MailServer("relay", 25, "", "", "no")),
        (GOOD | {"T_HOST": "localhost", "T_TLS": "no", "T_PORT": "1025"},
         MailServer("localhost", 1025, "desk", "secret", "no")),
    ],
)  # fmt: skip
def test_what_a_mail_server_is_made_of(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], made: MailServer | None
) -> None:
    put(monkeypatch, values)
    assert settings.mail_server(NAMES, PORTS) == made


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (GOOD | {"T_TLS": "ssl"}, "T_TLS='ssl' cannot be used; expected starttls or tls or no"),
        (GOOD | {"T_PORT": "0"}, "T_PORT='0' cannot be used; expected a whole number from 1 to 65535"),
        (GOOD | {"T_PASSWORD": ""}, "T_USER='desk' cannot be used; expected both or none"),
        (GOOD | {"T_TLS": "no"}, "T_TLS='no' cannot be used; expected starttls or tls: the password would"),
    ],
)
def test_what_cannot_be_used_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], values: dict[str, str], said: str
) -> None:
    put(monkeypatch, values)
    with pytest.raises(SystemExit) as ended:
        settings.mail_server(NAMES, PORTS)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("value", ["", "desk", "@example.org", "desk@", "a@b\nBcc: c@d"])
def test_letters_need_a_sender(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    monkeypatch.setenv("T_FROM", value)
    with pytest.raises(SystemExit):
        settings.sender("T_FROM", needed=True)
    assert "expected an address such as" in capsys.readouterr().err


def test_a_sender_with_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T_FROM", " Nordlicht <desk@nordlicht.example> ")
    assert settings.sender("T_FROM", needed=True) == "Nordlicht <desk@nordlicht.example>"
    monkeypatch.delenv("T_FROM")
    assert settings.sender("T_FROM", needed=False) == ""


def test_a_host_without_a_sender_ends_the_program() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import resonanz.desk.settings"],
        env={**os.environ, "RESONANZ_MAIL_HOST": "localhost", "RESONANZ_MAIL_FROM": ""},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.startswith("resonanz: RESONANZ_MAIL_FROM='' cannot be used")
