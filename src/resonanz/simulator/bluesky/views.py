"""What a person sees on a simulated Bluesky: profiles, posts with their pictures, threads, notifications.

Views are made anew each time from the records; nothing is kept here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resonanz.simulator.bluesky.rules import FOLLOW, LIKE, POST, REPOST
from resonanz.simulator.bluesky.world import author_of

if TYPE_CHECKING:
    from resonanz.simulator.bluesky.records import Account, Notification, Record
    from resonanz.simulator.bluesky.world import World

View = dict[str, Any]
EMBED = "app.bsky.embed."


class Views:
    """Shows the world to `viewer`, a DID, or to nobody in particular."""

    def __init__(self, world: World, base_url: str) -> None:
        self._world = world
        self._base = base_url

    # People

    def basic(self, account: Account) -> View:
        """Return `app.bsky.actor.defs#profileViewBasic`."""
        view: View = {"did": account.did, "handle": account.handle, "displayName": account.name[:64]}
        view |= {"createdAt": account.created_at, "labels": self._labels(account)}
        return view

    def profile(self, account: Account) -> View:
        """Return `app.bsky.actor.defs#profileView`."""
        return self.basic(account) | {"description": account.bio, "indexedAt": account.created_at}

    def detailed(self, account: Account) -> View:
        """Return `app.bsky.actor.defs#profileViewDetailed`."""
        followers = sum(one.value.get("subject") == account.did for one in self._world.records(FOLLOW))
        return self.profile(account) | {
            "followersCount": followers,
            "followsCount": len(self._world.records(FOLLOW, did=account.did)),
            "postsCount": len(self._world.records(POST, did=account.did)),
        }

    def _labels(self, account: Account) -> list[View]:
        if not account.is_bot:
            return []
        uri = f"at://{account.did}/app.bsky.actor.profile/self"
        return [{"src": account.did, "uri": uri, "val": "bot", "cts": account.created_at}]

    # Posts

    def record(self, uri: str, viewer: str) -> Record | None:
        """Return a post that somebody may see: neither gone, nor of a closed account, nor blocked."""
        found = self._world.memory.records.get(uri)
        if found is None or f"/{POST}/" not in uri:
            return None
        author = self._world.memory.accounts[author_of(uri)]
        return None if author.status or self._world.blocks(author.did, viewer) else found

    def post(self, record: Record, viewer: str) -> View:
        """Return `app.bsky.feed.defs#postView`."""
        likes, reposts = (self._world.marks(kind, record.uri) for kind in (LIKE, REPOST))
        view: View = {
            "uri": record.uri,
            "cid": record.cid,
            "author": self.basic(self._world.memory.accounts[author_of(record.uri)]),
            "record": record.value,
            "replyCount": len(self._world.about("reply", record.uri)),
            "repostCount": len(reposts),
            "likeCount": len(likes),
            "quoteCount": len(self._world.about("quote", record.uri)),
            "indexedAt": record.indexed_at,
            "labels": self._self_labels(record),
            "viewer": self._viewer(record, viewer, likes, reposts),
        }
        embed = self._embed(record.value.get("embed"), author_of(record.uri), viewer)
        return view | ({"embed": embed} if embed else {})

    def _viewer(self, record: Record, viewer: str, likes: list[Record], reposts: list[Record]) -> View:
        root = record.value.get("reply", {}).get("root", {}).get("uri", record.uri)
        state: View = {"threadMuted": False, "embeddingDisabled": False}
        if self._world.is_gated(root, viewer):
            state["replyDisabled"] = True
        for name, marks in (("like", likes), ("repost", reposts)):
            own = next((mark.uri for mark in marks if author_of(mark.uri) == viewer), "")
            state |= {name: own} if own else {}
        return state

    def _self_labels(self, record: Record) -> list[View]:
        did = author_of(record.uri)
        return [
            {"src": did, "uri": record.uri, "val": label["val"], "cts": record.indexed_at}
            for label in record.value.get("labels", {}).get("values", [])
        ]

    # What is embedded

    def _embed(self, embed: View | None, did: str, viewer: str) -> View | None:
        kind = str((embed or {}).get("$type", "")).removeprefix(EMBED)
        if not embed or kind not in {"images", "external", "record", "recordWithMedia"}:
            return None
        view: View
        if kind == "recordWithMedia":
            view = {
                "record": self._embed(embed["record"] | {"$type": f"{EMBED}record"}, did, viewer),
                "media": self._embed(embed["media"], did, viewer),
            }
        elif kind == "images":
            view = {"images": [self._image(image, did) for image in embed["images"]]}
        elif kind == "external":
            external = {name: embed["external"].get(name, "") for name in ("uri", "title", "description")}
            view = {"external": external}
        else:
            view = {"record": self.quoted(embed["record"]["uri"], viewer)}
        return {"$type": f"{EMBED}{kind}#view", **view}

    def _image(self, image: View, did: str) -> View:
        cid = image["image"]["ref"]["$link"]
        address = f"{self._base}/xrpc/com.atproto.sync.getBlob?did={did}&cid={cid}"
        view = {"thumb": address, "fullsize": address, "alt": image["alt"]}
        return view | ({"aspectRatio": image["aspectRatio"]} if "aspectRatio" in image else {})

    def quoted(self, uri: str, viewer: str) -> View:
        """Return what stands where a post is quoted: the post, or that it is not there."""
        record = self.record(uri, viewer)
        if record is None:
            return {"$type": f"{EMBED}record#viewNotFound", "uri": uri, "notFound": True}
        embed = self._embed(record.value.get("embed"), author_of(uri), viewer)
        nested = embed if embed and "record" not in embed else None
        return {
            "$type": f"{EMBED}record#viewRecord",
            "uri": uri,
            "cid": record.cid,
            "author": self.basic(self._world.memory.accounts[author_of(uri)]),
            "value": record.value,
            "labels": self._self_labels(record),
            "indexedAt": record.indexed_at,
            "embeds": [nested] if nested else [],
        }

    # Lists

    def feed_entry(self, record: Record, viewer: str) -> View | None:
        """Return `app.bsky.feed.defs#feedViewPost` of a post, or of a repost; None where it is not shown."""
        if f"/{REPOST}/" not in record.uri:
            return {"post": self.post(record, viewer)} if self.record(record.uri, viewer) else None
        original = self.record(record.value["subject"]["uri"], viewer)
        if original is None:
            return None
        by = self.basic(self._world.memory.accounts[author_of(record.uri)])
        reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": by, "uri": record.uri}
        reason |= {"cid": record.cid, "indexedAt": record.indexed_at}
        return {"post": self.post(original, viewer), "reason": reason}

    def notification(self, told: Notification) -> View:
        """Return `app.bsky.notification.listNotifications#notification`."""
        record = self._world.memory.records[told.uri]
        viewer = self._world.memory.accounts[told.to]
        view: View = {
            "uri": told.uri,
            "cid": record.cid,
            "author": self.profile(self._world.memory.accounts[author_of(told.uri)]),
            "reason": told.reason,
            "record": record.value,
            "isRead": bool(viewer.seen_at) and told.at <= viewer.seen_at,
            "indexedAt": told.at,
            "labels": [],
        }
        return view | ({"reasonSubject": told.subject} if told.subject else {})

    def thread(self, uri: str, viewer: str, *, depth: int, height: int) -> View:
        """Return a post with those below and above it, as far as asked for; what is missing says so."""
        record = self._world.memory.records.get(uri)
        if record is None or self._world.memory.accounts[author_of(uri)].status:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        if self._world.blocks(author_of(uri), viewer):
            author = {"did": author_of(uri)}
            return {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True, "author": author}
        view: View = {"$type": "app.bsky.feed.defs#threadViewPost", "post": self.post(record, viewer)}
        above = _parent_of(record)
        if above and height > 0:
            view["parent"] = self.thread(above, viewer, depth=0, height=height - 1)
        if depth > 0:
            below = [one.uri for one in self._world.about("reply", uri)]
            view["replies"] = [self.thread(one, viewer, depth=depth - 1, height=0) for one in below]
        return view


def _parent_of(record: Record) -> str:
    return str(record.value.get("reply", {}).get("parent", {}).get("uri", ""))
