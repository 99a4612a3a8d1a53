"""The notification policy: which mentions reach an account, which are set aside, which are dropped.

Written after the Mastodon documentation, "Notifications API methods" (policy, since 4.3). Its trap is
real and kept: private mentions by strangers are set aside unless the account decided otherwise.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from resonanz.simulator.records import POLICY_FIELDS, Account, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resonanz.simulator.world import World

NEW_ACCOUNT = timedelta(days=30)


def effective(world: World, account: Account) -> dict[str, str]:
    """Return the account's policy, own decisions over the server's defaults."""
    defaults = dict.fromkeys(POLICY_FIELDS, "accept")
    defaults["for_limited_accounts"] = "filter"
    if world.switches.filter_private:
        defaults["for_private_mentions"] = "filter"
    return defaults | account.policy


def verdict(world: World, reader: Account, sender: Account, status: Status) -> str:
    """Say `accept`, `filter` or `drop` for a mention; an old server accepts everything."""
    if world.switches.old_server or sender.id in reader.permitted:
        return "accept"
    chosen = effective(world, reader)
    answers = {chosen[name] for name in _matching(world, reader, sender, status)}
    return next((answer for answer in ("drop", "filter") if answer in answers), "accept")


def _matching(world: World, reader: Account, sender: Account, status: Status) -> Iterator[str]:
    stranger = sender.id not in reader.following
    if stranger:
        yield "for_not_following"
    if reader.id not in sender.following:
        yield "for_not_followers"
    if world.clock() - sender.created_at < NEW_ACCOUNT:
        yield "for_new_accounts"
    if stranger and status.visibility == "direct" and not _answers(world, reader, sender, status):
        yield "for_private_mentions"


def _answers(world: World, reader: Account, sender: Account, status: Status) -> bool:
    """Whether the private mention stands below one that the reader himself wrote to the sender."""
    return any(
        s.account_id == reader.id and s.visibility == "direct" and sender.id in s.mentions
        for s in world.ancestors(status, sender)
    )
