"""Agents and teams on our side; authors and contacts on the other."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from resonanz.desk.storage import MaybeMomentField, MomentField
from resonanz.unseen import without_tricks


class Role(models.TextChoices):
    """What somebody may do at the desk; each role may do what those before it may."""

    TRAINEE = "trainee", _("Trainee")
    AGENT = "agent", _("Agent")
    LEAD = "lead", _("Team lead")
    COMMUNICATOR = "communicator", _("Communicator")
    OPERATOR = "operator", _("Operator")


class Theme(models.TextChoices):
    """Light, dark, or as the machine is set."""

    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    """How much stands on one screen."""

    CALM = "calm", _("Airy")
    DENSE = "dense", _("Dense")


class TextSize(models.TextChoices):
    """How large texts are set."""

    NORMAL = "normal", _("Normal")
    LARGE = "large", _("Large")


def name_of_agent(first: str, last: str, username: str) -> str:
    """Return the name that colleagues read."""
    return f"{first} {last}".strip() or username


def name_of_author(name: str, handle: str) -> str:
    """Return the name to greet somebody by: the display name, else the handle without its server.

    It stands in our own sentences, so nothing in it may be hidden or turn their direction.
    """
    return without_tricks(name).strip() or without_tricks(handle).partition("@")[0]


class Agent(AbstractUser):
    """Somebody who works at the desk, whatever their role."""

    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.AGENT)
    initials = models.CharField(_("signature"), max_length=8, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    theme = models.CharField(_("appearance"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(_("spacing"), max_length=8, choices=Density, default=Density.CALM)
    text_size = models.CharField(_("text size"), max_length=8, choices=TextSize, default=TextSize.NORMAL)
    single_keys = models.BooleanField(_("single-letter shortcuts"), default=True)
    trusted = models.BooleanField(_("sends without release"), default=False)  # counts for trainees only
    on_shift_at = MaybeMomentField(null=True)  # since when; null: not here
    seen_at = MaybeMomentField(null=True)  # the last sign of life

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name that colleagues read."""
        return name_of_agent(self.first_name, self.last_name, self.username)

    def has_role(self, least: Role) -> bool:
        """Whether this agent's role is `least` or one above it."""
        ladder = list(Role)
        return ladder.index(Role(self.role)) >= ladder.index(least)


class Team(models.Model):
    """Agents who care for the same channels."""

    name = models.CharField(max_length=80, unique=True)
    agents: models.ManyToManyField[Agent, models.Model] = models.ManyToManyField(
        Agent, related_name="teams", blank=True
    )
    channels: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        "desk.Channel", related_name="teams", blank=True
    )

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person across networks. Made when an agent links two authors or writes something about one."""

    note = models.TextField(blank=True)
    created_at = MomentField()


class Author(models.Model):
    """Somebody on a network, known by the permanent id; the handle may change."""

    network = models.CharField(max_length=16)
    uid = models.CharField(max_length=500)
    handle = models.CharField(max_length=320)
    name = models.CharField(max_length=320, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    avatar_url = models.CharField(max_length=2000, blank=True)
    is_bot = models.BooleanField(default=False)
    followers_count = models.BigIntegerField(null=True)
    form = models.CharField(max_length=8, blank=True)  # how they address us: du, sie; "" where unknown
    heard_at = MomentField()
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="authors", db_index=False)
    # Our own copy of the picture: its file, "" where there is none, and the address that it was made of or
    # given up for. Where this is not `avatar_url`, it is to be fetched.
    face = models.CharField(max_length=60, blank=True, db_default="")
    face_url = models.CharField(max_length=2000, blank=True, db_default="")
    face_at = MomentField(db_default=0)  # not before
    face_attempts_count = models.SmallIntegerField(db_default=0)
    # As it was called when it was last compared with our brands (`lookalikes`).
    likened_handle = models.CharField(max_length=320, blank=True, db_default="")
    likened_name = models.CharField(max_length=320, blank=True, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "uid"], name="author_identity")]
        indexes = [
            models.Index(
                fields=["face_at"],
                name="author_face_due",
                condition=~models.Q(avatar_url=models.F("face_url")),
            ),
            models.Index(
                fields=["id"],
                name="author_unlikened",
                condition=~models.Q(likened_handle=models.F("handle"))
                | ~models.Q(likened_name=models.F("name")),
            ),
            models.Index(
                fields=["contact"], name="author_contact", condition=models.Q(contact__isnull=False)
            ),
        ]

    @property
    def shown_name(self) -> str:
        """The name to greet by: the display name, else the handle without its server."""
        return name_of_author(self.name, self.handle)

    @property
    def told_name(self) -> str:
        """The name as the network tells it, with whatever hides in it: shown with that revealed."""
        return self.name or self.handle.partition("@")[0]


class AuthorHandle(models.Model):
    """A handle that an author used to have, and until when we heard it."""

    author = models.ForeignKey(Author, models.CASCADE, related_name="earlier_handles")
    handle = models.CharField(max_length=320)
    until = MomentField()
