"""Template tags and filters of the desk's own: icons, times and due words, initials."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache, partial
from time import time
from typing import TYPE_CHECKING, Any, Protocol
from unicodedata import combining
from urllib.parse import quote, urlsplit

from django import template
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_as_django_reads_it
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html, urlize
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from resonanz import unseen
from resonanz.desk import wording, wording_alarms, wording_promises, wording_replies, wording_streams
from resonanz.desk.models.listening import account
from resonanz.desk.web.addresses import address
from resonanz.desk.web.by_language import as_text
from resonanz.desk.web.drawing import draw_row
from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from django.utils.safestring import SafeString

    from resonanz.desk.models import AlarmRing, Author

register = template.Library()
register.simple_tag(draw_row, takes_context=True)
register.filter(account)
JOINERS = frozenset("\u200d\ufe0f")  # what binds an emoji to the next one
CARD_MOST = 900  # characters of a post in a column
LEADING_HANDLES = re.compile(r"^(?:@[\w.@:-]+\s+)+")

_ANCHOR = re.compile(r"<a href=")
_CALLING = (
    r"https?://\S+|(?<![\w@/.&])(?:[@＠](?P<handle>\w(?:[\w.-]*\w)?)(?![\w@])|[#＃](?P<tag>\w*[^\W\d]\w*))"
)
_CALLED = re.compile(r"(?<![\w@.&])@\w[\w.-]*")


class Post(Protocol):
    """A post as it is drawn."""

    network: str
    text: str


class KeptAddress(URLNode):
    """`{% url %}` as Django has it, but looked up once: a page asks for some forty, and they never change."""

    def render(self, context: template.Context) -> str:
        """Return the address, or put it where `as` says."""
        if self.kwargs:
            return super().render(context)
        name, args = self.view_name.resolve(context), [arg.resolve(context) for arg in self.args]
        try:
            found = address(name, *args)
        except (NoReverseMatch, TypeError):  # TypeError: an argument that cannot be kept
            return super().render(context)
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag(name="url")
def _url(parser: template.base.Parser, token: template.base.Token) -> KeptAddress:
    node = url_as_django_reads_it(parser, token)
    return KeptAddress(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag
@lru_cache(maxsize=256)  # drawing one takes longer than the words around it
def icon(name: str) -> str:
    """Return an icon that only decorates a word; screen readers skip it."""
    return lucide(name, size=16, aria_hidden="true")


_icon_as_asked = register.tags["icon"]


@register.tag(name="icon")
def _icon(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    node = _icon_as_asked(parser, token)
    return node if node.target_var else as_text(node, *node.args, *node.kwargs.values())


@register.simple_tag
@lru_cache(maxsize=64)
def network_mark(name: str) -> str:
    """Return a network's mark, which only decorates its name."""
    return render_to_string("parts/network.html", {"network": name})


@register.simple_tag
def colleague_buttons(colleagues: Iterable[tuple[str, str, bool]]) -> SafeString:
    """Return a menu's buttons for colleagues by number, name and whether they are here."""
    language = get_language()
    drawn = [_colleague_button(*colleague, language) for colleague in colleagues]
    return mark_safe("".join(drawn))  # noqa: S308 - each is drawn by a template


@lru_cache(maxsize=4096)  # a menu has dozens, the same on each conversation
def _colleague_button(number: str, name: str, is_here: bool, _language: str | None) -> SafeString:  # noqa: FBT001
    return render_to_string("inbox/colleague.html", {"number": number, "name": name, "is_here": is_here})


@register.filter
def initials(name: str) -> str:
    """Return one or two letters that stand for somebody whose picture is not shown."""
    return wording.initials(name)


