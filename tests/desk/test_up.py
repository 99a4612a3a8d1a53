"""`resonanz up`: starts, restarts what dies, stops within three seconds, leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.desk.running import RunningDesk, running_desk

pytestmark = pytest.mark.servers
STREAMS = 200


@pytest.fixture
def up(tmp_path: Path) -> Iterator[RunningDesk]:
    with running_desk(tmp_path / "home") as desk:
        yield desk


def gone(process: psutil.Process, within_s: float = 5) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_stops_within_three_seconds_with_200_open_streams(up: RunningDesk) -> None:
    session = up.session()
    streams = [up.open_stream(session) for _ in range(STREAMS)]
    children = up.children()
    assert sorted(children) == ["web", "work"]
    assert up.stop() <= 3
    assert all(gone(child, 0.5) for child in children.values())
    for stream in streams:
        stream.close()


def test_what_dies_is_started_again(up: RunningDesk) -> None:
    for word in ("work", "web"):
        before = up.children()[word]
        before.kill()
        end = time.monotonic() + 10
        while (now := up.children().get(word)) is None or now.pid == before.pid or not up.answers():
            assert time.monotonic() < end, f"{word} did not come back"
            time.sleep(0.1)


def test_no_orphan_keeps_the_port_when_the_parent_is_killed(up: RunningDesk) -> None:
    children = up.children()
    up.stop(signal.SIGKILL)
    assert all(gone(child) for child in children.values())
    assert port_is_free(up.port)


def test_live_stream_needs_a_session_and_ends_with_it(up: RunningDesk) -> None:
    assert httpx.get(f"{up.url}/live").status_code == 403
    session = up.session()
    cookie = {"Cookie": f"resonanz_session={session}"}
    foreign = {**cookie, "Sec-Fetch-Site": "cross-site"}
    assert httpx.get(f"{up.url}/live", headers=foreign).status_code == 403
    said = {"tab": "t1", "conversation": None, "typing": False}
    assert httpx.post(f"{up.url}/live/presence", headers=cookie, json=said).status_code == 204
    assert httpx.post(f"{up.url}/live/presence", json=said).status_code == 403
    for wrong in ({"tab": ""}, {"tab": "t", "conversation": "7"}, ["t"], {"conversation": 1}):
        assert httpx.post(f"{up.url}/live/presence", headers=cookie, json=wrong).status_code == 400
    assert httpx.post(f"{up.url}/live/presence", headers=cookie, content=b"x" * 5000).status_code == 400


def test_plain_http_on_another_address_is_refused_with_advice(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "resonanz.desk", "up", "--host", "0.0.0.0"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings",
            "RESONANZ_HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "RESONANZ_PUBLIC_ADDRESS=https://" in done.stderr
    assert not (tmp_path / "resonanz.sqlite3").exists()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("RESONANZ_POLL_SECONDS", "often", "a whole number from 1 to 3600"),
        ("RESONANZ_TIME_ZONE", "Europe/Atlantis", "a time zone such as Europe/Berlin"),
        ("RESONANZ_PUBLIC_ADDRESS", "http://desk.example", "an address such as https://desk.example.org"),
        ("RESONANZ_DEMO", "perhaps", "yes or no"),
    ],
)
def test_a_malformed_setting_ends_the_start_with_one_sentence(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "resonanz.desk", "check"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings",
            "RESONANZ_HOME": str(tmp_path),
            name: value,
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == f"resonanz: {name}={value!r} cannot be used; expected {expected}.\n"
    assert list(tmp_path.iterdir()) == []
