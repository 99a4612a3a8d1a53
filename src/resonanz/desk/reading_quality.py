"""How good the model is here: what people found when they checked posts drawn by lot. Reads only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from resonanz.desk import understood
from resonanz.desk.access import scope_of, visible_in
from resonanz.desk.models import Agent, Annotation, Correction, Kind, LearntModel, Mention
from resonanz.desk.understanding import TWICE
from resonanz.study import wilson

DRAWN_FROM = timedelta(days=30)
DRAWN_MOST = 20  # posts in one go
CHECKED_MOST = 5_000  # checks that count, the newest
NONE = "none"  # no private data


class OfLabel(NamedTuple):
    """One label: how often it was said and was right, and how often it was meant."""

    label: str
    said: int
    right: int
    meant: int

    @property
    def interval(self) -> tuple[float, float] | tuple[None, None]:
        """The 95 % score interval of how often it is right when it is said (Wilson 1927)."""
        return wilson(self.right, self.said)


class OfKind(NamedTuple):
    """One kind: decisions that were checked, and how many were right; `unsure` said nothing."""

    kind: str
    checked: int
    right: int
    unsure: int
    labels: tuple[OfLabel, ...]

    @property
    def interval(self) -> tuple[float, float] | tuple[None, None]:
        """The 95 % score interval of the share that is right."""
        return wilson(self.right, self.checked)


def quality(judge: str = "") -> list[OfKind]:
    """Return for each kind how often a model was right ("": any), by posts that were drawn by lot.

    What rules say counts whichever model was in use.
    """
    off = understood.switched_off()
    kinds = [kind.value for kind in Kind if kind not in off]
    said = Correction.objects.filter(sampled=True, undone_at=None, kind__in=kinds).order_by("-pk")
    if judge:
        said = said.filter(Q(model__in=_names(judge)) | ~Q(kind__in=understood.LEARNT))
    by_kind: dict[str, list[tuple[set[str], set[str]]]] = defaultdict(list)
    for kind, was, value in said.values_list("kind", "was", "value")[:CHECKED_MOST]:
        by_kind[kind].append((_labels(kind, was), _labels(kind, value)))
    return [_of_kind(kind, by_kind[kind]) for kind in kinds]


def _names(judge: str) -> tuple[str, str]:
    """Return what notes call a model: a second look is part of what it says."""
    return judge, f"{judge}{TWICE}"


def judges() -> dict[str, int]:
    """Return which models were checked, with how many decisions of theirs, the latest first."""
    kinds = set(understood.LEARNT) - understood.switched_off()
    said = Correction.objects.filter(sampled=True, undone_at=None, kind__in=kinds)
    found: Counter[str] = Counter()
    for judge in said.order_by("-pk").values_list("model", flat=True)[:CHECKED_MOST]:
        found[judge.removesuffix(TWICE)] += 1
    return dict(found)


def _labels(kind: str, value: str) -> set[str]:
    """Return what was said: of private data at least that there is none."""
    labels = set(filter(None, value.split(","))) if kind in understood.SEVERAL else {value}
    return labels or {NONE} if kind == Kind.PRIVATE_DATA else labels


def _of_kind(kind: str, checked: Iterable[tuple[set[str], set[str]]]) -> OfKind:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    total = right = unsure = 0
    for said, meant in checked:
        if understood.UNSURE in said or said == {""}:
            unsure += 1
            said = set()  # noqa: PLW2901 - it has said nothing
        elif kind != Kind.INTENT or said or meant:
            total += max(1, len((said | meant) - {NONE})) if kind in understood.SEVERAL else 1
            right += len(said & meant)
        for label in said | meant:
            counts[label][0] += label in said
            counts[label][1] += label in said & meant
            counts[label][2] += label in meant
    labels = [OfLabel(label, *numbers) for label, numbers in counts.items()]
    return OfKind(kind, total, right, unsure, tuple(sorted(labels, key=lambda one: -one.meant)))


def corrections_count() -> int:
    """Return how many words of people models may learn from."""
    return Correction.objects.filter(undone_at=None, kind__in=understood.LEARNT).count()


def versions() -> list[LearntModel]:
    """Return the models that learnt here, the newest first."""
    return list(LearntModel.objects.select_related("used_by").order_by("-pk")[:30])


def drawn(agent: Agent, besides: Iterable[int] = (), judge: str = "") -> Mention | None:
    """Return a post drawn by lot that nobody has checked yet, of those that somebody may see; first of those
    that a model has judged.
    """
    since = timezone.now() - DRAWN_FROM
    checked = Correction.objects.filter(mention=OuterRef("mention"), sampled=True, undone_at=None)
    seen = visible_in(scope_of(agent)).filter(pk=OuterRef("mention__conversation"))
    posts: QuerySet[Annotation] = Annotation.objects.filter(
        ~Q(model=""), Exists(seen), mention__posted_at__gte=since, mention__deleted_at=None
    )
    others = Case(When(model__in=_names(judge), then=0), default=1)
    lot = posts.exclude(Exists(checked)).exclude(mention__in=list(besides)).order_by(others, "?")
    note = lot.select_related("mention__author", "mention__conversation").first()
    return None if note is None else note.mention
