"""Looking whether somebody who spoke imitates one of our brands, telling the leads, and what they decide.

`check_next` is a unit of work: it compares some authors without a lock and writes in one short transaction.
Each author is compared once, again after a change of name, and again when our own names change. Whoever is
named in what is said is looked at too: customers warn each other of accounts that we have never heard.
What an imitation is stands in `annotate.lookalikes`; lists for pages are in `reading_lookalikes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import reduce
from operator import or_
from threading import Lock
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from resonanz.annotate.lookalikes import Account, Imitation, imitation, is_own
from resonanz.annotate.lookalikes import Brand as Known
from resonanz.desk.bells import notify
from resonanz.desk.events import follow, happen
from resonanz.desk.models import (
    Agent,
    Author,
    Brand,
    Channel,
    Lookalike,
    Mention,
    NoticeKind,
    Role,
    Setting,
    Verdict,
)
from resonanz.desk.models.listening import OFFLINE
from resonanz.desk.understood import switched_off
from resonanz.query.meaning import named_in

AT_ONCE = 50  # authors that are compared in one unit of work
PROGRESS = "lookalikes_compared"  # the setting that says with which names of ours, and up to whom
CHANGED = ~Q(likened_handle=F("handle")) | ~Q(likened_name=F("name"))  # as the index `author_unlikened`
LEADS = (Role.LEAD, Role.COMMUNICATOR, Role.OPERATOR)
READER = "lookalikes"  # this module's mark in the event log
SAID = {"heard", "overheard", "edited"}
NAMED = 0.8  # from this strength on a handle that is only named is reported: nobody knows its display name
_at_it = Lock()


class Ours(NamedTuple):
    """What all brands are known by: by brand, our own accounts, and a sign that changes with any of it."""

    brands: dict[int, Known]
    uids: frozenset[tuple[str, str]]
    sign: str


class _Compared(NamedTuple):
    author: Author
    brand: int | None
    found: Imitation | None


def check_next() -> bool:
    """Compare some authors with our brands; True if there were any. Nobody is compared while it is off."""
    if "lookalikes" in switched_off():
        return False
    if not _at_it.acquire(blocking=False):
        return False
    try:
        names = ours()
        done = [_compare_changed(names), _compare_again(names), _read_names(names)]
        return any(done)
    finally:
        _at_it.release()


def ours() -> Ours:
    """Return what our brands are known by."""
    channels = list(Channel.objects.exclude(network__in=OFFLINE).defer("secret").order_by("pk"))
    brands = {
        brand.pk: Known(
            names=(brand.name, *(spelling.text for spelling in brand.spellings.all())),
            accounts=tuple(
                Account(channel.network, channel.handle, channel.name)
                for channel in channels
                if channel.brand_id == brand.pk
            ),
        )
        for brand in Brand.objects.prefetch_related("spellings").order_by("pk")
    }
    sign = hashlib.sha256(repr(sorted(brands.items())).encode()).hexdigest()[:16]
    return Ours(brands, frozenset((channel.network, channel.uid) for channel in channels), sign)


def found_for(author: Author, names: Ours) -> tuple[int, Imitation] | None:
    """Return which brand an author imitates most, and how; None for none, and for our own accounts."""
    if author.network in OFFLINE or (author.network, author.uid) in names.uids:
        return None
    account = Account(author.network, author.handle, author.name)
    if any(is_own(brand, account) for brand in names.brands.values()):
        return None
    seen = ((pk, imitation(brand, account)) for pk, brand in names.brands.items())
    alike = [(pk, one) for pk, one in seen if one is not None]
    return max(alike, key=lambda pair: pair[1].strength, default=None)


# Comparing ---------------------------------------------------------------------------------------


def _compare_changed(names: Ours) -> bool:
    """Compare authors who are new or are called otherwise."""
    return _compare(Author.objects.filter(CHANGED).order_by("pk")[:AT_ONCE], names)


def _compare_again(names: Ours) -> bool:
    """Compare some of those who were compared with other names of ours; True until all are."""
    mark = Setting.objects.filter(name=PROGRESS).first()
    if mark is None:
        newest = Author.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        Setting.objects.get_or_create(name=PROGRESS, defaults={"value": _progress(names, newest, done=True)})
        return False
    begun = mark.value["sign"] == names.sign
    if begun and mark.value["done"]:
        return False
    upto = mark.value["upto"] if begun else 0
    authors = list(Author.objects.filter(pk__gt=upto).order_by("pk")[:AT_ONCE])
    _compare(authors, names)
    upto = authors[-1].pk if authors else upto
    Setting.objects.filter(name=PROGRESS).update(value=_progress(names, upto, done=not authors))
    return True


def _progress(names: Ours, upto: int, *, done: bool) -> dict[str, str | int | bool]:
    return {"sign": names.sign, "upto": upto, "done": done}


def _compare(authors: Iterable[Author], names: Ours) -> bool:
    compared = [_compared(author, names) for author in authors]
    if compared:
        with transaction.atomic():
            _remember(compared)
    return bool(compared)


def _compared(author: Author, names: Ours) -> _Compared:
    pair = found_for(author, names)
    return _Compared(author, None, None) if pair is None else _Compared(author, *pair)


def _remember(compared: Sequence[_Compared]) -> None:
    """Write down what was compared, and tell the leads of what is new. In a transaction."""
    news = False
    for author, brand, found in compared:
        same = Author.objects.filter(pk=author.pk, handle=author.handle, name=author.name)
        if not same.update(likened_handle=author.handle, likened_name=author.name):
            continue  # it is called otherwise by now: the next look counts
        if found is not None and brand is not None:
            news |= _keep(author, brand, found)
        elif author.network not in OFFLINE:
            _let_go(author)
    if news:
        _tell()


def _tell() -> None:
    """Ring the leads' bells, once until they have looked. In a transaction."""
    for agent in Agent.objects.filter(is_active=True, role__in=LEADS).order_by("pk"):
        notify(agent, NoticeKind.LOOKALIKE)


