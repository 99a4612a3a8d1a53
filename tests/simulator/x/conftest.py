"""One quiet simulated X a test, and somebody who calls it for the company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.simulator.running import Steered, running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.running import RunningSimulator

DESK = "nordlicht_hilft"
CUSTOMER = "frauke_m"


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls the network's interface with one token."""

    http: httpx.Client

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read something that has to be there."""
        answer = self.http.get(path, params={k.replace("__", "."): v for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Write something that has to be taken."""
        answer = self.http.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        content: dict[str, Any] = answer.json()
        return content

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Call something that is refused, and return status and reason."""
        answer = self.http.request(method, path, **more)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["detail"]

    @property
    def id(self) -> str:
        """The id of whoever calls."""
        return str(self.get("/2/users/me")["data"]["id"])


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(networks=("x",)) as running:
        yield running


@pytest.fixture
def x(simulator: RunningSimulator) -> Steered:
    return simulator.network("x")


_OPEN: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _OPEN:
        _OPEN.pop().close()


def caller(simulator: RunningSimulator, token: str) -> Caller:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    _OPEN.append(httpx.Client(base_url=simulator.base_url, headers=headers, timeout=10))
    return Caller(_OPEN[-1])


@pytest.fixture
def desk(simulator: RunningSimulator, x: Steered) -> Caller:
    return caller(simulator, x.token(DESK))


@pytest.fixture
def app(simulator: RunningSimulator, x: Steered) -> Caller:
    return caller(simulator, x.state()["app_token"])
