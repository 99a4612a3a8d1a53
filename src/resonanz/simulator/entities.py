"""The simulated network's records as JSON, in the shape of the Mastodon API's entities.

Written after the Mastodon documentation, section "API entities" (Status, Account, MediaAttachment,
Notification, Conversation, Instance, NotificationPolicy). Only reading happens here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from resonanz.simulator import content, policy
from resonanz.simulator.pictures import PICTURES
from resonanz.simulator.world import MAX_MEDIA, World

if TYPE_CHECKING:
    from datetime import datetime

    from resonanz.simulator.records import Account, App, Conversation, Notification, Status, Token, Upload

Json = dict[str, Any]
AddressOf = Callable[[str], tuple[str, str] | None]

API_VERSION = 4  # Mastodon 4.4: documentation, "Instance" entity, api_versions
VERSION = "4.4.8 (compatible; Resonanz simulator)"
OLD_VERSION = "4.2.20 (compatible; Resonanz simulator)"
PAGE_LIMIT = 40
MAX_IMAGE_BYTES = 16 * 1024 * 1024
MAX_VIDEO_BYTES = 99 * 1024 * 1024
MEDIA_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
)
MAX_ALT = 1500


def stamp(at: datetime) -> str:
    """Write a time as the network does: UTC, milliseconds, Z."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Entities:
    """Turns records into JSON. `base_url` is where this server is now; identities keep their origin."""

    def __init__(self, world: World, base_url: str) -> None:
        self.world = world
        self.base_url = base_url

    # addresses

    def account_url(self, account: Account) -> str:
        """Where a person finds the profile; a profile of another server lies there."""
        return (
            f"https://{account.domain}/@{account.handle}"
            if account.domain
            else f"{self.base_url}/@{account.handle}"
        )

    def account_uri(self, account: Account) -> str:
        """The account's global identity."""
        server = f"https://{account.domain}" if account.domain else self.world.memory.origin
        return f"{server}/users/{account.handle}"

    def status_url(self, status: Status) -> str:
        """Where a person finds the status."""
        return f"{self.account_url(self.world.memory.accounts[status.account_id])}/{status.id}"

    def status_uri(self, status: Status) -> str:
        """The status' global identity, the same after every restart."""
        return f"{self.account_uri(self.world.memory.accounts[status.account_id])}/statuses/{status.id}"

    def html(self, text: str, *, address_of: AddressOf | None = None) -> str:
        """Write a text as HTML with the addresses of the people named in it."""
        return content.to_html(text, base_url=self.base_url, address_of=address_of or self._address_of)

    def _address_of(self, handle: str) -> tuple[str, str] | None:
        account = self.world.account_named(handle)
        return None if account is None else (self.account_url(account), account.handle)

    # entities

    def account(self, account: Account) -> Json:
        """Build the Account entity."""
        memory = self.world.memory
        avatar = f"{self.base_url}/media/avatars/{account.id}.png"
        header = f"{self.base_url}/media/headers/{account.id}.png"
        own = [s for s in memory.statuses.values() if s.account_id == account.id]
        last = max((s.created_at for s in own), default=None)
        return {
            "id": account.id,
            "username": account.handle,
            "acct": account.acct,
            "display_name": account.name,
            "locked": False,
            "bot": account.bot,
            "discoverable": True,
            "indexable": True,
            "group": False,
            "created_at": stamp(account.created_at.replace(hour=0, minute=0, second=0, microsecond=0)),
            "note": self.html(account.bio),
            "url": self.account_url(account),
            "uri": self.account_uri(account),
            "avatar": avatar,
            "avatar_static": avatar,
            "header": header,
            "header_static": header,
            "followers_count": sum(account.id in a.following for a in memory.accounts.values()),
            "following_count": len(account.following),
            "statuses_count": len(own),
            "last_status_at": last.date().isoformat() if last else None,
            "hide_collections": False,
            "noindex": False,
            "emojis": [],
            "roles": [],
            "fields": [],
        }

    def own_account(self, account: Account) -> Json:
        """Build the CredentialAccount entity: what an account sees of itself."""
        source = {
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "note": account.bio,
            "fields": [],
            "follow_requests_count": 0,
        }
        return self.account(account) | {"source": source}

    def media(self, status: Status) -> list[Json]:
        """Build the MediaAttachment entities of a status: what was uploaded, or a photo of the play."""
        if not status.picture:
            uploads = self.world.memory.uploads
            return [self.upload(uploads[upload_id]) for upload_id in status.media if upload_id in uploads]
        picture = PICTURES[status.picture]
        address = f"{self.base_url}/media/pictures/{status.picture}.png"
        size: Json = {
            "width": picture.width,
            "height": picture.height,
            "size": f"{picture.width}x{picture.height}",
            "aspect": picture.width / picture.height,
        }
        return [
            {
                "id": f"{status.id}1",
                "type": "image",
                "url": address,
                "preview_url": address,
                "remote_url": None,
                "meta": {"original": size, "small": size},
                "description": picture.alt,
                "blurhash": None,
            }
        ]

    def upload(self, file: Upload) -> Json:
        """Build the MediaAttachment entity of a file; without an address while it is being looked at."""
        address = None if file.asks_left else f"{self.base_url}/media/uploads/{file.id}"
        return {
            "id": file.id,
            "type": file.kind,
            "url": address,
            "preview_url": address,
            "remote_url": None,
            "meta": {},
            "description": file.alt or None,
            "blurhash": None,
        }

    def boost(self, status: Status, reader: Account) -> Json:
        """Build the Status entity that a boost is: its author's name and the boosted one, no words."""
        own = {"account": self.account(reader), "content": "", "media_attachments": [], "mentions": []}
        of_it = {"id": f"{status.id}{reader.id[-4:]}", "uri": f"{self.status_uri(status)}/boosts/{reader.id}"}
        inner = self.status(status, reader)
        return inner | own | of_it | {"reblog": inner}

    def status(self, status: Status, reader: Account | None = None) -> Json:
        """Build the Status entity as `reader` sees it."""
        reader_id = reader.id if reader else ""
        tags = [p.value for p in content.pieces(status.text) if p.kind == "tag"]
        return {
            "id": status.id,
            "created_at": stamp(status.created_at),
            "in_reply_to_id": status.in_reply_to_id,
            "in_reply_to_account_id": status.in_reply_to_account_id,
            "sensitive": status.sensitive,
            "spoiler_text": status.spoiler,
            "visibility": status.visibility,
            "language": status.language,
            "uri": self.status_uri(status),
            "url": self.status_url(status),
            "replies_count": self._replies(status),
            "reblogs_count": len(status.boosts),
            "favourites_count": len(status.favourites),
            "quotes_count": 0,
            "edited_at": stamp(status.edited_at) if status.edited_at else None,
            "content": self.html(status.text),
            "reblog": None,
            "application": {"name": status.app, "website": None} if status.app else None,
            "account": self.account(self.world.memory.accounts[status.account_id]),
            "media_attachments": self.media(status),
            "mentions": [self._mention(account_id) for account_id in status.mentions],
            "tags": [{"name": tag.lower(), "url": f"{self.base_url}/tags/{tag.lower()}"} for tag in tags],
            "emojis": [],
            "card": None,
            "poll": None,
            "favourited": reader_id in status.favourites,
            "reblogged": reader_id in status.boosts,
            "muted": False,
            "bookmarked": False,
            "pinned": False,
            "filtered": [],
        }

    def _replies(self, status: Status) -> int:
        public = (s for s in self.world.memory.statuses.values() if s.visibility in ("public", "unlisted"))
        return sum(s.in_reply_to_id == status.id for s in public)

    def _mention(self, account_id: str) -> Json:
        account = self.world.memory.accounts[account_id]
        url = self.account_url(account)
        return {"id": account.id, "username": account.handle, "acct": account.acct, "url": url}

    def history(self, status: Status) -> list[Json]:
        """Build the StatusEdit entities, the first wording first, today's last."""
        account = self.account(self.world.memory.accounts[status.account_id])
        wordings = [(e.text, e.spoiler, e.sensitive, e.at) for e in status.edits]
        now = (status.text, status.spoiler, status.sensitive, status.edited_at or status.created_at)
        return [
            {
                "content": self.html(text),
                "spoiler_text": spoiler,
                "sensitive": sensitive,
                "created_at": stamp(at),
                "account": account,
                "media_attachments": self.media(status),
                "emojis": [],
            }
            for text, spoiler, sensitive, at in [*wordings, now]
        ]

    def notification(self, notice: Notification) -> Json:
        """Build the Notification entity of a mention or a boost."""
        memory = self.world.memory
        entity: Json = {
            "id": notice.id,
            "type": notice.kind,
            "created_at": stamp(notice.created_at),
            "group_key": f"ungrouped-{notice.id}",
            "account": self.account(memory.accounts[notice.from_id]),
            "status": self.status(memory.statuses[notice.status_id]),
        }
        return entity | {"filtered": True} if notice.filtered else entity

    def conversation(self, conversation: Conversation) -> Json:
        """Build the Conversation entity."""
        memory = self.world.memory
        last = memory.statuses[conversation.status_ids[-1]] if conversation.status_ids else None
        return {
            "id": conversation.id,
            "unread": conversation.unread,
            "accounts": [self.account(memory.accounts[other]) for other in conversation.others],
            "last_status": self.status(last) if last else None,
        }

    def policy(self, account: Account) -> Json:
        """Build the NotificationPolicy entity."""
        waiting = self.filtered_of(account)
        summary = {
            "pending_requests_count": len({n.from_id for n in waiting}),
            "pending_notifications_count": len(waiting),
        }
        return {**policy.effective(self.world, account), "summary": summary}

    def filtered_of(self, account: Account) -> list[Notification]:
        """Return what was set aside for the account."""
        notices = self.world.memory.notifications.values()
        return [n for n in notices if n.account_id == account.id and n.filtered]

    def requests(self, account: Account) -> list[Json]:
        """Build the NotificationRequest entities: one for each sender who was set aside."""
        by_sender: dict[str, list[Notification]] = {}
        for notice in self.filtered_of(account):
            by_sender.setdefault(notice.from_id, []).append(notice)
        return [
            {
                "id": notices[0].id,
                "created_at": stamp(notices[0].created_at),
                "updated_at": stamp(notices[-1].created_at),
                "notifications_count": str(len(notices)),
                "account": self.account(self.world.memory.accounts[sender]),
                "last_status": self.status(self.world.memory.statuses[notices[-1].status_id]),
            }
            for sender, notices in by_sender.items()
        ]

    # the server and its programs

    def instance(self) -> Json:
        """Build the Instance entity of version 2."""
        entity: Json = {
            "domain": self.world.host,
            "title": "Simulated network",
            "version": self._version,
            "source_url": "",
            "description": "A simulated network on this machine, for demonstration, training and tests.",
            "usage": {"users": {"active_month": len(self.world.memory.accounts)}},
            "languages": ["de", "en"],
            "configuration": self._configuration(),
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "contact": {"email": "", "account": None},
            "rules": [],
        }
        return (
            entity if self.world.switches.old_server else entity | {"api_versions": {"mastodon": API_VERSION}}
        )

    @property
    def _version(self) -> str:
        return OLD_VERSION if self.world.switches.old_server else VERSION

    @property
    def streaming_url(self) -> str:
        """Where streams are, written with a web socket's scheme as the network does."""
        return "ws" + self.base_url.removeprefix("http")

    def _configuration(self) -> Json:
        return {
            "urls": {"streaming": self.streaming_url},
            "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
            "statuses": {
                "max_characters": content.MAX_CHARACTERS,
                "max_media_attachments": MAX_MEDIA,
                "characters_reserved_per_url": content.CHARACTERS_PER_URL,
            },
            "media_attachments": {
                "description_limit": MAX_ALT,
                "supported_mime_types": list(MEDIA_TYPES),
                "image_size_limit": MAX_IMAGE_BYTES,
                "video_size_limit": MAX_VIDEO_BYTES,
            },
            "translation": {"enabled": False},
        }

    def old_instance(self) -> Json:
        """Build the Instance entity of version 1."""
        memory = self.world.memory
        return {
            "uri": self.world.host,
            "title": "Simulated network",
            "short_description": "A simulated network on this machine.",
            "description": "A simulated network on this machine, for demonstration, training and tests.",
            "email": "",
            "version": self._version,
            "urls": {"streaming_api": self.streaming_url},
            "stats": {
                "user_count": len(memory.accounts),
                "status_count": len(memory.statuses),
                "domain_count": 1,
            },
            "languages": ["de", "en"],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": self._configuration(),
            "contact_account": None,
            "rules": [],
        }

    def app(self, app: App, *, secret: bool) -> Json:
        """Build the Application entity; the secret is shown once, on registration."""
        entity: Json = {
            "name": app.name,
            "website": app.website or None,
            "scopes": app.scopes.split(),
            "redirect_uris": app.redirect_uris,
            "redirect_uri": "\n".join(app.redirect_uris),
        }
        if secret:
            entity |= {
                "id": app.client_id[:8],
                "client_id": app.client_id,
                "client_secret": app.client_secret,
            }
            entity["client_secret_expires_at"] = 0
        return entity

    def token(self, token: Token) -> Json:
        """Build the Token entity; the network's tokens do not expire."""
        return {
            "access_token": token.token,
            "token_type": "Bearer",
            "scope": token.scopes,
            "created_at": int(token.created_at.timestamp()),
        }
