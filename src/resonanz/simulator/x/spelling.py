"""The two spellings of fields and parameters on X, while they change from *tweet* to *post*.

Everything is built in the older spelling and respelled at the door. Sources: the official descriptions 2.166
(tweet) and 2.167 (post); 2.167 keeps the older parameters on streams.
"""

from __future__ import annotations

from typing import Any

from resonanz.simulator.trouble import renamed

_NEW = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "tweets": "posts",
}
_OLD = {new: old for old, new in _NEW.items()} | {"referenced_posts": "referenced_tweets"}
_OLD_EXPANSIONS = {
    "referenced_posts": "referenced_tweets.id",
    "referenced_posts.author_id": "referenced_tweets.id.author_id",
    "referenced_posts.attachments.media_keys": "referenced_tweets.id.attachments.media_keys",
    "edit_history_post_ids": "edit_history_tweet_ids",
}
SWITCHED = _NEW | {new: old for old, new in _NEW.items()}


def respelled(value: Any, spelling: str) -> Any:
    """Write an answer in the newer spelling where that is spoken."""
    return renamed(value, _NEW) if spelling == "post" else value


def old_field(name: str) -> str:
    """Return a field's older name."""
    return _OLD.get(name, name)


def old_expansion(name: str) -> str:
    """Return an expansion's older name."""
    return _OLD_EXPANSIONS.get(name, name)


def is_new_expansion(name: str) -> bool:
    """Whether an expansion is written in the newer spelling."""
    return name in _OLD_EXPANSIONS


def is_old_expansion(name: str) -> bool:
    """Whether an expansion is written in the older spelling."""
    return name in _OLD_EXPANSIONS.values()
