"""The part of the Mastodon API that a care desk uses, apart from signing in and streams.

Written after the Mastodon documentation, section "API methods". Each function answers one endpoint.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from resonanz.simulator.asking import Params, Slice, one_page, read_params, signed_in, viewer
from resonanz.simulator.network import Simulator, network_of
from resonanz.simulator.records import POLICY_ANSWERS, POLICY_FIELDS, VISIBILITIES, Account, Notification
from resonanz.simulator.world import Rejected, Words

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_IDS = 20  # Mastodon documentation, "View multiple statuses"


def _listed(page: Slice, entities: list[Any]) -> Response:
    return JSONResponse(entities, headers={"Link": page.link} if page.link else None)


# the server


async def instance(request: Request) -> Response:
    """`GET /api/v2/instance`."""
    return JSONResponse(network_of(request).entities.instance())


async def old_instance(request: Request) -> Response:
    """`GET /api/v1/instance`."""
    return JSONResponse(network_of(request).entities.old_instance())


# accounts


def _account(sim: Simulator, account_id: str) -> Account:
    account = sim.world.memory.accounts.get(account_id)
    if account is None:
        raise Rejected(404, "Record not found")
    return account


async def verify_credentials(request: Request) -> Response:
    """`GET /api/v1/accounts/verify_credentials`."""
    sim = network_of(request)
    return JSONResponse(sim.entities.own_account(signed_in(request, sim.world, "read:accounts")))


async def account(request: Request) -> Response:
    """`GET /api/v1/accounts/{id}`."""
    sim = network_of(request)
    viewer(request, sim.world)
    return JSONResponse(sim.entities.account(_account(sim, request.path_params["id"])))


async def account_lookup(request: Request) -> Response:
    """`GET /api/v1/accounts/lookup?acct=`."""
    sim = network_of(request)
    found = sim.world.account_named(request.query_params.get("acct", ""))
    if found is None:
        raise Rejected(404, "Record not found")
    return JSONResponse(sim.entities.account(found))


async def account_statuses(request: Request) -> Response:
    """`GET /api/v1/accounts/{id}/statuses`; no timeline has boosts, so exclude_reblogs changes nothing."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        reader = viewer(request, sim.world)
        found = sim.world.statuses_of(_account(sim, request.path_params["id"]), reader)
        if params.flag("exclude_replies"):
            found = [s for s in found if s.in_reply_to_id is None]
        if params.flag("only_media"):
            found = [s for s in found if s.picture]
        page = one_page(found, request, params, id_of=lambda s: s.id, limits=(20, 40))
        return _listed(page, [sim.entities.status(s, reader) for s in page.items])


# statuses


def _words(params: Params, request: Request, app: str) -> Words:
    visibility = params.text("visibility") or "public"
    if visibility not in VISIBILITIES:
        raise Rejected(422, "Validation failed: Visibility is not included in the list")
    if params.text("scheduled_at"):
        raise Rejected(422, "Validation failed: the simulated network takes no scheduled statuses")
    return Words(
        text=params.text("status"),
        visibility=visibility,
        in_reply_to_id=params.text("in_reply_to_id") or None,
        spoiler=params.text("spoiler_text"),
        sensitive=params.flag("sensitive"),
        language=params.text("language") or None,
        media=tuple(dict.fromkeys(params.many("media_ids"))),
        key=request.headers.get("idempotency-key", ""),
        app=app,
    )


async def create_status(request: Request) -> Response:
    """`POST /api/v1/statuses`."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        author = signed_in(request, sim.world, "write:statuses")
        try:
            status = sim.world.post(author, _words(params, request, sim.app_name(request)))
        except Rejected as rejected:
            if rejected.status != 404:
                raise
            raise Rejected(404, "The post you are trying to reply to does not appear to exist.") from rejected
        return JSONResponse(sim.entities.status(status))


async def statuses(request: Request) -> Response:
    """`GET /api/v1/statuses?id[]=`: the ones that exist for the asker, in the order asked for."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        reader = viewer(request, sim.world)
        wanted = params.many("id")
        if len(wanted) > MOST_IDS:
            raise Rejected(422, "Too many IDs")
        known = sim.world.memory.statuses
        found = [
            known[i] for i in dict.fromkeys(wanted) if i in known and sim.world.visible(known[i], reader)
        ]
        return JSONResponse([sim.entities.status(s, reader) for s in found])


async def status(request: Request) -> Response:
    """`GET /api/v1/statuses/{id}`."""
    sim = network_of(request)
    with sim.world.lock:
        reader = viewer(request, sim.world)
        found = sim.world.status(request.path_params["id"], reader)
        return JSONResponse(sim.entities.status(found, reader))


async def status_context(request: Request) -> Response:
    """`GET /api/v1/statuses/{id}/context`."""
    sim = network_of(request)
    with sim.world.lock:
        reader = viewer(request, sim.world)
        found = sim.world.status(request.path_params["id"], reader)
        above, below = sim.world.ancestors(found, reader), sim.world.descendants(found, reader)
        entities = sim.entities
        return JSONResponse(
            {
                "ancestors": [entities.status(s, reader) for s in above],
                "descendants": [entities.status(s, reader) for s in below],
            }
        )


async def status_history(request: Request) -> Response:
    """`GET /api/v1/statuses/{id}/history`."""
    sim = network_of(request)
    with sim.world.lock:
        found = sim.world.status(request.path_params["id"], viewer(request, sim.world))
        return JSONResponse(sim.entities.history(found))


async def status_source(request: Request) -> Response:
    """`GET /api/v1/statuses/{id}/source`."""
    sim = network_of(request)
    with sim.world.lock:
        found = sim.world.status(request.path_params["id"], signed_in(request, sim.world, "read:statuses"))
        return JSONResponse({"id": found.id, "text": found.text, "spoiler_text": found.spoiler})


