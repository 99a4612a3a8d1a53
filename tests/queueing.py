"""A small queue on paper: posts arrive, agents answer, and a policy says who is next.

Deterministic for a seed. It knows nothing of the desk; it shows what an order of work does to people,
and tests compare the desk and its report with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush
from random import Random
from typing import Literal, TypeVar

from resonanz.fairness import Wait, reach_band

Policy = Literal["edf", "fifo", "vip_first"]
Value = TypeVar("Value")

DAY_S = 86_400.0
OPENS_S = 8 * 3600.0
SAFETY_TARGET_S = 300.0
URGENT_TARGET_S = 1_800.0
NORMAL_TARGET_S = 7_200.0

BIG = 10_000

# Most people have few followers; one in forty has ten thousand or more, three in a hundred do not say.
REACH = ((50, 0.62), (400, 0.24), (4_000, 0.085), (40_000, 0.025), (None, 0.03))
NETWORKS = (("mastodon", 0.55), ("bluesky", 0.3), ("x", 0.15))
LANGUAGES = (("de", 0.9), ("en", 0.08), ("fr", 0.02))
KINDS = (("question", 0.6), ("complaint", 0.25), ("praise", 0.15))
URGENT_KINDS = (("question", 0.3), ("complaint", 0.7))


@dataclass(frozen=True, kw_only=True)
class Load:
    """What comes in, and who is there. Times are seconds; the storm lies in the middle of its day.

    With `storm_mix` only half as many of the storm's people have reach, and four times as many write on x.
    """

    agents: int = 4
    days: int = 5
    open_s: float = 36_000.0
    handling_s: float = 240.0
    occupancy: float = 0.8
    urgent_share: float = 0.25
    safety_share: float = 0.0
    storm_day: int | None = 2
    storm_s: float = 18_000.0
    storm_factor: float = 3.0
    storm_mix: bool = False

    @property
    def closes_s(self) -> float:
        return self.days * self.open_s


WEEK = Load()


@dataclass(frozen=True, kw_only=True)
class Served:
    """One post's way; `order` is that of arrival, times count service seconds, nobody started is `None`."""

    order: int
    arrived_s: float
    target_s: float
    handling_s: float
    followers: int | None
    network: str
    language: str
    kind: str
    started_s: float | None = None

    @property
    def answered_s(self) -> float | None:
        return None if self.started_s is None else self.started_s + self.handling_s


def arrivals(seed: int, load: Load) -> list[Served]:
    """The posts of all days, one day's opening hours after the other."""
    random = Random(seed)
    calm = load.agents * load.occupancy / load.handling_s
    posts: list[Served] = []
    at_s = 0.0
    while True:
        # Thinning: draw at the highest rate, keep what the present one allows.
        at_s += random.expovariate(calm * load.storm_factor)
        if at_s >= load.days * load.open_s:
            return posts
        storm = in_storm(at_s, load)
        if storm or random.random() * load.storm_factor < 1:
            posts.append(_post(random, len(posts), at_s, load, storm=storm))


def in_storm(at_s: float, load: Load) -> bool:
    if load.storm_day is None:
        return False
    begins_s = load.storm_day * load.open_s + (load.open_s - load.storm_s) / 2
    return begins_s <= at_s < begins_s + load.storm_s


def _post(random: Random, order: int, at_s: float, load: Load, *, storm: bool) -> Served:
    followers = _one_of(random, REACH)
    network = _one_of(random, NETWORKS)
    if load.storm_mix and storm:
        if followers is not None and followers >= 1_000 and random.random() < 0.5:
            followers = 50
        if random.random() < 0.5:
            network = "x"
    lot = random.random()
    if lot < load.safety_share:
        target_s = SAFETY_TARGET_S
    elif lot < load.safety_share + load.urgent_share:
        target_s = URGENT_TARGET_S
    else:
        target_s = NORMAL_TARGET_S
    return Served(
        order=order,
        arrived_s=at_s,
        target_s=target_s,
        handling_s=random.expovariate(1 / load.handling_s),
        followers=followers,
        network=network,
        language=_one_of(random, LANGUAGES),
        kind=_one_of(random, KINDS if target_s == NORMAL_TARGET_S else URGENT_KINDS),
    )


def _one_of(random: Random, shares: tuple[tuple[Value, float], ...]) -> Value:
    return random.choices([value for value, _ in shares], [share for _, share in shares])[0]


def _rank(policy: Policy, post: Served) -> tuple[float, float, int]:
    """Who is before whom; safety comes first whatever the policy."""
    lane = 0.0 if post.target_s == SAFETY_TARGET_S else 1.0
    if policy == "fifo":
        return (lane, 0.0, post.order)
    if policy == "vip_first" and (post.followers or 0) >= BIG:
        lane = min(lane, 0.5)
    return (lane, post.arrived_s + post.target_s, post.order)


def serve(policy: Policy, seed: int, load: Load = WEEK) -> list[Served]:
    """All posts in the order in which they were taken up, then those that nobody got to."""
    coming = arrivals(seed, load)
    waiting: list[tuple[tuple[float, float, int], Served]] = []
    free = [0.0] * load.agents
    done: list[Served] = []
    now_s, heard = 0.0, 0
    while True:
        now_s = max(now_s, heappop(free))
        if not waiting and heard < len(coming):
            now_s = max(now_s, coming[heard].arrived_s)
        while heard < len(coming) and coming[heard].arrived_s <= now_s:
            heappush(waiting, (_rank(policy, coming[heard]), coming[heard]))
            heard += 1
        if not waiting or now_s >= load.closes_s:
            return [*done, *(post for _, post in sorted(waiting)), *coming[heard:]]
        taken = replace(heappop(waiting)[1], started_s=now_s)
        done.append(taken)
        heappush(free, now_s + taken.handling_s)


def simulate(policy: Policy, seed: int, load: Load = WEEK, *, favour: float = 1.0) -> list[Wait]:
    """Everybody's wait in service seconds, open ones seen until the last day closes.

    Who has ten thousand followers waits `favour` times as long as the queue would make him.
    """
    return [_wait(post, load, favour) for post in serve(policy, seed, load)]


def _wait(post: Served, load: Load, favour: float) -> Wait:
    seen_s = load.closes_s - post.arrived_s
    waited_s = seen_s if post.answered_s is None else post.answered_s - post.arrived_s
    if (post.followers or 0) >= BIG:
        waited_s *= favour
    day, at_s = divmod(post.arrived_s, load.open_s)
    return Wait(
        waited_s=min(waited_s, seen_s),
        answered=post.answered_s is not None and waited_s <= seen_s,
        target_s=post.target_s,
        arrived_at_s=day * DAY_S + OPENS_S + at_s,
        groups={
            "reach": reach_band(post.followers),
            "network": post.network,
            "language": post.language,
            "kind": post.kind,
        },
    )
