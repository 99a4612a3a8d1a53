"""How somebody on a simulated Bluesky writes by hand: whom and what a text names, and a picture beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from resonanz.simulator.pictures import PICTURES, picture

if TYPE_CHECKING:
    from resonanz.simulator.bluesky.records import Record
    from resonanz.simulator.bluesky.world import World

_mention = re.compile(r"(?<![\w@])@([\w.-]*\w)")
_address = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
_tag = re.compile(r"(?<![\w#])#(\w*[^\W\d]\w*)")
FACET = "app.bsky.richtext.facet"


def facets_in(text: str, world: World) -> list[dict[str, Any]]:
    """Return the facets of a text. A person of the play may be named as the play calls him."""
    found = []
    for match in _mention.finditer(text):
        account = world.named(match[1])
        if account:
            found.append((match.span(), {"$type": f"{FACET}#mention", "did": account.did}))
    links = ((one.span(), {"$type": f"{FACET}#link", "uri": one[0]}) for one in _address.finditer(text))
    tags = ((one.span(), {"$type": f"{FACET}#tag", "tag": one[1]}) for one in _tag.finditer(text))
    found += [*links, *tags]
    return [
        {"$type": FACET, "index": _in_bytes(text, span), "features": [feature]}
        for span, feature in sorted(found, key=lambda one: one[0])
    ]


def _in_bytes(text: str, span: tuple[int, int]) -> dict[str, int]:
    return {"byteStart": len(text[: span[0]].encode()), "byteEnd": len(text[: span[1]].encode())}


def picture_embed(world: World, name: Any, quoted: Record | None) -> dict[str, Any] | None:
    """Return what is embedded: a picture of the play by its name, a quoted post, or both."""
    media = _images(world, str(name)) if name else None
    ref = {"uri": quoted.uri, "cid": quoted.cid} if quoted else None
    record = {"$type": "app.bsky.embed.record", "record": ref} if ref else None
    if media and record:
        return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media}
    return media or record


def _images(world: World, name: str) -> dict[str, Any]:
    if name not in PICTURES:
        raise ValueError(f"there is no picture {name!r}; there are {', '.join(sorted(PICTURES))}")
    blob = world.add_blob(picture(name), "image/png")
    drawn = PICTURES[name]
    size = {"width": drawn.width, "height": drawn.height}
    image = {"alt": drawn.alt, "image": blob, "aspectRatio": size}
    return {"$type": "app.bsky.embed.images", "images": [image]}
