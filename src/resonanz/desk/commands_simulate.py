"""`resonanz simulate`: run simulated networks on this machine, and let something go wrong on them."""

from __future__ import annotations

import argparse
import http.client
import json
import sys
from pathlib import Path
from typing import Any

from resonanz.simulator import SimulatorSettings, serve
from resonanz.simulator.settings import NETWORKS, SCENARIOS

PORT = 8010
ANSWERS_WITHIN_S = 5.0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def simulate(options: argparse.Namespace) -> int:
    """Run the simulated networks."""
    from resonanz.desk.guardian import watch_parent  # noqa: PLC0415

    tokens = json.loads(options.tokens.read_text()) if options.tokens else {}
    try:
        chosen = SimulatorSettings(
            base_url=f"http://localhost:{options.port}",
            networks=tuple(dict.fromkeys(filter(None, options.networks.split(",")))),
            scenario=options.scenario,
            speed=options.speed,
            state_file=options.state,
            tokens=tokens,
            old_server=options.old_server,
            equal_count=options.equal,
            unlike_count=options.unlike,
            wave_minutes=options.minutes,
        )
        watch_parent()
        one = len(chosen.networks) == 1
        names = ", ".join(chosen.networks)
        _say(f"resonanz: simulated network{'' if one else 's'} {names} on {chosen.base_url}")
        serve(chosen, host="127.0.0.1", port=options.port)
    except ValueError as error:
        _say(f"resonanz: {error}")
        return 2
    return 0


def fault(options: argparse.Namespace) -> int:
    """Let something go wrong on a network that runs; on a mistake say what there is to choose from."""
    order = {"endpoint": options.endpoint, "kind": options.kind, "count": options.count}
    if options.delay is not None:
        order["delay_s"] = options.delay
    try:
        status, answer = _told(options.port, f"/_sim/{options.network}/faults", order)
    except (OSError, ValueError) as error:
        _say(f"resonanz: nothing answers on port {options.port} ({error}); start one: resonanz simulate")
        return 1
    if status != http.HTTPStatus.OK:
        _say(f"resonanz: {answer.get('error', status)}")
        return 2
    times = "once" if options.count == 1 else f"{options.count} times"
    print(
        f"{options.network}: {answer['kind']} at {answer['endpoint']}, {times}; {answer['waiting']} waiting"
    )
    return 0


def _told(port: int, path: str, order: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_WITHIN_S)
    try:
        connection.request("POST", path, json.dumps(order), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content: dict[str, Any] = json.loads(answer.read())
        return answer.status, content
    finally:
        connection.close()


def add_words(running: argparse.ArgumentParser) -> None:
    """Give `simulate` its words, and below it `fault`."""
    running.add_argument("--networks", default="mastodon", help=f"comma-separated: {', '.join(NETWORKS)}")
    running.add_argument("--port", type=int, default=PORT)
    running.add_argument("--scenario", default="careday", choices=SCENARIOS)
    running.add_argument("--equal", type=int, default=500, help="incident, storm: how many ask about it")
    running.add_argument(
        "--unlike", type=int, default=40, help="incident, storm: how many ask something else"
    )
    running.add_argument("--minutes", type=float, default=60.0, help="incident, storm: how long it lasts")
    running.add_argument("--speed", type=float, default=1.0, help="how fast time passes there")
    running.add_argument("--state", type=Path, help="file that keeps it over restarts")
    running.add_argument("--tokens", type=Path, help="JSON file: handle to access token")
    running.add_argument("--old-server", action="store_true", help="behave like Mastodon before 4.3")
    words = "let something go wrong on a simulated network that runs"
    below = running.add_subparsers(metavar="fault").add_parser("fault", help=words, description=words)
    below.set_defaults(run=fault)
    below.add_argument("network", help=f"one of {', '.join(NETWORKS)}")
    below.add_argument("endpoint", help="its name, or * for any; a wrong one lists them all")
    below.add_argument("kind", help="what goes wrong; a wrong one lists what can")
    below.add_argument("--count", type=int, default=1, help="how often")
    below.add_argument("--delay", type=float, help="seconds, for what takes time")
    below.add_argument("--port", type=int, default=PORT)
