"""Files on their way to X: in pieces, looked at by X for a while, described, and only then named by a post.

Nothing of that is seen by anybody: whatever goes wrong here, surely nothing was published, so an answer that
is missing is `Temporary` and never `Unclear`. A file that was brought can be used for a day.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from resonanz.networks import Gone, Refused, Temporary
from resonanz.networks.answers import count_of, demand, entity, later, only_this, part_of, text_of
from resonanz.networks.mastodon_media import BRING_SECONDS, BROUGHT_KEPT
from resonanz.networks.x_door import Bill, Door, fixed
from resonanz.networks.x_posts import GIF_BYTES
from resonanz.networks.x_prices import NOW
from resonanz.post import MediaKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from resonanz.post import Attachment, Delivery, Limits

PIECE = 4_000_000  # bytes of a piece; X takes up to five megabytes
LONGEST_PAUSE = 5.0
FREE = Bill("upload", 0, lambda _answer: ())
_CATEGORIES = {MediaKind.IMAGE: "image", MediaKind.GIF: "gif", MediaKind.VIDEO: "video"}


class Uploads:
    """Brings the files of deliveries. What X has taken is remembered, so that a later attempt at the same
    delivery goes on where this one stopped."""

    def __init__(self, door: Door, *, clock: Callable[[], float], pause: Callable[[float], None]) -> None:
        self._door = door
        self._clock = clock
        self._pause = pause
        self._brought: OrderedDict[tuple[UUID, int], str] = OrderedDict()

    def bring(self, delivery: Delivery, limits: Limits, *, private: bool) -> list[str]:
        """Return the ids under which X keeps a delivery's files, ready to be shown.

        `Refused`: `too_many_files`, `file_too_large`, `alt_too_long`, or `file_refused` with X's reason.
        `Temporary` with `overloaded` if the files are not ready within a minute.
        """
        media, until = delivery.draft.media, self._clock() + BRING_SECONDS
        alone = private or any(one.kind is not MediaKind.IMAGE for one in media)
        most = 1 if alone else limits.media_count
        if len(media) > most:
            raise Refused("too_many_files", limit=most, count=len(media))
        for number, attachment in enumerate(media, start=1):
            _expect_taken(attachment, limits, number)
        with later(), only_this():
            return [
                self._bring_one(attachment, (delivery.key, number), until, private=private)
                for number, attachment in enumerate(media, start=1)
            ]

    def _bring_one(
        self, attachment: Attachment, place: tuple[UUID, int], until: float, *, private: bool
    ) -> str:
        if place in self._brought:
            return self._brought[place]
        try:
            native_id = self._upload(attachment, until, private=private)
            if attachment.alt:
                self._describe(native_id, attachment.alt)
        except Gone as error:
            raise Temporary("overloaded", reason=error.reason) from error
        except Refused as error:
            if error.code not in {"refused", "not_summoned", "said_already", "too_long"}:
                raise
            code = "file_too_large" if error.facts.get("status") == 413 else "file_refused"
            raise Refused(code, reason=error.reason, file=place[1]) from error
        self._brought[place] = native_id
        if len(self._brought) > BROUGHT_KEPT:
            self._brought.popitem(last=False)
        return native_id

    def _upload(self, attachment: Attachment, until: float, *, private: bool) -> str:
        body = {
            "media_category": f"{'dm' if private else 'tweet'}_{_CATEGORIES[attachment.kind]}",
            "media_type": attachment.content_type,
            "total_bytes": len(attachment.content),
        }
        answer = self._door.ask(
            FREE, lambda client: client.send("POST", "/2/media/upload/initialize", body=body)
        )
        native_id = demand(_part(answer), "id")
        path = f"/2/media/upload/{native_id}"
        for number, start in enumerate(range(0, len(attachment.content), PIECE)):
            self._append(path, number, attachment.content[start : start + PIECE])
        answer = self._door.ask(FREE, lambda client: client.send("POST", f"{path}/finalize"))
        self._wait(native_id, answer, until)
        return native_id

    def _append(self, path: str, number: int, piece: bytes) -> None:
        form, file = {"segment_index": str(number)}, ("piece", piece, "application/octet-stream")
        self._door.ask(
            FREE, lambda client: client.upload(f"{path}/append", file=file, form=form, field="media")
        )

    def _wait(self, native_id: str, answer: Any, until: float) -> None:
        """Wait until X has looked at a file; it says when to ask again."""
        params = [("command", "STATUS"), ("media_id", native_id)]
        while True:
            looking = part_of(_part(answer), "processing_info")
            state = text_of(looking, "state")
            if state == "failed":
                raise Refused("refused", reason=text_of(part_of(looking, "error"), "message"))
            if state not in {"pending", "in_progress"}:
                return
            self._pause(min(LONGEST_PAUSE, float(count_of(looking, "check_after_secs") or 1)))
            if self._clock() > until:
                raise Temporary("overloaded")
            answer = self._door.ask(FREE, lambda client: client.get("/2/media/upload", params))

    def _describe(self, native_id: str, alt: str) -> None:
        body = {"id": native_id, "metadata": {"alt_text": {"text": alt}}}
        bill = fixed("upload", "describe", NOW.describe)
        self._door.ask(bill, lambda client: client.send("POST", "/2/media/metadata", body=body))


def _part(answer: Any) -> Any:
    """Return what an answer is about; older ones have no `data` around it."""
    return part_of(answer, "data") or entity(answer, "media")


def _expect_taken(attachment: Attachment, limits: Limits, number: int) -> None:
    """Raise `Refused` for a file that X says it does not take, before it is sent in vain."""
    sizes = {
        MediaKind.IMAGE: limits.image_bytes,
        MediaKind.GIF: GIF_BYTES,
        MediaKind.VIDEO: limits.video_bytes,
    }
    if attachment.kind not in sizes or attachment.content_type not in limits.media_types:
        raise Refused("file_refused", reason=attachment.content_type, file=number)
    most = sizes[attachment.kind]
    if most is not None and len(attachment.content) > most:
        raise Refused("file_too_large", limit=most, file=number)
    if len(attachment.alt) > limits.alt_length:
        raise Refused("alt_too_long", limit=limits.alt_length, file=number)
