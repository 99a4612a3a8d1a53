"""The page to steer by hand as HTML: forms, posts and calls. Every word from outside is escaped.

What its forms do is in `console.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from resonanz.simulator import trouble
from resonanz.simulator.console_words import FIELDS, KINDS, PICTURES, SWITCHES, WORDS, said
from resonanz.simulator.part import Admitting, Part, Quoting, Reacting, Switching
from resonanz.simulator.people import COMPANY, companies_of

if TYPE_CHECKING:
    from resonanz.simulator.simulation import Simulation
    from resonanz.simulator.trouble import Called

NAMES = {"x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky"}
POSTS_SHOWN = 30
CALLS_SHOWN = 20
FAR = 400  # people in the list of writers


@dataclass(frozen=True, slots=True)
class Begun:
    """What stands in the form: who writes, what, about which post, and what was wrong with it."""

    who: str = ""
    text: str = ""
    private: bool = False
    about: dict[str, Any] | None = None
    edits: bool = False
    quotes: bool = False
    fault: str = ""


class Console:
    """Draws the page of one network in one language."""

    def __init__(self, simulation: Simulation, part: Part, tongue: str) -> None:
        self._simulation = simulation
        self._part = part
        self._tongue = tongue
        self._words = WORDS[tongue]
        self._companies = set(companies_of(part))
        self._names = {p["handle"]: p["name"] for p in part.people()}
        self._at = f"/console/{part.name}"

    def page(self, begun: Begun) -> str:
        """Draw the whole page."""
        words = self._words
        return (
            f'<main class="console"><div class="head"><h1>{words["heading"]}</h1><p>{words["lead"]}</p></div>'
            f'{self._tabs()}<div class="desk"><div class="levers">{self._write(begun)}{self._break()}'
            f"{self._switches()}{self._connect()}</div>"
            f'<div class="effect" id="effect" data-source="{self._at}/seen.json">'
            f'<section aria-labelledby="calls-title"><h2 id="calls-title">{words["calls"]}</h2>'
            f'<div id="calls" class="rolls" tabindex="0">{self.calls()}</div></section>'
            f'<section aria-labelledby="posts-title"><h2 id="posts-title">{words["posts"]}</h2>'
            f'<div id="posts">{self.posts()}</div></section></div></div></main>'
        )

    def _tabs(self) -> str:
        links = "".join(
            f'<a href="/console/{p.name}"{" aria-current=page" if p is self._part else ""}>'
            f"{NAMES.get(p.name, p.name)}</a>"
            for p in self._simulation.parts
        )
        home = self._simulation.mastodon.home if self._simulation.mastodon else ""
        own = (
            f'<a class="own" href="{home}">{self._words["timeline"]}</a>'
            if self._part.name == "mastodon"
            else ""
        )
        return f'<nav class="tabs" aria-label="{self._words["networks"]}">{links}{own}</nav>'

    # forms

    def _write(self, begun: Begun) -> str:
        words = self._words
        title = words["edit" if begun.edits else "write"]
        fault = f'<p class="fault" role="alert" id="fault">{escape(begun.fault)}</p>' if begun.fault else ""
        wrong = ' aria-invalid="true" aria-describedby="fault"' if begun.fault else ""
        text = begun.text or ("" if begun.about or begun.private else self._greeting())
        more = "" if begun.edits else f"{self._writers(begun)}{self._options(begun)}"
        return (
            '<section class="lever" id="write" aria-labelledby="write-title">'
            f'<h2 id="write-title">{title}</h2>'
            f'<form method="post" action="{self._at}/{"edit" if begun.edits else "say"}">'
            f'{self._about(begun)}{fault}<label for="text">{words["text"]}</label>'
            f'<textarea id="text" name="text" rows="4"{wrong}>{escape(text)}</textarea>{more}'
            f'<p class="go"><button class="main">{words["change" if begun.edits else "send"]}</button></p>'
            "</form></section>"
        )

    def _greeting(self) -> str:
        from_cast = [h for h in sorted(self._companies) if h.startswith(COMPANY.partition("_")[0])]
        first = next((h for h in from_cast if "hilft" in h), next(iter(from_cast), ""))
        return f"@{first} " if first else ""

    def _about(self, begun: Begun) -> str:
        if begun.about is None:
            return ""
        words, name = self._words, self._names.get(begun.about["handle"], begun.about["handle"])
        told = "editing" if begun.edits else "quoting" if begun.quotes else "replying"
        title = words[told].format(name=name)
        field = "id" if begun.edits else "quotes" if begun.quotes else "in_reply_to"
        return (
            f'<input type="hidden" name="{field}" value="{escape(begun.about["id"])}"><div class="answered">'
            f"<strong>{escape(title)}</strong> <span>{escape(begun.about['text'][:140])}</span> "
            f'<a href="{self._at}">{words["not_after_all"]}</a></div>'
        )

    def _writers(self, begun: Begun) -> str:
        customers = [(h, n) for h, n in self._names.items() if h not in self._companies][:FAR]
        companies = [(h, n) for h, n in self._names.items() if h in self._companies]
        groups = "".join(
            f'<optgroup label="{self._words[title]}">{"".join(_writer(*one, begun.who) for one in people)}'
            "</optgroup>"
            for title, people in (("customers", customers), ("companies", companies))
        )
        who = self._words["who"]
        return f'<label for="who">{who}</label><select id="who" name="handle">{groups}</select>'

    def _options(self, begun: Begun) -> str:
        words, checked = self._words, " checked" if begun.private else ""
        pictures = "".join(
            f'<option value="{name}">{said(PICTURES, name, self._tongue)}</option>' for name in PICTURES
        )
        return (
            f'<label for="picture">{words["picture"]}</label><select id="picture" name="picture">'
            f'<option value="">{words["no_picture"]}</option>{pictures}</select>'
            f'<label class="choice"><input type="checkbox" name="private" value="yes"{checked}>'
            f"<span>{words['private']}</span></label>"
        )

    def _break(self) -> str:
        words = self._words
        places = "".join(
            f'<option value="{e.name}">{e.name} · {e.method} {escape(e.path)}</option>'
            for e in self._part.endpoints
        )
        return (
            '<section class="lever" aria-labelledby="break-title">'
            f'<h2 id="break-title">{words["break"]}</h2><form method="post" action="{self._at}/fault">'
            f'<label for="what">{words["what"]}</label><select id="what" name="kind">{self._kinds()}</select>'
            f'<label for="where">{words["where"]}</label><select id="where" name="endpoint">'
            f'<option value="*">{words["anywhere"]}</option>{places}</select>'
            f'<label for="often">{words["often"]}</label>'
            '<input id="often" name="count" type="number" min="1" max="999" value="1" inputmode="numeric">'
            f'<p class="go"><button class="main">{words["throw"]}</button></p></form>'
            f'<div id="orders" aria-live="polite">{self.orders()}</div></section>'
        )

    def _kinds(self) -> str:
        groups = (
            ("kinds_before", trouble.BEFORE),
            ("kinds_after", trouble.AFTER),
            ("kinds_lists", (*trouble.LISTS, *trouble.STREAMS)),
        )
        return "".join(
            f'<optgroup label="{self._words[title]}">'
            + "".join(f'<option value="{k}">{said(KINDS, k, self._tongue)}</option>' for k in kinds)
            + "</optgroup>"
            for title, kinds in groups
        )

    def orders(self) -> str:
        """Draw what is ordered to go wrong."""
        words = self._words
        mine = [o for o in self._simulation.trouble.orders if o.network == self._part.name]
        if not mine:
            return f'<p class="calm">{words["none_waiting"]}</p>'
        rows = "".join(
            f"<li><strong>{said(KINDS, o.kind, self._tongue)}</strong> "
            f"<span>{words['anywhere'] if o.endpoint == trouble.ANY else o.endpoint} · "
            f"{words['times'].format(n=o.count)}</span></li>"
            for o in mine
        )
        return (
            f'<h3>{words["waiting"]}</h3><ul class="orders">{rows}</ul>'
            f'<form method="post" action="{self._at}/forget"><button>{words["forget"]}</button></form>'
        )

    def _switches(self) -> str:
        if not isinstance(self._part, Switching):
            return ""
        words = self._words
        rows = "".join(self._switch(name, value) for name, value in self._part.settings_now().items())
        return (
            f'<section class="lever" aria-labelledby="switches-title"><details><summary>'
            f'<h2 id="switches-title">{words["switches"]}</h2></summary>'
            f'<form method="post" action="{self._at}/settings">{rows}'
            f'<p class="go"><button>{words["turn"]}</button></p></form></details></section>'
        )

    def _switch(self, name: str, value: object) -> str:
        label = f'<label for="s-{name}">{said(SWITCHES, name, self._tongue)}</label>'
        if isinstance(value, bool):
            marks = [(v, " selected" if (v == "yes") == value else "") for v in ("yes", "no")]
            options = "".join(f'<option value="{v}"{mark}>{self._words[v]}</option>' for v, mark in marks)
            return f'{label}<select id="s-{name}" name="{name}">{options}</select>'
        if isinstance(value, str):
            chosen = ((v, " selected" if v == value else "") for v in ("tweet", "post", "either"))
            options = "".join(f'<option value="{v}"{mark}>{v}</option>' for v, mark in chosen)
            return f'{label}<select id="s-{name}" name="{name}">{options}</select>'
        shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        return (
            f'{label}<input id="s-{name}" name="{name}" type="number" min="0" step="any" value="{shown}" '
            'inputmode="decimal">'
        )

    def _connect(self) -> str:
        if not isinstance(self._part, Admitting):
            return ""
        words = self._words
        how = words["connect_how"].format(
            address=f"<code>{escape(self._simulation.settings.base_url)}</code>"
        )
        groups = "".join(self._admitted(who, fields) for who, fields in self._part.admits())
        return (
            f'<section class="lever" id="connect" aria-labelledby="connect-title"><details><summary>'
            f'<h2 id="connect-title">{words["connect"]}</h2></summary>'
            f'<p class="calm">{how}</p>{groups}</details></section>'
        )

    def _admitted(self, who: str, fields: dict[str, str]) -> str:
        title = f"@{escape(who)}" if who else self._words["connect_all"]
        rows = "".join(
            f"<div><dt>{said(FIELDS, name, self._tongue)}</dt><dd><code>{escape(value)}</code></dd></div>"
            for name, value in fields.items()
        )
        return f'<h3>{title}</h3><dl class="keys">{rows}</dl>'

    # what is seen

    def posts(self) -> str:
        """Draw what stands there, newest first."""
        newest = list(reversed(self._part.posts()))[:POSTS_SHOWN]
        drawn = "".join(map(self._post, newest))
        nothing = f'<p class="nothing">{self._words["no_posts"]}</p>'
        return f'<ol class="seen">{drawn}</ol>' if drawn else nothing

    def _post(self, post: dict[str, Any]) -> str:
        words, handle = self._words, post["handle"]
        tags = [words["company"]] if handle in self._companies else []
        tags += [words["is_private"]] if post["private"] else []
        tags += [words["edited"]] if post.get("edits") else []
        tags += [words["likes"].format(n=post["likes"])] if post.get("likes") else []
        own = " own" if handle in self._companies else ""
        closed = " closed" if post["private"] else ""
        marks = "".join(f' <span class="tag">{tag}</span>' for tag in tags)
        return (
            f'<li class="line{own}{closed}" id="post-{escape(_mark(post["id"]))}"><p class="by">'
            f"<strong>{escape(self._names.get(handle, handle))}</strong> "
            f'<span class="handle">@{escape(handle)}</span>{marks} {self._time(str(post["posted_at"]))}</p>'
            f'<p class="said">{escape(post["text"])}</p>{self._acts(post)}</li>'
        )

    def _time(self, at: str) -> str:
        """Write a time of day; the page's script puts it into the reader's own time zone."""
        return f'<time datetime="{escape(at)}">{escape(at[11:19])}</time>'

    def _acts(self, post: dict[str, Any]) -> str:
        words, ident = self._words, escape(post["id"])
        acts = [f'<a href="{self._at}?reply={ident}#write">{words["reply"]}</a>']
        if isinstance(self._part, Quoting) and not post["private"]:
            acts.append(f'<a href="{self._at}?quote={ident}#write">{words["quote"]}</a>')
        if not post["private"] and not post.get("reposts"):
            acts.append(f'<a href="{self._at}?edit={ident}#write">{words["alter"]}</a>')
            if isinstance(self._part, Reacting):
                acts += [self._act("react", post, words[kind], kind=kind) for kind in ("like", "repost")]
        acts.append(self._act("delete", post, words["delete"]))
        return f'<div class="acts">{"".join(acts)}</div>'

    def _act(self, verb: str, post: dict[str, Any], label: str, **more: str) -> str:
        hidden = "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in more.items())
        return (
            f'<form method="post" action="{self._at}/{verb}"><input type="hidden" name="id" '
            f'value="{escape(post["id"])}">{hidden}<button>{label}</button></form>'
        )

    def calls(self) -> str:
        """Draw what programs called last, newest first."""
        words = self._words
        mine = [c for c in reversed(self._simulation.trouble.calls) if c.network == self._part.name]
        if not mine:
            return f'<p class="nothing">{words["no_calls"]}</p>'
        rows = "".join(map(self._call, mine[:CALLS_SHOWN]))
        return (
            f'<table><thead><tr><th scope="col">{words["time"]}</th><th scope="col">{words["call"]}</th>'
            f'<th scope="col">{words["answer"]}</th></tr></thead><tbody>{rows}</tbody></table>'
        )

    def _call(self, call: Called) -> str:
        words = self._words
        status = str(call.status) if call.status else words["cut" if call.fault.startswith("cut") else "open"]
        kind = "bad" if call.fault or call.status >= 400 or not call.status else "good"
        fault = f' <span class="tag">{said(KINDS, call.fault, self._tongue)}</span>' if call.fault else ""
        return (
            f"<tr><td>{self._time(call.at.isoformat())}</td>"
            f"<td><strong>{call.endpoint}</strong> <small>{call.method} {escape(call.path)}</small></td>"
            f'<td class="{kind}">{status}{fault}</td></tr>'
        )


def _writer(handle: str, name: str, chosen: str) -> str:
    marked = " selected" if handle == chosen else ""
    return f'<option value="{escape(handle)}"{marked}>{escape(name)} · @{escape(handle)}</option>'


def _mark(ident: str) -> str:
    """Return an id that can stand in a page: only letters and digits."""
    return "".join(sign if sign.isalnum() else "-" for sign in ident)
