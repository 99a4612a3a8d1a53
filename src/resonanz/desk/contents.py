"""What a conversation has at all: most have no note, no enquiry, no tag, and need not be asked for each."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Exists, Model, QuerySet

from resonanz.case import ClockKind
from resonanz.desk import looks
from resonanz.desk.models import (
    Attachment,
    AuthorHandle,
    Clock,
    Conversation,
    ConversationTag,
    Delivery,
    Enquiry,
    IncidentLink,
    Lookalike,
    Note,
    Unsent,
)
from resonanz.desk.prepared import prepared

PARTS: dict[str, type[Model]] = {
    "files": Attachment,
    "deliveries": Delivery,
    "enquiries": Enquiry,
    "incidents": IncidentLink,
    "notes": Note,
    "tags": ConversationTag,
    "unsent": Unsent,
}


def may_have(talk: Conversation, part: str) -> bool:
    """Whether a conversation may have some of PARTS, or its customer `handles`, `promises` or a `lookalike`.

    While a page is only read, all are asked for at once; elsewhere the answer is always that it may.
    """
    return (
        not looks.is_looking() or looks.once(("contents", talk.pk), partial(_contents, talk))[f"has_{part}"]
    )


def _contents(talk: Conversation) -> dict[str, bool]:
    found: dict[str, bool] = _asked(talk.pk, talk.customer_id)[0]
    return found


@prepared
def _asked(talk: int, customer: int) -> QuerySet[Conversation, Any]:
    has = {f"has_{name}": Exists(QuerySet(part).filter(conversation=talk)) for name, part in PARTS.items()}
    promises = Clock.objects.filter(conversation__customer=customer, kind=ClockKind.PROMISE)
    return Conversation.objects.filter(pk=talk).values(
        **has,
        has_handles=Exists(AuthorHandle.objects.filter(author=customer)),
        has_promises=Exists(promises),
        has_lookalike=Exists(Lookalike.objects.filter(author=customer)),
    )
