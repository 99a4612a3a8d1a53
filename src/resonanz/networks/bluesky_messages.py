"""Private messages on Bluesky (`chat.bsky.convo`): hearing them from their log, finding and sending them.

They are kept by a service of their own, which the account's server passes questions on to. Where that service
does not answer, or the app password was made without the right to messages, everything else goes on without.
What strangers write waits as a request; a desk is there for strangers, so requests are accepted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from resonanz.networks import Gone, LoginNeeded, NetworkError, Refused, Temporary, Unclear
from resonanz.networks.answers import (
    BROKEN,
    Entity,
    bad_answer,
    demand,
    moment,
    only_broken,
    part_of,
    parts_of,
    text_of,
)
from resonanz.networks.bluesky_posts import message_id, parts_of_message, sighting_from_message

if TYPE_CHECKING:
    from resonanz.networks.bluesky_heard import Heard
    from resonanz.networks.bluesky_session import Session
    from resonanz.post import Sighting

CONVO = "chat.bsky.convo."
DEFS = "chat.bsky.convo.defs#"
PAGE = 100
LOG_PAGES = 20  # in one read
BACK_PAGES = 100  # of one conversation, or of all of them
CONVOS_KEPT = 2_000
# What a person's settings, or a block, answer to somebody who wants to write (`getConvoForMembers`).
UNWANTED = frozenset(
    {"MessagesDisabled", "NotFollowedBySender", "BlockedActor", "BlockedSubject", "RecipientNotFound"}
)

People = Mapping[str, Entity]


class Messages:
    """The private side of an account. `missing` says why there is none, empty as long as there is one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._people: OrderedDict[str, dict[str, Entity]] = OrderedDict()
        self.missing = ""

    # Hearing

    def hear(self, heard: Heard, log: str) -> tuple[str, bool]:
        """Hear what the log has after a mark; return the next mark and whether there is more right now.

        An empty mark hears the last message of each of the newest conversations, as what was there before.
        Whatever the service does wrong leaves the mark where it is.
        """
        try:
            if not log:
                mark = self._begin(heard)
                self.missing = ""
                return mark, False
            self._accept_requests(heard)
            mark, more = self._follow(heard, log)
        except NetworkError as error:
            self.missing = error.code
            return log, False
        self.missing = ""
        return mark, more

    def check(self) -> str:
        """Ask whether there are messages; return why not, empty where there are."""
        try:
            self._session.get(f"{CONVO}listConvos", [("limit", "1")])
        except NetworkError as error:
            self.missing = error.code
        else:
            self.missing = ""
        return self.missing

    def _begin(self, heard: Heard) -> str:
        self._accept_requests(heard)
        answer = self._session.get(f"{CONVO}listConvos", [("limit", str(PAGE))])
        newest = ""
        for convo in parts_of(answer, "convos"):
            newest = max(newest, text_of(convo, "rev"))
            self._learn(text_of(convo, "id"), parts_of(convo, "members"))
            if text_of(part_of(convo, "lastMessage"), "$type") == f"{DEFS}messageView":
                self._take(heard, part_of(convo, "lastMessage"), text_of(convo, "id"))
        # The smallest mark there can be: without any conversation all that comes is new.
        return newest or "2222222222222"

    def _accept_requests(self, heard: Heard) -> None:
        """Accept what waits as a request, and hear what it says: the log may not have told of it."""
        for request in self._requests():
            convo = text_of(request, "id")
            if not convo or text_of(request, "status") == "accepted":
                continue
            self._learn(convo, parts_of(request, "members"))
            self._session.send(f"{CONVO}acceptConvo", {"convoId": convo})
            for message in self._said_in(convo, newest=True):
                self._take(heard, message, convo)

    def _requests(self) -> list[Entity]:
        """Return what waits as a request; older services list them among the conversations."""
        limit = ("limit", str(PAGE))
        try:
            return parts_of(self._session.get(f"{CONVO}listConvoRequests", [limit]), "requests")
        except Refused as error:
            if error.facts.get("name") != "MethodNotImplemented":
                raise
        return parts_of(self._session.get(f"{CONVO}listConvos", [limit, ("status", "request")]), "convos")

    def _follow(self, heard: Heard, log: str) -> tuple[str, bool]:
        for _ in range(LOG_PAGES):
            answer = self._session.get(f"{CONVO}getLog", [("cursor", log)])
            events = parts_of(answer, "logs")
            for event in events:
                self._hear_event(heard, event)
            after = max([log, text_of(answer, "cursor"), *(text_of(event, "rev") for event in events)])
            if after == log:
                return log, False
            log = after
        return log, True

    def _hear_event(self, heard: Heard, event: Entity) -> None:
        kind, convo = text_of(event, "$type").removeprefix(DEFS), text_of(event, "convoId")
        message = part_of(event, "message")
        if kind == "logDeleteMessage" and text_of(message, "id"):
            heard.gone.append(message_id(convo, text_of(message, "id")))
        if kind == "logCreateMessage" and text_of(message, "$type") != f"{DEFS}deletedMessageView":
            self._learn(convo, parts_of(event, "relatedProfiles"))
            self._take(heard, message, convo)

    def _take(self, heard: Heard, message: Entity, convo: str) -> None:
        try:
            heard.take(self.sighting(message, convo))
        except BROKEN as error:
            only_broken(error)
            heard.put_aside({"$type": f"{DEFS}logCreateMessage", "convoId": convo, "message": message}, error)

    def understand(self, heard: Heard, event: Entity) -> None:
        """Read an event of the log once more."""
        self._hear_event(heard, event)

    def sighting(self, message: Entity, convo: str) -> Sighting:
        """Return a message as a post, with the people of its conversation."""
        sender = text_of(part_of(message, "sender"), "did")
        return sighting_from_message(
            message, convo=convo, did=self._session.did, people=self._people_in(convo, sender)
        )

    def _people_in(self, convo: str, sender: str) -> People:
        """Return the members by DID, asked for where one is missing; a conversation has at least two."""
        known = self._people.get(convo, {})
        if sender not in known or len(known) < 2:
            try:
                answer = self._session.get(f"{CONVO}getConvo", [("convoId", convo)])
            except (Gone, Refused):
                return known
            self._learn(convo, parts_of(part_of(answer, "convo"), "members"))
            known = self._people.get(convo, {})
        return known

    def _learn(self, convo: str, members: list[Entity]) -> None:
        known = self._people.setdefault(convo, {})
        known.update({text_of(member, "did"): member for member in members if text_of(member, "did")})
        self._people.move_to_end(convo)
        if len(self._people) > CONVOS_KEPT:
            self._people.popitem(last=False)

    # Reading back

    def hear_since(self, heard: Heard, since: datetime) -> None:
        """Hear all messages since a moment, whatever a mark says."""
        at = ""
        for _ in range(BACK_PAGES):
            params = [("limit", str(PAGE)), *([("cursor", at)] if at else [])]
            try:
                answer = self._session.get(f"{CONVO}listConvos", params)
            except (Gone, Refused, LoginNeeded, Temporary, Unclear):
                return
            convos = parts_of(answer, "convos")
            for convo in convos:
                self._learn(text_of(convo, "id"), parts_of(convo, "members"))
                if not _is_before(part_of(convo, "lastMessage"), since):
                    self._hear_convo(heard, text_of(convo, "id"), since)
            at = text_of(answer, "cursor")
            # Conversations come with the one that changed last first.
            if not at or not convos or _is_before(part_of(convos[-1], "lastMessage"), since):
                return

    def _hear_convo(self, heard: Heard, convo: str, since: datetime) -> None:
        for message in self._said_in(convo):
            if _is_before(message, since):
                return
            self._take(heard, message, convo)

    def _said_in(self, convo: str, *, newest: bool = False) -> Iterator[Entity]:
        """Yield the messages of a conversation, or only its newest page, from the newest back.

        `Unclear` where there are more than anybody could have wanted: then not everything was seen.
        """
        at = ""
        for _ in range(BACK_PAGES):
            params = [("convoId", convo), ("limit", str(PAGE)), *([("cursor", at)] if at else [])]
            answer = self._session.get(f"{CONVO}getMessages", params)
            found = parts_of(answer, "messages")
            yield from (message for message in found if text_of(message, "$type") == f"{DEFS}messageView")
            at = text_of(answer, "cursor")
            if newest or not at or not found:
                return
        raise bad_answer("cursor")

    def look_up(self, heard: Heard, native_ids: list[str]) -> None:
        """Read messages again; those that are shown no more, or not within a long way back, are gone."""
        by_convo: dict[str, set[str]] = {}
        for native_id in native_ids:
            convo, message = parts_of_message(native_id)
            by_convo.setdefault(convo, set()).add(message)
        for convo, wanted in by_convo.items():
            try:
                self._look_up_in(heard, convo, wanted)
            except Refused as error:
                # A right that is missing says nothing about what is there.
                if error.facts.get("name") == "InvalidConvo":
                    heard.gone += [message_id(convo, message) for message in sorted(wanted)]

    def _look_up_in(self, heard: Heard, convo: str, wanted: set[str]) -> None:
        left = set(wanted)
        for message in self._said_in(convo):
            name = text_of(message, "id")
            if name in left:
                left.discard(name)
                self._take(heard, message, convo)
            if not left:
                return
        heard.gone += [message_id(convo, name) for name in sorted(left)]

    # Sending

    def convo_with(self, did: str) -> str:
        """Return the conversation with a person, begun if need be.

        `Refused("no_messages")` where he takes none from us.
        """
        members = [("members", did)]
        try:
            asked = self._session.get(f"{CONVO}getConvoAvailability", members)
            if asked.get("canChat") is not True:
                raise Refused("no_messages")
            convo = part_of(self._session.get(f"{CONVO}getConvoForMembers", members), "convo")
        except Refused as error:
            if error.facts.get("name") in UNWANTED:
                raise Refused("no_messages", reason=error.reason) from error
            raise
        self._learn(text_of(convo, "id"), parts_of(convo, "members"))
        if text_of(convo, "status") == "request":
            self._session.send(f"{CONVO}acceptConvo", {"convoId": demand(convo, "id")})
        return demand(convo, "id")

    def known_convo_with(self, did: str) -> str:
        """Return the conversation with a person if there is one; nothing is begun."""
        answer = self._session.get(f"{CONVO}getConvoAvailability", [("members", did)])
        return text_of(part_of(answer, "convo"), "id")

    def send(self, convo: str, message: Mapping[str, Any]) -> Sighting:
        """Send a message: one attempt. The service knows no key of ours, so it is never repeated here."""
        try:
            answer = self._session.send(f"{CONVO}sendMessage", {"convoId": convo, "message": message})
        except Refused as error:
            if error.facts.get("name") in {*UNWANTED, "ConvoLocked"}:
                raise Refused("no_messages", reason=error.reason) from error
            raise
        return self.sighting(answer, convo)

    def find(self, convo: str, text: str, since: datetime) -> Sighting | None:
        """Return the message of ours with these words since a moment, the newest; None for none."""
        for message in self._said_in(convo):
            if _is_before(message, since):
                return None
            ours = text_of(part_of(message, "sender"), "did") == self._session.did
            if ours and text_of(message, "text") == text:
                return self.sighting(message, convo)
        return None


def _is_before(message: Entity, since: datetime) -> bool:
    try:
        return moment(demand(message, "sentAt")) < since
    except Unclear:
        return False
