"""What each simulated network offers to the rooms that all of them share: routes, endpoints, and a hand.

A part is one network with a world of its own. Its paths tell it apart: all parts stand at one address.
Faults, the page to steer by hand, scenarios and the state file know parts only through this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something that a fault can be thrown at. `path` is a route's, with its `{names}`.

    `items` is where the answer's list of posts or events lies: names joined by dots, `"."` for the answer
    itself, "" where it has none. `stream` marks one that never ends by itself.
    """

    name: str
    method: str
    path: str
    items: str = ""
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that the part would give: for faults that look like the network's own refusals."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Part(Protocol):
    """One simulated network."""

    name: str
    routes: Sequence[BaseRoute]
    endpoints: Sequence[Endpoint]

    def say(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Let a person write: `handle` and `text`; `in_reply_to`, `quotes`, `private`, `picture`, `at`.

        A handle that nobody has becomes a new customer, with the order's `name`.
        It is returned as the network shows it, with `id` and `uri`. ValueError for an unfit order.
        """
        ...

    def edit(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Let a person change a post: `id` and `text`. ValueError where the network has no edits."""
        ...

    def delete(self, order: Mapping[str, Any]) -> None:
        """Let a person take a post away: `id`."""
        ...

    def people(self) -> list[dict[str, str]]:
        """Return who lives here: `handle`, `name`, and `token` for those who can be connected.

        Names are those of `people.PEOPLE`: plays, and the page to steer by, know people by them.
        """
        ...

    def posts(self) -> list[dict[str, Any]]:
        """Return everything that stands there now, oldest first: `id`, `handle`, `text`, `in_reply_to`,
        `private`, `posted_at`: the truth that tests count."""
        ...

    def refusal(self, kind: str, seconds: int | None) -> Answered:
        """Return how this network refuses: `401`, `402`, `403`, `404`, `409`, `429`, `500`, `503`.

        `seconds` is until it may be tried again, told as this network tells it; None: it does not say.
        """
        ...

    def saved(self) -> dict[str, Any]:
        """Return its memory as JSON."""
        ...

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from a memory. ValueError where it is not one of this part's."""
        ...


# What a part may be able to do beside that; the shared rooms ask with `isinstance`.


@runtime_checkable
class Reacting(Protocol):
    """People can like posts and pass them on."""

    def react(self, order: Mapping[str, Any]) -> None:
        """Let a person react: `handle`, `id`, `kind` (`like`, `repost`). ValueError for an unfit order."""
        ...


@runtime_checkable
class Revoking(Protocol):
    """Tokens can be taken back."""

    def revoke(self, secret: str) -> None:
        """Make a token worthless, as if the account's owner had taken the right back."""
        ...


@runtime_checkable
class Renaming(Protocol):
    """Its fields have names that changed, or may change, in life."""

    renames: Mapping[str, str]


@runtime_checkable
class Switching(Protocol):
    """It has switches of its own."""

    def settings_now(self) -> dict[str, Any]:
        """Return them as they stand."""
        ...

    def turn(self, name: str, value: object) -> None:
        """Turn one. ValueError for one that is not there, or a wrong value."""
        ...


@runtime_checkable
class Admitting(Protocol):
    """People connect programs to its accounts by hand."""

    def admits(self) -> list[tuple[str, dict[str, str]]]:
        """Return what a program is asked for: for which account ("" for every one), and value by field.

        Fields are named as `console_words.FIELDS` names them.
        """
        ...


@runtime_checkable
class Quoting(Protocol):
    """People can quote a post in one of theirs: `say` takes `quotes`."""

    quotes_posts: bool


@runtime_checkable
class Telling(Protocol):
    """There is more to know about it: what a program needs to sign in, what calls have cost."""

    def facts(self) -> dict[str, Any]:
        """Return it."""
        ...


@runtime_checkable
class Stopping(Protocol):
    """It holds streams open that have to end before a server can stop."""

    def stop(self) -> None:
        """End them. From any thread."""
        ...
