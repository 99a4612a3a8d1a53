"""A brand's further targets: rules for some matters, settling, coming back, who is told when.

The usual targets and the hours are in `brands.py`; what a rule means for a due time is in `policies.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from resonanz.desk.models import Agent, Brand, Channel, Role, SlaPolicy, SlaRule
from resonanz.desk.policies import USUAL_PERIODS


class TargetError(Exception):
    """Something that cannot be done with targets. Codes: `not_allowed`, `no_condition`, `taken`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When a matter should be settled (None: no such target), reopens, and who is told. Spans in seconds."""

    resolution_s: int | None
    reopen_days: int
    warn_s: int
    escalate_s: int
    escalate_to: Agent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A rule as a lead wants it; None fits everything. Spans in seconds, `resolution_s` None: no target."""

    channel: Channel | None
    private: bool | None
    matter: int | None
    urgency: int | None
    first_response_s: int
    next_response_s: int
    resolution_s: int | None
    in_service_hours: bool


def terms_of(brand: Brand) -> Terms:
    """Return what a brand has agreed upon, the usual where nobody has said anything."""
    row = SlaPolicy.objects.select_related("escalate_to").filter(brand=brand).first() or SlaPolicy()
    return Terms(
        resolution_s=row.resolution_s,
        reopen_days=row.reopen_days,
        warn_s=row.warn_s,
        escalate_s=row.escalate_s,
        escalate_to=row.escalate_to,
    )


def agree(brand: Brand, terms: Terms, *, by: Agent) -> None:
    """Keep a brand's terms; TargetError `not_allowed`."""
    _expect_lead(by)
    chosen = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
    with transaction.atomic():
        policy = _policy(brand)
        SlaPolicy.objects.filter(pk=policy.pk).update(**chosen)


def rules_of(brand: Brand) -> list[SlaRule]:
    """Return a brand's rules: for the most urgent first, then in the order in which they were made."""
    found = SlaRule.objects.filter(policy__brand=brand).select_related("channel")
    return sorted(found, key=lambda rule: (-(rule.urgency or 0), rule.pk))


def add_rule(brand: Brand, wish: Wish, *, by: Agent) -> SlaRule:
    """Add a rule. TargetError: `not_allowed`, `no_condition`, `taken` (one for the same matters exists)."""
    _expect_lead(by)
    with transaction.atomic():
        policy = _policy(brand)
        _check(policy, wish)
        return SlaRule.objects.create(policy=policy, **_values(wish))


def change_rule(rule: SlaRule, wish: Wish, *, by: Agent) -> None:
    """Change a rule; errors as for `add_rule`."""
    _expect_lead(by)
    with transaction.atomic():
        _check(rule.policy, wish, besides=rule.pk)
        SlaRule.objects.filter(pk=rule.pk).update(**_values(wish))


def drop_rule(rule: SlaRule, *, by: Agent) -> Wish:
    """Remove a rule and return what it said, so that it can be put back; TargetError `not_allowed`."""
    _expect_lead(by)
    wish = Wish(**{name: getattr(rule, name) for name in Wish.__dataclass_fields__})
    SlaRule.objects.filter(pk=rule.pk).delete()
    return wish


def _values(wish: Wish) -> dict[str, object]:
    return {name: getattr(wish, name) for name in Wish.__dataclass_fields__}


def _policy(brand: Brand) -> SlaPolicy:
    return SlaPolicy.objects.get_or_create(brand=brand, defaults={"periods": USUAL_PERIODS})[0]


def _check(policy: SlaPolicy, wish: Wish, besides: int | None = None) -> None:
    conditions = (wish.channel, wish.private, wish.matter, wish.urgency)
    if all(condition is None for condition in conditions):
        raise TargetError("no_condition")
    same = SlaRule.objects.filter(
        policy=policy,
        channel=wish.channel,
        private=wish.private,
        matter=wish.matter,
        urgency=wish.urgency,
    )
    if (same if besides is None else same.exclude(pk=besides)).exists():
        raise TargetError("taken")


def _expect_lead(by: Agent) -> None:
    if not by.has_role(Role.LEAD):
        raise TargetError("not_allowed")
