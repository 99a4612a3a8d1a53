"""The calls of the simulated X about files: in pieces or at once, looked at for a while, described.

Sizes and categories after docs.x.com ("Media upload") as of 2026-08-22.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from resonanz.simulator.uploads import read_parts
from resonanz.simulator.world import Rejected
from resonanz.simulator.x import prices
from resonanz.simulator.x.problems import Problem, wrong
from resonanz.simulator.x.records import Upload

if TYPE_CHECKING:
    from resonanz.simulator.x.asking import Call

Json = dict[str, Any]
MOST_BYTES = {
    "image": 5 * 1024 * 1024,
    "gif": 15 * 1024 * 1024,
    "video": 512 * 1024 * 1024,
    "subtitles": 512 * 1024,
}
CATEGORIES = frozenset(
    "amplify_video tweet_gif tweet_image tweet_video dm_gif dm_image dm_video subtitles".split()
)
KEPT_S = 86_400
LONGEST_ALT = 1000


def _bad(detail: str) -> Problem:
    return Problem(400, "invalid-request", "Invalid Request", detail)


def begin(call: Call) -> Json:
    """`POST /2/media/upload/initialize`."""
    category, total = call.body.get("media_category", "tweet_image"), call.body.get("total_bytes")
    if category not in CATEGORIES:
        raise wrong("media_category", str(category), f"$.media_category: [{category}] is no category")
    if not isinstance(total, int) or not 0 < total <= MOST_BYTES[category.rpartition("_")[2]]:
        raise wrong("total_bytes", str(total), "File size exceeds the limit of its category, or is missing.")
    upload = _new(call, category, call.text("media_type"), total)
    return {"data": {"id": upload.id, "media_key": upload.key, "expires_after_secs": KEPT_S}}


def _new(call: Call, category: str, content_type: str, total: int) -> Upload:
    with call.net.world.lock:
        upload = Upload(call.net.world.new_id(call.now), call.me.id, category, content_type, total)
        call.net.world.memory.uploads[upload.id] = upload
        return upload


def _own(call: Call, upload_id: str) -> Upload:
    found = call.net.world.memory.uploads.get(upload_id)
    if found is None or found.owner_id != call.me.id:
        raise _bad(f"Media id {upload_id} is not known.")
    return found


async def append(call: Call) -> Json:
    """`POST /2/media/upload/:id/append`: a piece, as a form or as base64 in JSON."""
    upload = _own(call, call.path("id"))
    if upload.finished_at is not None:
        raise _bad("The file is complete already.")
    fields = await _fields(call)
    place = str(fields.get("segment_index", b""), "ascii", "replace")
    if not place.isdigit() or int(place) > 999 or "media" not in fields:
        raise wrong("segment_index", place, "A piece has `media` and a `segment_index` from 0 to 999.")
    upload.pieces[place] = fields["media"]
    ends = call.now + timedelta(seconds=KEPT_S)
    return {"data": {"expires_at": int(ends.timestamp())}}


async def _fields(call: Call) -> dict[str, bytes]:
    kind = call.request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        try:
            return {name: part.content for name, part in read_parts(kind, await call.request.body()).items()}
        except Rejected as rejected:
            raise _bad(rejected.error) from rejected
    fields = {name: str(value).encode() for name, value in call.body.items()}
    if "media" in fields:
        try:
            fields["media"] = base64.b64decode(fields["media"], validate=True)
        except binascii.Error as error:
            raise wrong("media", "", "$.media: is not base64") from error
    return fields


def finish(call: Call) -> Json:
    """`POST /2/media/upload/:id/finalize`: films and moving pictures are looked at for a while."""
    upload = _own(call, call.path("id"))
    if len(upload.content) != upload.total:
        raise _bad(f"The file has {len(upload.content)} bytes instead of {upload.total}.")
    _complete(call, upload)
    return _state(call, upload)


def _complete(call: Call, upload: Upload) -> None:
    lasts = 0.0 if upload.kind == "image" else call.net.lasting(call.net.switches.processing_s)
    upload.finished_at = upload.finished_at or call.now
    upload.ready_at = upload.finished_at + timedelta(seconds=lasts)


def _state(call: Call, upload: Upload) -> Json:
    values: Json = {
        "id": upload.id,
        "media_key": upload.key,
        "size": len(upload.content),
        "expires_after_secs": KEPT_S,
    }
    if upload.kind != "image":
        values["processing_info"] = _progress(upload, call.now)
    return {"data": values}


def _progress(upload: Upload, now: datetime) -> Json:
    if upload.finished_at is None or upload.ready_at is None:
        return {"state": "pending", "check_after_secs": 1}
    if now >= upload.ready_at:
        return {"state": "succeeded", "progress_percent": 100}
    whole = (upload.ready_at - upload.finished_at).total_seconds()
    left = (upload.ready_at - now).total_seconds()
    done = round(100 * (1 - left / whole))
    return {"state": "in_progress", "progress_percent": done, "check_after_secs": max(1, round(left))}


def state(call: Call) -> Json:
    """`GET /2/media/upload?media_id=&command=STATUS`."""
    return _state(call, _own(call, call.query.get("media_id", "")))


async def at_once(call: Call) -> Json:
    """`POST /2/media/upload`: a whole picture in one call."""
    fields = await _fields(call)
    category = fields.get("media_category", b"").decode(errors="replace")
    content = fields.get("media", b"")
    if category not in CATEGORIES or not content:
        raise wrong("media_category", category, "A file has `media` and one of the categories.")
    if len(content) > MOST_BYTES[category.rpartition("_")[2]]:
        raise _bad("The file is too large for its category.")
    upload = _new(call, category, "image/png", len(content))
    upload.pieces["0"] = content
    _complete(call, upload)
    return _state(call, upload)


def describe(call: Call) -> Json:
    """`POST /2/media/metadata`: the words for people who do not see it."""
    upload = _own(call, call.text("id"))
    alt = ((call.body.get("metadata") or {}).get("alt_text") or {}).get("text", "")
    if not isinstance(alt, str) or len(alt) > LONGEST_ALT:
        raise wrong(
            "alt_text", "", f"$.metadata.alt_text.text: must be at most {LONGEST_ALT} characters long"
        )
    upload.alt = alt
    call.net.world.memory.spent += prices.METADATA
    return {"data": {"id": upload.id, "associated_metadata": {"alt_text": {"text": alt}}}}