def _keep(author: Author, brand: int, found: Imitation) -> bool:
    """Write an imitation down; False where the author is known as one already."""
    now = timezone.now()
    named = (
        _named(author.network, (author.handle, author.handle.partition("@")[0])).filter(author=None).first()
    )
    if named is not None and not Lookalike.objects.filter(author=author).exists():
        Lookalike.objects.filter(pk=named.pk).update(author=author, handle=author.handle, name=author.name)
    known, is_new = Lookalike.objects.get_or_create(
        author=author,
        defaults={
            "brand_id": brand,
            "network": author.network,
            "handle": author.handle,
            "name": author.name,
            "strength": found.strength,
            "found": asdict(found),
            "found_at": now,
        },
    )
    if is_new:
        happen("lookalike_found", now, lookalike=known.pk, author=author.pk)
    return is_new


def _let_go(author: Author) -> None:
    """Forget what nobody has decided and is an imitation no more because our own names have changed.

    Who changes their own name after the deed stays in the list.
    """
    same = Lookalike.objects.filter(author=author, verdict=Verdict.OPEN)
    same.filter(handle=author.handle, name=author.name).delete()


# Who is named ------------------------------------------------------------------------------------


def _read_names(names: Ours) -> bool:
    """Look at who is named in what was said since last time; True if anything was said."""
    with follow(READER, SAID, AT_ONCE) as news:
        if news is None:
            return False
        orders = [event.mention for event in news.told if event.kind in SAID and event.mention is not None]
        said = Mention.objects.filter(order__in=orders, incoming=True, deleted_at=None, from_import=None)
        found = [one for mention in said.order_by("order") for one in _posing_in(mention, names)]
        with transaction.atomic():
            if news.take() and sum(_keep_named(*one) for one in found):
                _tell()
        return True


def _posing_in(mention: Mention, names: Ours) -> Iterator[tuple[Mention, str, int, Imitation]]:
    """Yield the handles in a post that imitate a brand beyond doubt, and how."""
    for handle in dict.fromkeys(named_in(mention.text)):
        if any(_is_meant(handle, own) for brand in names.brands.values() for own in brand.accounts):
            continue
        seen = Author(network=mention.network, handle=handle)
        pair = found_for(seen, names)
        if pair is not None and pair[1].strength >= NAMED:
            yield mention, handle, *pair


def _is_meant(handle: str, own: Account) -> bool:
    """Whether a handle that somebody named is ours; without a server it is."""
    return handle.casefold() in {own.handle.casefold(), own.handle.partition("@")[0].casefold()}


def _keep_named(mention: Mention, handle: str, brand: int, found: Imitation) -> bool:
    """Write down an imitation that was only named; False where the account is known."""
    known = _named(mention.network, (handle,)) if "@" in handle else _of_any_server(mention.network, handle)
    if known.exists():
        return False
    now = timezone.now()
    kept = Lookalike.objects.create(
        named_in=mention,
        network=mention.network,
        brand_id=brand,
        handle=handle,
        strength=found.strength,
        found=asdict(found),
        found_at=now,
    )
    happen("lookalike_found", now, lookalike=kept.pk, mention=mention.pk)
    return True


def _named(network: str, handles: Iterable[str]) -> QuerySet[Lookalike]:
    alike = reduce(or_, (Q(handle__iexact=handle) for handle in handles))
    return Lookalike.objects.filter(alike, network=network)


def _of_any_server(network: str, handle: str) -> QuerySet[Lookalike]:
    alike = Q(handle__iexact=handle) | Q(handle__istartswith=f"{handle}@")
    return Lookalike.objects.filter(alike, network=network)


def forget_all() -> None:
    """Delete what was found and decided. In a transaction.

    Whoever spoke is compared anew once that is wanted again; who was only named, when somebody names them.
    """
    Lookalike.objects.all().delete()
    Setting.objects.filter(name=PROGRESS).update(value={"sign": "", "upto": 0, "done": False})


# Deciding ----------------------------------------------------------------------------------------


def decide(agent: Agent, lookalike: Lookalike, verdict: Verdict) -> None:
    """Say that an account was reported to its network, or is harmless, or open after all.

    PermissionError for who is no lead.
    """
    if not agent.has_role(Role.LEAD):
        raise PermissionError("only leads decide about lookalikes")
    now = timezone.now()
    decided = verdict != Verdict.OPEN
    with transaction.atomic():
        others = Lookalike.objects.filter(pk=lookalike.pk).exclude(verdict=verdict)
        if others.update(
            verdict=verdict,
            decided_by=agent if decided else None,
            decided_at=now if decided else None,
        ):
            happen("lookalike_decided", now, actor=agent.pk, lookalike=lookalike.pk, verdict=int(verdict))
