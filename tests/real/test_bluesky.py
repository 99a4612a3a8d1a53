"""Our connector against Bluesky's own servers, and a customer who uses the client that others wrote."""

from __future__ import annotations

import struct
import warnings
import zlib
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from resonanz.compose import USUAL_LIMITS, fits
from resonanz.networks import DeletePost, Favourite, Gone, LoginNeeded, LookUpPosts, LookUpProfile, Refused
from resonanz.networks.bluesky import sign_in
from resonanz.post import Attachment, Audience, Delivery, Draft, MediaKind, Page, Profile, Sighting
from tests.real.conftest import until

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from atproto import models

if TYPE_CHECKING:
    from resonanz.networks.bluesky import Bluesky
    from tests.real.conftest import Servers


def said(text: str, *, answers: Sighting | None = None, **draft: object) -> Delivery:
    words = Draft(text=text, audience=Audience.PUBLIC, language="de", **draft)  # type: ignore[arg-type]
    native_id = answers.native_id if answers else None
    return Delivery(key=uuid4(), draft=words, created_at=datetime.now(UTC), answers=native_id)


class Ear:
    """Reads a channel on and on, as the desk does, and remembers what it heard."""

    def __init__(self, desk: Bluesky) -> None:
        self.desk = desk
        self.cursor = desk.read("").cursor
        self.heard: dict[str, Sighting] = {}

    def hears(self, uri: str) -> Sighting:
        def look() -> Sighting | None:
            page: Page = self.desk.read(self.cursor)
            self.cursor = page.cursor
            assert page.unread == ()
            self.heard |= {one.post.uri: one for one in page.sightings if one.addressed or one.own}
            return self.heard.get(uri)

        return until(look, uri)


