"""Accounts that imitate ours, and what was decided about them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from resonanz.desk.models.listening import Brand, Mention
from resonanz.desk.models.people import Agent, Author
from resonanz.desk.storage import MaybeMomentField, MomentField


class Verdict(models.IntegerChoices):
    """What somebody decided about an account that looks like ours."""

    OPEN = 0, _("open")
    REPORTED = 1, _("reported")
    HARMLESS = 2, _("harmless")


class Lookalike(models.Model):
    """An account that looks like one of our brands (`annotate.lookalikes`).

    `handle` and `name` are those of when it was found; `found` says why: the fields of an `Imitation`.
    Without an author it has not been heard yet: somebody named it, in the post `named_in`.
    """

    author = models.OneToOneField(Author, models.CASCADE, null=True, related_name="lookalike")
    named_in = models.ForeignKey(Mention, models.SET_NULL, null=True, related_name="+", db_index=False)
    network = models.CharField(max_length=16)
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="lookalikes")
    handle = models.CharField(max_length=320)
    name = models.CharField(max_length=320, blank=True)
    strength = models.FloatField()
    found = models.JSONField(default=dict)
    found_at = MomentField()
    verdict = models.SmallIntegerField(choices=Verdict, default=Verdict.OPEN)
    decided_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    decided_at = MaybeMomentField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "handle"], name="lookalike_named_once", condition=models.Q(author=None)
            )
        ]
