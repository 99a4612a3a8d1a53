"""How programs ask a simulated Bluesky about sessions, records and handles: `com.atproto.*`."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from resonanz.simulator.bluesky.asking import Asked
from resonanz.simulator.bluesky.ids import record_cid
from resonanz.simulator.bluesky.rules import Rejected, expect_key, invalid

if TYPE_CHECKING:
    from resonanz.simulator.bluesky.records import Account, Record, Session

BLOB_BYTES = 50 * 1024 * 1024


async def create_session(asked: Asked) -> Response:
    """`com.atproto.server.createSession`."""
    body = await asked.body()
    account, session, headers = asked.rooms.sessions.sign_in(str(body["identifier"]), str(body["password"]))
    return JSONResponse(_session_view(asked, account, session), headers=headers)


async def refresh_session(asked: Asked) -> dict[str, Any]:
    """`com.atproto.server.refreshSession`."""
    if await asked.request.body():
        raise invalid("A request body was provided when none was expected")
    token = asked.request.headers.get("Authorization", "").removeprefix("Bearer ")
    return _session_view(asked, *asked.rooms.sessions.renew(token))


async def get_session(asked: Asked) -> dict[str, Any]:
    """`com.atproto.server.getSession`."""
    return _account_view(asked, asked.me)


async def delete_session(asked: Asked) -> Response:
    """`com.atproto.server.deleteSession`."""
    asked.rooms.sessions.end(asked.request.headers.get("Authorization", "").removeprefix("Bearer "))
    return Response(status_code=200)


async def describe_server(asked: Asked) -> dict[str, Any]:
    """`com.atproto.server.describeServer`."""
    host = asked.rooms.base_url.partition("://")[2].partition(":")[0]
    return {
        "did": f"did:web:{host}",
        "availableUserDomains": [".himmel.test"],
        "inviteCodeRequired": True,
        "blobUploadLimit": BLOB_BYTES,
        "links": {},
        "contact": {},
    }


def _account_view(asked: Asked, account: Account) -> dict[str, Any]:
    service = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": asked.rooms.base_url,
    }
    document = {"@context": ["https://www.w3.org/ns/did/v1"], "id": account.did, "service": [service]}
    document["alsoKnownAs"] = [f"at://{account.handle}"]
    view: dict[str, Any] = {"handle": account.handle, "did": account.did, "didDoc": document}
    view |= {"email": f"{account.did[-6:]}@himmel.test", "emailConfirmed": True, "emailAuthFactor": False}
    view["active"] = not account.status
    return view | ({"status": account.status} if account.status else {})


def _session_view(asked: Asked, account: Account, session: Session) -> dict[str, Any]:
    tokens = {"accessJwt": session.access, "refreshJwt": session.refresh}
    return _account_view(asked, account) | tokens


async def resolve_handle(asked: Asked) -> dict[str, str]:
    """`com.atproto.identity.resolveHandle`."""
    found = asked.rooms.world.named(asked.text("handle"))
    if found is None or found.handle != asked.text("handle").lower():
        raise Rejected("HandleNotFound", "Unable to resolve handle")
    return {"did": found.did}


# Records


async def create_record(asked: Asked) -> dict[str, Any]:
    """`com.atproto.repo.createRecord`; with a key under which something stands, the server breaks down."""
    body = await asked.body()
    did = _own_repo(asked, body)
    rkey = str(body.get("rkey") or asked.rooms.world.next_tid())
    return _created(asked, did, body["collection"], rkey, body["record"])


def _created(asked: Asked, did: str, collection: str, rkey: str, record: dict[str, Any]) -> dict[str, Any]:
    expect_key(collection, rkey)
    if f"at://{did}/{collection}/{rkey}" in asked.rooms.world.memory.records:
        raise Rejected("InternalServerError", "Internal Server Error", status=500)
    return _written(asked, *asked.rooms.world.put(did, collection, rkey, record))


async def put_record(asked: Asked) -> dict[str, Any]:
    """`com.atproto.repo.putRecord`; equal content is no change and has no commit.

    With `swapRecord` it is written only over exactly that record, with null only where none stands.
    """
    body = await asked.body()
    did = _own_repo(asked, body)
    collection, rkey, record = str(body["collection"]), str(body["rkey"]), body["record"]
    expect_key(collection, rkey)
    known = asked.rooms.world.memory.records.get(f"at://{did}/{collection}/{rkey}")
    if "swapRecord" in body and body["swapRecord"] != (known.cid if known else None):
        raise Rejected("InvalidSwap", f"Record was at {known.cid if known else 'null'}")
    return _written(asked, *asked.rooms.world.put(did, collection, rkey, record))


def _written(asked: Asked, record: Record, changed: bool) -> dict[str, Any]:  # noqa: FBT001
    view: dict[str, Any] = {"uri": record.uri, "cid": record.cid, "validationStatus": "valid"}
    return view | ({"commit": _commit(asked)} if changed else {})


def _commit(asked: Asked) -> dict[str, str]:
    rev = asked.rooms.world.next_tid()
    return {"cid": record_cid({"rev": rev}), "rev": rev}


async def delete_record(asked: Asked) -> dict[str, Any]:
    """`com.atproto.repo.deleteRecord`; what is not there is deleted already."""
    body = await asked.body()
    uri = f"at://{_own_repo(asked, body)}/{body['collection']}/{body['rkey']}"
    known = uri in asked.rooms.world.memory.records
    asked.rooms.world.delete(uri)
    return {"commit": _commit(asked)} if known else {}


async def apply_writes(asked: Asked) -> dict[str, Any]:
    """`com.atproto.repo.applyWrites`."""
    body = await asked.body()
    did = _own_repo(asked, body)
    results = []
    for write in body["writes"]:
        kind = str(write["$type"]).rpartition("#")[2]
        rkey = str(write.get("rkey") or asked.rooms.world.next_tid())
        done: dict[str, Any] = {}
        if kind == "delete":
            asked.rooms.world.delete(f"at://{did}/{write['collection']}/{rkey}")
        elif kind == "create":
            done = _created(asked, did, write["collection"], rkey, write["value"])
        else:
            done = _written(asked, *asked.rooms.world.put(did, write["collection"], rkey, write["value"]))
        done.pop("commit", None)
        results.append({"$type": f"com.atproto.repo.applyWrites#{kind}Result", **done})
    return {"commit": _commit(asked), "results": results}


async def get_record(asked: Asked) -> dict[str, Any]:
    """`com.atproto.repo.getRecord`."""
    repo = asked.rooms.world.account(asked.text("repo")).did
    uri = f"at://{repo}/{asked.text('collection')}/{asked.text('rkey')}"
    found = asked.rooms.world.memory.records.get(uri)
    if found is None or asked.text("cid", found.cid) != found.cid:
        raise Rejected("RecordNotFound", f"Could not locate record: {uri}")
    return {"uri": found.uri, "cid": found.cid, "value": found.value}


async def list_records(asked: Asked) -> dict[str, Any]:
    """`com.atproto.repo.listRecords`, the newest first unless turned round."""
    repo = asked.rooms.world.account(asked.text("repo")).did
    found = asked.rooms.world.records(asked.text("collection"), did=repo)
    found = sorted(found, key=lambda one: one.uri, reverse=asked.text("reverse", "false") != "true")
    page, more = asked.page(found)
    return {"records": [{"uri": one.uri, "cid": one.cid, "value": one.value} for one in page], **more}


def _own_repo(asked: Asked, body: dict[str, Any]) -> str:
    """Return whose collections are written to; `Rejected` for anybody else's, or a closed account's."""
    me = asked.me
    if me.status:
        raise Rejected("AccountDeactivated", "Account is deactivated", status=401)
    if body["repo"] not in {me.did, me.handle}:
        raise Rejected("AuthenticationRequired", "Not your repo", status=401)
    return me.did


# Files


async def upload_blob(asked: Asked) -> dict[str, Any]:
    """`com.atproto.repo.uploadBlob`."""
    assert asked.me
    content = await asked.request.body()
    if len(content) > BLOB_BYTES:
        raise Rejected("PayloadTooLarge", "request entity too large", status=413)
    kind = asked.request.headers.get("Content-Type", "application/octet-stream")
    return {"blob": asked.rooms.world.add_blob(content, kind)}


async def get_blob(asked: Asked) -> Response:
    """`com.atproto.sync.getBlob`."""
    cid = asked.text("cid")
    if cid not in asked.rooms.world.memory.blobs:
        raise Rejected("BlobNotFound", "Blob not found")
    kind, coded = asked.rooms.world.memory.blobs[cid]
    return Response(base64.b64decode(coded), media_type=kind)


WAYS = {
    "com.atproto.server.createSession": ("POST", create_session),
    "com.atproto.server.refreshSession": ("POST", refresh_session),
    "com.atproto.server.getSession": ("GET", get_session),
    "com.atproto.server.deleteSession": ("POST", delete_session),
    "com.atproto.server.describeServer": ("GET", describe_server),
    "com.atproto.identity.resolveHandle": ("GET", resolve_handle),
    "com.atproto.repo.createRecord": ("POST", create_record),
    "com.atproto.repo.putRecord": ("POST", put_record),
    "com.atproto.repo.deleteRecord": ("POST", delete_record),
    "com.atproto.repo.applyWrites": ("POST", apply_writes),
    "com.atproto.repo.getRecord": ("GET", get_record),
    "com.atproto.repo.listRecords": ("GET", list_records),
    "com.atproto.repo.uploadBlob": ("POST", upload_blob),
    "com.atproto.sync.getBlob": ("GET", get_blob),
}
