"""Customers' pictures: fetched, made new, shown to those who may see them, gone with their post."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image

from resonanz.desk import listen, media_files, pictures
from resonanz.desk.models import Channel, Conversation, Event, Picture, PictureState, Sighting, Team
from resonanz.networks import Refused
from resonanz.post import Media, MediaKind
from tests.cast import ADA, OTTO, US, Desk, conversation_of, hear, said
from tests.fake import edited
from tests.networks.scripted import Say, Scripted, running_script
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resonanz.desk.models import Agent
    from resonanz.post import Sighting as Heard

MINUTE = timedelta(minutes=1)
BOTH: tuple[Literal["ignore", "error"], ...] = ("ignore", "error")
pytestmark = pytest.mark.django_db


def drawn(size: tuple[int, int] = (640, 480), kind: str = "PNG", **how: Any) -> bytes:
    written = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(written, kind, **how)
    return written.getvalue()


def say(content: bytes, kind: str = "image/png") -> Say:
    return Say(content, headers={"Content-Type": kind})


@pytest.fixture
def server(desk: Desk) -> Iterator[Scripted]:
    """A server with pictures; the desk's channel is a simulated one, so that loopback is allowed."""
    Channel.objects.update(simulated=True)
    with running_script({"GET /a.png": say(drawn()), "GET /b.png": say(drawn((100, 200)))}) as running:
        yield running


def shown(heard: Heard, *urls: str, **how: Any) -> Heard:
    media = tuple(Media(kind=MediaKind.IMAGE, url=url, alt=f"Bild {url[-5]}") for url in urls)
    return replace(heard, post=replace(heard.post, media=media, **how))


def hear_picture(desk: Desk, url: str, name: str = "1") -> Picture:
    hear(desk.channel, shown(said(name, "Schau:"), url))
    return Picture.objects.get(mention__uri__endswith=f"/{name}")


def fetched(desk: Desk, url: str) -> Picture:
    """Return what became of a picture after one attempt."""
    picture = hear_picture(desk, url)
    assert pictures.fetch_next() is True
    picture.refresh_from_db()
    return picture


