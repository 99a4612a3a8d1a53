"""The connector against the real package mastodon-mock; the official client plays the customer."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Queue
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from resonanz.networks import (
    NETWORKS,
    AcceptEverybody,
    DeletePost,
    Gone,
    LoginNeeded,
    LookUpPosts,
    LookUpProfile,
    Nudge,
    Policy,
    ReadPolicy,
    Refused,
    Temporary,
    Unclear,
)
from resonanz.networks.mastodon import begin_login, connect, finish_login, stream
from resonanz.post import Audience, Delivery, Draft, Limits, MediaKind, Page, Profile
from tests.networks.servers import MockServer, Person, free_port, running_mock

if TYPE_CHECKING:
    from pathlib import Path

    from resonanz.networks.mastodon import Mastodon

pytestmark = pytest.mark.servers

PIXEL = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)


def a_delivery(text: str, *, audience: Audience = Audience.PUBLIC, **more: Any) -> Delivery:
    return Delivery(
        key=uuid4(), draft=Draft(text=text, audience=audience), created_at=datetime.now(UTC), **more
    )


def texts(page: Page) -> list[str]:
    return [item.post.text for item in page.sightings]


def read_all(desk: Mastodon, cursor: str) -> tuple[list[Page], str]:
    pages = []
    more = True
    while more:
        pages.append(desk.read(cursor))
        cursor, more = pages[-1].cursor, pages[-1].more
    return pages, cursor


def test_a_mention_arrives_with_everything_a_reply_needs(brand: Person, customer: Person) -> None:
    desk = brand.desk
    start = desk.read("")
    assert (start.sightings, start.backfill, start.more) == ((), True, False)
    sent = customer.app.status_post(
        f"@{brand.name} Wo ist mein Paket?", language="de", spoiler_text="Lieferung"
    )
    page = desk.read(start.cursor)
    (heard,) = page.sightings
    assert (page.backfill, page.more, page.gone) == (False, False, ())
    assert (heard.native_id, heard.native_thread_id) == (str(sent.id), str(sent.id))
    assert (heard.addressed, heard.own) == (True, False)
    post = heard.post
    domain = brand.server.removeprefix("http://")
    assert post.text == f"@{brand.name} Wo ist mein Paket?"
    assert (post.uri, post.root, post.reply_to) == (sent.uri, sent.uri, None)
    assert (post.author.handle, post.author.name) == (f"{customer.name}@{domain}", customer.name)
    assert (post.audience, post.language, post.warning) == (Audience.PUBLIC, "de", "Lieferung")
    assert post.posted_at == sent.created_at
    profile = desk.act(LookUpProfile())
    assert isinstance(profile, Profile)
    assert post.mentioned == (profile.author.uid,)
    assert desk.read(page.cursor).sightings == ()


def test_a_new_channel_is_filled_from_the_newest_page(brand: Person, customer: Person) -> None:
    for number in range(3):
        customer.app.status_post(f"@{brand.name} Frage {number}")
    page = brand.desk.read("")
    assert page.backfill
    assert texts(page) == [f"@{brand.name} Frage {number}" for number in range(3)]
    assert brand.desk.read(page.cursor).sightings == ()


def test_a_thread_comes_with_its_parents_first(brand: Person, customer: Person) -> None:
    desk = brand.desk
    cursor = desk.read("").cursor
    root = brand.app.status_post("Heute neu: der Nachtzug nach Lissabon.")
    question = customer.app.status_post(f"@{brand.name} Mit Fahrrad?", in_reply_to_id=root.id)
    again = customer.app.status_post(f"@{brand.name} Und mit Hund?", in_reply_to_id=question.id)
    page = desk.read(cursor)
    assert [(item.native_id, item.own, item.addressed) for item in page.sightings] == [
        (str(root.id), True, False),
        (str(question.id), False, True),
        (str(again.id), False, True),
    ]
    assert {item.post.root for item in page.sightings} == {root.uri}
    assert {item.native_thread_id for item in page.sightings} == {str(root.id)}
    assert [item.post.reply_to for item in page.sightings] == [None, root.uri, question.uri]


def test_a_strangers_post_above_a_mention_is_heard_as_context(
    mock_server: MockServer, brand: Person, customer: Person
) -> None:
    stranger = mock_server.new_person("jonas")
    desk = brand.desk
    cursor = desk.read("").cursor
    said = stranger.app.status_post("Der Zug steht seit einer Stunde.")
    customer.app.status_post(f"@{brand.name} seht ihr das?", in_reply_to_id=said.id)
    first, second = desk.read(cursor).sightings
    assert (first.native_id, first.addressed, first.own) == (str(said.id), False, False)
    assert (second.addressed, second.post.root) == (True, said.uri)


def test_a_private_mention_appears_once_and_is_answered_privately(brand: Person, customer: Person) -> None:
    desk = brand.desk
    cursor = desk.read("").cursor
    asked = customer.app.status_post(f"@{brand.name} Meine Buchung stimmt nicht.", visibility="direct")
    page = desk.read(cursor)
    assert [(item.native_id, item.addressed) for item in page.sightings] == [(str(asked.id), True)]
    heard = page.sightings[0]
    assert heard.post.audience is Audience.DIRECT
    named = (heard.post.author.handle,)
    answer = desk.send(
        a_delivery("Wir sehen nach.", audience=Audience.DIRECT, answers=heard.native_id, named=named)
    )
    assert answer.post.text == f"@{customer.name} Wir sehen nach."
    assert (answer.own, answer.post.audience, answer.post.root) == (True, Audience.DIRECT, asked.uri)
    (notice,) = customer.app.notifications(types=["mention"])
    assert (str(notice.status.id), notice.status.visibility) == (answer.native_id, "direct")
    after = desk.read(page.cursor)
    assert [(item.native_id, item.own) for item in after.sightings] == [
        (str(asked.id), False),
        (answer.native_id, True),
    ]


def test_the_policy_trap(brand: Person, customer: Person) -> None:
    """Private mentions of strangers are kept back; plain polling misses them, the connector does not."""
    headers = {"Authorization": f"Bearer {brand.token}"}
    with httpx.Client(base_url=brand.server, headers=headers) as plain:
        plain.patch(
            "/api/v2/notifications/policy", json={"for_private_mentions": "filter"}
        ).raise_for_status()
        desk = brand.desk
        assert desk.act(ReadPolicy()) == Policy(known=True, filtered=("private_mentions",))
        cursor = desk.read("").cursor
        hidden = customer.app.status_post(f"@{brand.name} Meine Kundennummer …", visibility="direct")
        assert plain.get("/api/v1/notifications", params={"types[]": "mention"}).json() == []
        assert brand.app.notifications(types=["mention"]) == []

        page = desk.read(cursor)
        assert [(item.native_id, item.addressed) for item in page.sightings] == [(str(hidden.id), True)]

        assert desk.act(AcceptEverybody()) == Policy(known=True)
        assert desk.act(ReadPolicy()) == Policy(known=True)
        seen = customer.app.status_post(f"@{brand.name} Noch eine Frage.", visibility="direct")
        found = plain.get("/api/v1/notifications", params={"types[]": "mention"}).json()
        assert [item["status"]["id"] for item in found] == [str(seen.id)]
        assert str(seen.id) in [item.native_id for item in desk.read(page.cursor).sightings]


def test_a_dropped_private_mention_is_found_through_the_conversations(
    brand: Person, customer: Person
) -> None:
    headers = {"Authorization": f"Bearer {brand.token}"}
    address = f"{brand.server}/api/v2/notifications/policy"
    httpx.patch(address, json={"for_private_mentions": "drop"}, headers=headers).raise_for_status()
    desk = brand.desk
    cursor = desk.read("").cursor
    first = customer.app.status_post(f"@{brand.name} Hallo?", visibility="direct")
    second = customer.app.status_post(
        f"@{brand.name} Hört ihr?", visibility="direct", in_reply_to_id=first.id
    )
    page = desk.read(cursor)
    assert [(item.native_id, item.addressed, item.post.root) for item in page.sightings] == [
        (str(first.id), True, first.uri),
        (str(second.id), True, first.uri),
    ]
    third = customer.app.status_post(f"@{brand.name} Bitte!", visibility="direct", in_reply_to_id=second.id)
    page = desk.read(page.cursor)
    assert [item.native_id for item in page.sightings if item.addressed] == [str(third.id)]


def test_after_a_pause_nothing_is_missed_and_nothing_comes_twice(brand: Person, customer: Person) -> None:
    app = customer.app
    unheard = brand.desk.read("").cursor
    app.status_post(f"@{brand.name} 0")
    cursor = brand.desk.read(unheard).cursor
    for number in range(1, 85):
        app.status_post(f"@{brand.name} {number}")
    wanted = [f"@{brand.name} {number}" for number in range(85)]
    pages, cursor = read_all(brand.desk, cursor)
    assert [page.more for page in pages] == [True, True, False]
    assert [text for page in pages for text in texts(page)] == wanted[1:]
    assert brand.desk.read(cursor).sightings == ()
    pages, _ = read_all(brand.desk, unheard)  # before the first mention there is no marker
    assert [text for page in pages for text in texts(page)] == wanted
    assert not any(page.backfill for page in pages)


def test_more_private_conversations_than_one_read_takes(mock_server: MockServer, brand: Person) -> None:
    headers = {"Authorization": f"Bearer {brand.token}"}
    address = f"{brand.server}/api/v2/notifications/policy"
    httpx.patch(address, json={"for_private_mentions": "drop"}, headers=headers).raise_for_status()
    cursor = brand.desk.read("").cursor
    asked = [
        str(person.app.status_post(f"@{brand.name} Rückruf bitte", visibility="direct").id)
        for person in [mock_server.new_person("gast") for _ in range(45)]
    ]
    pages, cursor = read_all(brand.desk, cursor)
    assert [len(page.sightings) for page in pages] == [20, 20, 5]
    assert [item.native_id for page in pages for item in page.sightings] == asked
    assert brand.desk.read(cursor).sightings == ()


def test_reposts_are_no_mentions(brand: Person, customer: Person) -> None:
    said = brand.app.status_post("Guten Morgen")
    cursor = brand.desk.read("").cursor
    customer.app.status_reblog(said.id)
    customer.app.status_favourite(said.id)
    (repost,) = brand.desk.read(cursor).sightings
    assert (repost.post.repost_of, repost.post.text, repost.addressed) == (said.uri, "", False)
    assert repost.post.author.name == customer.name


def test_a_mention_of_ourselves_is_own(brand: Person) -> None:
    cursor = brand.desk.read("").cursor
    said = brand.app.status_post(f"@{brand.name} hat jetzt auch sonntags offen")
    (heard,) = brand.desk.read(cursor).sightings
    assert (heard.native_id, heard.own, heard.addressed) == (str(said.id), True, False)


def test_media_and_poll_of_a_customer(brand: Person, customer: Person) -> None:
    picture = customer.app.media_post(PIXEL, mime_type="image/png", description="Ein Riss im Koffer")
    cursor = brand.desk.read("").cursor
    customer.app.status_post(f"@{brand.name} kaputt", media_ids=[picture.id], sensitive=True)
    (heard,) = brand.desk.read(cursor).sightings
    (medium,) = heard.post.media
    assert (medium.kind, medium.alt, medium.url) == (MediaKind.IMAGE, "Ein Riss im Koffer", picture.url)
    assert heard.post.media_veiled


def test_the_same_key_twice_is_one_post(brand: Person, customer: Person) -> None:
    asked = customer.app.status_post(f"@{brand.name} Frage")
    delivery = a_delivery("Antwort", answers=str(asked.id), named=(customer.name,))
    first, second = brand.desk.send(delivery), brand.desk.send(delivery)
    assert first.native_id == second.native_id
    context = customer.app.status_context(asked.id)
    assert [str(item.id) for item in context.descendants] == [first.native_id]
    assert brand.desk.find_sent(delivery) == first
    assert brand.desk.find_sent(replace(delivery, answers=None)) is None


@pytest.mark.parametrize(
    ("audience", "visibility"),
    [(Audience.PUBLIC, "public"), (Audience.UNLISTED, "unlisted"), (Audience.FOLLOWERS, "private")],
)
def test_the_audience_is_always_sent(brand: Person, audience: Audience, visibility: str) -> None:
    delivery = a_delivery("Guten Tag", audience=audience)
    delivery = replace(delivery, draft=replace(delivery.draft, language="de", warning="Werbung"))
    sent = brand.desk.send(delivery)
    there = brand.app.status(sent.native_id)
    assert (there.visibility, there.language, there.spoiler_text) == (visibility, "de", "Werbung")
    assert (sent.post.audience, sent.post.language, sent.post.warning) == (audience, "de", "Werbung")


def test_what_a_server_rewrites_as_markup_is_found_by_its_source(brand: Person) -> None:
    delivery = a_delivery("**Heute** gilt `RESO10`,  nur\nheute: https://shop.example/a?b=1&c=2")
    sent = brand.desk.send(delivery)
    assert brand.desk.find_sent(delivery) == sent
    assert sent.post.links[0].url == "https://shop.example/a?b=1&c=2"
    assert brand.desk.find_sent(a_delivery("Heute gilt")) is None


def test_find_sent_reads_back_over_many_pages(brand: Person) -> None:
    delivery = a_delivery("Die eine Antwort")
    sent = brand.desk.send(delivery)
    app = brand.app
    for number in range(85):
        app.status_post(f"Antwort {number}", visibility="unlisted")
    assert brand.desk.find_sent(delivery) == sent
    late = replace(delivery, created_at=datetime.now(UTC) + timedelta(hours=1))
    assert brand.desk.find_sent(late) is None


def test_a_private_text_names_exactly_whom_it_is_meant_for(brand: Person, customer: Person) -> None:
    asked = customer.app.status_post(f"@{brand.name} privat", visibility="direct")
    before = brand.app.account_statuses(brand.native_id)
    for text, named, handle in [
        ("Hallo @andere@fern.example", (customer.name,), "andere@fern.example"),
        ("Hallo", (), ""),
    ]:
        with pytest.raises(Refused) as refused:
            brand.desk.send(a_delivery(text, audience=Audience.DIRECT, answers=str(asked.id), named=named))
        assert (refused.value.code, refused.value.facts) == ("not_allowed_here", {"handle": handle})
    assert brand.app.account_statuses(brand.native_id) == before


def test_a_text_too_long_is_refused_with_the_limit(brand: Person) -> None:
    with pytest.raises(Refused) as refused:
        brand.desk.send(a_delivery("ä" * 501))
    assert (refused.value.code, refused.value.facts) == ("too_long", {"limit": 500, "length": 501})
    assert "too long" in refused.value.reason
    with pytest.raises(Refused) as refused:
        brand.desk.send(a_delivery(" "))
    assert (refused.value.code, refused.value.facts) == ("refused", {"status": 422})


def test_edits_and_deletions_are_heard_by_looking_again(brand: Person, customer: Person) -> None:
    app = customer.app
    asked = [app.status_post(f"@{brand.name} {number}") for number in range(23)]
    customer.app.status_update(asked[0].id, f"@{brand.name} doch nicht")
    customer.app.status_delete(asked[1].id)
    page = brand.desk.act(LookUpPosts(tuple(str(status.id) for status in asked)))
    assert isinstance(page, Page)
    assert page.gone == (str(asked[1].id),)
    first = page.sightings[0]
    assert first.post.text == f"@{brand.name} doch nicht"
    assert first.post.edited_at is not None
    assert len(page.sightings) == 22
    assert all(item.addressed for item in page.sightings)


def test_our_own_post_is_deleted_once(brand: Person) -> None:
    said = brand.app.status_post("Tippfeler")
    assert brand.desk.act(DeletePost(str(said.id))) is None
    assert brand.app.account_statuses(brand.native_id) == []
    assert brand.desk.act(DeletePost(str(said.id))) is None


def test_somebody_elses_post_is_not_ours_to_delete(brand: Person, customer: Person) -> None:
    said = customer.app.status_post("Meins")
    with pytest.raises(Refused) as refused:
        brand.desk.act(DeletePost(str(said.id)))
    assert (refused.value.code, refused.value.reason) == ("refused", "This action is not allowed")


def test_the_profile_tells_the_limits(brand: Person) -> None:
    profile = brand.desk.act(LookUpProfile())
    domain = brand.server.removeprefix("http://")
    assert isinstance(profile, Profile)
    assert profile.author.handle == f"{brand.name}@{domain}"
    assert profile.limits == Limits(
        length=500,
        unit="graphemes",
        url_length=23,
        short_handles=True,
        media_types=("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"),
        image_bytes=10_485_760,
        video_bytes=41_943_040,
        edit=True,
        repeat_window=timedelta(hours=1),
    )
    assert (profile.facts["domain"], profile.facts["title"]) == (domain, "Mastodon Mock")
    assert profile.software == f"Mastodon {profile.facts['version']}"


def test_search_finds_what_is_newer_oldest_first(brand: Person, customer: Person) -> None:
    word = f"wort{customer.native_id}x"
    said = [customer.app.status_post(f"{word} {number}") for number in range(2)]
    page = brand.desk.search(word, "")
    assert texts(page) == [f"{word} 0", f"{word} 1"]
    assert [item.addressed for item in page.sightings] == [False, False]
    assert page.cursor == str(said[1].id)
    customer.app.status_post(f"@{brand.name} {word} 2")
    later = brand.desk.search(word, page.cursor)
    assert [(item.post.text, item.addressed) for item in later.sightings] == [
        (f"@{brand.name} {word} 2", True)
    ]


# What goes wrong


def test_a_full_rate_limit_says_when_to_come_back(mock_server: MockServer, brand: Person) -> None:
    desk = brand.desk
    cursor = desk.read("").cursor
    headers = {"X-RateLimit-Reset": "2031-05-06T07:08:09.123456Z"}
    with (
        mock_server.fault(methods=["GET"], path="/api/v1/notifications", type="ratelimit", headers=headers),
        pytest.raises(Temporary) as limited,
    ):
        desk.read(cursor)
    assert (limited.value.code, limited.value.acted) == ("rate_limited", False)
    assert limited.value.retry_at == datetime(2031, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    assert desk.read(cursor).sightings == ()


def test_the_servers_own_rate_limit(tmp_path: Path) -> None:
    with running_mock(
        tmp_path, config="[ratelimit]\nenabled = true\nlimit = 4\nwindow_seconds = 300\n"
    ) as server:
        desk = server.new_person("nordwind").desk
        desk.act(LookUpProfile())
        assert [desk.act(ReadPolicy()) for _ in range(2)] == [Policy(known=True)] * 2
        with pytest.raises(Temporary) as limited:
            desk.act(ReadPolicy())
    assert limited.value.code == "rate_limited"
    assert limited.value.retry_at is not None
    assert timedelta(0) < limited.value.retry_at - datetime.now(UTC) <= timedelta(seconds=300)


@pytest.mark.parametrize(
    ("effect", "error", "code"),
    [
        ({"type": "malformed"}, Unclear, "bad_answer"),
        ({"type": "status", "status": 503}, Unclear, "server_error"),
        ({"type": "status", "status": 200, "body": []}, Unclear, "bad_answer"),
        ({"type": "status", "status": 401}, LoginNeeded, "token_revoked"),
        (
            {
                "type": "status",
                "status": 403,
                "body": {"error": "This action is outside the authorized scopes"},
            },
            LoginNeeded,
            "scope_missing",
        ),
        ({"type": "status", "status": 404}, Gone, "gone"),
        ({"type": "status", "status": 400}, Refused, "refused"),
        ({"type": "status", "status": 422}, Refused, "refused"),
    ],
)
def test_a_failed_send_is_told_apart(
    mock_server: MockServer, brand: Person, effect: dict[str, Any], error: type[Exception], code: str
) -> None:
    desk = brand.desk
    desk.act(LookUpProfile())
    with (
        mock_server.fault(methods=["POST"], path="/api/v1/statuses", **effect),
        pytest.raises(error) as failed,
    ):
        desk.send(a_delivery("Hallo"))
    assert failed.value.code == code  # type: ignore[attr-defined]
    assert brand.app.account_statuses(brand.native_id) == []


def test_reading_back_says_none_only_when_it_could_read(mock_server: MockServer, brand: Person) -> None:
    desk = brand.desk
    delivery = a_delivery("Nie gesendet")
    assert desk.find_sent(delivery) is None
    path = f"/api/v1/accounts/{brand.native_id}/statuses"
    with mock_server.fault(methods=["GET"], path=path, type="status", status=502), pytest.raises(Unclear):
        desk.find_sent(delivery)


def test_nothing_was_sent_when_the_account_could_not_be_asked(mock_server: MockServer, brand: Person) -> None:
    path = "/api/v1/accounts/verify_credentials"
    with (
        mock_server.fault(methods=["GET"], path=path, type="status", status=500),
        pytest.raises(Temporary) as failed,
    ):
        brand.desk.send(a_delivery("Hallo"))
    assert failed.value.acted is False


def test_a_revoked_token_and_a_dead_server(brand: Person) -> None:
    stale = replace(brand.credentials, secret={"access_token": "gone"})
    with pytest.raises(LoginNeeded) as revoked:
        connect(stale).read("")
    assert revoked.value.code == "token_revoked"
    nowhere = replace(brand.credentials, base_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Temporary) as dead:
        connect(nowhere).send(a_delivery("Hallo"))
    assert (dead.value.code, dead.value.acted) == ("unreachable", False)


def test_secrets_stay_out_of_words(brand: Person) -> None:
    desk = brand.desk
    shown = f"{desk!r} {desk._client!r} {brand.credentials!r}"
    assert brand.token not in shown


# Streaming and signing in


def test_the_stream_says_read_now(brand: Person, customer: Person) -> None:
    nudges: Queue[Nudge] = Queue()
    source = stream(brand.credentials)

    def listen() -> None:
        for _ in range(6):
            nudges.put(next(source))

    listener = threading.Thread(target=listen)
    listener.start()
    assert nudges.get(timeout=10) == Nudge()  # it stands
    customer.app.status_post(f"@{brand.name} Frage")
    assert nudges.get(timeout=10) == Nudge()
    own = brand.app.status_post("Antwort")
    assert nudges.get(timeout=10) == Nudge()
    brand.app.status_update(own.id, "Bessere Antwort")
    assert nudges.get(timeout=10) == Nudge((str(own.id),))
    brand.app.status_delete(own.id)
    assert nudges.get(timeout=10) == Nudge((str(own.id),))
    customer.app.status_post(f"@{brand.name} Danke")
    assert nudges.get(timeout=10) == Nudge()
    listener.join(timeout=10)
    source.close()  # type: ignore[attr-defined]


def test_signing_in_with_the_browser(mock_server: MockServer, brand: Person) -> None:
    back = "http://localhost:8000/connect"
    login = begin_login(mock_server.url, redirect_uri=back, simulated=True)
    asked = parse_qs(urlsplit(login.url).query)
    assert login.url.startswith(f"{mock_server.url}/oauth/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"] == [login.secret["state"]]
    answer = httpx.post(
        f"{mock_server.url}/oauth/authorize",
        data={"username": brand.name, "redirect_uri": back, "state": login.secret["state"]},
    )
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    credentials = finish_login(login, code)
    assert set(credentials.secret) == {"access_token", "client_id", "client_secret"}
    profile = NETWORKS["mastodon"].connect(credentials).act(LookUpProfile())
    assert isinstance(profile, Profile)
    assert profile.author.name == brand.name
    with pytest.raises(Refused):
        finish_login(login, "wrong")
