"""The pages of the simulated network for people: timeline, profile, thread, sign-in, pictures, files.

Nothing on them is foreign and nothing is inline, so the strictest content policy holds.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from resonanz.simulator import content, drawing, pictures
from resonanz.simulator.asking import Params, read_params
from resonanz.simulator.drawing import Drawer, Form, View
from resonanz.simulator.network import Simulator, network_of
from resonanz.simulator.people import COMPANY
from resonanz.simulator.wording import WORDS, language
from resonanz.simulator.world import Rejected, Words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from resonanz.simulator.records import Account, App, Status

_STYLE, _SCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_FILES = {"network.css": _STYLE, "console.css": _STYLE, "network.js": _SCRIPT, "console.js": _SCRIPT}


def _policy(allowed_origin: str = "") -> str:
    form = f"form-action 'self' {allowed_origin}".strip()
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; "
        f"connect-src 'self'; {form}; base-uri 'none'; frame-ancestors 'none'"
    )


def page(request: Request, title: str, body: str, *, status: int = 200, allowed_origin: str = "") -> Response:
    """Put a page's body into its frame."""
    tongue = language(request)
    words = WORDS[tongue]
    html = (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="/media/icon.png">'
        '<link rel="stylesheet" href="/files/network.css"><link rel="stylesheet" href="/files/console.css">'
        '<script type="module" src="/files/network.js"></script>'
        '<script type="module" src="/files/console.js"></script>'
        f'</head><body><header class="bar"><a class="mark" href="/">{words["title"]}</a>'
        f'<p class="notice">{words["notice"]}</p></header>{body}</body></html>'
    )
    headers = {"Content-Security-Policy": _policy(allowed_origin), "Cache-Control": "no-store"}
    headers |= {
        "Vary": "Accept-Language",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(html, status_code=status, headers=headers)


def refuse_foreign_forms(request: Request) -> None:
    """Refuse a form that another page in the same browser sent. Raises `Rejected` 403."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Rejected(403, "This form came from another site")


# what is shown


def _known(sim: Simulator, acct: str) -> Account | None:
    return sim.world.account_named(acct) if acct else None


def _view(sim: Simulator, params: Params) -> View:
    reader = _known(sim, params.text("as"))
    thread = sim.world.memory.statuses.get(params.text("thread"))
    if thread is not None and not sim.world.visible(thread, reader):
        thread = None
    return View(reader, _known(sim, params.text("profile")), thread)


def _shown(
    request: Request, sim: Simulator, view: View, heading: str, form: Form, *, status: int = 200
) -> Response:
    words = WORDS[language(request)]
    query, version = view.query(), sim.world.memory.version
    switch = "" if view.profile or view.thread else drawing.view_switch(sim, words, view)
    body = (
        f'<main class="columns"><section class="posts" aria-labelledby="heading">{_above(sim, words, view)}'
        f'<div class="top"><h1 id="heading">{escape(heading)}</h1>{switch}'
        f'<a class="jump" href="#write">{words["write_short"]}</a></div>'
        f'<button class="fresh" id="fresh" hidden>{words["fresh"]}</button>'
        f'<div id="timeline" data-source="/timeline.json?{escape(query)}" data-version="{version}">'
        f"{Drawer(sim, words, view).threads()}</div></section>{drawing.write_form(sim, words, form)}</main>"
    )
    return page(request, f"{heading} · {words['title']}", body, status=status)


def _above(sim: Simulator, words: dict[str, str], view: View) -> str:
    if view.thread:
        return f'<p class="back"><a href="{sim.home}">{words["back"]}</a></p>'
    if not view.profile:
        return ""
    account = view.profile
    followers = sum(account.id in a.following for a in sim.world.memory.accounts.values())
    bio = drawing.local_html(sim, account.bio)
    return (
        f'<p class="back"><a href="{sim.home}">{words["back"]}</a></p><div class="profile">'
        f'<img class="strip" src="/media/headers/{account.id}.png" alt="">{drawing.face(account, "face big")}'
        f'<div class="who"><strong>{escape(account.name)}</strong> '
        f'<span class="handle">@{escape(account.acct)}</span>'
        f'{bio}<p class="handle">{followers} {words["followers"]}</p></div></div>'
    )


async def timeline(request: Request) -> Response:
    """`GET /`: what is public, newest first; `as`: what one account sees; `reply`: an answer begun."""
    sim, params = network_of(request), await read_params(request)
    words = WORDS[language(request)]
    with sim.world.lock:
        view = View(reader=_known(sim, params.text("as")))
        answered = sim.world.memory.statuses.get(params.text("reply"))
        heading = words["timeline_as"].format(name=view.reader.name) if view.reader else words["timeline"]
        return _shown(request, sim, view, heading, _begun(sim, view, answered))


def _begun(sim: Simulator, view: View, answered: Status | None) -> Form:
    """Begin the form: name whom it speaks to, and stay private where the answered post is."""
    who = view.reader.acct if view.reader and not view.reader.company else ""
    if answered is None:
        return Form(who=who, text=f"@{COMPANY} ")
    author = sim.world.memory.accounts[answered.account_id]
    others = [sim.world.memory.accounts[i] for i in answered.mentions]
    named = dict.fromkeys(f"@{a.acct}" for a in [author, *others] if a.acct != who)
    return Form(
        who=who, text=" ".join(named) + " ", private=answered.visibility == "direct", answered=answered
    )


async def timeline_json(request: Request) -> Response:
    """`GET /timeline.json`: a view's posts as HTML, only when something changed since `version`."""
    sim, params = network_of(request), await read_params(request)
    with sim.world.lock:
        version = sim.world.memory.version
        answer: dict[str, str | int] = {"version": version}
        if params.text("version") != str(version):
            answer["html"] = Drawer(sim, WORDS[language(request)], _view(sim, params)).threads()
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def profile(request: Request) -> Response:
    """`GET /@handle`."""
    sim = network_of(request)
    with sim.world.lock:
        account = _known(sim, request.path_params["acct"])
        if account is None:
            return not_found(request)
        form = Form(who="" if account.company else account.acct, text=f"@{COMPANY} ")
        return _shown(request, sim, View(profile=account), WORDS[language(request)]["posts"], form)


async def thread(request: Request) -> Response:
    """`GET /@handle/id`: a post with everything around it; private ones only for those who may see them."""
    sim, params = network_of(request), await read_params(request)
    words = WORDS[language(request)]
    with sim.world.lock:
        reader = _known(sim, params.text("as"))
        status = sim.world.memory.statuses.get(request.path_params["id"])
        if status is None or not sim.world.visible(status, reader):
            return not_found(request)
        view = View(reader=reader, thread=status)
        return _shown(request, sim, view, words["thread"], _begun(sim, view, status))


def not_found(request: Request) -> Response:
    """Say that nothing is here."""
    words = WORDS[language(request)]
    body = (
        f'<main class="card"><h1>{words["not_found"]}</h1><p>{words["not_found_hint"]}</p>'
        f'<p><a class="button" href="/">{words["back"]}</a></p></main>'
    )
    return page(request, words["not_found"], body, status=404)


async def write(request: Request) -> Response:
    """`POST /write`: say something as a customer, then show it."""
    refuse_foreign_forms(request)
    sim, params = network_of(request), await read_params(request)
    words = WORDS[language(request)]
    with sim.world.lock:
        author = _known(sim, params.text("who"))
        if author is None or author.company:
            raise Rejected(422, "Only customers write here")
        private = params.text("visibility") == "direct"
        text = params.text("text").replace("\r\n", "\n").strip()
        answered = sim.world.memory.statuses.get(params.text("in_reply_to"))
        visibility, parent = "direct" if private else "public", answered.id if answered else None
        try:
            status = sim.world.post(author, Words(text=text, visibility=visibility, in_reply_to_id=parent))
        except Rejected:
            form = Form(author.acct, text, private, answered, _fault(text, words))
            return _shown(request, sim, View(), words["timeline"], form, status=422)
    shown = f"{sim.home}?as={author.acct}" if private else sim.home
    return RedirectResponse(f"{shown}#post-{status.id}", status_code=303)


def _fault(text: str, words: dict[str, str]) -> str:
    count = content.length(text)
    if not text:
        return words["blank"]
    return words["too_long"].format(count=count) if count > content.MAX_CHARACTERS else words["refused"]


# signing in


def consent(
    request: Request, *, app: App, accounts: list[Account], kept: dict[str, str], allowed_origin: str
) -> Response:
    """Ask which company account a program may act for."""
    words = WORDS[language(request)]
    hidden = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in kept.items())
    choices = "".join(
        '<label class="choice account">'
        f'<input type="radio" name="account" value="{a.id}"{" checked" if not i else ""}>'
        f"{drawing.face(a)}<span>{escape(a.name)} <small>@{escape(a.acct)}</small></span></label>"
        for i, a in enumerate(accounts)
    )
    name = escape(app.name)
    body = (
        f'<main class="card"><h1>{words["consent"].format(app=name)}</h1>'
        f"<p>{words['consent_hint'].format(app=name)}</p>"
        f'<form method="post" action="/oauth/authorize">{hidden}<fieldset>{choices}</fieldset>'
        f'<p class="go"><button name="account" value="none">{words["consent_no"]}</button>'
        f'<button class="main">{words["consent_go"]}</button></p></form></main>'
    )
    return page(request, words["consent"].format(app=app.name), body, allowed_origin=allowed_origin)