async def edit_status(request: Request) -> Response:
    """`PUT /api/v1/statuses/{id}`."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        author = signed_in(request, sim.world, "write:statuses")
        words = _words(params, request, "")
        return JSONResponse(sim.entities.status(sim.world.edit(author, request.path_params["id"], words)))


async def delete_status(request: Request) -> Response:
    """`DELETE /api/v1/statuses/{id}`: answers the status with its source text, to be written again."""
    sim = network_of(request)
    with sim.world.lock:
        author = signed_in(request, sim.world, "write:statuses")
        gone = sim.world.delete(author, request.path_params["id"])
        return JSONResponse(sim.entities.status(gone) | {"text": gone.text})


# searching

_SOUGHT = re.compile(r'(-?)(?:"([^"]+)"|(\S+))')


def _is_sought(text: str, query: str) -> bool:
    """Whether a text has all words and rows of a query, and none with a minus; capitals do not matter."""
    known = text.casefold()
    found = _SOUGHT.findall(query.casefold())
    return all(((row or word) in known) is not bool(minus) for minus, row, word in found)


async def search(request: Request) -> Response:
    """`GET /api/v2/search`: public statuses only, whatever `type` says; by words, `"rows"` and `-word`."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        signed_in(request, sim.world, "read:search")
        query = params.text("q")
        public = [s for s in sim.world.memory.statuses.values() if s.visibility == "public"]
        found = [s for s in public if query and _is_sought(s.text, query)]
        page = one_page(found, request, params, id_of=lambda s: s.id, limits=(20, 40))
        statuses = [sim.entities.status(status) for status in page.items]
        return JSONResponse({"accounts": [], "statuses": statuses, "hashtags": []})


# notifications


def _asked_for(sim: Simulator, account: Account, params: Params) -> list[Notification]:
    wanted = set(params.many("types")) or {"mention", "reblog"}
    wanted -= set(params.many("exclude_types"))
    aside = params.flag("include_filtered")
    notices = sim.world.memory.notifications.values()
    mine = [n for n in notices if n.account_id == account.id and n.kind in wanted and not n.swallowed]
    return [n for n in mine if aside or not n.filtered]


async def notifications(request: Request) -> Response:
    """`GET /api/v1/notifications`; only mentions and boosts happen here."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        reader = signed_in(request, sim.world, "read:notifications")
        found = _asked_for(sim, reader, params)
        page = one_page(found, request, params, id_of=lambda n: n.id, limits=(40, 80))
        return _listed(page, [sim.entities.notification(n) for n in page.items])


async def notification(request: Request) -> Response:
    """`GET /api/v1/notifications/{id}`."""
    sim = network_of(request)
    with sim.world.lock:
        reader = signed_in(request, sim.world, "read:notifications")
        found = sim.world.memory.notifications.get(request.path_params["id"])
        if found is None or found.account_id != reader.id:
            raise Rejected(404, "Record not found")
        return JSONResponse(sim.entities.notification(found))


def _new_server(sim: Simulator) -> None:
    if sim.switches.old_server:
        raise Rejected(404, "The page you were looking for doesn't exist.")


async def read_policy(request: Request) -> Response:
    """`GET /api/v2/notifications/policy`."""
    sim = network_of(request)
    with sim.world.lock:
        _new_server(sim)
        return JSONResponse(sim.entities.policy(signed_in(request, sim.world, "read:notifications")))


async def change_policy(request: Request) -> Response:
    """`PATCH /api/v2/notifications/policy`; what was set aside before stays aside, as on the network."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        _new_server(sim)
        reader = signed_in(request, sim.world, "write:notifications")
        changes = {name: params.text(name) for name in POLICY_FIELDS if name in params}
        if wrong := [value for value in changes.values() if value not in POLICY_ANSWERS]:
            raise Rejected(422, f"'{wrong[0]}' is not a valid value")
        reader.policy.update(changes)
        return JSONResponse(sim.entities.policy(reader))


async def notification_requests(request: Request) -> Response:
    """`GET /api/v1/notifications/requests`: the senders who were set aside."""
    sim = network_of(request)
    with sim.world.lock:
        _new_server(sim)
        return JSONResponse(sim.entities.requests(signed_in(request, sim.world, "read:notifications")))


async def accept_request(request: Request) -> Response:
    """`POST /api/v1/notifications/requests/{id}/accept`."""
    sim = network_of(request)
    with sim.world.lock:
        _new_server(sim)
        reader = signed_in(request, sim.world, "write:notifications")
        first = sim.world.memory.notifications.get(request.path_params["id"])
        if first is None or first.account_id != reader.id or not first.filtered:
            raise Rejected(404, "Record not found")
        sim.world.accept_requests(reader, first.from_id)
        return JSONResponse({})


# conversations


async def conversations(request: Request) -> Response:
    """`GET /api/v1/conversations`: private exchanges, paged by their newest post through the Link header."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        reader = signed_in(request, sim.world, "read:statuses")
        found = sim.world.conversations_of(reader)
        page = one_page(found, request, params, id_of=lambda c: c.status_ids[-1], limits=(20, 40))
        return _listed(page, [sim.entities.conversation(c) for c in page.items])


async def read_conversation(request: Request) -> Response:
    """`POST /api/v1/conversations/{id}/read`."""
    sim = network_of(request)
    with sim.world.lock:
        reader = signed_in(request, sim.world, "write:conversations")
        found = sim.world.memory.conversations.get(request.path_params["id"])
        if found is None or found.account_id != reader.id:
            raise Rejected(404, "Record not found")
        found.unread = False
        return JSONResponse(sim.entities.conversation(found))
