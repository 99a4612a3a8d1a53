"""Files on the simulated X: in pieces, at once, looked at for a while, shown and forgotten."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.x.conftest import CUSTOMER, Caller, caller

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator, Steered

FILM = {"media_category": "tweet_video", "media_type": "video/mp4", "total_bytes": 4}


def begun(desk: Caller, **more: Any) -> str:
    return str(desk.post("/2/media/upload/initialize", **(FILM | more))["data"]["id"])


def whole(desk: Caller, **more: Any) -> str:
    media_id = begun(desk, **more)
    desk.post(
        f"/2/media/upload/{media_id}/append", media=base64.b64encode(b"film").decode(), segment_index="0"
    )
    desk.http.post(f"/2/media/upload/{media_id}/finalize").raise_for_status()
    return media_id


def state(desk: Caller, media_id: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.get("/2/media/upload", media_id=media_id, command="STATUS")["data"]
    return found


def test_a_film_is_looked_at(x: Steered, desk: Caller) -> None:
    media_id = begun(desk)
    assert state(desk, media_id)["processing_info"] == {"state": "pending", "check_after_secs": 1}
    media_id = whole(desk)
    looking = state(desk, media_id)["processing_info"]
    assert (looking["state"], looking["check_after_secs"] > 0) == ("in_progress", True)
    body = {"text": "Film", "media": {"media_ids": [media_id]}}
    assert desk.refused("POST", "/2/tweets", json=body)[0] == 400
    assert desk.http.get(f"/x/files/{begun(desk)}").status_code == 404
    desk.http.post("/_sim/clock", json={"forward_s": 5})
    assert state(desk, media_id)["processing_info"] == {"state": "succeeded", "progress_percent": 100}
    said = desk.post("/2/tweets", **body)["data"]["id"]
    query = {"expansions": "attachments.media_keys", "media.fields": "variants,preview_image_url,type"}
    shown = desk.get(f"/2/tweets/{said}", **query)["includes"]["media"][0]
    assert (shown["type"], shown["media_key"]) == ("video", f"13_{media_id}")
    file = desk.http.get(shown["variants"][0]["url"])
    assert (file.content, file.headers["content-type"]) == (b"film", "video/mp4")
    found = [
        desk.get("/2/tweets/search/recent", query=q)["meta"]["result_count"]
        for q in ("film has:video_link", "film has:images", "film has:media")
    ]
    assert found == [1, 0, 1]


def test_files_belong_to_one_and_go_together(simulator: RunningSimulator, x: Steered, desk: Caller) -> None:
    x.order("settings", processing_s=0)
    film, gif = whole(desk), whole(desk, media_category="tweet_gif", media_type="image/gif")
    mixed = {"text": "Beides", "media": {"media_ids": [film, gif]}}
    assert (
        desk.refused("POST", "/2/tweets", json=mixed)[1] == "You may attach 4 photos, or 1 GIF, or 1 video."
    )
    other = caller(simulator, x.token(CUSTOMER))
    assert other.refused("POST", "/2/tweets", json={"text": "x", "media": {"media_ids": [film]}})[0] == 400
    assert other.refused("POST", f"/2/media/upload/{film}/finalize")[0] == 400
    desk.http.post("/_sim/clock", json={"forward_s": 86_500})
    assert desk.refused("POST", "/2/tweets", json={"text": "x", "media": {"media_ids": [film]}})[0] == 400


@pytest.mark.parametrize(
    "change",
    [
        {"media_category": "tweet_song"},
        {"total_bytes": 600 * 1024 * 1024},
        {"total_bytes": "viele"},
        {"media_type": ""},
    ],
)
def test_files_that_are_not_begun(desk: Caller, change: dict[str, Any]) -> None:
    assert desk.refused("POST", "/2/media/upload/initialize", json=FILM | change)[0] == 400


def test_pieces_that_are_none(desk: Caller) -> None:
    media_id = begun(desk)
    path = f"/2/media/upload/{media_id}/append"
    for body in (
        {"media": "ZmlsbQ==", "segment_index": "1000"},
        {"segment_index": "0"},
        {"media": "§", "segment_index": 0},
    ):
        assert desk.refused("POST", path, json=body)[0] == 400
    form = {"Content-Type": "multipart/form-data"}
    assert desk.refused("POST", path, content=b"", headers=form)[0] == 400
    assert (
        desk.refused("POST", f"/2/media/upload/{media_id}/finalize")[1]
        == "The file has 0 bytes instead of 4."
    )
    done = whole(desk)
    assert (
        desk.refused("POST", f"/2/media/upload/{done}/append", json={"media": "eA==", "segment_index": 0})[0]
        == 400
    )


def test_at_once(desk: Caller) -> None:
    body = {"media_category": "tweet_image", "media": base64.b64encode(b"png").decode()}
    assert desk.post("/2/media/upload", **body)["data"]["size"] == 3
    assert desk.refused("POST", "/2/media/upload", json={"media": "eA=="})[0] == 400
    large = base64.b64encode(b"x" * (5 * 1024 * 1024 + 1)).decode()
    assert desk.refused("POST", "/2/media/upload", json=body | {"media": large})[0] == 400


def test_a_description_has_an_end(desk: Caller) -> None:
    media_id = whole(desk, media_category="tweet_image", media_type="image/png")
    long = {"id": media_id, "metadata": {"alt_text": {"text": "ä" * 1001}}}
    assert desk.refused("POST", "/2/media/metadata", json=long)[0] == 400
    assert desk.post("/2/media/metadata", id=media_id)["data"]["associated_metadata"]["alt_text"] == {
        "text": ""
    }
