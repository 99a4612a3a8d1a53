"""What is noted about posts, what people said against it, and the models that learnt from that."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from resonanz.desk.models.listening import Mention
from resonanz.desk.models.people import Agent
from resonanz.desk.storage import MaybeMomentField, MomentField


class Unannotated(models.Model):
    """A post that is still to be annotated. Intake puts it here with the post, and again with each edit."""

    # A plain number for SQLite, as it stands in the way of intake and has to be quick (migration 0023).
    mention = models.OneToOneField(
        Mention, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    times = models.IntegerField(default=1)  # one more with each edit: so what was read is known by it


class Annotation(models.Model):
    """What is noted about one post, with what people corrected already in its place.

    Labels are those of `resonanz.annotate.labelled`; "" is not noted, `unsure` is not likely enough. Scores
    are probabilities in thousandths.
    """

    mention = models.OneToOneField(Mention, models.CASCADE, primary_key=True, related_name="annotation")
    language = models.CharField(max_length=8, blank=True)
    sentiment = models.CharField(max_length=8, blank=True)
    negative = models.SmallIntegerField(default=0)
    neutral = models.SmallIntegerField(default=0)
    positive = models.SmallIntegerField(default=0)
    about = models.CharField(max_length=8, blank=True)  # us, others, unsure
    about_us = models.SmallIntegerField(default=0)
    intents = models.TextField(blank=True)  # JSON: label to score
    reason = models.CharField(max_length=40, blank=True)  # `none`: there is no reason in it
    reason_score = models.SmallIntegerField(default=0)
    private = models.CharField(max_length=200, blank=True)  # kinds of private data, parted by commas
    form = models.CharField(max_length=8, blank=True)  # du, sie, …
    urgency = models.CharField(max_length=8, blank=True)  # normal, urgent, safety
    by_hand = models.SmallIntegerField(default=0)  # `understood.BITS`: kinds that a person decided
    model = models.CharField(max_length=80, blank=True)  # "": rules alone
    at = MomentField()
    batch = models.BigIntegerField(default=0)  # of a batch that pages were told of

    class Meta:
        indexes = [models.Index(fields=["batch"], name="annotation_batch", condition=Q(batch__gt=0))]


class Kind(models.TextChoices):
    """What a person can correct."""

    SENTIMENT = "sentiment", _("feeling")
    RELEVANCE = "relevance", _("about us")
    INTENT = "intent", _("intent")
    REASON = "reason", _("reason")
    LANGUAGE = "language", _("language")
    ADDRESS_FORM = "address_form", _("du or Sie")
    URGENCY = "urgency", _("urgency")
    PRIVATE_DATA = "private_data", _("private data")


class Correction(models.Model):
    """What somebody said of one label: that it is right (`value` is `was`), or what is right instead.

    Several intents or kinds of private data are parted by commas. `sampled`: the post was drawn by lot to be
    checked.
    """

    mention = models.ForeignKey(Mention, models.CASCADE, related_name="corrections")
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.CharField(max_length=200, blank=True)
    was = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    at = MomentField()
    undone_at = MaybeMomentField(null=True)
    sampled = models.BooleanField(default=False)
    model = models.CharField(max_length=80, blank=True)  # whose label it was

    @property
    def confirms(self) -> bool:
        """Whether it says that the label was right."""
        return self.value == self.was


class LearntModel(models.Model):
    """A model that learnt from corrections, and how good it was on those that were held back."""

    name = models.CharField(max_length=80, unique=True)
    made_at = MomentField()
    based_on = models.CharField(max_length=80)
    corrections_count = models.IntegerField()
    held_count = models.IntegerField()
    figures = models.JSONField(default=dict)  # {"before": {kind: [right, all]}, "after": …}
    upto = models.BigIntegerField(default=0)  # the newest correction that it knows
    file = models.CharField(max_length=80)  # below the home's `models`; "": it was worse and not kept
    in_use = models.BooleanField(default=False)  # none: the shipped one
    used_at = MaybeMomentField(null=True)
    used_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")  # null: by itself

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["in_use"], name="one_model_in_use", condition=Q(in_use=True))
        ]


class Reason(models.Model):
    """A reason that a lead added to the usual ones (`annotate.labelled.REASONS`), renamed or switched off."""

    code = models.CharField(max_length=40, unique=True)  # the model's label, and what queries say
    name = models.CharField(_("name"), max_length=60, blank=True)
    active = models.BooleanField(default=True)
    own = models.BooleanField(default=False)  # added here; others the shipped model knows

    def __str__(self) -> str:
        return self.name or self.code
