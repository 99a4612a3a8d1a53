"""A person lets the desk speak for an account of the simulated X: through the consent page, to the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx

from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from resonanz.networks import Credentials
    from tests.simulator.running import RunningSimulator


def consent(simulator: RunningSimulator, handle: str) -> Credentials:
    """Return credentials that can be renewed: an access token that ends, a refresh token good for once."""
    state, row = simulator.network("x").state(), NETWORKS["x"]
    app = {key: state[key] for key in ("client_id", "client_secret")}
    back = "http://127.0.0.1:9/back"
    login = row.begin_login(simulator.base_url, redirect_uri=back, simulated=True, app=app)
    asking = httpx.get(login.url).text
    form = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', asking))
    form["account"] = re.findall(rf'name="account" value="(\d+)"(?:(?!<label).)*{handle}', asking, re.DOTALL)[
        0
    ]
    answer = httpx.post(login.url, data=form)
    return row.finish_login(login, parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0])
