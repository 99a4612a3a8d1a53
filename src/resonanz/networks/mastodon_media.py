"""Files on their way to Mastodon: brought before the text that shows them, with their description.

A file is uploaded, the server may look at it for a while ("Media", asynchronous upload: 202, then 206
until 200), and only then may a post name it. Nothing of that is seen by anybody: whatever goes wrong
here, surely nothing was published, so an answer that is missing is `Temporary` and never `Unclear`.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import chain, repeat
from typing import TYPE_CHECKING
from urllib.parse import quote

from resonanz.networks import Gone, Refused, Temporary
from resonanz.networks.answers import demand, entity, later, only_this
from resonanz.post import MediaKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from resonanz.networks.http import Client, Received
    from resonanz.post import Attachment, Delivery, Limits

BRING_SECONDS = 60.0  # all files of a delivery together; whoever sends holds it no longer than two minutes
PAUSES = (0.5, 1.0, 1.0, 2.0, 3.0)  # seconds between two questions whether a file is ready; the last stays
BROUGHT_KEPT = 200
_TOO_LARGE = 413  # RFC 9110, "Content Too Large"
_LOOKING = (202, 206)


class Uploads:
    """Brings the files of deliveries. What a server has taken is remembered, so that a later attempt
    at the same delivery goes on where this one stopped."""

    def __init__(self, client: Client, *, clock: Callable[[], float], pause: Callable[[float], None]) -> None:
        self._client = client
        self._clock = clock
        self._pause = pause
        self._brought: OrderedDict[tuple[UUID, int], str] = OrderedDict()

    def bring(self, delivery: Delivery, limits: Limits) -> list[str]:
        """Return the ids under which the server keeps a delivery's files, ready to be shown.

        `Refused`: `too_many_files`, `file_too_large`, `alt_too_long`, or `file_refused` with the server's
        reason. `Temporary` with `overloaded` if the files are not ready within a minute.
        """
        media, until = delivery.draft.media, self._clock() + BRING_SECONDS
        if len(media) > limits.media_count:
            raise Refused("too_many_files", limit=limits.media_count, count=len(media))
        for number, attachment in enumerate(media, start=1):
            _expect_taken(attachment, limits, number)
        with later(), only_this():
            brought = [
                self._bring_one(attachment, (delivery.key, number), until)
                for number, attachment in enumerate(media, start=1)
            ]
        _expect_before(until, self._clock())
        return brought

    def _bring_one(self, attachment: Attachment, place: tuple[UUID, int], until: float) -> str:
        try:
            native_id = self._brought.get(place)
            answer = self._ask(native_id) if native_id else self._upload(attachment, place)
            pauses = chain(PAUSES, repeat(PAUSES[-1]))
            while answer.status in _LOOKING:
                self._pause(next(pauses))
                _expect_before(until, self._clock())
                answer = self._ask(self._brought[place])
        except (Gone, Refused) as error:
            self._brought.pop(place, None)
            if isinstance(error, Gone):  # too old, or lost: the next attempt brings it again
                raise Temporary("overloaded", reason=error.reason) from error
            if error.code != "refused":
                raise
            code = "file_too_large" if error.facts.get("status") == _TOO_LARGE else "file_refused"
            raise Refused(code, reason=error.reason, file=place[1]) from error
        return self._brought[place]

    def _upload(self, attachment: Attachment, place: tuple[UUID, int]) -> Received:
        file = (attachment.name or f"file-{place[1]}", attachment.content, attachment.content_type)
        form = {"description": attachment.alt} if attachment.alt else {}
        try:
            answer = self._client.upload("/api/v2/media", file=file, form=form)
        except Gone:
            answer = self._at_older_place(file, form)
        self._brought[place] = demand(entity(answer.json, "media"), "id")
        if len(self._brought) > BROUGHT_KEPT:
            self._brought.popitem(last=False)
        return answer

    def _at_older_place(self, file: tuple[str, bytes, str], form: dict[str, str]) -> Received:
        """Bring a file where servers before 3.1.3 take it."""
        try:
            return self._client.upload("/api/v1/media", file=file, form=form)
        except Gone as error:
            raise Refused("not_allowed_here", reason=error.reason) from error

    def _ask(self, native_id: str) -> Received:
        return self._client.get(f"/api/v1/media/{quote(native_id, safe='')}")


def _expect_before(until: float, now: float) -> None:
    """Raise `Temporary` when it is too late to publish: whoever sends has given up waiting by then."""
    if now > until:
        raise Temporary("overloaded")


def _expect_taken(attachment: Attachment, limits: Limits, number: int) -> None:
    """Raise `Refused` for a file that the server said it does not take, before it is sent in vain."""
    most = limits.image_bytes if attachment.kind is MediaKind.IMAGE else limits.video_bytes
    if limits.media_types and attachment.content_type not in limits.media_types:
        raise Refused("file_refused", reason=attachment.content_type, file=number)
    if most is not None and len(attachment.content) > most:
        raise Refused("file_too_large", limit=most, file=number)
    if len(attachment.alt) > limits.alt_length:
        raise Refused("alt_too_long", limit=limits.alt_length, file=number)
