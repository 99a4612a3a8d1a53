"""`resonanz up` in processes of its own, on a free port and a home of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

READY_WITHIN_S = 180  # a busy machine is no fault of the desk
PASSWORD = "a long pass word"


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningDesk:
    """A desk that runs: its address, its processes, and a browser's cookies."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings",
            "RESONANZ_HOME": str(folder),
            "RESONANZ_POLL_SECONDS": "1",
            "RESONANZ_CRASH_AT": "",
            **environment,
        }
        self.said: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def hand(self, *words: str) -> Any:
        """Do something on the desk's home in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.desk.hand", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout)

    def start(self) -> None:
        """Start everything and wait until pages are served."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "resonanz.desk", "up", "--port", str(self.port)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        end = time.monotonic() + READY_WITHIN_S
        while not self.answers():
            assert self.process.poll() is None, "".join(self.said)
            assert time.monotonic() < end, "".join(self.said)
            time.sleep(0.1)

    def _listen(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)

    def answers(self) -> bool:
        """Whether the login page is served."""
        try:
            return httpx.get(f"{self.url}/login/", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def children(self) -> dict[str, psutil.Process]:
        """Return the running children by their command word."""
        assert self.process is not None
        found: dict[str, psutil.Process] = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # one that has died just now
                words = child.cmdline()
                found.update({word: child for word in ("web", "work", "simulate") if word in words})
        return found

    def session(self, username: str = "anna") -> str:
        """Sign in and return the session cookie."""
        with httpx.Client(base_url=self.url, follow_redirects=True) as client:
            page = client.get("/login/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token is not None
            form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
            client.post("/login/", data=form, headers={"Referer": self.url})
            return client.cookies["resonanz_session"]

    def open_stream(self, session: str) -> socket.socket:
        """Open a live stream and return its connection once it has begun; the caller closes it."""
        stream = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        stream.sendall(
            f"GET /live HTTP/1.1\r\nHost: localhost:{self.port}\r\n"
            f"Cookie: resonanz_session={session}\r\n\r\n".encode()
        )
        read = b""
        while b"retry: 2000" not in read:
            chunk = stream.recv(4096)
            assert chunk, read
            read += chunk
        assert read.startswith(b"HTTP/1.1 200")
        return stream

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Stop and return how many seconds that took."""
        if self.process is None:
            return 0.0
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(15)
        spent = time.monotonic() - began
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return spent


@contextmanager
def running_desk(folder: Path, **environment: str) -> Iterator[RunningDesk]:
    """A desk with one agent, Anna; not connected to any network."""
    desk = RunningDesk(folder, **environment)
    desk.hand("people")
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()