def files() -> list[Path]:
    return sorted(path for path in (settings.HOME / "media").rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    for path in files():
        path.unlink()


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def page_of(agent: Agent, talk: Conversation) -> str:
    return signed_in(agent).get(f"/c/{talk.pk}/").content.decode()


# From the network to the page ---------------------------------------------------------------------


def test_a_picture_of_the_simulated_network_is_kept(desk: Desk) -> None:
    with running_simulator() as network:
        status = network.say("ada", "Seht selbst", picture="error")
        url = status["media_attachments"][0]["url"]
        Channel.objects.update(simulated=True)
        picture = fetched(desk, url)
    assert (picture.state, picture.fetch_at, picture.reason) == ("kept", None, "")
    with Image.open(media_files.path_of(picture.file)) as kept:
        assert (kept.format, kept.size) == ("WEBP", (picture.width, picture.height))
    assert files() == [media_files.path_of(picture.file)]
    assert picture.bytes_count == files()[0].stat().st_size
    assert files()[0].stat().st_mode & 0o777 == 0o600
    assert pictures.fetch_next() is False


def test_a_page_shows_it_and_is_told_so(server: Scripted, desk: Desk) -> None:
    picture = hear_picture(desk, f"{server.url}/a.png")
    talk = Conversation.objects.get()
    assert "Picture is being loaded" in page_of(desk.anna, talk)
    pictures.fetch_next()
    page = page_of(desk.anna, talk)
    address = f"/media/{picture.pk}/"
    assert f'<img src="{address}" width="320" height="240" alt="Bild a" loading="lazy">' in page
    assert f'<a href="{address}" target="_blank">' in page
    assert server.url not in page
    told = Event.objects.filter(kind="pictured").values_list("conversation", "mention", "facts")
    assert list(told) == [(talk.pk, picture.mention_id, "")]


def test_what_is_veiled_waits_for_a_click(server: Scripted, desk: Desk) -> None:
    hear(desk.channel, shown(said("1", "Vorsicht"), f"{server.url}/a.png", media_veiled=True))
    pictures.fetch_next()
    page = page_of(desk.anna, Conversation.objects.get())
    veil = page.split('<details class="veil">')[1].split("</details>")[0]
    assert "Veiled by the customer: show" in veil
    assert (veil.count("<img"), page.count('<img src="/media/')) == (1, 1)


def test_films_show_their_still_and_sounds_nothing(server: Scripted, desk: Desk) -> None:
    heard = said("1", "Hört und seht")
    media = (
        Media(kind=MediaKind.AUDIO, url=f"{server.url}/a.mp3", preview_url=f"{server.url}/a.png"),
        Media(kind=MediaKind.VIDEO, url=f"{server.url}/a.mp4", preview_url=f"{server.url}/b.png"),
        Media(kind=MediaKind.VIDEO, url=f"{server.url}/b.mp4"),
    )
    hear(desk.channel, replace(heard, post=replace(heard.post, media=media)))
    assert list(Picture.objects.values_list("number", "url")) == [(1, f"{server.url}/b.png")]
    pictures.fetch_next()
    page = page_of(desk.anna, Conversation.objects.get())
    assert 'width="100" height="200" alt="Still of a film without description"' in page


def test_our_own_posts_get_none(server: Scripted, desk: Desk) -> None:
    question = said("1", "Wie geht das?")
    hear(desk.channel, question, shown(said("2", "So:", US, to=question), f"{server.url}/a.png"))
    assert Picture.objects.count() == 0
    assert pictures.fetch_next() is False


# What is refused ----------------------------------------------------------------------------------


def test_too_large_a_file_stays_a_link_with_the_reason(server: Scripted, desk: Desk) -> None:
    server.routes["GET /big.png"] = say(b"\x89PNG" + bytes(8_000_000))
    picture = fetched(desk, f"{server.url}/big.png")
    assert (picture.state, picture.reason, files()) == ("refused", "too_large", [])
    page = page_of(desk.anna, Conversation.objects.get())
    assert "not shown here: larger than 8 MB" in page
    assert f'href="{server.url}/big.png"' in page
    assert '<img src="/media/' not in page


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html><script>alert(1)</script></html>", "text/html"),
        (b"<html><script>alert(1)</script></html>", "image/png"),
        (SVG, "image/svg+xml"),
        (SVG, "image/png"),
        (b"", "image/png"),
        (drawn()[:300], "image/png"),
        (drawn(kind="BMP"), "image/bmp"),
    ],
)
def test_what_is_no_picture_is_refused(server: Scripted, desk: Desk, content: bytes, kind: str) -> None:
    server.routes["GET /x"] = say(content, kind)
    picture = fetched(desk, f"{server.url}/x")
    assert (picture.state, picture.reason, files()) == ("refused", "not_a_picture", [])


