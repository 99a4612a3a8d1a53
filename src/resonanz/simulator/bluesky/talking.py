"""How programs ask a simulated Bluesky about private messages: `chat.bsky.convo.*`.

As on the network these go through the account's own server, named in the header `atproto-proxy`; without it,
or with an app password that lacks the right, they are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resonanz.simulator.bluesky.asking import Asked
from resonanz.simulator.bluesky.chats import DEFS
from resonanz.simulator.bluesky.rules import Rejected, invalid

if TYPE_CHECKING:
    from resonanz.simulator.bluesky.records import Account

CHAT = "did:web:api.bsky.chat#bsky_chat"
LOG_AT_ONCE = 100


def _me(asked: Asked) -> Account:
    if asked.request.headers.get("atproto-proxy") != CHAT:
        raise Rejected("MethodNotImplemented", "Method Not Implemented", status=501)
    me = asked.me
    if not me.messages_allowed:
        raise Rejected("InvalidToken", "Bad token method")
    return me


def _other(asked: Asked, me: Account) -> str:
    """Return the other member that a question names."""
    others = [did for did in asked.texts("members") if did != me.did]
    if len(others) != 1 or others[0] not in asked.rooms.world.memory.accounts:
        raise Rejected("RecipientNotFound", "Recipient not found")
    return others[0]


async def list_convos(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.listConvos`."""
    me = _me(asked).did
    page, more = asked.page(asked.rooms.chats.all_of(me, status=asked.text("status", "")))
    return {"convos": [asked.rooms.chats.convo_view(one, me) for one in page], **more}


async def list_requests(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.listConvoRequests`: what waits to be accepted and was written into."""
    me = _me(asked).did
    waiting = [one for one in asked.rooms.chats.all_of(me, status="request") if one.messages]
    page, more = asked.page(waiting)
    views = [asked.rooms.chats.convo_view(one, me) for one in page]
    return {"requests": [{"$type": f"{DEFS}convoView", **view} for view in views], **more}


async def get_convo(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.getConvo`."""
    me = _me(asked).did
    return {"convo": asked.rooms.chats.convo_view(asked.rooms.chats.of(me, asked.text("convoId")), me)}


async def get_convo_for_members(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.getConvoForMembers`."""
    me = _me(asked)
    convo = asked.rooms.chats.begin(me.did, _other(asked, me))
    return {"convo": asked.rooms.chats.convo_view(convo, me.did)}


async def get_convo_availability(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.getConvoAvailability`."""
    me = _me(asked)
    other = _other(asked, me)
    answer: dict[str, Any] = {"canChat": not asked.rooms.chats.may_write(me.did, other)}
    convo = asked.rooms.chats.between(me.did, other)
    return answer | ({"convo": asked.rooms.chats.convo_view(convo, me.did)} if convo else {})


async def accept_convo(asked: Asked) -> dict[str, str]:
    """`chat.bsky.convo.acceptConvo`."""
    rev = asked.rooms.chats.accept(_me(asked).did, str((await asked.body())["convoId"]))
    return {"rev": rev} if rev else {}


async def get_messages(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.getMessages`, the newest first."""
    me = _me(asked).did
    convo = asked.rooms.chats.of(me, asked.text("convoId"))
    page, more = asked.page(convo.messages[::-1])
    messages = [asked.rooms.world.memory.messages[name] for name in page]
    return {"messages": [asked.rooms.chats.message_view(one, me) for one in messages], **more}


async def send_message(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.sendMessage`."""
    me, body = _me(asked).did, await asked.body()
    convo = asked.rooms.chats.of(me, str(body["convoId"]))
    other = next(member for member in convo.members if member != me)
    if asked.rooms.world.blocks(me, other):
        raise Rejected("BlockedActor", "block between recipient and sender")
    if not isinstance(body["message"].get("text"), str):
        raise invalid("Input/message must have the property text")
    said = {key: value for key, value in body["message"].items() if key != "sentAt"}
    message = asked.rooms.chats.say(me, convo.id, said)
    return asked.rooms.chats.message_view(message, me)


async def get_log(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.getLog`: what happened after a mark, oldest first."""
    me = _me(asked).did
    events = asked.rooms.chats.log(me, asked.text("cursor", ""), LOG_AT_ONCE)
    cursor = events[-1].rev if events else asked.text("cursor", "")
    views = [asked.rooms.chats.event_view(event, me) for event in events]
    return {"logs": views, **({"cursor": cursor} if cursor else {})}


async def delete_message_for_self(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.deleteMessageForSelf`."""
    me, body = _me(asked).did, await asked.body()
    message = asked.rooms.chats.hide(me, str(body["convoId"]), str(body["messageId"]))
    return asked.rooms.chats.message_view(message, me)


async def update_read(asked: Asked) -> dict[str, Any]:
    """`chat.bsky.convo.updateRead`."""
    me, body = _me(asked).did, await asked.body()
    convo = asked.rooms.chats.of(me, str(body["convoId"]))
    convo.read[me] = str(body.get("messageId") or (convo.messages[-1] if convo.messages else ""))
    return {"convo": asked.rooms.chats.convo_view(convo, me)}


WAYS = {
    "chat.bsky.convo.listConvos": ("GET", list_convos),
    "chat.bsky.convo.listConvoRequests": ("GET", list_requests),
    "chat.bsky.convo.getConvo": ("GET", get_convo),
    "chat.bsky.convo.getConvoForMembers": ("GET", get_convo_for_members),
    "chat.bsky.convo.getConvoAvailability": ("GET", get_convo_availability),
    "chat.bsky.convo.acceptConvo": ("POST", accept_convo),
    "chat.bsky.convo.getMessages": ("GET", get_messages),
    "chat.bsky.convo.sendMessage": ("POST", send_message),
    "chat.bsky.convo.getLog": ("GET", get_log),
    "chat.bsky.convo.deleteMessageForSelf": ("POST", delete_message_for_self),
    "chat.bsky.convo.updateRead": ("POST", update_read),
}