@register.filter
def face(author: Author) -> SafeString | str:
    """Return somebody's picture from the desk's own address, or one or two letters that stand for it.

    It says nothing that does not stand beside it, so it is hidden from whoever listens to the page.
    """
    if not author.face:
        return wording.initials(author.shown_name)
    shown = '<img src="{}?{}" alt="" width="96" height="96" loading="lazy" decoding="async">'
    version = author.face[3:11]  # another picture, another address
    return format_html(shown, address("face", author.pk), version)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """Return how long ago something was, absolute on hover; a script keeps it true."""
    return "" if moment is None else _ago(moment, int(time() // 60), get_language())


@lru_cache(maxsize=4096)  # a list shows the same ones again and again
def _ago(moment: datetime, _minute: int, _language: str | None) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        moment.isoformat(timespec="seconds"),
        wording.day_and_time(moment),
        wording.ago(moment, timezone.now()),
    )


@register.filter
def due(moment: datetime | None) -> SafeString:
    """Return when something is due as a word with a shape; a script keeps it true."""
    if moment is None:
        return format_html('<span class="due none"></span>')
    shown = wording.due(moment, timezone.now())
    return format_html(
        '<time class="due {}" datetime="{}" title="{}" data-due>{}</time>',
        shown.level,
        moment.isoformat(timespec="seconds"),
        wording.day_and_time(moment),
        shown.words,
    )


@register.filter
def promised(moment: datetime) -> SafeString:
    """Return by when an answer is promised as a word with a shape; broken where that time is over."""
    shown = wording.promised(moment, timezone.now())
    return format_html(
        '<time class="due {}" datetime="{}" title="{}">{}</time>',
        shown.level,
        moment.isoformat(timespec="seconds"),
        wording.day_and_time(moment),
        shown.words,
    )


@register.filter
def passed_on(count: int) -> str:
    """Return how often a post was passed on."""
    return wording_streams.passed_on(count)


@register.filter
def when(moment: datetime) -> SafeString | str:
    """Return when something was: how long ago within a week, else the date."""
    return ago(moment) if timezone.now() - moment < timedelta(days=7) else day(moment)


@register.filter
def day(moment: datetime | None) -> str:
    """Return a date as people say it."""
    return "" if moment is None else wording.day(moment)


@register.filter
def promise_time(moment: datetime) -> str:
    """Return by when something is promised, inside a sentence."""
    return wording_promises.promise_time(moment, timezone.now())


@register.filter
def due_words(moment: datetime) -> SafeString:
    """Return when something is due as words alone, inside a sentence."""
    return format_html(
        '<time datetime="{}" data-due>{}</time>',
        moment.isoformat(timespec="seconds"),
        wording.due(moment, timezone.now()).words,
    )


@register.filter
def network(name: str) -> str:
    """Return a network's name as it wants to be written."""
    return wording.network_label(name)


@register.filter
def way(uri: str) -> str:
    """Return how somebody reached us whose words were entered by hand, "" for a post of a network."""
    return wording.way_word(uri)


@register.filter
def audience(number: int) -> str:
    """Return who can read a post, in a word."""
    return wording.audience_word(number)


@register.filter
def revealed(text: str) -> SafeString:
    """Return a customer's words or name with every hidden sign that deceives as a visible one."""
    return _drawn(text, conditional_escape)


@register.filter
def said(text: str) -> SafeString:
    """Return somebody's words with their addresses as links that open beside the desk, and nothing hidden."""
    return _drawn(text, _with_links)


def _drawn(text: str, draw: Callable[[str], SafeString]) -> SafeString:
    parts = [_unseen(piece) if piece.trick else draw(piece.text) for piece in unseen.pieces(str(text))]
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


def _unseen(piece: unseen.Piece) -> SafeString:
    words = wording.hidden_signs(piece)
    return format_html('<span class="unseen" role="img" title="{}" aria-label="{}"></span>', words, words)


def _with_links(text: str) -> SafeString:
    linked = urlize(text, nofollow=True, autoescape=True)
    # urlize has escaped everything else, so no other anchor can stand in it
    return mark_safe(_ANCHOR.sub('<a target="_blank" href=', linked))  # noqa: S308


@register.filter
def spoken(post: Post, extras: Mapping[str, Any]) -> SafeString:
    """Return a post's words as its network shows them: handles and tags lead where they do there."""
    return _spoken(post, post.text, extras)


@register.filter
def spoken_briefly(post: Post, extras: Mapping[str, Any]) -> SafeString:
    """Return the beginning of a post's words in the same way, as much as a card has room for."""
    return _spoken(post, clipped(post.text, CARD_MOST), extras)


def _spoken(post: Post, text: str, extras: Mapping[str, Any]) -> SafeString:
    row = NETWORKS.get(post.network)
    handles, tags = ("", "") if row is None else (row.capabilities.handle_link, row.capabilities.tag_link)
    links = {link["shown"]: link["url"] for link in extras.get("links", ()) if link.get("shown")}
    if not (handles or tags or links):
        return said(text)
    return _drawn(text, partial(_as_there, links=links, handles=handles, tags=tags))


def _as_there(text: str, *, links: Mapping[str, str], handles: str, tags: str) -> SafeString:
    shown = "|".join(re.escape(words) for words in sorted(links, key=len, reverse=True)) or "(?!)"
    parts, end = [], 0
    for found in re.finditer(rf"(?P<shown>{shown})|{_CALLING}", text):
        parts.append(_with_links(text[end : found.start()]))
        leads = ""
        if found["shown"]:
            leads = links[found["shown"]]
        elif found["handle"]:
            leads = handles.replace("{handle}", quote(found["handle"]))
        elif found["tag"]:
            leads = tags.replace("{tag}", quote(found["tag"]))
        parts.append(_link(web_address(leads), found[0]))
        end = found.end()
    return mark_safe("".join([*parts, _with_links(text[end:])]))  # noqa: S308 - each part is escaped


def _link(address: str, words: str) -> SafeString:
    if not address:
        return _with_links(words)
    return format_html('<a target="_blank" rel="nofollow noopener" href="{}">{}</a>', address, words)


@register.filter
def noted(text: str) -> SafeString:
    """Return a colleague's words with the names that they call marked."""
    # escaped first, so that no markup but ours can stand in it
    return mark_safe(_CALLED.sub(r'<span class="called">\g<0></span>', escape(text)))  # noqa: S308


@register.filter
def web_address(url: str) -> str:
    """Return an address of the web, and nothing for any other: foreign posts may hold what they like."""
    try:
        return url if url and urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:  # an address that no browser would open either
        return ""


@register.filter
def host(url: str) -> str:
    """Return the part of an address that says whose it is."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@register.filter
def clipped(text: str, most: int) -> str:
    """Return the beginning of a text, `most` characters at most, never a part of what is one sign."""
    if len(text) <= most:
        return text
    end = most - 1
    while end and (combining(text[end]) or text[end] in JOINERS or text[end - 1] in JOINERS):
        end -= 1
    return f"{text[:end].rstrip()}…"


@register.filter
def unaddressed(text: str) -> str:
    """Return a post's words without the handles in front: a list has no room for what is always there."""
    return LEADING_HANDLES.sub("", text) or text


@register.filter
def reaction(name: str, network: str) -> str:
    """Return what a network calls a reaction, as a verb."""
    return wording_replies.reaction_words(name, network)[0]


@register.filter
def reacted(name: str, network: str) -> str:
    """Return what a network calls a reaction once it is done."""
    return wording_replies.reaction_words(name, network)[1]


@register.filter
def alarm_clock(moment: datetime) -> str:
    """Return a time of day, with its day where that is not today."""
    return wording_alarms.clock(moment)


@register.filter
def rung_figure(ring: AlarmRing) -> str:
    """Return how much it was when an alarm rang."""
    return wording_alarms.figure(ring.alarm, ring.most_count, ring.usual)