def bomb(width: int, height: int) -> bytes:
    """Return a small PNG that says it is very large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


@pytest.mark.parametrize("size", [(8000, 5001), (10_000, 7000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_unopened(size: tuple[int, int]) -> None:
    for how in BOTH:  # the decoder's own warning may be one or the other
        with warnings.catch_warnings():
            warnings.simplefilter(how)
            with pytest.raises(Refused) as error:
                pictures.remake(bomb(*size))
        assert error.value.code == "too_many_pixels"


def test_private_addresses_are_not_asked_for_real_networks(server: Scripted, desk: Desk) -> None:
    Channel.objects.update(simulated=False)
    picture = fetched(desk, f"{server.url}/a.png")
    assert (picture.state, picture.reason, server.seen) == ("refused", "unsafe_address", [])


def test_a_picture_that_a_real_channel_heard_too_is_a_real_one(server: Scripted, desk: Desk) -> None:
    picture = hear_picture(desk, f"{server.url}/a.png")
    real = Channel.objects.create(network="mastodon", brand=desk.brand, uid="2", connected_at=timezone.now())
    Sighting.objects.create(channel=real, mention=picture.mention, native_id="1", native_thread_id="1")
    pictures.fetch_next()
    picture.refresh_from_db()
    assert (picture.state, server.seen) == ("refused", [])


# How it is made new -------------------------------------------------------------------------------


def test_place_and_camera_are_gone_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Kamera von Ada"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # GPS latitude
    photo = drawn((2000, 1000), "JPEG", exif=exif, comment=b"geheim")
    assert b"Kamera von Ada" in photo
    remade = pictures.remake(photo)
    assert (remade.width, remade.height) == (640, 1280)
    with Image.open(io.BytesIO(remade.content)) as kept:
        assert (dict(kept.getexif()), kept.size) == ({}, (640, 1280))
    assert [
        word for word in (b"EXIF", b"XMP ", b"ICCP", b"Kamera", b"geheim") if word in remade.content
    ] == []


def test_transparency_stays_and_small_ones_are_exact() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (300, 20), (10, 200, 30, 40)).save(written, "PNG")
    with Image.open(io.BytesIO(pictures.remake(written.getvalue()).content)) as kept:
        assert (kept.mode, kept.getpixel((5, 5))) == ("RGBA", (10, 200, 30, 40))
    with Image.open(io.BytesIO(pictures.remake(drawn((64, 64))).content)) as kept:
        assert kept.tobytes() == Image.linear_gradient("L").resize((64, 64)).convert("RGB").tobytes()


def test_of_a_moving_one_the_first_frame() -> None:
    frames = [Image.new("P", (30, 30), colour) for colour in (0, 1, 2)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(pictures.remake(written.getvalue()).content)) as kept:
        assert getattr(kept, "n_frames", 1) == 1


# When ---------------------------------------------------------------------------------------------


def test_it_is_tried_again_after_a_minute_ten_and_an_hour(server: Scripted, desk: Desk) -> None:
    server.routes["GET /a.png"] = Say(b"", 503)
    picture = hear_picture(desk, f"{server.url}/a.png")
    waits = []
    for _ in range(3):
        before = timezone.now()
        assert pictures.fetch_next() is True
        picture.refresh_from_db()
        assert picture.fetch_at is not None
        waits.append(round((picture.fetch_at - before) / MINUTE))
        assert pictures.fetch_next() is False
        Picture.objects.update(fetch_at=timezone.now())
    assert waits == [1, 10, 60]
    assert pictures.fetch_next() is True
    picture.refresh_from_db()
    assert (picture.state, picture.reason, picture.fetch_at) == ("refused", "server_error", None)
    assert len(server.seen) == 4


def test_a_server_that_names_a_time_is_not_asked_before(server: Scripted, desk: Desk) -> None:
    server.routes["GET /a.png"] = Say(b"", 429, {"Retry-After": "7200"})
    before = timezone.now()
    picture = fetched(desk, f"{server.url}/a.png")
    assert picture.fetch_at is not None
    assert round((picture.fetch_at - before) / MINUTE) == 120


def test_a_picture_that_ends_its_workers_is_given_up(server: Scripted, desk: Desk) -> None:
    hear_picture(desk, f"{server.url}/a.png")
    Picture.objects.update(attempts_count=4)
    assert pictures.fetch_next() is True
    assert list(Picture.objects.values_list("state", "reason")) == [("refused", "gave_up")]
    assert server.seen == []


def test_slow_servers_hold_one_thread_at_most(server: Scripted, desk: Desk) -> None:
    hear_picture(desk, f"{server.url}/a.png")
    with pictures.ONE_AT_A_TIME:
        assert pictures.fetch_next() is False
    assert pictures.fetch_next() is True


# Edited and deleted -------------------------------------------------------------------------------


def test_it_goes_away_with_its_post(server: Scripted, desk: Desk) -> None:
    picture = fetched(desk, f"{server.url}/a.png")
    assert len(files()) == 1
    listen.withdraw(desk.channel, ["1"], timezone.now())
    assert (Picture.objects.count(), files()) == (0, [])
    assert signed_in(desk.anna).get(f"/media/{picture.pk}/").status_code == 404


def test_a_post_withdrawn_while_its_picture_travels_leaves_nothing(server: Scripted, desk: Desk) -> None:
    hear_picture(desk, f"{server.url}/a.png")
    held = pictures._claim(timezone.now())
    assert held is not None
    listen.withdraw(desk.channel, ["1"], timezone.now())
    pictures._keep(held, pictures.remake(drawn()), timezone.now())
    assert (Picture.objects.count(), files()) == (0, [])
    assert Event.objects.filter(kind="pictured").count() == 0


def test_an_edit_replaces_what_changed(server: Scripted, desk: Desk) -> None:
    first = shown(said("1", "Schau:"), f"{server.url}/a.png")
    hear(desk.channel, first)
    pictures.fetch_next()
    kept = Picture.objects.get()
    hear(desk.channel, edited(first, "Schaut:", MINUTE))
    assert Picture.objects.get() == kept
    hear(desk.channel, shown(edited(first, "Schaut hier:", 2 * MINUTE), f"{server.url}/b.png"))
    fresh = Picture.objects.get()
    assert (fresh.state, fresh.url, files()) == (PictureState.WAITING, f"{server.url}/b.png", [])
    hear(desk.channel, shown(edited(first, "Nichts", 3 * MINUTE)))
    assert Picture.objects.count() == 0


# Who may see it -----------------------------------------------------------------------------------


def test_it_is_served_as_what_it_is(server: Scripted, desk: Desk) -> None:
    picture = fetched(desk, f"{server.url}/a.png")
    response = signed_in(desk.anna).get(f"/media/{picture.pk}/")
    content = b"".join(response)  # reading to its end closes it
    assert content == files()[0].read_bytes()
    names = ("Content-Type", "Cache-Control", "X-Content-Type-Options")
    assert [response[name] for name in names] == ["image/webp", "private, max-age=600", "nosniff"]
    assert "img-src 'self'" in response["Content-Security-Policy"]


def test_only_those_who_see_the_conversation(server: Scripted, desk: Desk) -> None:
    picture = fetched(desk, f"{server.url}/a.png")
    address = f"/media/{picture.pk}/"
    assert Client().get(address).status_code == 302
    Team.objects.get().agents.remove(desk.ben)
    seen = {}
    for agent in (desk.anna, desk.ben, desk.clara):
        response = signed_in(agent).get(address)
        seen[agent.username] = (
            response.status_code,
            b"".join(response)[8:12] * (response.status_code == 200),
        )
    assert seen == {"anna": (200, b"WEBP"), "ben": (404, b""), "clara": (200, b"WEBP")}
    files()[0].unlink()
    assert signed_in(desk.anna).get(address).status_code == 404


def test_what_stands_beside_a_conversation_is_seen_with_it(server: Scripted, desk: Desk) -> None:
    context = shown(said("1", "Bei mir sieht es so aus", OTTO, addressed=False), f"{server.url}/a.png")
    question = said("2", "Und bei mir?", ADA, to=context)
    hear(desk.channel, context, question)
    pictures.fetch_next()
    picture = Picture.objects.get()
    talk = conversation_of(question)
    assert list(Event.objects.filter(kind="pictured").values_list("conversation", flat=True)) == [talk.pk]
    assert f'<img src="/media/{picture.pk}/"' in page_of(desk.anna, talk)
    response = signed_in(desk.anna).get(f"/media/{picture.pk}/")
    assert (response.status_code, b"".join(response)[8:12]) == (200, b"WEBP")
    Team.objects.get().agents.remove(desk.anna)
    assert signed_in(desk.anna).get(f"/media/{picture.pk}/").status_code == 404


def test_a_picture_not_here_yet_has_no_address(server: Scripted, desk: Desk) -> None:
    picture = hear_picture(desk, f"{server.url}/a.png")
    assert signed_in(desk.anna).get(f"/media/{picture.pk}/").status_code == 404
