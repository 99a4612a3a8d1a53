"""Words of feeds: HTML and plain text made one kind of text, and cut to a bearable length.

Here lives what concerns words alone. What an entry is belongs to `feed_entries.py`. The reading of HTML
is that of `mastodon_text.py`, which takes any characters in linear time and lets no tag through as text;
the sanitisers and parsers of the libraries at hand do not: a hundred kilobytes of unclosed tags keep
them busy for minutes. Signs that turn the direction or have no width stay: languages need them, and to
show where they trick belongs to the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resonanz.networks.mastodon_text import read_html

if TYPE_CHECKING:
    from resonanz.post import Link

MAX_TEXT = 10_000  # characters of an entry, title included
MAX_HTML = 200_000  # characters of markup that are read for them

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")
_GAPS = re.compile(r"\n{3,}")
# Elements that stand on lines of their own but that posts never have, so that the reader knows them not.
_BLOCKS = re.compile(
    r"<(/?)(?:address|aside|caption|dd|details|dl|dt|fieldset|figcaption|figure|footer|form|header|main|nav"
    r"|summary|tbody|tfoot|thead)(?=[\s/>])",
    re.IGNORECASE,
)
_CELL = re.compile(r"<(?=t[dh][\s/>])", re.IGNORECASE)


def plain_from_html(html: str) -> tuple[str, tuple[Link, ...]]:
    """Return the plain text of an entry's markup, blocks as lines, and the http addresses linked in it."""
    lined = _CELL.sub(" <", _BLOCKS.sub(r"<\1div", html[:MAX_HTML]))
    text, links = read_html(lined)
    return storable(text), links


def plain_from_text(text: str) -> str:
    """Return plain text with blanks and empty lines as a person would set them."""
    lines = (_BLANKS.sub(" ", line).strip() for line in storable(text[:MAX_HTML]).splitlines())
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def storable(text: str) -> str:
    """Return text without control characters and halves of characters, which no database could take."""
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """Return text as one line."""
    return " ".join(storable(text).split())


def together(title: str, body: str) -> str:
    """Return title and body as one text of at most 10,000 characters.

    A body that begins with the title, as short posts do, stands alone.
    """
    if one_line(body).startswith(title):
        return cut(body)
    return cut(f"{title}\n\n{body}" if body else title)


def cut(text: str, most: int = MAX_TEXT) -> str:
    """Return at most so many characters, cut between words where there are any, with an ellipsis."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    words = head.rsplit(None, 1)[0] if not text[most - 1].isspace() else head
    kept = words if len(words) > most // 2 else head
    return f"{kept.rstrip()}…"
