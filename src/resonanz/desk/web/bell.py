"""The bell: what concerns one person, newest first, gathered by conversation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, Q, Value, When
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from resonanz.desk import wording_alarms
from resonanz.desk.access import Scope, scope_of, visible_in
from resonanz.desk.care import alarms
from resonanz.desk.models import Agent, Conversation, Notice, NoticeKind
from resonanz.desk.prepared import prepared
from resonanz.desk.reading import waiting_count
from resonanz.desk.web.acting import agent_of, whole_number

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest

    Notices = QuerySet[Notice]

SHOWN_MOST = 200
PAGES = {
    NoticeKind.EXPIRED: "replies",
    NoticeKind.MISSED: "ledger",
    NoticeKind.BUDGET: "settings-money",
    NoticeKind.LOOKALIKE: "report-lookalikes",
}  # where one goes for what concerns no conversation
DANGER = {
    NoticeKind.SAFETY,
    NoticeKind.BROKEN,
}  # what is shown at once, wherever one is, before what is LOUD too
LOUD = {NoticeKind.ALARM}


@dataclass(frozen=True, slots=True)
class Ring:
    """One thing that concerns somebody, in words."""

    kind: str
    words: str
    at: datetime
    note: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What concerns one conversation, newest first; `conversation` is None for the desk as a whole."""

    conversation: Conversation | None
    rings: tuple[Ring, ...]
    alarm: int | None = None  # the number of the alarm's ring, where it is one

    @property
    def leads_on(self) -> str:
        """The kind whose page tells more, "" where there is none."""
        kind = self.rings[0].kind
        return kind if self.conversation is None and kind in PAGES else ""

    @property
    def is_new(self) -> bool:
        """Whether anything in it has not been looked at."""
        return any(ring.is_new for ring in self.rings)

    @property
    def is_loud(self) -> bool:
        """Whether somebody may be in danger."""
        return any(ring.is_new and ring.kind == NoticeKind.SAFETY for ring in self.rings)


@require_http_methods(["GET", "HEAD", "POST"])
def bell(request: HttpRequest) -> HttpResponse:
    """Show what concerns who asks; POST marks a conversation's or everything as seen."""
    agent = agent_of(request)
    wants_facts = "application/json" in request.headers.get("Accept", "")
    if request.method == "POST":
        number, kind = whole_number(request.POST.get("conversation", "")), request.POST.get("kind", "")
        if ring := whole_number(request.POST.get("ring", "")):
            alarms.look(agent, ring=ring)
            return JsonResponse(facts(agent)) if wants_facts else _to_ring(ring)
        page = next((page for known, page in PAGES.items() if known == kind), "")
        alarms.look(agent, number, kind=kind if page else "")
        if page:
            return HttpResponseRedirect(reverse(page))
        if wants_facts:
            return JsonResponse(facts(agent))
        open_it = number is not None and "open" in request.POST
        return HttpResponseRedirect(reverse("conversation", args=[number]) if open_it else reverse("bell"))
    if wants_facts:
        return JsonResponse(facts(agent))
    gathered = groups(agent)
    parts = [[group for group in gathered if group.is_new == is_new] for is_new in (True, False)]
    return render(request, "bell/page.html", {"parts": parts, "unseen": len(parts[0]), "area": "bell"})


def _to_ring(ring: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("alarm-ring", args=[ring]))


def unseen_count(agent: Agent) -> int:
    """Return how many conversations and other things want to be looked at."""
    return len(_unseen(agent.pk, scope=scope_of(agent)))


@prepared
def _unseen(agent: int, *, scope: Scope) -> QuerySet[Notice, tuple[int | None, str, int | None]]:
    unseen = _of(agent, scope).filter(seen_at=None)
    of_the_desk = Case(When(conversation=None, then="kind"), default=Value(""))
    return unseen.values_list("conversation", of_the_desk, "ring").distinct()


def facts(agent: Agent) -> dict[str, object]:
    """Return what the script needs: how many, of what, the newest, and the newest loud one."""
    unseen = _theirs(agent).filter(seen_at=None)
    near = ("conversation__customer", "by", "ring__alarm")
    latest = unseen.select_related(*near).order_by("-pk")
    newest = latest.first()
    loud = latest.filter(kind__in=DANGER).first() or latest.filter(kind__in=LOUD).first()
    return {
        "count": unseen_count(agent),
        "conversations": sorted(
            number for number in set(unseen.values_list("conversation", flat=True)) if number is not None
        ),
        "rings": sorted(
            number for number in set(unseen.values_list("ring", flat=True)) if number is not None
        ),
        "newest": None if newest is None else _ringing(newest),
        "loud": None if loud is None else _ringing(loud),
        "waiting": waiting_count(agent),
    }


def _ringing(notice: Notice) -> dict[str, object]:
    talk = notice.conversation
    name = "" if talk is None else talk.customer.shown_name
    page = PAGES.get(NoticeKind(notice.kind), "bell")
    here = reverse(page) if talk is None else reverse("conversation", args=[talk.pk])
    if notice.ring is not None:
        here = reverse("alarm-ring", args=[notice.ring.pk])
    words = f"{name}: {said(notice)}" if name else said(notice)
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "words": words,
        "url": here,
        "conversation": None if talk is None else talk.pk,
    }


def groups(agent: Agent) -> list[Group]:
    """Return what concerns somebody, gathered by conversation, the newest first."""
    near = ("conversation__customer", "conversation__channel", "by", "note", "ring__alarm")
    found = _theirs(agent).select_related(*near).order_by("-pk")[:SHOWN_MOST]
    gathered: dict[int | str, list[Notice]] = {}
    for notice in found:
        of_the_desk = f"{notice.kind}{notice.ring_id or ''}"
        gathered.setdefault(notice.conversation_id or of_the_desk, []).append(notice)
    return [
        Group(notices[0].conversation, tuple(_rings(notices)), notices[0].ring_id)
        for notices in gathered.values()
    ]


def _rings(notices: Iterable[Notice]) -> Iterable[Ring]:
    for notice in notices:
        note = "" if notice.note is None else notice.note.text
        yield Ring(notice.kind, said(notice), notice.at, note, notice.seen_at is None)


def said(notice: Notice) -> str:
    """Return why a bell rang, with the colleague's name where it was one."""
    kind = NoticeKind(notice.kind)
    if notice.ring is not None:
        return _("Alarm: %(what)s") % {"what": wording_alarms.title(notice.ring)}
    if notice.by is None:
        return str(kind.label)
    sentences = {
        NoticeKind.MENTIONED: _("%(name)s asks you in a note"),
        NoticeKind.ASSIGNED: _("%(name)s gave it to you"),
        NoticeKind.HANDED_OVER: _("%(name)s handed it over to you"),
        NoticeKind.SAFETY: _("danger, says %(name)s"),
        NoticeKind.TO_RELEASE: _("a reply of %(name)s waits for release"),
        NoticeKind.RELEASED: _("%(name)s released your reply"),
        NoticeKind.SENT_BACK: _("%(name)s sent your reply back"),
    }
    sentence = sentences.get(kind)
    return sentence % {"name": notice.by.shown_name} if sentence else str(kind.label)


def _theirs(agent: Agent) -> Notices:
    """Somebody's notices, without those of conversations that they may no longer see."""
    return _of(agent.pk, scope_of(agent))


def _of(agent: int, scope: Scope) -> Notices:
    seen = visible_in(scope).values("pk")
    return Notice.objects.filter(Q(conversation=None) | Q(conversation__in=seen), agent=agent)
