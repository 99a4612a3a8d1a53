"""Tells Django that the desk is one app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The desk."""

    name = "resonanz.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
