"""Compiles the translations when the package is built: catalogues are source, compiled ones are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface):  # type: ignore[type-arg]
    """Writes a django.mo beside each django.po."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile every catalogue; the compiled files travel in the wheel as artifacts."""
        for source in Path(self.root, "src/resonanz/desk/locale").glob("*/LC_MESSAGES/django.po"):
            locale = source.parent.parent.name
            with source.open("rb") as opened:
                catalog = read_po(opened, locale=locale if locale != "de_DU" else "de")
            target = source.with_suffix(".mo")
            with target.open("wb") as opened:
                write_mo(opened, catalog)
            build_data["artifacts"].append(f"/{target.relative_to(self.root)}")
