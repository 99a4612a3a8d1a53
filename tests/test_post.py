"""The values refuse what would go wrong later."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from resonanz.post import Audience, Author, Post

ADA = Author(network="mastodon", uid="u", handle="ada@social.example")


def test_strangers_are_shut_out_of_direct_and_followers_posts_only() -> None:
    assert [audience.is_private for audience in sorted(Audience)] == [True, True, False, False]
    assert min(Audience) is Audience.DIRECT


def made(posted_at: datetime, edited_at: datetime | None = None) -> Post:
    return Post(
        network="m",
        uri="1",
        author=ADA,
        text="",
        posted_at=posted_at,
        edited_at=edited_at,
        audience=Audience.PUBLIC,
        root="1",
    )


def test_a_naive_time_is_refused_at_the_door() -> None:
    aware, naive = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)  # noqa: DTZ001
    assert made(aware, aware).edited_at == aware
    with pytest.raises(ValueError, match=r"Post\.posted_at needs a time zone"):
        made(naive)
    with pytest.raises(ValueError, match=r"Post\.edited_at needs a time zone"):
        made(aware, naive)