def picture() -> bytes:
    """Return a small red PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\0" + b"\xe0\x20\x20" * 8 for _ in range(8)))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_mention_is_heard_and_answered_once(servers: Servers) -> None:
    ours, theirs = servers.account("nordlicht"), servers.account("frauke")
    desk, frauke = ours.desk(), theirs.person()
    ear = Ear(desk)
    words = f"Moin @{ours.handle}, die Maschine läuft aus 🚰 https://beispiel.de/größe"
    asked = frauke.send_post(words, facets=frauke.detect_facets(words), langs=["de"])
    heard = ear.hears(asked.uri)
    assert (heard.addressed, heard.own, heard.gate) == (True, False, "")
    assert (heard.post.text, heard.post.language, heard.post.author.uid) == (words, "de", theirs.did)
    assert heard.post.mentioned == (ours.did,)

    answer = said(
        f"@{theirs.handle} Oje! Bitte drehen Sie das Wasser ab: https://beispiel.de/hilfe", answers=heard
    )
    assert desk.find_sent(answer) is None
    sent = desk.send(answer)
    assert desk.send(answer).post.uri == sent.post.uri
    found = desk.find_sent(answer)
    assert found is not None
    assert (found.post.uri, found.post.reply_to, found.post.root) == (sent.post.uri, asked.uri, asked.uri)

    def told() -> str | None:
        notices = frauke.app.bsky.notification.list_notifications().notifications
        return next((one.reason for one in notices if one.uri == sent.post.uri), None)

    assert until(told, "the notice of our reply") == "mention"  # one notice a person, and we name her
    below = frauke.get_post_thread(asked.uri).thread
    assert isinstance(below, models.AppBskyFeedDefs.ThreadViewPost)
    assert [one.post.uri for one in below.replies or [] if hasattr(one, "post")] == [sent.post.uri]
    shown = frauke.get_posts([sent.post.uri]).posts[0].record
    marked = shown.text.encode()
    links = [marked[f.index.byte_start : f.index.byte_end].decode() for f in shown.facets or []]
    assert links == [f"@{theirs.handle}", "https://beispiel.de/hilfe"]
    own = ear.hears(sent.post.uri)
    assert (own.own, own.post.reply_to) == (True, asked.uri)


def test_a_reply_and_a_quote_are_heard_and_what_is_taken_away_is_gone(servers: Servers) -> None:
    ours, theirs = servers.account("nordlicht"), servers.account("jana")
    desk, jana = ours.desk(), theirs.person()
    ear = Ear(desk)
    news = desk.send(said("Ab morgen liefern wir auch sonntags."))
    until(lambda: jana.get_posts([news.post.uri]).posts or None, "our news")
    view = jana.get_posts([news.post.uri]).posts[0]
    ref = models.ComAtprotoRepoStrongRef.Main(uri=view.uri, cid=view.cid)
    reply = jana.send_post("Wirklich?", reply_to=models.AppBskyFeedPost.ReplyRef(parent=ref, root=ref))
    quote = jana.send_post("Hört, hört", embed=models.AppBskyEmbedRecord.Main(record=ref))
    heard = ear.hears(reply.uri)
    assert (heard.post.reply_to, heard.post.root, heard.addressed) == (news.post.uri, news.post.uri, True)
    assert ear.hears(quote.uri).post.quoted == news.post.uri
    jana.delete_post(reply.uri)

    def gone() -> tuple[str, ...] | None:
        page = desk.act(LookUpPosts((heard.native_id,)))
        assert isinstance(page, Page)
        return page.gone or None

    assert until(gone, "the deletion") == (heard.native_id,)
    with pytest.raises(Gone):
        desk.send(said("Ja!", answers=heard))


def test_pictures_quotes_favourites_and_taking_back(servers: Servers) -> None:
    ours, theirs = servers.account("nordlicht"), servers.account("mehmet")
    desk, mehmet = ours.desk(), theirs.person()
    shown = mehmet.send_post("So sah das Paket aus")
    until(lambda: mehmet.get_posts([shown.uri]).posts or None, "the post")
    image = Attachment(
        kind=MediaKind.IMAGE, content=picture(), content_type="image/png", alt="ein rotes Feld"
    )
    sent = desk.send(said("So ist es richtig", media=(image,), quotes=shown.uri))
    desk.act(Favourite(shown.uri))
    desk.act(Favourite(shown.uri))

    def seen() -> object | None:
        posts = mehmet.get_posts([sent.post.uri]).posts
        return posts[0] if posts else None

    view = until(seen, "our post")
    assert view.embed.media.images[0].alt == "ein rotes Feld"  # type: ignore[attr-defined]
    assert view.embed.record.record.uri == shown.uri  # type: ignore[attr-defined]
    liked = until(lambda: mehmet.get_posts([shown.uri]).posts[0].like_count or None, "the favourite")
    assert liked == 1
    for _ in range(2):
        desk.act(DeletePost(sent.native_id))
    until(lambda: None if mehmet.get_posts([sent.post.uri]).posts else True, "our deletion")
    assert desk.find_sent(said("So ist es richtig")) is None


def test_searching_finds_who_does_not_address_us(servers: Servers) -> None:
    desk, anna = servers.account("nordlicht").desk(), servers.account("anna").person()
    word = f"Nordlicht{uuid4().hex[:8]}"
    cursor = desk.search(word, "").cursor
    post = anna.send_post(f"Wieder Ärger mit {word}")

    def found() -> Sighting | None:
        return next((one for one in desk.search(word, cursor).sightings if one.post.uri == post.uri), None)

    assert not until(found, "the find").addressed


def test_a_wrong_password_is_named_and_an_ended_session_begins_anew(servers: Servers) -> None:
    account = servers.account("nordlicht")
    with pytest.raises(LoginNeeded) as refused:
        sign_in(servers.pds, account.handle, "wrong-wrong-wrong", simulated=True)
    assert refused.value.code == "token_revoked"
    with pytest.raises((Refused, LoginNeeded)):
        sign_in(servers.plc, account.handle, account.app_password, simulated=True)
    desk = account.desk()
    profile = desk.act(LookUpProfile())
    assert isinstance(profile, Profile)
    assert (profile.author.uid, profile.author.handle) == (account.did, account.handle)
    assert desk.read("").cursor  # this network has no private messages: the rest is read all the same


def texts_near_the_limits(count: int) -> list[str]:
    """Return texts around 300 graphemes and 3,000 bytes: families, flags, marks, long addresses."""
    dice = Random(300)
    parts = [
        "a",
        "ß",
        "e\u0301",
        "👨\u200d👩\u200d👧\u200d👦",
        "🇩🇪",
        "👍🏽",
        "क्षि",
        "한",
        "\r\n",
        " ",
        "1️⃣",
        "é" * 2,
    ]
    made = []
    for number in range(count):
        wanted = dice.choice([298, 299, 300, 301, 302, 118, 120, 122, 60])
        text = "x" + "".join(dice.choice(parts) for _ in range(wanted - 2)) + "x"
        if number % 5 == 0:
            text = f"https://beispiel.de/{'lang/' * dice.randrange(50, 60)} {text}"
        if number % 4 == 0:
            text = "👨\u200d👩\u200d👧\u200d👦" * dice.randrange(118, 123)
        if number % 7 == 0:
            text = "ä" * dice.choice([299, 300, 301]) + dice.choice(["", "\u0301"])
        made.append(text)
    return made


def test_lengths_are_judged_as_the_real_server_judges_them(servers: Servers) -> None:
    account = servers.account("anna")
    anna = account.person()
    limits = USUAL_LIMITS["bluesky"]
    texts = texts_near_the_limits(220)
    headers = {"Authorization": f"Bearer {anna.export_session_string().split(':::')[2]}"}
    wrong = []
    for text in texts:
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T12:00:00Z"}
        body = {"repo": account.did, "collection": "app.bsky.feed.post", "record": record}
        answer = httpx.post(f"{servers.pds}/xrpc/com.atproto.repo.createRecord", json=body, headers=headers)
        assert answer.status_code in {200, 400}, answer.text
        if (answer.status_code == 200) != fits(text, limits):
            wrong.append((len(text), len(text.encode()), answer.text[:200]))
    assert wrong == []
    assert 40 < sum(fits(text, limits) for text in texts) < 180
