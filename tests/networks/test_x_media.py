"""Files on their way to X: in pieces, with the wait, described; and what stops them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from resonanz.networks import Gone, NetworkError, Refused, Temporary
from resonanz.networks.x import X
from resonanz.networks.x_media import PIECE
from resonanz.post import Attachment, Audience, Delivery, Draft, MediaKind
from tests.networks.scripted import Say
from tests.networks.x_world import ME, MIRA, NOW, Wallet, credentials, id_at, running_x, sent_body

if TYPE_CHECKING:
    from tests.networks.scripted import Scripted

START, APPEND, END = (f"POST /2/media/upload/{path}" for path in ("initialize", "71/append", "71/finalize"))
STATUS, ALT, POST = "GET /2/media/upload", "POST /2/media/metadata", "POST /2/tweets"
TALK = f"{ME}-{MIRA}"


def picture(size: int = 10, **more: Any) -> Attachment:
    known = {"kind": MediaKind.IMAGE, "content_type": "image/png", "content": b"p" * size}
    return Attachment(**(known | more))


def film(size: int = 10) -> Attachment:
    return picture(size, kind=MediaKind.VIDEO, content_type="video/mp4")


def delivery(*media: Attachment, audience: Audience = Audience.PUBLIC) -> Delivery:
    draft = Draft(text="Hier.", audience=audience, media=media)
    answers = f"dm:{TALK}:1" if audience is Audience.DIRECT else None
    return Delivery(key=UUID(int=3), draft=draft, created_at=NOW, answers=answers)


def looking(state: str, **more: Any) -> Say:
    return Say({"data": {"id": "71", "processing_info": {"state": state} | more}})


def routes() -> dict[str, Any]:
    return {
        START: Say({"data": {"id": "71", "media_key": "3_71"}}),
        APPEND: Say({"data": {"expires_at": 1}}),
        END: Say({"data": {"id": "71", "size": 10}}),
        ALT: Say({"data": {"id": "71"}}),
        POST: Say({"data": {"id": id_at(1), "text": "Hier. https://t.co/x"}}, 201),
    }


class Watch:
    """A clock that goes on when somebody waits."""

    def __init__(self) -> None:
        self.now, self.waited = 0.0, list[float]()

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


def desk(script: Scripted, watch: Watch | None = None, **more: Any) -> X:
    watch = watch or Watch()
    return X(credentials(script, **more), clock=lambda: NOW, running=lambda: watch.now, pause=watch.pause)


def test_a_picture_is_brought_described_and_shown() -> None:
    wallet = Wallet()
    with running_x(**routes()) as script:
        sent = desk(script, purse=wallet).send(delivery(picture(alt="Ein Plan.")))
    assert sent_body(script, "POST", "/2/tweets") == {"text": "Hier.", "media": {"media_ids": ["71"]}}
    assert sent_body(script, "POST", "/2/media/upload/initialize") == {
        "media_category": "tweet_image",
        "media_type": "image/png",
        "total_bytes": 10,
    }
    alt = {"id": "71", "metadata": {"alt_text": {"text": "Ein Plan."}}}
    assert sent_body(script, "POST", "/2/media/metadata") == alt
    assert (sent.post.text, [call for call, _ in wallet.calls]) == ("Hier.", ["profile", "upload", "send"])


def test_a_film_goes_in_pieces_and_is_waited_for() -> None:
    watch = Watch()
    with running_x(**routes()) as script:
        script.routes[END] = looking("pending", check_after_secs=3)
        script.routes[STATUS] = [looking("in_progress", check_after_secs=90), looking("succeeded")]
        desk(script, watch).send(delivery(film(2 * PIECE + 1)))
        pieces = [body for how, path, _, _, body in script.seen if path.endswith("append")]
        status = dict(script.asked("GET", "/2/media/upload")[0])
    assert (len(pieces), watch.waited) == (3, [3.0, 5.0])
    assert [
        f'name="segment_index"\r\n\r\n{number}\r\n'.encode() in body for number, body in enumerate(pieces)
    ] == [
        True,
        True,
        True,
    ]
    assert status == {"command": "STATUS", "media_id": "71"}
    assert sum(body.count(b"p" * 1000) for body in pieces) == 2 * PIECE // 1000


def test_what_was_brought_is_not_brought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_x(**routes()) as script:
        script.routes[POST] = [Say({}, 429), Say({"data": {"id": "5"}}, 201), Say({"data": {"id": "6"}}, 201)]
        x = desk(script)
        with pytest.raises(Temporary):
            x.send(delivery(picture()))
        x.send(delivery(picture()))
        assert len([1 for _, path, *_ in script.seen if path.endswith("initialize")]) == 1
        monkeypatch.setattr("resonanz.networks.x_media.BROUGHT_KEPT", 0)
        x.send(delivery(picture(), picture()))
        x.send(delivery(picture()))
    assert len([1 for _, path, *_ in script.seen if path.endswith("initialize")]) == 3


def test_a_file_in_a_message() -> None:
    with running_x(**routes()) as script:
        path = f"/2/dm_conversations/{TALK}/messages"
        script.routes[f"POST {path}"] = Say({"data": {"dm_conversation_id": TALK, "dm_event_id": "9"}}, 201)
        desk(script).send(delivery(picture(), audience=Audience.DIRECT))
        assert sent_body(script, "POST", path) == {"text": "Hier.", "attachments": [{"media_id": "71"}]}
        assert sent_body(script, "POST", "/2/media/upload/initialize")["media_category"] == "dm_image"
        with pytest.raises(Refused) as many:
            desk(script).send(delivery(picture(), picture(), audience=Audience.DIRECT))
    assert (many.value.code, many.value.facts["limit"]) == ("too_many_files", 1)


@pytest.mark.parametrize(
    ("media", "code"),
    [
        ([picture()] * 5, "too_many_files"),
        ([film(), picture()], "too_many_files"),
        ([picture(5_000_001)], "file_too_large"),
        ([picture(15_000_001, kind=MediaKind.GIF, content_type="image/gif")], "file_too_large"),
        ([picture(content_type="image/svg+xml")], "file_refused"),
        ([picture(kind=MediaKind.AUDIO, content_type="audio/mpeg")], "file_refused"),
        ([picture(), picture(alt="x" * 1001)], "alt_too_long"),
    ],
)
def test_what_x_does_not_take_is_not_sent(media: list[Attachment], code: str) -> None:
    with running_x(**routes()) as script:
        with pytest.raises(Refused) as refused:
            desk(script).send(delivery(*media))
        assert [how for how, *_ in script.seen] == ["GET"]
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("where", "said", "kind", "code"),
    [
        (START, Say({"detail": "no"}, 400), Refused, "file_refused"),
        (APPEND, Say({}, 413), Refused, "file_too_large"),
        (APPEND, Say({}, 404), Temporary, "overloaded"),
        (END, looking("failed", error={"message": "unsupported codec"}), Refused, "file_refused"),
        (END, looking("pending", check_after_secs=900), Temporary, "overloaded"),
        (START, Say({}, 500), Temporary, "unreachable"),
        (START, Say([], 200), Temporary, "unreachable"),
        (ALT, Say({}, cut=True), Temporary, "unreachable"),
        (START, Say({"detail": "scope media.write"}, 403), Refused, "scope_missing"),
        (
            START,
            Say({"type": "https://api.x.com/2/problems/client-forbidden"}, 403),
            Refused,
            "not_allowed_here",
        ),
    ],
)
def test_what_goes_wrong_with_a_file_publishes_nothing(
    where: str, said: Say, kind: type[NetworkError], code: str
) -> None:
    watch = Watch()
    with running_x(**routes()) as script:
        script.routes |= {where: said, STATUS: looking("in_progress", check_after_secs=900)}
        with pytest.raises(kind) as error:
            desk(script, watch).send(delivery(picture(alt="Ein Plan.")))
        assert [path for _, path, *_ in script.seen if path == "/2/tweets"] == []
    assert (error.value.code, isinstance(error.value, Gone)) == (code, False)


def test_older_answers_without_a_frame_are_read() -> None:
    with running_x(**routes()) as script:
        script.routes |= {START: Say({"id": "71"}), END: Say(json.loads('{"id": "71"}'))}
        desk(script).send(delivery(picture()))
    assert sent_body(script, "POST", "/2/tweets")["media"] == {"media_ids": ["71"]}
