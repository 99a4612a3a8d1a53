"""How the simulated X says no: problems by name, as its answers carry them. Shapes only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PROBLEMS = "https://api.{host}.com/2/problems/"


def kind_of(name: str, spelling: str) -> str:
    """Return a problem's type: the older description calls the host by the network's older name."""
    if name == "about:blank":
        return name
    return PROBLEMS.format(host="x" if spelling == "post" else "twitter") + name


@dataclass(slots=True, eq=False)
class Problem(Exception):
    """The network says no: an HTTP status, the problem's name, its title and sentence, and more about it."""

    status: int
    name: str
    title: str
    detail: str
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, spelling: str) -> dict[str, Any]:
        """Write it as JSON."""
        kind = kind_of(self.name, spelling)
        return {"title": self.title, "detail": self.detail, "type": kind, "status": self.status} | self.more


def unauthorized() -> Problem:
    """Nobody is known by this token."""
    return Problem(401, "about:blank", "Unauthorized", "Unauthorized")


def forbidden(detail: str, name: str = "about:blank", **more: Any) -> Problem:
    """It may not be done."""
    return Problem(403, name, "Forbidden", detail, more)


def wrong(parameter: str, value: str, message: str) -> Problem:
    """A parameter is not as it must be."""
    errors = [{"parameters": {parameter: [value]}, "message": message}]
    return Problem(
        400, "invalid-request", "Invalid Request", "One or more parameters to your request was invalid.",
        {"errors": errors},
    )  # fmt: skip


def missing(kind: str, value: str, parameter: str, spelling: str) -> dict[str, Any]:
    """Tell within an answer that something is not there: `kind` is `tweet`, `user`, …"""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind if spelling == "tweet" or kind != "tweet" else "post",
        "parameter": parameter,
        "resource_id": value,
        "type": kind_of("resource-not-found", spelling),
    }
