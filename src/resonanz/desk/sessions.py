"""Browser sessions in the database, as Django keeps them; every page asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.backends import db
from django.utils import timezone

from resonanz.desk.prepared import prepared

if TYPE_CHECKING:
    from django.contrib.sessions.base_session import AbstractBaseSession
    from django.db.models import QuerySet


class SessionStore(db.SessionStore):
    """Finds a session by a statement that is written once."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        now = timezone.now()
        found = next((one for one in _sessions(self.session_key or "") if one.expire_date > now), None)
        if found is None:
            self._session_key = None
        return found


@prepared
def _sessions(key: str) -> QuerySet[AbstractBaseSession]:
    return SessionStore.get_model_class().objects.filter(pk=key)
