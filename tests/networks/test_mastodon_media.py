"""Files and reactions on Mastodon: brought before the one attempt, found again, never half published."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from resonanz.networks import (
    Boost,
    Credentials,
    DeletePost,
    Favourite,
    Gone,
    LoginNeeded,
    LookUpPosts,
    NetworkError,
    Refused,
    Temporary,
    Unboost,
    Unclear,
    Unfavourite,
)
from resonanz.networks import mastodon_media as media_room
from resonanz.networks.mastodon import Mastodon, connect
from resonanz.post import Attachment, Audience, Delivery, Draft, Limits, MediaKind, Page
from tests.networks.proxy import running_proxy
from tests.networks.scripted import Say, Scripted, running_script
from tests.simulator.running import RunningSimulator, running_simulator
from tests.simulator.test_uploads import picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.networks.servers import MockServer, Person

PHOTO = Attachment(
    kind=MediaKind.IMAGE, content=picture(), content_type="image/png", name="sieb.png", alt="Das Sieb"
)
FILM = Attachment(kind=MediaKind.VIDEO, content=b"film", content_type="video/mp4")
US = {"id": "1", "acct": "nordwind", "url": "https://social.example/@nordwind"}
POST = ("POST", "/api/v1/statuses")
BRING = ("POST", "/api/v2/media")
DESK, CUSTOMER = "nordlicht_hilft", "frauke_m"


def a_delivery(*media: Attachment, text: str = "So geht das:", **more: Any) -> Delivery:
    audience = more.pop("audience", Audience.PUBLIC)
    draft = Draft(text=text, audience=audience, media=media)
    return Delivery(key=uuid4(), draft=draft, created_at=datetime.now(UTC), **more)


def alts(page: Page) -> list[list[str]]:
    return [[medium.alt for medium in item.post.media] for item in page.sightings]


# On the mock by others


@pytest.mark.servers
def test_a_reply_with_two_pictures(brand: Person, customer: Person) -> None:
    asked = customer.app.status_post(f"@{brand.name} Wo ist das Sieb?")
    delivery = a_delivery(
        PHOTO, replace(PHOTO, alt="Und der Deckel"), answers=str(asked.id), named=(customer.name,)
    )
    sent = brand.desk.send(delivery)
    assert [(m.kind, m.alt) for m in sent.post.media] == [
        (MediaKind.IMAGE, "Das Sieb"),
        (MediaKind.IMAGE, "Und der Deckel"),
    ]
    assert httpx.get(sent.post.media[0].url).content == PHOTO.content
    (seen,) = customer.app.status_context(asked.id).descendants
    assert [m.description for m in seen.media_attachments] == ["Das Sieb", "Und der Deckel"]
    assert brand.desk.find_sent(delivery) == sent


@pytest.mark.servers
def test_a_lost_answer_with_a_picture_is_found_again(
    mock_server: MockServer, brand: Person, customer: Person
) -> None:
    delivery = a_delivery(PHOTO)
    with running_proxy(mock_server.url) as proxy:
        desk = connect(replace(brand.credentials, base_url=proxy.url))
        proxy.lose.append(POST)
        with pytest.raises(Unclear):
            desk.send(delivery)
        assert (proxy.seen.count(POST), proxy.seen.count(BRING)) == (1, 1)
        brand.app.status_post("So geht das:")  # the same words without the picture are another post
        found = desk.find_sent(delivery)
    assert found is not None
    assert [m.alt for m in found.post.media] == ["Das Sieb"]


@pytest.mark.servers
@pytest.mark.parametrize(
    ("effect", "error", "code"),
    [
        ({"type": "status", "status": 503}, Temporary, "unreachable"),
        ({"type": "malformed"}, Temporary, "unreachable"),
        ({"type": "ratelimit"}, Temporary, "rate_limited"),
        (
            {"type": "status", "status": 422, "body": {"error": "File is odd"}},
            Refused,
            "file_refused",
        ),
        ({"type": "status", "status": 413}, Refused, "file_too_large"),
        ({"type": "status", "status": 401}, LoginNeeded, "token_revoked"),
    ],
)
def test_a_failed_upload_published_nothing(
    mock_server: MockServer, brand: Person, effect: dict[str, Any], error: type[NetworkError], code: str
) -> None:
    desk = brand.desk
    with mock_server.fault(methods=["POST"], path="/api/v2/media", **effect), pytest.raises(error) as failed:
        desk.send(a_delivery(PHOTO))
    assert (failed.value.code, failed.value.acted) == (code, False)
    assert brand.app.account_statuses(brand.native_id) == []


@pytest.mark.servers
def test_reactions_and_their_undoing(brand: Person, customer: Person) -> None:
    desk, praise = brand.desk, customer.app.status_post(f"@{brand.name} Toll gemacht!")
    native_id = str(praise.id)
    cursor = desk.read("").cursor
    for _ in range(2):
        assert [desk.act(Favourite(native_id)), desk.act(Boost(native_id))] == [None, None]
    seen = brand.app.status(praise.id)
    assert (seen.favourites_count, seen.reblogs_count, seen.favourited) == (1, 1, True)
    assert desk.read(cursor).sightings == ()  # a boost is no answer
    assert desk.find_sent(a_delivery(text="")) is None
    for _ in range(2):
        assert [desk.act(Unfavourite(native_id)), desk.act(Unboost(native_id))] == [None, None]
    seen = brand.app.status(praise.id)
    assert (seen.favourites_count, seen.reblogs_count) == (0, 0)
    customer.app.status_delete(praise.id)
    assert desk.act(Unfavourite(native_id)) is None
    assert desk.act(Unboost(native_id)) is None
    for action in (Favourite(native_id), Boost(native_id)):
        with pytest.raises(Gone):
            desk.act(action)


@pytest.mark.servers
def test_an_invitation_to_private_under_a_public_post(brand: Person, customer: Person) -> None:
    desk = brand.desk
    cursor = desk.read("").cursor
    asked = customer.app.status_post(f"@{brand.name} Wo bleibt meine Erstattung?")
    page = desk.read(cursor)
    invitation = desk.send(
        a_delivery(
            text="Hier können Sie privat antworten.",
            audience=Audience.DIRECT,
            answers=str(asked.id),
            named=(customer.name,),
        )
    )
    assert (invitation.post.audience, invitation.post.reply_to, invitation.post.root) == (
        Audience.DIRECT,
        asked.uri,
        asked.uri,
    )
    (notice,) = customer.app.notifications(types=["mention"])
    assert (str(notice.status.id), notice.status.visibility) == (invitation.native_id, "direct")
    customer.app.status_post(
        f"@{brand.name} Kundennummer folgt", visibility="direct", in_reply_to_id=invitation.native_id
    )
    heard = desk.read(page.cursor).sightings[-1]
    assert (heard.addressed, heard.post.audience) == (True, Audience.DIRECT)
    assert (heard.post.reply_to, heard.post.root) == (invitation.post.uri, asked.uri)


# On the simulated network


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


def at_desk(simulator: RunningSimulator, pauses: list[float] | None = None) -> Mastodon:
    credentials = Credentials(
        base_url=simulator.base_url, secret={"access_token": simulator.tokens[DESK]}, simulated=True
    )
    return Mastodon(credentials, pause=(pauses if pauses is not None else []).append)


def test_a_film_is_waited_for(simulator: RunningSimulator) -> None:
    simulator.settings(slow_media=7)
    pauses: list[float] = []
    sent = at_desk(simulator, pauses).send(a_delivery(FILM))
    assert [m.kind for m in sent.post.media] == [MediaKind.VIDEO]
    assert pauses == [0.5, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0]


def test_what_is_brought_already_is_not_brought_again(simulator: RunningSimulator) -> None:
    desk, delivery = at_desk(simulator), a_delivery(PHOTO)
    simulator.fault("ratelimit", method="POST", path_prefix="/api/v1/statuses")
    with pytest.raises(Temporary):
        desk.send(delivery)
    simulator.fault("status", method="POST", path_prefix="/api/v2/media", status=500)
    assert [m.alt for m in desk.send(delivery).post.media] == ["Das Sieb"]


def test_the_simulated_network_deletes_what_we_take_back(simulator: RunningSimulator) -> None:
    desk = at_desk(simulator)
    sent = desk.send(a_delivery(PHOTO))
    assert desk.act(DeletePost(sent.native_id)) is None
    assert desk.act(DeletePost(sent.native_id)) is None
    assert simulator.state()["statuses"] == []
    gone = desk.act(LookUpPosts((sent.native_id,)))
    assert isinstance(gone, Page)
    assert gone.gone == (sent.native_id,)


def test_the_simulated_customer_goes_on_in_private(simulator: RunningSimulator) -> None:
    desk = at_desk(simulator)
    asked = simulator.say(CUSTOMER, f"@{DESK} Wo bleibt meine Erstattung?")
    page = desk.read("")
    invitation = a_delivery(
        text="Hier geht es privat weiter.",
        audience=Audience.DIRECT,
        answers=asked["id"],
        named=(CUSTOMER,),
    )
    sent = desk.send(invitation)
    assert desk.find_sent(invitation) == sent
    stranger = httpx.get(f"{simulator.base_url}/api/v1/statuses/{sent.native_id}")
    assert stranger.status_code == 404
    simulator.say(CUSTOMER, f"@{DESK} Gern.", visibility="direct", in_reply_to=sent.native_id)
    heard = desk.read(page.cursor).sightings[-1]
    assert (heard.addressed, heard.post.audience) == (True, Audience.DIRECT)
    assert (heard.post.reply_to, heard.post.root) == (sent.post.uri, asked["uri"])


# Servers in their own way


def status(**more: Any) -> dict[str, Any]:
    made = {"id": "9", "uri": "https://social.example/s/9", "account": US, "visibility": "public"}
    return made | {"created_at": "2026-03-02T09:00:00Z", "content": "<p>So geht das:</p>"} | more


def routes(**changed: Any) -> dict[str, Any]:
    plain = {
        "GET /api/v1/accounts/verify_credentials": Say(US),
        "GET /api/v2/instance": Say({"domain": "social.example"}),
        "POST /api/v1/statuses": Say(status()),
    }
    return plain | changed


def connected(script: Scripted, **how: Any) -> Mastodon:
    credentials = Credentials(base_url=script.url, secret={"access_token": "geheim"}, simulated=True)
    return Mastodon(credentials, **{"pause": lambda _: None} | how)


def published(script: Scripted) -> list[Any]:
    return [json.loads(body) for how, where, _, _, body in script.seen if (how, where) == POST]


def test_an_older_server_takes_files_at_the_older_place() -> None:
    with running_script(routes(**{"POST /api/v1/media": Say({"id": "5"})})) as script:
        connected(script).send(a_delivery(PHOTO))
        assert [sent["media_ids"] for sent in published(script)] == [["5"]]
        body = next(body for how, where, _, _, body in script.seen if where == "/api/v1/media")
    assert (body.count(b'filename="sieb.png"'), body.count(b"Das Sieb"), body.count(PHOTO.content)) == (
        1,
        1,
        1,
    )


def test_a_server_without_a_place_for_files() -> None:
    with running_script(routes()) as script:
        with pytest.raises(Refused) as failed:
            connected(script).send(a_delivery(FILM))
        assert (failed.value.code, published(script)) == ("not_allowed_here", [])


def test_a_file_that_never_gets_ready_is_not_waited_for_without_end() -> None:
    looking = {"POST /api/v2/media": Say({"id": "5"}, 202), "GET /api/v1/media/5": Say({"id": "5"}, 206)}
    now = [0.0]

    def pause(seconds: float) -> None:
        now[0] += seconds

    delivery = a_delivery(FILM)
    with running_script(routes(**looking)) as script:
        desk = connected(script, clock=lambda: now[0], pause=pause)
        with pytest.raises(Temporary) as late:
            desk.send(delivery)
        assert (late.value.code, published(script)) == ("overloaded", [])
        assert media_room.BRING_SECONDS < now[0] < media_room.BRING_SECONDS + 4
        script.routes["GET /api/v1/media/5"] = Say({"id": "5"})
        desk.send(delivery)
        assert [sent["media_ids"] for sent in published(script)] == [["5"]]
        assert len(script.asked(*BRING)) == 1


def test_too_late_is_not_published_even_if_all_files_are_there() -> None:
    now = iter([0.0, 61.0])
    with running_script(routes(**{"POST /api/v2/media": Say({"id": "5"})})) as script:
        with pytest.raises(Temporary) as late:
            connected(script, clock=lambda: next(now, 61.0)).send(a_delivery(PHOTO))
        assert (late.value.code, published(script)) == ("overloaded", [])


def test_a_file_that_the_server_threw_away_is_brought_anew() -> None:
    ways = {"POST /api/v2/media": [Say({"id": "5"}), Say({"id": "6"})]}
    busy = Say({"error": "slow down"}, 429)
    with running_script(routes(**ways, **{"POST /api/v1/statuses": [busy, Say(status())]})) as script:
        desk, delivery = connected(script), a_delivery(PHOTO)
        with pytest.raises(Temporary):
            desk.send(delivery)
        with pytest.raises(Temporary) as lost:
            desk.send(delivery)  # 5 is no longer there
        desk.send(delivery)
        assert (lost.value.code, [sent["media_ids"] for sent in published(script)]) == (
            "overloaded",
            [["5"], ["6"]],
        )


def test_a_file_that_turned_out_to_be_broken() -> None:
    broken = {
        "POST /api/v2/media": Say({"id": "5"}, 202),
        "GET /api/v1/media/5": Say({"error": "Error processing"}, 422),
    }
    with running_script(routes(**broken)) as script:
        with pytest.raises(Refused) as refused:
            connected(script).send(a_delivery(PHOTO, PHOTO))
        error = refused.value
        assert (error.code, error.reason, error.facts) == ("file_refused", "Error processing", {"file": 1})
        assert published(script) == []


@pytest.mark.parametrize(
    ("media", "code", "facts"),
    [
        ((PHOTO, PHOTO, PHOTO), "too_many_files", {"limit": 2, "count": 3}),
        (
            (PHOTO, replace(PHOTO, content_type="image/tiff")),
            "file_refused",
            {"file": 2},
        ),
        ((replace(PHOTO, content=bytes(101)),), "file_too_large", {"limit": 100, "file": 1}),
        ((replace(FILM, content=bytes(201)),), "file_too_large", {"limit": 200, "file": 1}),
        ((replace(FILM, alt="ä" * 31),), "alt_too_long", {"limit": 30, "file": 1}),
    ],
)
def test_what_the_server_said_it_does_not_take_is_not_sent(
    media: tuple[Attachment, ...], code: str, facts: dict[str, int]
) -> None:
    configuration = {
        "statuses": {"max_media_attachments": 2},
        "media_attachments": {
            "supported_mime_types": ["image/png", "video/mp4", None],
            "image_size_limit": 100,
            "video_size_limit": 200,
            "description_limit": 30,
        },
    }
    about = Say({"domain": "social.example", "configuration": configuration})
    with running_script(routes(**{"GET /api/v2/instance": about})) as script:
        with pytest.raises(Refused) as refused:
            connected(script).send(a_delivery(*media))
        assert (refused.value.code, refused.value.facts) == (code, facts)
        assert script.asked(*BRING) == published(script) == []


def test_files_of_any_size_are_tried_where_nothing_is_known() -> None:
    limits = Limits(length=500)
    with running_script(routes(**{"POST /api/v2/media": Say({"id": "5"})})) as script:
        desk = connected(script)
        assert desk._uploads.bring(a_delivery(PHOTO), limits) == ["5"]


def test_only_so_many_files_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_room, "BROUGHT_KEPT", 1)
    taken = {"POST /api/v2/media": [Say({"id": str(number)}) for number in range(5, 9)]}
    with running_script(routes(**taken)) as script:
        desk, delivery = connected(script), a_delivery(PHOTO)
        for one in (delivery, a_delivery(PHOTO), delivery):
            desk.send(one)
        assert [sent["media_ids"] for sent in published(script)] == [["5"], ["6"], ["7"]]


def test_an_upload_is_never_redirected() -> None:
    moved = Say(None, 307, {"Location": "https://elsewhere.example/media"})
    with running_script(routes(**{"POST /api/v2/media": moved})) as script:
        with pytest.raises(Refused) as refused:
            connected(script).send(a_delivery(PHOTO))
        assert (refused.value.code, refused.value.acted, published(script)) == ("not_this_network", False, [])


@pytest.mark.parametrize("place", ["POST /api/v2/media", "POST /api/v1/statuses/8/favourite"])
def test_a_missing_right_concerns_this_one_thing_only(place: str) -> None:
    outside = Say({"error": "This action is outside the authorized scopes"}, 403)
    with running_script(routes(**{place: outside})) as script:
        desk = connected(script)
        with pytest.raises(Refused) as refused:
            desk.act(Favourite("8")) if "favourite" in place else desk.send(a_delivery(PHOTO))
        assert (refused.value.code, published(script)) == ("scope_missing", [])


def test_a_boost_in_the_own_timeline_is_no_delivery() -> None:
    boost = status(content="", reblog=status(id="8"), created_at="2031-01-01T00:00:00Z")
    own = {"GET /api/v1/accounts/1/statuses": [Say([boost]), Say([])]}
    with running_script(routes(**own)) as script:
        delivery = replace(a_delivery(text=""), key=UUID(int=1))
        assert connected(script).find_sent(delivery) is None