def shown_code(request: Request, code: str) -> Response:
    """Show a code to a person whose program has no address."""
    words = WORDS[language(request)]
    shown = f"<p><code>{escape(code)}</code></p><p>{words['code_hint']}</p>"
    body = f'<main class="card"><h1>{words["code"]}</h1>{shown}</main>'
    return page(request, words["code"], body)


# pictures and files


async def media(request: Request) -> Response:
    """`GET /media/…`: the pictures that the network draws."""
    sim = network_of(request)
    kind, name = request.path_params["kind"], request.path_params["name"]
    account = sim.world.memory.accounts.get(name)
    if kind == "pictures" and name in pictures.PICTURES:
        png = await run_in_threadpool(pictures.picture, name)
    elif kind == "avatars" and account:
        png = pictures.avatar(account.name, account.id, company=account.company)
    elif kind == "headers" and account:
        png = pictures.header(account.id)
    else:
        return not_found(request)
    return Response(png, media_type="image/png", headers={"Cache-Control": "max-age=86400"})


async def icon(request: Request) -> Response:  # noqa: ARG001 – the framework's signature
    """`GET /media/icon.png`: the sign in a browser's tab."""
    return Response(pictures.avatar("Sim Net", "icon"), media_type="image/png")


async def file(request: Request) -> Response:
    """`GET /files/…`: style and script."""
    name = request.path_params["name"]
    if name not in _FILES:
        return not_found(request)
    text = (files("resonanz.simulator") / "static" / name).read_text(encoding="utf-8")
    return Response(text, headers={"Content-Type": _FILES[name], "Cache-Control": "no-cache"})


def routes(home: str) -> list[BaseRoute]:
    """Return the addresses of the pages; the timeline stands at `home`."""
    return [
        Route(home, timeline),
        Route("/timeline.json", timeline_json),
        Route("/write", write, methods=["POST"]),
        Route("/media/{kind}/{name}.png", media),
        Route("/@{acct}", profile),
        Route("/@{acct}/{id}", thread),
    ]


SHARED = [Route("/media/icon.png", icon), Route("/files/{name}", file)]
