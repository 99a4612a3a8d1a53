"""Lets a play that was written for the simulated Mastodon be played on any part.

To the play it looks like that network's world: accounts, statuses, posting, listening. Handles are the
cast's own here and the network's outside. Private messages of one person are one thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any

from resonanz.simulator import content
from resonanz.simulator.part import Reacting
from resonanz.simulator.people import PEOPLE, companies_of
from resonanz.simulator.records import Account, Status
from resonanz.simulator.world import Rejected, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from resonanz.simulator.part import Part
    from resonanz.simulator.world import Words

LONGEST = 240  # of a text that a network finds too long: what is left of it
_KINDS = {"favourites": "like", "boosts": "repost"}


@dataclass(slots=True)
class Seen:
    """Who is known and what was said."""

    accounts: dict[str, Account] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)


def _nobody(_status: Status) -> None:
    """Listen for nobody."""


class Stage:
    """A part as plays see it. `listen` tells them what the companies said meanwhile."""

    def __init__(self, part: Part, clock: Callable[[], datetime]) -> None:
        self.part = part
        self.clock = clock
        self.lock = RLock()
        self.memory = Seen()
        self.heard: Callable[[Status], None] = _nobody
        self._true_clock = clock
        self._handles: dict[str, str] = {}
        self._ids = 0
        self._gather()

    def _gather(self) -> None:
        """Learn who lives there, and what was said before."""
        by_name = {person.name: person for person in PEOPLE}
        companies = set(companies_of(self.part))
        for one in self.part.people():
            known = by_name.get(one["name"])
            acct = known.acct if known else one["handle"]
            self._know(acct, one["name"], one["handle"], company=one["handle"] in companies)
        for post in self.part.posts():
            self._see(post)

    def _know(self, acct: str, name: str, handle: str, *, company: bool = False) -> Account:
        local, _, domain = acct.partition("@")
        account = Account(acct, local, name, self._true_clock(), domain=domain, company=company)
        self.memory.accounts[acct] = account
        self._handles[acct] = handle
        return account

    def account_named(self, acct: str) -> Account | None:
        """Find an account by its handle in the cast or on the network."""
        wanted = acct.removeprefix("@").lower()
        found = self.memory.accounts.get(wanted)
        if found is not None:
            return found
        return next((self.memory.accounts[a] for a, h in self._handles.items() if h.lower() == wanted), None)

    def add_account(self, account: Account) -> Account:
        """Let somebody join; the network learns of him when he speaks."""
        return self._know(account.acct, account.name, account.acct)

    def new_id(self, _at: datetime) -> str:
        """Return a name for something that only the play knows."""
        self._ids += 1
        return f"stage:{self._ids}"

    # speaking

    def post(self, author: Account, words: Words) -> Status:
        """Say something. Raises `Rejected` 422 where the network does not take it."""
        private = words.visibility == "direct"
        order: dict[str, Any] = {
            "handle": self._handles[author.acct],
            "name": author.name,
            "text": self._outside(words.text, private=private),
            "in_reply_to": words.in_reply_to_id or "",
            "private": private,
            "picture": words.picture,
            "language": words.language or "de",
        }
        if self.clock is not self._true_clock:
            order["at"] = self.clock().isoformat()
        try:
            shown = self._say(order)
        except ValueError as error:
            raise Rejected(422, str(error)) from error
        parent = self.memory.statuses.get(words.in_reply_to_id or "")
        root = self._root(author, shown["id"], parent, private=private)
        return self._keep(shown["id"], author, words.text, parent, root, words.visibility)

    def _say(self, order: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.part.say(order)
        except ValueError:
            if len(order["text"]) <= LONGEST:
                raise
            return self.part.say(order | {"text": order["text"][:LONGEST] + "…"})

    def _root(self, author: Account, own_id: str, parent: Status | None, *, private: bool) -> str:
        if private:
            return f"private:{author.id}"
        return parent.root_id if parent else own_id

    def _keep(
        self, new_id: str, author: Account, text: str, parent: Status | None, root: str, visibility: str
    ) -> Status:
        named = [a.id for a in self._named_in(text)]
        if parent is not None and parent.account_id != author.id:
            named.append(parent.account_id)
        status = Status(
            id=new_id,
            account_id=author.id,
            text=text,
            created_at=self.clock(),
            root_id=root,
            visibility=visibility,
            in_reply_to_id=parent.id if parent else None,
            mentions=list(dict.fromkeys(named)),
        )
        self.memory.statuses[new_id] = status
        return status

    def _named_in(self, text: str) -> list[Account]:
        handles = (piece.value for piece in content.pieces(text) if piece.kind == "handle")
        return [account for handle in handles if (account := self.account_named(handle))]

    def _outside(self, text: str, *, private: bool) -> str:
        """Write a text with the network's handles; a private one needs none at its beginning."""
        for piece in reversed(list(content.pieces(text))):
            account = self.account_named(piece.value) if piece.kind == "handle" else None
            if account is not None:
                outside = "" if private and not piece.start else "@" + self._handles[account.acct]
                text = text[: piece.start] + outside + text[piece.end :]
        return text.strip()

    def edit(self, _author: Account, status_id: str, words: Words) -> None:
        """Change what somebody said; on some networks that is not possible, people shrug."""
        try:
            self.part.edit({"id": status_id, "text": self._outside(words.text, private=False)})
        except ValueError as error:
            raise Rejected(422, str(error)) from error

    def delete(self, _author: Account, status_id: str) -> None:
        """Take back what somebody said."""
        try:
            self.part.delete({"id": status_id})
        except ValueError as error:
            raise Rejected(404, str(error)) from error

    def react(self, account: Account, status_id: str, kind: str, *, on: bool) -> None:
        """Like something or pass it on ("favourites", "boosts"), where the network's part can."""
        if not isinstance(self.part, Reacting) or not on:
            return
        order = {"handle": self._handles[account.acct], "name": account.name, "id": status_id}
        try:
            self.part.react(order | {"kind": _KINDS[kind]})
        except ValueError as error:
            raise Rejected(422, str(error)) from error

    # listening

    def listen(self) -> None:
        """Take notice of what was said meanwhile, and tell the play what companies said."""
        for post in self.part.posts():
            if post["id"] in self.memory.statuses:
                continue
            status = self._see(post)
            if self.memory.accounts[status.account_id].company:
                self.heard(status)

    def _see(self, post: dict[str, Any]) -> Status:
        author = self.account_named(post["handle"]) or self._know(
            post["handle"], post["handle"], post["handle"]
        )
        parent = self.memory.statuses.get(post["in_reply_to"] or "")
        reader = self.account_named(str(post.get("to") or ""))
        about = reader if reader and author.company else author
        root = self._root(about, post["id"], parent, private=bool(post["private"]))
        status = self._keep(
            post["id"], author, post["text"], parent, root, "direct" if post["private"] else "public"
        )
        if reader is not None and reader.id not in status.mentions:
            status.mentions.append(reader.id)
        return status


Ground = World | Stage
