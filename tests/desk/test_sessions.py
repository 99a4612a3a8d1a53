"""Browser sessions are found as Django finds them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.desk.sessions import SessionStore

pytestmark = pytest.mark.django_db


def _kept(**values: int) -> str:
    store = SessionStore()
    store.update(values)
    store.save()
    assert store.session_key is not None
    return str(store.session_key)


def test_each_key_finds_its_own() -> None:
    keys = [_kept(number=number) for number in range(3)]
    assert [SessionStore(key)["number"] for key in keys] == [0, 1, 2]
    with CaptureQueriesContext(connection) as asked:
        store = SessionStore(keys[1])
        assert store.get("number") == 1
        assert store.get("other") is None
    assert len(asked) == 1


def test_one_that_has_ended_or_never_was_is_empty() -> None:
    key = _kept(number=1)
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    for no_longer in (key, "nobodyhasthiskeyatall", ""):
        store = SessionStore(no_longer)
        assert store.get("number") is None
        assert store.session_key is None


def test_what_was_changed_is_kept() -> None:
    key = _kept(number=1)
    store = SessionStore(key)
    store["number"] = 2
    store.save()
    assert SessionStore(key)["number"] == 2
    SessionStore(key).flush()
    assert not Session.objects.exists()
