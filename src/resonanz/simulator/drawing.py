"""Posts and forms as HTML, plain functions from records to text. Every word from outside is escaped.

Where pages are put together and what address leads to them is in `pages.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from resonanz.simulator.pictures import PICTURES

if TYPE_CHECKING:
    from datetime import datetime

    from resonanz.simulator.network import Simulator
    from resonanz.simulator.records import Account, Status

Words = dict[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: as whom (None: anybody), of one profile, of one thread."""

    reader: Account | None = None
    profile: Account | None = None
    thread: Status | None = None

    def query(self) -> str:
        """Write the view as the query under which its posts are polled."""
        parts = {}
        if self.reader:
            parts["as"] = self.reader.acct
        if self.profile:
            parts["profile"] = self.profile.acct
        if self.thread:
            parts["thread"] = self.thread.id
        return urlencode(parts)


def age(at: datetime, now: datetime, words: Words) -> str:
    """Say how long ago something was."""
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < 60:
        return words["just_now"]
    if seconds < 3600:
        return words["minutes"].format(n=seconds // 60)
    if seconds < 86400:
        return words["hours"].format(n=seconds // 3600)
    return words["days"].format(n=seconds // 86400)


def face(account: Account, kind: str = "face") -> str:
    """Draw an account's picture; its name stands beside it, so it says nothing itself."""
    return f'<img class="{kind}" src="/media/avatars/{account.id}.png" alt="" width="40" height="40">'


def local_html(sim: Simulator, text: str) -> str:
    """Write a text with links that stay on this server, for accounts of other servers too."""

    def address_of(handle: str) -> tuple[str, str] | None:
        account = sim.world.account_named(handle)
        return None if account is None else (f"/@{account.acct}", account.handle)

    return sim.entities.html(text, address_of=address_of)


def _closed(status: Status) -> bool:
    return status.visibility in ("direct", "private")


def _option(value: str, shown: str, *, chosen: bool) -> str:
    return f'<option value="{escape(value)}"{" selected" if chosen else ""}>{escape(shown)}</option>'


class Drawer:
    """Draws posts for one language and one view."""

    def __init__(self, sim: Simulator, words: Words, view: View) -> None:
        self._sim = sim
        self._words = words
        self._view = view
        self._now = sim.world.clock()

    def threads(self) -> str:
        """Draw the view's threads, the one with the newest post first."""
        memory = self._sim.world.memory
        visible = [s for s in memory.statuses.values() if self._sim.world.visible(s, self._view.reader)]
        groups: dict[str, list[Status]] = {}
        for status in sorted(visible, key=lambda s: int(s.id)):
            groups.setdefault(status.root_id, []).append(status)
        chosen = [group for group in groups.values() if self._wanted(group)]
        chosen.sort(key=lambda group: int(group[-1].id), reverse=True)
        drawn = "".join(self._thread(group) for group in chosen[:60])
        return drawn or self._nothing()

    def _wanted(self, group: list[Status]) -> bool:
        if self._view.thread:
            return group[0].root_id == self._view.thread.root_id
        if self._view.profile:
            return any(s.account_id == self._view.profile.id for s in group)
        return True

    def _nothing(self) -> str:
        words = self._words
        return f'<p class="nothing">{words["empty"]} <a href="#write">{words["empty_hint"]}</a></p>'

    def _thread(self, group: list[Status]) -> str:
        mark = "-".join(f"{s.id[-6:]}{len(s.edits)}.{len(s.favourites)}.{len(s.boosts)}" for s in group)
        first, rest = group[0], group[1:]
        replies = "".join(f"<li>{self._post(s)}</li>" for s in rest)
        below = f'<ol class="replies">{replies}</ol>' if rest else ""
        return (
            f'<article class="thread" id="thread-{first.root_id}" data-mark="{mark}">'
            f"{self._post(first)}{below}</article>"
        )

    def _post(self, status: Status) -> str:
        author = self._sim.world.memory.accounts[status.account_id]
        kind = " own" if author.company else ""
        private = " closed" if _closed(status) else ""
        said = local_html(self._sim, status.text)
        return (
            f'<div class="post{kind}{private}" id="post-{status.id}">{face(author)}<div class="body">'
            f'<p class="by">{self._by(author)}{self._when(status, author)}</p>'
            f'<div class="said" lang="{escape(status.language or "")}">{said}</div>{self._picture(status)}'
            f'<p class="foot">{self._tags(status)}{self._reply_link(status)}</p></div></div>'
        )

    def _by(self, author: Account) -> str:
        words = self._words
        tag = words["company"] if author.company else words["bot"] if author.bot else ""
        shown = f' <span class="tag">{tag}</span>' if tag else ""
        return (
            f'<a class="name" href="/@{escape(author.acct)}">{escape(author.name)}</a>{shown} '
            f'<span class="handle">@{escape(author.acct)}</span>'
        )

    def _when(self, status: Status, author: Account) -> str:
        stamp = status.created_at.isoformat(timespec="seconds")
        shown = age(status.created_at, self._now, self._words)
        time = f'<time datetime="{stamp}">{shown}</time>'
        return f' <a class="when" href="/@{escape(author.acct)}/{status.id}">{time}</a>'

    def _picture(self, status: Status) -> str:
        if not status.picture:
            return "".join(self._file(upload_id) for upload_id in status.media)
        chosen = PICTURES[status.picture]
        source = f"/media/pictures/{quote(status.picture)}.png"
        size = f'width="{chosen.width}" height="{chosen.height}"'
        return f'<img class="photo" src="{source}" alt="{escape(chosen.alt)}" {size} loading="lazy">'

    def _file(self, upload_id: str) -> str:
        """Draw an uploaded file with its description below, for those too who wonder whether it has one."""
        file = self._sim.world.memory.uploads[upload_id]
        source, alt = f'src="/media/uploads/{file.id}"', escape(file.alt)
        if file.content_type.startswith("image/"):
            shown = f'<img class="photo" {source} alt="{alt}" loading="lazy">'
        else:
            tag = "audio" if file.content_type.startswith("audio/") else "video"
            shown = f'<{tag} class="photo" {source} aria-label="{alt}" controls preload="metadata"></{tag}>'
        below = alt or self._words["no_alt"]
        return f'<figure>{shown}<figcaption aria-hidden="true">{below}</figcaption></figure>'

    def _liked(self, status: Status) -> str:
        """Say who reacted without words."""
        names = self._sim.world.memory.accounts
        return "".join(
            f'<span class="{kind}">{words.format(names=escape(", ".join(names[i].name for i in who)))}</span>'
            for kind, words, who in (
                ("liked", self._words["liked"], status.favourites),
                ("boosted", self._words["boosted"], status.boosts),
            )
            if who
        )

    def _tags(self, status: Status) -> str:
        words = self._words
        private = f'<span class="lock">{words["private"]}</span>' if _closed(status) else ""
        edited = f'<span class="edited">{words["edited"]}</span>' if status.edited_at else ""
        return private + edited + self._liked(status)

    def _reply_link(self, status: Status) -> str:
        asked = {"reply": status.id} | ({"as": self._view.reader.acct} if self._view.reader else {})
        return f'<a class="reply" href="{self._sim.home}?{urlencode(asked)}#write">{self._words["reply"]}</a>'


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the writing form: the text, who writes, what is answered, what was wrong."""

    who: str = ""
    text: str = ""
    private: bool = False
    answered: Status | None = None
    fault: str = ""


def write_form(sim: Simulator, words: Words, form: Form) -> str:
    """Draw the form with which a person writes as a customer."""
    people = [a for a in sim.world.memory.accounts.values() if not a.company]
    options = "".join(_option(a.acct, f"{a.name} · @{a.acct}", chosen=a.acct == form.who) for a in people)
    fault = f'<p class="fault" role="alert" id="fault">{escape(form.fault)}</p>' if form.fault else ""
    wrong = ' aria-invalid="true" aria-describedby="fault"' if form.fault else ""
    return (
        '<section class="write" id="write" aria-labelledby="write-title">'
        f'<h2 id="write-title">{words["write"]}</h2>'
        f'<form method="post" action="/write">{_answered(sim, words, form)}{fault}'
        f'<label for="who">{words["who"]}</label><select id="who" name="who">{options}</select>'
        f'<label for="said">{words["text"]}</label>'
        f'<textarea id="said" name="text" rows="5"{wrong}>{escape(form.text)}</textarea>'
        f"{_audience(words, private=form.private)}"
        f'<p class="go"><span class="count" id="count" data-of="{words["counted"]}"></span>'
        f'<button class="main">{words["send"]}</button></p></form></section>'
    )


def _answered(sim: Simulator, words: Words, form: Form) -> str:
    if form.answered is None:
        return ""
    author = sim.world.memory.accounts[form.answered.account_id]
    said = escape(form.answered.text[:120] + ("…" if len(form.answered.text) > 120 else ""))
    return (
        f'<input type="hidden" name="in_reply_to" value="{form.answered.id}"><div class="answered">'
        f"<strong>{escape(words['replying'].format(name=author.name))}</strong> <span>{said}</span> "
        f'<a href="{sim.home}#write">{words["no_reply"]}</a></div>'
    )


def _audience(words: Words, *, private: bool) -> str:
    rows = "".join(
        '<label class="choice">'
        f'<input type="radio" name="visibility" value="{value}"{" checked" if on else ""}>'
        f"<span>{words[value]} <small>{words[value + '_hint']}</small></span></label>"
        for value, on in (("public", not private), ("direct", private))
    )
    return f"<fieldset><legend>{words['audience']}</legend>{rows}</fieldset>"


def view_switch(sim: Simulator, words: Words, view: View) -> str:
    """Draw the choice of whose eyes the timeline is seen with."""
    chosen = view.reader.acct if view.reader else ""
    options = _option("", words["everybody"], chosen=not chosen) + "".join(
        _option(a.acct, a.name, chosen=a.acct == chosen) for a in sim.world.memory.accounts.values()
    )
    return (
        f'<form class="switch" method="get" action="{sim.home}"><label for="as">{words["see_as"]}</label>'
        f'<select id="as" name="as">{options}</select><button>{words["show"]}</button></form>'
        f'<a class="behind" href="/console">{words["console"]}</a>'
    )
