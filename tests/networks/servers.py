"""Real servers on loopback for the tests of the networks: started as their own process, ended by it.

Here lives how the Mastodon mock is started, asked for fresh accounts and told to misbehave. Use
`running_mock()` once per test run and `new_person()` in every test: no state is shared then.
"""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from mastodon import Mastodon as Official

from resonanz.networks import Credentials
from resonanz.networks.mastodon import Mastodon, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 20.0


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account on the test server, as the official client and as our connector."""

    name: str
    native_id: str
    token: str
    server: str

    @property
    def credentials(self) -> Credentials:
        """What our connector needs."""
        return Credentials(base_url=self.server, secret={"access_token": self.token}, simulated=True)

    @property
    def desk(self) -> Mastodon:
        """A new connection of our connector."""
        return connect(self.credentials)

    @property
    def app(self) -> Any:
        """A new connection of the official client."""
        return Official(access_token=self.token, api_base_url=self.server, version_check_mode="none")


@dataclass(frozen=True, slots=True)
class MockServer:
    """A running Mastodon mock."""

    url: str
    pid: int

    def new_person(self, prefix: str) -> Person:
        """Make an account that no other test knows."""
        name = f"{prefix}_{secrets.token_hex(4)}"
        answer = httpx.post(f"{self.url}/api/v1/_mock/dev_user", json={"username": name}).raise_for_status()
        made = answer.json()
        return Person(name, made["id"], made["access_token"], self.url)

    @contextmanager
    def fault(self, *, methods: list[str], path: str, **effect: Any) -> Iterator[None]:
        """Let requests to a path fail in the given way, once."""
        match = {"methods": methods, "path": path}
        faults = f"{self.url}/api/v1/_mock/faults"
        httpx.post(faults, json={"match": match, "effect": effect, "count": 1}).raise_for_status()
        try:
            yield
        finally:
            httpx.delete(faults).raise_for_status()


@contextmanager
def running_mock(folder: Path, *, config: str = "") -> Iterator[MockServer]:
    """Run the mock with data in memory; `config` is TOML for its top level."""
    port = free_port()
    settings = folder / f"mock-{port}.toml"
    settings.write_text(config, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("mastodon_mock")), "serve", "--config", str(settings)]
    command += ["--in-memory", "--host", "127.0.0.1", "--port", str(port), "--domain", f"127.0.0.1:{port}"]
    with (folder / f"mock-{port}.log").open("wb") as log:
        running = subprocess.Popen([*command, "--log-level", "warning"], stdout=log, stderr=log, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(url, running)
        yield MockServer(url, running.pid)
    finally:
        running.terminate()
        try:
            running.wait(timeout=3)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait_until_up(url: str, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and running.poll() is None:
        try:
            httpx.get(f"{url}/api/v2/instance").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the Mastodon mock did not start, exit code {running.poll()}")
