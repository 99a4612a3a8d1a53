"""The calls of the simulated X about private messages (the older, unencrypted kind)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resonanz.simulator.x import prices
from resonanz.simulator.x.asking import Page, one_page
from resonanz.simulator.x.problems import Problem, forbidden, missing
from resonanz.simulator.x.world import Said

if TYPE_CHECKING:
    from resonanz.simulator.x.asking import Call
    from resonanz.simulator.x.records import Message, Person

Json = dict[str, Any]


def _other(call: Call, person_id: str) -> Person:
    person = call.net.world.memory.people.get(person_id)
    if person is None or person.id == call.me.id:
        raise Problem(400, "invalid-request", "Invalid Request", f"Nobody can be written to as {person_id}.")
    return person


def _sent(call: Call, reader: Person) -> Json:
    text, attached = call.body.get("text", ""), call.body.get("attachments") or []
    if not isinstance(text, str) or not isinstance(attached, list) or len(attached) > 1:
        raise Problem(400, "invalid-request", "Invalid Request", "A message has a text or one attachment.")
    said = Said(text=text, media=tuple(str(a.get("media_id", "")) for a in attached))
    message = call.net.world.write(call.me, reader, said, gated=True)
    return {"data": {"dm_conversation_id": message.conversation_id, "dm_event_id": message.id}}


def write_to(call: Call) -> Json:
    """`POST /2/dm_conversations/with/:participant_id/messages`."""
    return _sent(call, _other(call, call.path("participant_id")))


def write_into(call: Call) -> Json:
    """`POST /2/dm_conversations/:dm_conversation_id/messages`: only between two people here."""
    ids = str(call.request.path_params["dm_conversation_id"]).split("-")
    if call.me.id not in ids or len(ids) != 2:
        raise forbidden("You are not a participant of this conversation.")
    return _sent(call, _other(call, ids[0] if ids[1] == call.me.id else ids[1]))


def _events(call: Call, messages: list[Message]) -> Json:
    page = one_page(call, messages, lambda m: m.id, most=call.number("max_results", 1, 100, 100))
    return _answer(call, page)


def _answer(call: Call, page: Page) -> Json:
    objects, wanted = call.net.objects, call.wanted
    call.charges.append((prices.MESSAGE_READ, [m.id for m in page.items]))
    extra = {"sender_id", "participant_ids"} & wanted.expansions
    answer: Json = {"meta": {"result_count": len(page.items)}}
    if page.items:
        answer["data"] = [objects.message(m, wanted.message | extra) for m in page.items]
    if included := _includes(call, page.items):
        answer["includes"] = included
    if page.next_token:
        answer["meta"]["next_token"] = page.next_token
    return answer


def _includes(call: Call, messages: list[Message]) -> Json:
    objects, wanted, memory = call.net.objects, call.wanted, call.net.world.memory
    included: Json = {}
    ids = [m.sender_id for m in messages] if "sender_id" in wanted.expansions else []
    if "participant_ids" in wanted.expansions:
        ids += [i for m in messages for i in (m.sender_id, m.reader_id)]
    if ids:
        included["users"] = [objects.person(memory.people[i], wanted.person) for i in dict.fromkeys(ids)]
    if "attachments.media_keys" in wanted.expansions:
        files = [memory.uploads[i] for m in messages for i in m.media]
        included |= {"media": [objects.file(f, wanted.media) for f in files]} if files else {}
    return included


def events(call: Call) -> Json:
    """`GET /2/dm_events`: everything of the last 30 days, newest first."""
    return _events(call, call.net.world.messages_of(call.me))


def events_with(call: Call) -> Json:
    """`GET /2/dm_conversations/with/:participant_id/dm_events`."""
    other = call.path("participant_id")
    mine = call.net.world.messages_of(call.me)
    return _events(call, [m for m in mine if other in (m.sender_id, m.reader_id)])


def events_in(call: Call) -> Json:
    """`GET /2/dm_conversations/:id/dm_events`."""
    mine = call.net.world.messages_of(call.me)
    return _events(call, [m for m in mine if m.conversation_id == call.request.path_params["id"]])


def event(call: Call) -> Json:
    """`GET /2/dm_events/:event_id`."""
    wanted = call.path("event_id")
    found = [m for m in call.net.world.messages_of(call.me) if m.id == wanted]
    if not found:
        return {"errors": [missing("dm_event", wanted, "event_id", call.spelling)]}
    answer = _answer(call, Page(found, ""))
    return {"data": answer["data"][0]} | ({"includes": answer["includes"]} if "includes" in answer else {})


def delete(call: Call) -> Json:
    """`DELETE /2/dm_events/:event_id`: takes it out of both people's sight here."""
    with call.net.world.lock:
        mine = {m.id for m in call.net.world.messages_of(call.me) if m.sender_id == call.me.id}
        wanted = call.path("event_id")
        if wanted in mine:
            del call.net.world.memory.messages[wanted]
        return {"data": {"deleted": wanted in mine}}
