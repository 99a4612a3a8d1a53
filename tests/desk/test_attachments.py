"""Pictures that go out: made new without metadata, described, ordered, within what the network takes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from resonanz.desk import care, media_files, outbox
from resonanz.desk.care import attachments
from resonanz.desk.limits import limits_row
from resonanz.desk.models import Attachment, Unsent
from resonanz.post import Limits, MediaKind
from tests.cast import Desk

if TYPE_CHECKING:
    from resonanz.desk.models import Conversation
    from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = 0x8825  # Exif 2.32, "GPS Info IFD Pointer"
FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64


def photo(size: tuple[int, int] = (1200, 800), form: str = "JPEG", mode: str = "RGB") -> bytes:
    exif = Image.Exif()
    exif[PLACE] = {1: "N", 2: (51.0, 20.0, 11.0)}
    exif[0x010F] = "Kamera"
    written = io.BytesIO()
    colour = (0, 120, 120, 128) if mode == "RGBA" else (0, 120, 120)
    Image.new(mode, size, colour).save(written, form, exif=exif)
    return written.getvalue()


def kept(attached: Attachment) -> Image.Image:
    return Image.open(io.BytesIO(media_files.path_of(attached.file).read_bytes()))


def limited(case: Conversation, **limits: object) -> Conversation:
    case.channel.limits = limits_row(Limits(length=500, **limits))  # type: ignore[arg-type]
    case.channel.save()
    return case


def test_a_photo_loses_its_place_and_its_camera(case: Conversation, desk: Desk) -> None:
    content = photo()
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(PLACE) != {}
    attached = attachments.attach(case, desk.anna, content, "C:\\fotos\\urlaub.jpeg")
    picture = kept(attached)
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (1200, 800), {})
    assert (attached.kind, attached.content_type) == (MediaKind.IMAGE, "image/jpeg")
    assert attached.name.endswith("urlaub.jpg")


@pytest.mark.parametrize(
    ("form", "mode", "becomes"),
    [("PNG", "RGBA", "image/png"), ("PNG", "RGB", "image/png"), ("WEBP", "RGB", "image/jpeg")],
)
def test_drawings_stay_sharp_and_others_become_what_networks_take(
    case: Conversation, desk: Desk, form: str, mode: str, becomes: str
) -> None:
    assert attachments.attach(case, desk.anna, photo((64, 64), form, mode), "x").content_type == becomes


def test_a_picture_too_large_for_the_network_is_made_smaller(case: Conversation, desk: Desk) -> None:
    noise = Image.effect_noise((1600, 1200), 90).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    attached = attachments.attach(limited(case, image_bytes=150_000), desk.anna, written.getvalue(), "n.png")
    assert attached.bytes_count <= 150_000
    assert attached.content_type == "image/jpeg"
    assert attached.width < 1600


def test_what_is_no_picture_is_refused(case: Conversation, desk: Desk) -> None:
    for content, code in [(b"<script>alert(1)</script>", "not_a_picture"), (b"", "not_a_picture")]:
        with pytest.raises(care.CareError, match=code):
            attachments.attach(case, desk.anna, content, "x.png")
    with pytest.raises(care.CareError, match="file_too_large"):
        attachments.attach(limited(case, video_bytes=10), desk.anna, FILM, "x.mp4")
    with pytest.raises(care.CareError, match="file_kind"):
        attachments.attach(limited(case, media_types=("image/png",)), desk.anna, FILM, "x.mp4")
    assert Attachment.objects.count() == 0


def test_a_film_goes_as_it_is(case: Conversation, desk: Desk) -> None:
    attached = attachments.attach(case, desk.anna, FILM, "film.mp4")
    assert (attached.kind, attached.content_type) == (MediaKind.VIDEO, "video/mp4")
    assert media_files.path_of(attached.file).read_bytes() == FILM


def test_they_go_out_in_order_with_their_descriptions(case: Conversation, desk: Desk, fake: World) -> None:
    first, second = (attachments.attach(case, desk.anna, photo((9, n)), f"{n}.jpg") for n in (9, 10))
    attachments.describe(first, desk.anna, "Ein  Karton")
    attachments.describe(second, desk.anna, "Ein Etikett")
    attachments.arrange(case, desk.anna, [second.pk, first.pk])
    attachments.attach(case, desk.ben, photo((5, 5)), "bens.jpg")
    care.reply(case, desk.anna, care.Reply(text="So sieht es aus."))
    outbox.deliver_next()
    (sent,) = fake.received
    assert [(file.alt, file.content_type) for file in sent.draft.media] == [
        ("Ein Etikett", "image/jpeg"),
        ("Ein Karton", "image/jpeg"),
    ]
    assert list(attachments.beside(case, desk.anna)) == []
    assert attachments.beside(case, desk.ben).count() == 1


def test_a_missing_description_is_asked_for_once(case: Conversation, desk: Desk) -> None:
    attachments.attach(case, desk.anna, photo(), "x.jpg")
    with pytest.raises(care.Stopped, match="alt_missing") as raised:
        care.reply(case, desk.anna, care.Reply(text="So sieht es aus."))
    despite = [stop.despite for stop in raised.value.stops]
    assert care.reply(case, desk.anna, care.Reply(text="So sieht es aus.", despite=despite)).pk


def test_taken_away_and_brought_back(case: Conversation, desk: Desk) -> None:
    limited(case, media_count=1)
    attached = attachments.attach(case, desk.anna, photo(), "x.jpg")
    with pytest.raises(care.CareError, match="too_many_files"):
        attachments.attach(case, desk.anna, photo(), "y.jpg")
    with pytest.raises(care.CareError, match="too_late"):
        attachments.detach(attached, desk.ben)
    attachments.detach(attached, desk.anna)
    assert list(attachments.beside(case, desk.anna)) == []
    attachments.put_back(attached, desk.anna)
    assert list(attachments.beside(case, desk.anna)) == [attached]
    with pytest.raises(care.CareError, match="alt_too_long"):
        attachments.describe(attached, desk.anna, "x" * 1501)


def test_undo_brings_words_and_pictures_back(case: Conversation, desk: Desk) -> None:
    attached = attachments.attach(case, desk.anna, photo(), "x.jpg")
    attachments.describe(attached, desk.anna, "Ein Karton")
    delivery = care.reply(case, desk.anna, care.Reply(text="So sieht es aus."))
    care.cancel(delivery, desk.anna)
    assert list(attachments.beside(case, desk.anna)) == [attached]
    assert Unsent.objects.get().text.startswith("So sieht es aus.")
