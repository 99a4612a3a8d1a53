"""Private messages on a simulated Bluesky: conversations, requests, and the log that clients read.

A conversation exists for its two members once somebody asks for it; for the other it is a request until he
accepts it or writes. Who lets nobody, or only those whom he follows, write to him is not written to.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from resonanz.simulator.bluesky.records import Convo, LogEvent, Message
from resonanz.simulator.bluesky.rules import Rejected, expect_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.simulator.bluesky.views import View, Views
    from resonanz.simulator.bluesky.world import World

DEFS = "chat.bsky.convo.defs#"


class Chats:
    """All conversations."""

    def __init__(self, world: World, views: Views) -> None:
        self._world = world
        self._views = views

    @property
    def _convos(self) -> dict[str, Convo]:
        return self._world.memory.convos

    def may_write(self, did: str, other: str) -> str:
        """Return why somebody may not write to another, empty where he may."""
        if self._world.blocks(did, other):
            return "BlockedActor"
        if self.between(did, other):
            return ""  # who has talked once goes on
        allowed = self._world.allows_messages(other)
        if allowed == "none":
            return "MessagesDisabled"
        if allowed == "following" and not self._world.follows(other, did):
            return "NotFollowedBySender"
        return ""

    def between(self, did: str, other: str) -> Convo | None:
        """Return the conversation of two people in which something was said."""
        convo = self._convos.get(_id_of([did, other]))
        return convo if convo and convo.messages else None

    def begin(self, did: str, other: str) -> Convo:
        """Return the conversation of two people, begun if need be; `Rejected` where it may not be."""
        why = self.may_write(did, other)
        if why:
            raise Rejected(why, "recipient requires incoming messages to come from someone they follow")
        name = _id_of([did, other])
        if name not in self._convos:
            status = {did: "accepted", other: "accepted" if self._world.follows(other, did) else "request"}
            rev = self._world.next_tid()
            self._convos[name] = Convo(id=name, members=sorted([did, other]), rev=rev, status=status)
            self._log("logBeginConvo", self._convos[name])
        return self._convos[name]

    def of(self, did: str, name: str) -> Convo:
        """Return a conversation of somebody's; `Rejected` for any other."""
        convo = self._convos.get(name)
        if convo is None or did not in convo.members:
            raise Rejected("InvalidConvo", "Convo not found")
        return convo

    def all_of(self, did: str, *, status: str = "") -> list[Convo]:
        """Return somebody's conversations, the one that changed last first."""
        found = [one for one in self._convos.values() if did in one.members]
        found = [one for one in found if not status or one.status[did] == status]
        return sorted(found, key=lambda one: one.rev, reverse=True)

    def accept(self, did: str, name: str) -> str:
        """Accept a request; return the mark of that, empty where it was accepted already."""
        convo = self.of(did, name)
        if convo.status[did] == "accepted":
            return ""
        convo.status[did] = "accepted"
        self._log("logAcceptConvo", convo, only_for=did)
        return convo.rev

    def say(self, did: str, name: str, said: dict[str, Any]) -> Message:
        """Write a message; whoever writes has accepted."""
        convo = self.of(did, name)
        text = str(said.get("text", ""))
        expect_length(text, graphemes=1_000, most_bytes=10_000, where="message/text")
        number = self._world.next_number()
        message = Message(
            id=f"{number:013x}",
            convo=name,
            rev="",
            sender=did,
            text=text,
            sent_at=str(said.get("sentAt") or self._world.now()),
            facets=list(said.get("facets") or []),
            quoted=str(((said.get("embed") or {}).get("record") or {}).get("uri", "")),
            answered=str((said.get("replyTo") or {}).get("messageId", "")),
        )
        self._world.memory.messages[message.id] = message
        convo.messages.append(message.id)
        convo.status[did] = "accepted"
        message.rev = self._log("logCreateMessage", convo, message=message.id)
        return message

    def delete(self, message: Message) -> None:
        """Take a message away for everybody, as its sender's own act on the play's side."""
        message.deleted = True
        message.rev = self._log("logDeleteMessage", self._convos[message.convo], message=message.id)

    def hide(self, did: str, name: str, message_id: str) -> Message:
        """Clear a message from one member's sight."""
        convo = self.of(did, name)
        if message_id not in convo.messages:
            raise Rejected("InvalidRequest", "Message not found")
        message = self._world.memory.messages[message_id]
        message.hidden_from.append(did)
        self._log("logDeleteMessage", convo, message=message_id, only_for=did)
        return message

    def _log(self, kind: str, convo: Convo, *, message: str = "", only_for: str = "") -> str:
        convo.rev = self._world.next_tid()
        event = LogEvent(rev=convo.rev, kind=kind, convo=convo.id, message=message, only_for=only_for)
        self._world.memory.log.append(event)
        return convo.rev

    # Shown

    def log(self, did: str, after: str, limit: int) -> list[LogEvent]:
        """Return what happened in somebody's conversations after a mark, oldest first."""
        mine = {one.id for one in self._convos.values() if did in one.members}
        return [
            event
            for event in self._world.memory.log
            if event.convo in mine and event.rev > after and event.only_for in {"", did}
        ][:limit]

    def event_view(self, event: LogEvent, did: str) -> View:
        """Return one of the log's events."""
        view: View = {"$type": f"{DEFS}{event.kind}", "rev": event.rev, "convoId": event.convo}
        if event.message:
            message = self._world.memory.messages[event.message]
            view["message"] = self.message_view(message, did)
            if event.kind == "logCreateMessage":
                view["relatedProfiles"] = [self._member(message.sender)]
        return view

    def convo_view(self, convo: Convo, did: str) -> View:
        """Return `chat.bsky.convo.defs#convoView`."""
        messages = [self._world.memory.messages[name] for name in convo.messages]
        unread = [one for one in messages if one.sender != did and one.id > convo.read.get(did, "")]
        view: View = {
            "id": convo.id,
            "rev": convo.rev,
            "members": [self._member(member) for member in convo.members],
            "muted": False,
            "status": convo.status[did],
            "unreadCount": len(unread),
            "kind": {"$type": f"{DEFS}directConvo"},
        }
        return view | ({"lastMessage": self.message_view(messages[-1], did)} if messages else {})

    def message_view(self, message: Message, did: str) -> View:
        """Return a message, or that it was deleted."""
        view: View = {"id": message.id, "rev": message.rev, "sentAt": message.sent_at}
        view["sender"] = {"did": message.sender}
        if message.deleted or did in message.hidden_from:
            return {"$type": f"{DEFS}deletedMessageView", **view}
        view |= {"$type": f"{DEFS}messageView", "text": message.text}
        if message.facets:
            view["facets"] = message.facets
        if message.quoted:
            quoted = self._views.quoted(message.quoted, did)
            view["embed"] = {"$type": "app.bsky.embed.record#view", "record": quoted}
        if message.answered:
            view["replyTo"] = self.message_view(self._world.memory.messages[message.answered], did)
            view["replyTo"].pop("replyTo", None)
        return view

    def _member(self, did: str) -> View:
        return self._views.basic(self._world.memory.accounts[did])


def _id_of(members: Sequence[str]) -> str:
    return hashlib.blake2s("|".join(sorted(members)).encode(), digest_size=8).hexdigest()
