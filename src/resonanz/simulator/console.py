"""The page to steer the simulated networks by hand, and what its forms do.

Everything goes through `part.Part`; no network is treated unlike the others here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from resonanz.simulator.asking import Params, read_params
from resonanz.simulator.console_drawing import Begun, Console
from resonanz.simulator.console_words import WORDS
from resonanz.simulator.control import only_loopback
from resonanz.simulator.pages import not_found, page, refuse_foreign_forms
from resonanz.simulator.part import Part, Reacting, Switching
from resonanz.simulator.people import companies_of
from resonanz.simulator.simulation import Simulation, simulation_of
from resonanz.simulator.wording import language

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute


def _part(request: Request) -> Part:
    simulation = simulation_of(request)
    name = request.path_params.get("network", simulation.parts[0].name)
    return simulation.trouble.part(name)


def _drawn(request: Request, part: Part, begun: Begun, status: int = 200) -> Response:
    tongue = language(request)
    console = Console(simulation_of(request), part, tongue)
    return page(request, WORDS[tongue]["heading"], console.page(begun), status=status)


async def shown(request: Request) -> Response:
    """`GET /console/NETWORK`: the page; `reply` and `edit` begin a text about a post."""
    only_loopback(request)
    try:
        part = _part(request)
    except ValueError:
        return not_found(request)
    return _drawn(request, part, _begun(part, await read_params(request)))


def _begun(part: Part, params: Params) -> Begun:
    edits, quotes = "edit" in params, "quote" in params
    wanted = params.text("edit" if edits else "quote" if quotes else "reply")
    about = next((p for p in part.posts() if p["id"] == wanted), None)
    if about is None:
        return Begun(who=params.text("as"))
    if edits:
        return Begun(text=about["text"], about=about, edits=True)
    return Begun(who=params.text("as"), about=about, private=bool(about["private"]), quotes=quotes)


async def seen(request: Request) -> Response:
    """`GET /console/NETWORK/seen.json`: what changes by itself."""
    only_loopback(request)
    console = Console(simulation_of(request), _part(request), language(request))
    parts = {"posts": console.posts(), "calls": console.calls(), "orders": console.orders()}
    return JSONResponse(parts, headers={"Cache-Control": "no-store"})


async def intent(request: Request) -> Response:
    """`GET /intent/post`: where X lets a person write an answer in the browser; here as the company."""
    only_loopback(request)
    params = await read_params(request)
    companies = companies_of(simulation_of(request).trouble.part("x"))
    asked = urlencode({"reply": params.text("in_reply_to"), "as": companies[0]})
    return RedirectResponse(f"/console/x?{asked}#write", status_code=303)


async def _form(request: Request) -> tuple[Part, Params]:
    """Read a form of this page; from this machine and this page only."""
    only_loopback(request)
    refuse_foreign_forms(request)
    return _part(request), await read_params(request)


def _done(request: Request, part: Part, act: Callable[[], Any], begun: Begun) -> Response:
    """Do something and show the page again; what was typed stays where it did not work."""
    try:
        act()
    except ValueError as error:
        words = WORDS[language(request)]
        fault = words["refused"].format(reason=error)
        again = replace(begun, fault=fault)
        return _drawn(request, part, again, status=422)
    who = f"?as={begun.who}" if begun.who else ""
    return RedirectResponse(f"/console/{part.name}{who}", status_code=303)


def _text(params: Params) -> str:
    return params.text("text").replace("\r\n", "\n").strip()


async def say(request: Request) -> Response:
    """`POST /console/NETWORK/say`."""
    part, params = await _form(request)
    quotes = "quotes" in params
    wanted = params.text("quotes" if quotes else "in_reply_to")
    about = next((p for p in part.posts() if p["id"] == wanted), None)
    begun = Begun(
        params.text("handle"),
        _text(params),
        params.flag("private") or params.text("private") == "yes",
        about,
        quotes=quotes,
    )
    order = {
        "handle": begun.who,
        "text": begun.text,
        "private": begun.private,
        "in_reply_to": params.text("in_reply_to"),
        "quotes": params.text("quotes"),
        "picture": "" if begun.private else params.text("picture"),
    }
    return _done(request, part, lambda: part.say(order), begun)


async def edit(request: Request) -> Response:
    """`POST /console/NETWORK/edit`."""
    part, params = await _form(request)
    about = next((p for p in part.posts() if p["id"] == params.text("id")), None)
    order = {"id": params.text("id"), "text": _text(params)}
    return _done(request, part, lambda: part.edit(order), Begun(text=_text(params), about=about, edits=True))


async def delete(request: Request) -> Response:
    """`POST /console/NETWORK/delete`."""
    part, params = await _form(request)
    return _done(request, part, lambda: part.delete({"id": params.text("id")}), Begun())


async def react(request: Request) -> Response:
    """`POST /console/NETWORK/react`: somebody who has not yet likes a post or passes it on."""
    part, params = await _form(request)

    def reacted() -> None:
        assert isinstance(part, Reacting)  # otherwise the page has no such button
        kind = params.text("kind")
        people = [p["handle"] for p in part.people()][2:]
        post = next((p for p in part.posts() if p["id"] == params.text("id")), {})
        who = people[(int(post.get("likes", 0)) + (7 if kind == "repost" else 0)) % len(people)]
        part.react({"handle": who, "id": params.text("id"), "kind": kind})

    return _done(request, part, reacted, Begun())


async def fault(request: Request) -> Response:
    """`POST /console/NETWORK/fault`."""
    part, params = await _form(request)
    trouble = simulation_of(request).trouble
    count = params.number("count", 1, 999)
    return _done(
        request,
        part,
        lambda: trouble.order(part.name, params.text("endpoint"), params.text("kind"), count=count),
        Begun(),
    )


async def forget(request: Request) -> Response:
    """`POST /console/NETWORK/forget`: nothing shall go wrong any more."""
    part, _params = await _form(request)
    return _done(request, part, lambda: simulation_of(request).trouble.forget(part.name), Begun())


async def settings(request: Request) -> Response:
    """`POST /console/NETWORK/settings`."""
    part, params = await _form(request)

    def turned() -> None:
        assert isinstance(part, Switching)
        for name, now in part.settings_now().items():
            if name in params:
                part.turn(name, _value(params.text(name), now))

    return _done(request, part, turned, Begun())


def _value(typed: str, now: object) -> object:
    """Return what was typed as what the switch takes. ValueError for no number where one belongs."""
    if isinstance(now, bool):
        return typed == "yes"
    if isinstance(now, str):
        return typed
    if not typed.strip():
        return None
    return float(typed) if isinstance(now, float) else int(float(typed))


def routes(simulation: Simulation) -> list[BaseRoute]:
    """Return the page's addresses; it stands at the front where there is more than Mastodon."""
    front = [] if simulation.mastodon and simulation.mastodon.home == "/" else [Route("/", shown)]
    people_write = [Route("/intent/post", intent)] if any(p.name == "x" for p in simulation.parts) else []
    return [
        *front,
        *people_write,
        Route("/console", shown),
        Route("/console/{network}", shown),
        Route("/console/{network}/seen.json", seen),
        *(
            Route(f"/console/{{network}}/{act.__name__}", act, methods=["POST"])
            for act in (say, edit, delete, react, fault, forget, settings)
        ),
    ]
