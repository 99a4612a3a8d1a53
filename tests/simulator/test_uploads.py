"""Files that go with a post: brought, looked at, shown with their description, gone with the post."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from resonanz.simulator.entities import MAX_IMAGE_BYTES
from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import RunningSimulator, running_simulator

if TYPE_CHECKING:
    from pathlib import Path

    from mastodon import Mastodon

FIELDS = ("id", "type", "url", "description")


def picture(colour: str = "teal") -> bytes:
    held = BytesIO()
    Image.new("RGB", (8, 6), colour).save(held, "PNG")
    return held.getvalue()


def signed(simulator: RunningSimulator, handle: str = DESK) -> dict[str, str]:
    return {"Authorization": f"Bearer {simulator.tokens[handle]}"}


def bring(
    simulator: RunningSimulator,
    content: bytes = b"",
    *,
    kind: str = "image/png",
    alt: str = "",
    handle: str = DESK,
) -> httpx.Response:
    return httpx.post(
        f"{simulator.base_url}/api/v2/media",
        files={"file": ("bild.png", content or picture(), kind)},
        data={"description": alt} if alt else {},
        headers=signed(simulator, handle),
    )


def ask(simulator: RunningSimulator, upload_id: str, handle: str = DESK) -> httpx.Response:
    return httpx.get(f"{simulator.base_url}/api/v1/media/{upload_id}", headers=signed(simulator, handle))


def post(simulator: RunningSimulator, *media: str, text: str = "Hier", **more: str) -> httpx.Response:
    body: dict[str, Any] = {"status": text, "media_ids": list(media), **more}
    return httpx.post(f"{simulator.base_url}/api/v1/statuses", json=body, headers=signed(simulator))


def test_the_official_client_sends_a_picture(simulator: RunningSimulator, desk: Mastodon) -> None:
    brought = desk.media_post(picture(), "image/png", description="So sitzt das Sieb", synchronous=True)
    said = desk.status_post("So geht das:", media_ids=[brought.id])
    (shown,) = said.media_attachments
    assert (shown.id, shown.type, shown.description) == (brought.id, "image", "So sitzt das Sieb")
    answer = httpx.get(shown.url)
    assert (answer.content, answer.headers["content-type"]) == (picture(), "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    (there,) = simulator.state()["statuses"]
    assert there["media"] == [{"kind": "image", "alt": "So sitzt das Sieb", "bytes": len(picture())}]


def test_a_picture_alone_needs_no_words(simulator: RunningSimulator) -> None:
    said = post(simulator, bring(simulator).json()["id"], text="").json()
    assert (said["content"], len(said["media_attachments"])) == ("", 1)


def test_a_film_is_looked_at_before_it_can_be_shown(simulator: RunningSimulator) -> None:
    answer = bring(simulator, b"film", kind="video/mp4", alt="Der Ablauf")
    brought = answer.json()
    assert (answer.status_code, brought["url"], brought["type"]) == (202, None, "video")
    assert httpx.get(f"{simulator.base_url}/media/uploads/{brought['id']}").status_code == 404
    early = post(simulator, brought["id"])
    assert (early.status_code, early.json()["error"]) == (
        422,
        "Validation failed: a file is still being looked at",
    )
    ready = ask(simulator, brought["id"])
    assert (ready.status_code, ready.json()["url"].rpartition("/")[2]) == (200, brought["id"])
    assert post(simulator, brought["id"]).status_code == 200
    assert ask(simulator, brought["id"]).status_code == 404


def test_a_slow_server_looks_at_pictures_too(simulator: RunningSimulator) -> None:
    assert simulator.settings(slow_media=3)["slow_media"] == 3
    brought = bring(simulator)
    upload_id = brought.json()["id"]
    asked = [ask(simulator, upload_id).status_code for _ in range(3)]
    assert (brought.status_code, asked) == (202, [206, 206, 200])


@pytest.mark.parametrize(
    ("content", "kind", "alt", "error"),
    [
        (b"<svg/>", "image/svg+xml", "", "Validation failed: files of this type are not taken"),
        (
            b"\0" * (MAX_IMAGE_BYTES + 1),
            "image/png",
            "",
            "Validation failed: the file is larger than 16 MiB",
        ),
        (b"x", "video/mp4", "ä" * 1501, "Validation failed: the description is longer than 1500"),
    ],
)
def test_files_that_are_not_taken(
    simulator: RunningSimulator, content: bytes, kind: str, alt: str, error: str
) -> None:
    answer = bring(simulator, content, kind=kind, alt=alt)
    assert (answer.status_code, answer.json()) == (422, {"error": error})


def test_forms_that_bring_nothing(simulator: RunningSimulator) -> None:
    address, head = f"{simulator.base_url}/api/v1/media", signed(simulator)
    none = httpx.post(address, files={"other": ("x", b"x", "image/png")}, headers=head)
    assert (none.status_code, none.json()["error"]) == (422, "Validation failed: the file is missing")
    for wrong in ("application/json", "multipart/form-data"):
        answer = httpx.post(address, content=b"--x", headers=head | {"Content-Type": wrong})
        assert (answer.status_code, answer.json()["error"]) == (400, "The body is no form with a file")
    assert httpx.post(address, files={"file": ("x", b"x", "image/png")}).status_code == 401


def test_what_a_post_cannot_show(simulator: RunningSimulator) -> None:
    mine = [bring(simulator).json()["id"] for _ in range(5)]
    film = bring(simulator, b"film", kind="video/mp4").json()["id"]
    sound = bring(simulator, b"ton", kind="audio/ogg").json()["id"]
    moving = bring(simulator, b"gif", kind="image/gif").json()
    for upload_id in (film, sound):
        ask(simulator, upload_id)
    foreign = bring(simulator, handle=CUSTOMER).json()["id"]
    assert ask(simulator, foreign).status_code == 404
    many = "Validation failed: a post takes 4 pictures, or one other file"
    not_there = "Validation failed: a file is not there, or belongs to another post"
    assert post(simulator, *mine).json() == {"error": many}
    assert post(simulator, mine[0], film).json() == {"error": many}
    assert post(simulator, film, sound).json() == {"error": many}
    assert post(simulator, foreign).json() == {"error": not_there}
    assert simulator.state()["statuses"] == []
    assert post(simulator, *mine[:4]).status_code == 200
    assert post(simulator, mine[0]).json() == {"error": not_there}
    assert (moving["type"], post(simulator, moving["id"]).status_code) == ("gifv", 200)


def test_files_go_with_their_post(simulator: RunningSimulator, desk: Mastodon) -> None:
    brought = bring(simulator, alt="Etikett").json()
    said = post(simulator, brought["id"]).json()
    assert desk.status_delete(said["id"]).media_attachments == []
    assert httpx.get(brought["url"]).status_code == 404


def test_pages_show_files_with_their_words(simulator: RunningSimulator) -> None:
    post(simulator, bring(simulator, alt='Ein "Sieb" & Deckel').json()["id"])
    film = bring(simulator, b"film", kind="video/mp4", alt="Der Ablauf").json()["id"]
    sound = bring(simulator, b"ton", kind="audio/ogg").json()["id"]
    for upload_id in (film, sound):
        ask(simulator, upload_id)
        post(simulator, upload_id)
    page = httpx.get(f"{simulator.base_url}/", headers={"Accept-Language": "de"})
    words = "Ein &quot;Sieb&quot; &amp; Deckel"
    assert page.text.count(f'alt="{words}"') == 1
    assert page.text.count(f'<figcaption aria-hidden="true">{words}</figcaption>') == 1
    assert page.text.count('<video class="photo"') == page.text.count('aria-label="Der Ablauf"') == 1
    assert page.text.count('<audio class="photo"') == page.text.count(">ohne Beschreibung<") == 1
    assert page.headers["content-security-policy"].count("media-src 'self'") == 1


def test_files_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with running_simulator(state_file=state) as running:
        upload_id = bring(running, alt="Etikett").json()["id"]
        post(running, upload_id)
    with running_simulator(state_file=state) as running:
        (there,) = running.state()["statuses"]
        assert [file["alt"] for file in there["media"]] == ["Etikett"]
        assert httpx.get(f"{running.base_url}/media/uploads/{upload_id}").content == picture()


def test_faults_meet_files_too(simulator: RunningSimulator) -> None:
    simulator.fault("status", method="POST", path_prefix="/api/v2/media", status=503)
    assert bring(simulator).status_code == 503
    assert bring(simulator).status_code == 200
