"""The values refuse what would go wrong later."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from resonanz.post import Audience, Author, Post

ADA = Author(network="mastodon", uid="u", handle="ada@social.example")


def test_strangers_are_shut_out_of_direct_and_followers_posts_only() -> None:
    assert [audience.is_private for audience in sorted(Audience)] == [True, True, False, False]
    assert min(Audience) is Audience.DIRECT


@pytest.mark.parametrize("name", ["posted_at", "edited_at"])
def test_a_naive_time_is_refused_at_the_door(name: str) -> None:
    aware, naive = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)  # noqa: DTZ001
    times = {"posted_at": aware, "edited_at": aware, name: naive}
    with pytest.raises(ValueError, match=f"Post.{name} needs a time zone"):
        Post(network="m", uri="1", author=ADA, text="", audience=Audience.PUBLIC, root="1", **times)
