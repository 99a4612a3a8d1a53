"""Simulated networks on loopback, for demonstration, training and tests: Mastodon, X and Bluesky.

They speak the parts of the networks' interfaces that a care desk's connectors use, so that everything above
the connectors runs as it does on real servers. They need no network, no database and no Django.

    create_app(settings)                 the ASGI application
    serve(settings, host=…, port=…)      run it until SIGTERM
    wave(seed, equal=…, unlike=…)        the questions of an incident as values, without any network

What all share: `part` what a network offers, `simulation` all of them together, `clock` their time,
`trouble` and `troubling` what goes wrong, `steering` the hand of programs, `console`, `console_drawing` and
`console_words` the hand of people, `serving` the server. A folder for each network; Mastodon, the first,
lies here: `network` all of it together, `mastodon_part` as a part, `records` what is remembered, `world`
the laws, `policy` who hears whom, `content` text and its length, `entities` JSON, `api`, `oauth`,
`streaming`, `uploads` and `reactions` its interface, `control` and `faults` its own steering, `store` the
state file, `pages`, `drawing`, `wording` and `pictures` what a person sees. The plays: `plays` by name,
`stage` for any part, `scenario`, `careday`, `morning`, `afternoon`, `case` and `people` one, `incident`,
`wave` and `wave_words` another, `course`, `campaign` and `storm` two more.
"""

from __future__ import annotations

from resonanz.simulator.serving import create_app, serve
from resonanz.simulator.settings import SimulatorSettings
from resonanz.simulator.wave import Asked, wave

__all__ = ["Asked", "SimulatorSettings", "create_app", "serve", "wave"]
