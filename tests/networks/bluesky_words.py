"""What the tests of Bluesky's connector say and see: deliveries, pictures, the texts of a page."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image

from resonanz.post import Attachment, Audience, Delivery, Draft, MediaKind, Page

PNG = "image/png"


def delivery(text: str, *, answers: str | None = None, named: tuple[str, ...] = (), **draft: Any) -> Delivery:
    words: dict[str, Any] = {"audience": Audience.PUBLIC, "language": "de", **draft}
    return Delivery(
        key=uuid4(),
        draft=Draft(text=text, **words),
        created_at=datetime.now(UTC),
        answers=answers,
        named=named,
    )


def texts(page: Page, *, addressed: bool | None = None) -> list[str]:
    return [one.post.text for one in page.sightings if addressed is None or one.addressed is addressed]


def png(width: int = 4, height: int = 3) -> bytes:
    held = BytesIO()
    Image.new("RGB", (width, height), "teal").save(held, "PNG")
    return held.getvalue()


def picture(content: bytes | None = None, **more: Any) -> Attachment:
    return Attachment(
        kind=more.pop("kind", MediaKind.IMAGE),
        content=png() if content is None else content,
        content_type=more.pop("content_type", PNG),
        **more,
    )


def cast_page(answer: object) -> Page:
    assert isinstance(answer, Page)
    return answer
