"""Where pages find scripts, styles and pictures: by names that say their content, looked up once."""

from __future__ import annotations

from functools import lru_cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """WhiteNoise's files; a page names some thirty, and their addresses change with a new version only."""

    def url(self, name: str | None, force: bool = False) -> str:  # noqa: FBT001, FBT002 - as Django calls it
        """Return a file's address."""
        return self._kept_url(name, force)

    @lru_cache(maxsize=512)  # noqa: B019 - there is one storage, and it lives as long as the process
    def _kept_url(self, name: str | None, force: bool) -> str:  # noqa: FBT001
        return str(super().url(name, force))
