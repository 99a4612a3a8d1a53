"""Imported archives."""

from __future__ import annotations

from django.db import models

from resonanz.desk.storage import MaybeMomentField, MomentField


class Imported(models.TextChoices):
    """What a file held."""

    CONVERSATIONS = "conversations"
    POSTS = "posts"


class Import(models.Model):
    """A file of recorded conversations, or of posts. Its rows are invisible until `finished_at` is set."""

    name = models.CharField(max_length=255)
    holds = models.CharField(max_length=16, choices=Imported, default=Imported.CONVERSATIONS)
    staging = models.CharField(max_length=64)  # the checked file's name under imports/
    position = models.BigIntegerField(default=0)  # the last staged row that is published
    lease_until = MomentField(default=0)
    lease_by = models.CharField(max_length=120, blank=True)
    began_at = MomentField()
    finished_at = MaybeMomentField(null=True)
    conversations_count = models.IntegerField(default=0)
    turns_count = models.IntegerField(default=0)  # posts, of conversations or alone
