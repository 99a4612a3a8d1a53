"""What is embedded in a post on Bluesky: pictures, films, cards of addresses, quoted posts, or two of these.

An embed comes in two forms. The view names addresses of files and shows what is quoted; the record, which
stands where nobody made a view of it, names files by their content alone. What an embed's kind is we know by
its `$type`; a kind that is not known here carries nothing that could be shown.
"""

from __future__ import annotations

from typing import NamedTuple

from resonanz.networks.answers import Entity, count_of, part_of, parts_of, text_of
from resonanz.post import Link, Media, MediaKind

# Where the network's own app takes pictures from that nobody made a view of.
CDN = "https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"
APP = "https://bsky.app"
POST = "app.bsky.feed.post"
_EMBED = "app.bsky.embed."


class Shown(NamedTuple):
    """What an embed shows. `quoted` is the at-address of a post."""

    media: tuple[Media, ...] = ()
    links: tuple[Link, ...] = ()
    quoted: str | None = None


def shown_in(view: Entity, record: Entity, *, blobs: str) -> Shown:
    """Read the embed of a view, else the one of its record. `blobs` has `{cid}` for a file's name."""
    for embed in (part_of(view, "embed"), *parts_of(view, "embeds")[:1], part_of(record, "embed")):
        if embed:
            return _shown(embed, blobs)
    return Shown()


def _shown(embed: Entity, blobs: str) -> Shown:
    kind = text_of(embed, "$type").removeprefix(_EMBED).removesuffix("#view")
    if kind == "recordWithMedia":
        beside = _shown(part_of(embed, "media"), blobs)
        about = _record(part_of(embed, "record"))
        return Shown(beside.media, (*beside.links, *about.links), about.quoted)
    if kind == "images":
        return _reachable([_image(item, blobs) for item in parts_of(embed, "images")])
    if kind == "gallery":
        return _reachable([_image(item, blobs) for item in parts_of(embed, "items")])
    if kind == "video":
        return _reachable([_video(embed)])
    if kind == "external":
        return _card(part_of(embed, "external"))
    return _record(embed) if kind == "record" else Shown()


def _reachable(media: list[Media]) -> Shown:
    """Return what can be shown: a film in a record alone has no address, nor has a picture without a file."""
    return Shown(media=tuple(one for one in media if one.url))


def _image(item: Entity, blobs: str) -> Media:
    url = text_of(item, "fullsize") or _blob(part_of(item, "image"), blobs)
    return Media(
        kind=MediaKind.IMAGE,
        url=url,
        preview_url=text_of(item, "thumb") or text_of(item, "thumbnail"),
        alt=text_of(item, "alt"),
        **_size(item),
    )


def _video(embed: Entity) -> Media:
    return Media(
        kind=MediaKind.GIF if text_of(embed, "presentation") == "gif" else MediaKind.VIDEO,
        url=text_of(embed, "playlist"),
        preview_url=text_of(embed, "thumbnail"),
        alt=text_of(embed, "alt"),
        **_size(embed),
    )


def _size(item: Entity) -> dict[str, int | None]:
    """Return the sides as they relate, which is all that the network tells."""
    ratio = part_of(item, "aspectRatio")
    return {"width": count_of(ratio, "width"), "height": count_of(ratio, "height")}


def _blob(blob: Entity, blobs: str) -> str:
    """Return where a file lies; the oldest records name it by `cid` alone."""
    cid = text_of(part_of(blob, "ref"), "$link") or text_of(blob, "cid")
    return blobs.replace("{cid}", cid) if cid else ""


def _card(card: Entity) -> Shown:
    uri = text_of(card, "uri")
    return Shown(links=(Link(url=uri, title=text_of(card, "title")),)) if uri else Shown()


def _record(embed: Entity) -> Shown:
    """Read what is quoted: in a view what it is, in a record its address alone.

    A quoted post that is gone, blocked or taken back by its author is still named by its address.
    """
    inner = part_of(embed, "record")
    uri = text_of(inner, "uri")
    if f"/{POST}/" in uri:
        return Shown(quoted=uri)
    did, _, rest = uri.removeprefix("at://").partition("/")
    collection, _, key = rest.partition("/")
    where = {"app.bsky.feed.generator": "feed", "app.bsky.graph.list": "lists"}.get(collection)
    title = text_of(inner, "displayName") or text_of(inner, "name")
    if collection == "app.bsky.graph.starterpack":
        name = text_of(part_of(inner, "record"), "name")
        return Shown(links=(Link(url=f"{APP}/starter-pack/{did}/{key}", title=name),))
    return Shown(links=(Link(url=f"{APP}/profile/{did}/{where}/{key}", title=title),)) if where else Shown()
