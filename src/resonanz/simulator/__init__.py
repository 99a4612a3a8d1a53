"""A simulated network on loopback, for demonstration, training and tests.

It speaks the part of the Mastodon API that a care desk's connector uses, so that everything above the
connector runs as it does on a real server. It needs no network, no database and no Django.

    create_app(settings)                 the ASGI application
    serve(settings, host=…, port=…)      run it until SIGTERM
    wave(seed, equal=…, unlike=…)        the questions of an incident as values, without any network

Inside: `records` what is remembered, `world` the network's laws, `policy` who hears whom, `content`
text and its length, `entities` JSON, `api`, `oauth` and `streaming` the network's API, `control` and
`faults` the steering, `uploads` and `reactions` what goes beside words, `pages`, `drawing`, `wording` and
`pictures` what a person sees, `scenario`, `careday`, `morning`, `afternoon`, `case` and `people` one play,
`incident`, `wave` and `wave_words` the other, `store` the state file, `network` all of it
together, `serving` the server.
"""

from __future__ import annotations

from resonanz.simulator.serving import create_app, serve
from resonanz.simulator.settings import SimulatorSettings
from resonanz.simulator.wave import Asked, wave

__all__ = ["Asked", "SimulatorSettings", "create_app", "serve", "wave"]
