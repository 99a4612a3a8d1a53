"""A simulated X on loopback: the part of its API version 2 that a care desk and the official client use.

    create_part(settings, clock)     the network as a `part.Part`

Inside: `records` what is remembered, `world` its laws, `words` texts and lengths, `prices` money, `search`
queries and rules, `ways` every call in a table, `asking` what a call asks for, `spelling` names in motion,
`objects` JSON, `posts`, `messages`, `media`, `streams` and `oauth` the answers, `problems` refusals,
`hand` what people do, `network` how calls are let in, and all of it together.
"""

from __future__ import annotations

from resonanz.simulator.x.network import create_part

__all__ = ["create_part"]
