"""The desk's own address on the web, as links to it begin: one place that knows it.

Behind a proxy the operator names it (`RESONANZ_PUBLIC_ADDRESS`). Else the desk is used on its own machine and
the browser that asks knows the address; the worker, which writes letters, remembers the one used last.
"""

from __future__ import annotations

from django.conf import settings

from resonanz.desk.models import Setting

NAME = "address"  # the setting that remembers it


def of_desk(used: str = "") -> str:
    """Return the address without a slash at its end, "" where nobody knows one yet.

    `used` is the address under which somebody uses the desk right now.
    """
    if settings.PUBLIC_ADDRESS or used:
        return str(settings.PUBLIC_ADDRESS or used).rstrip("/")
    return str(Setting.objects.filter(name=NAME).values_list("value", flat=True).first() or "")


def remember(used: str) -> str:
    """Return the same, and keep it for what the worker writes later. Call in a transaction."""
    address = of_desk(used)
    if address and not settings.PUBLIC_ADDRESS:
        Setting.objects.update_or_create(name=NAME, defaults={"value": address})
    return address
