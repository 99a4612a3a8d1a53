"""Authors' own pictures: fetched once, cut small, shown from our address, gone with their last post."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from resonanz.desk import media_files, pictures, tidy
from resonanz.desk.listen import withdraw
from resonanz.desk.models import Author, Channel, Team
from resonanz.networks import Refused, Temporary
from tests.cast import ADA, OTTO, Desk, conversation_of, hear, said
from tests.desk.test_pictures import drawn, files, say
from tests.networks.scripted import Scripted, running_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resonanz.desk.models import Agent
    from resonanz.post import Sighting as Heard

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(desk: Desk) -> Iterator[Scripted]:
    Channel.objects.update(simulated=True)
    with running_script(
        {"GET /a.png": say(drawn((300, 200))), "GET /b.png": say(drawn((40, 40)))}
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    for path in files():
        path.unlink()


def with_face(url: str, name: str = "1") -> Heard:
    return said(name, "Hallo?", replace(ADA, avatar_url=url))


def ada() -> Author:
    return Author.objects.get(uid=ADA.uid)


def address_of(author: Author) -> str:
    return f"/face/{author.pk}/?{author.face[3:11]}"


def get(agent: Agent, address: str) -> int:
    browser = Client()
    browser.force_login(agent)
    answer = browser.get(address)
    if answer.status_code == 200:
        assert answer.getvalue()  # reading it whole closes the file
    return answer.status_code


def test_a_face_is_fetched_once_and_cut_square(desk: Desk, server: Scripted) -> None:
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    assert [pictures.fetch_next(), pictures.fetch_next()] == [True, False]
    author = ada()
    assert (author.face_url, author.face_attempts_count) == (author.avatar_url, 0)
    with Image.open(media_files.path_of(author.face)) as kept:
        assert (kept.format, kept.size) == ("WEBP", (96, 96))
    assert len(server.seen) == 1
    hear(desk.channel, with_face(f"{server.url}/a.png", "2"))
    assert pictures.fetch_next() is False


def test_pages_show_it_and_letters_without_it(desk: Desk, server: Scripted) -> None:
    asked = with_face(f"{server.url}/a.png")
    hear(desk.channel, asked)
    talk = conversation_of(asked)
    browser = Client()
    browser.force_login(desk.anna)
    for page in (f"/c/{talk.pk}/", "/?view=all"):
        assert '<span class="face" aria-hidden="true">AL</span>' in browser.get(page).content.decode()
    pictures.fetch_next()
    for page in (f"/c/{talk.pk}/", "/?view=all"):
        shown = browser.get(page).content.decode()
        assert f'<img src="{address_of(ada())}" alt=""' in shown
        assert server.url not in shown
    answer = browser.get(address_of(ada()))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "private, max-age=3600"
    assert answer.getvalue() == media_files.path_of(ada().face).read_bytes()


def test_only_who_sees_a_post_sees_the_face(desk: Desk, server: Scripted) -> None:
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    pictures.fetch_next()
    address = address_of(ada())
    assert get(desk.anna, address) == 200
    assert Client().get(address).status_code == 302
    assert get(desk.anna, address.replace(str(ada().pk), "999", 1)) == 404
    Team.objects.get().channels.clear()
    assert get(desk.anna, address) == 404
    Team.objects.get().channels.add(desk.channel)
    media_files.remove([ada().face])
    assert get(desk.anna, address) == 404


def test_another_picture_takes_the_place_of_the_old_one(desk: Desk, server: Scripted) -> None:
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    pictures.fetch_next()
    old = ada().face
    hear(desk.channel, with_face(f"{server.url}/b.png", "2"))
    Author.objects.update(face_at=timezone.now())
    assert (ada().face, pictures.fetch_next()) == (old, True)
    assert (ada().face != old, files()) == (True, [media_files.path_of(ada().face)])
    hear(desk.channel, with_face("", "3"))
    Author.objects.update(face_at=timezone.now())
    assert pictures.fetch_next() is False
    assert (ada().face, files()) == ("", [])


def test_who_only_passes_posts_on_is_not_fetched(desk: Desk, server: Scripted) -> None:
    post = said("1", "Neues")
    hear(desk.channel, post)
    otto = replace(OTTO, avatar_url=f"{server.url}/a.png")
    again = said("2", "", otto, addressed=False)
    hear(desk.channel, replace(again, post=replace(again.post, repost_of=post.post.uri)))
    assert [pictures.fetch_next(), pictures.fetch_next(), len(server.seen)] == [True, False, 0]
    hear(desk.channel, said("3", "Und ich?", otto))
    Author.objects.update(face_at=timezone.now())
    assert [pictures.fetch_next(), len(server.seen)] == [True, 1]


def test_what_cannot_be_fetched_is_tried_again_and_given_up(
    desk: Desk, server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    failing = [Temporary("unreachable")] * pictures.MOST_ATTEMPTS

    def fail(_url: str, **_more: object) -> bytes:
        raise failing.pop()

    monkeypatch.setattr(pictures, "fetch_picture", fail)
    for left in range(pictures.MOST_ATTEMPTS):
        assert ada().face_url == ""
        assert pictures.fetch_next() is True
        if left + 1 < pictures.MOST_ATTEMPTS:
            assert ada().face_at > timezone.now() + timedelta(seconds=30)
        Author.objects.update(face_at=timezone.now())
    assert (ada().face, ada().face_url) == ("", f"{server.url}/a.png")
    assert pictures.fetch_next() is False


def test_what_ended_its_worker_each_time_is_given_up(desk: Desk, server: Scripted) -> None:
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    Author.objects.update(face_attempts_count=pictures.MOST_ATTEMPTS)
    pictures.fetch_next()
    assert (ada().face_url, len(server.seen)) == (f"{server.url}/a.png", 0)


def test_foreign_pictures_come_from_public_addresses_only(desk: Desk, server: Scripted) -> None:
    Channel.objects.update(simulated=False)
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    pictures.fetch_next()
    assert (ada().face, len(server.seen)) == ("", 0)
    assert ada().face_url == ada().avatar_url
    with pytest.raises(Refused):
        pictures.remake(b"no picture", face=True)


def test_a_face_goes_with_the_last_that_somebody_said(desk: Desk, server: Scripted) -> None:
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    pictures.fetch_next()
    assert tidy.forget_faces(timezone.now()) == 0
    withdraw(desk.channel, ["1"], timezone.now())
    assert tidy.forget_faces(timezone.now()) == 1
    assert (ada().face, ada().face_url, files()) == ("", "", [])


def test_a_face_is_no_stray_file_and_one_without_a_person_is(desk: Desk, server: Scripted) -> None:
    hear(desk.channel, with_face(f"{server.url}/a.png"))
    pictures.fetch_next()
    folder, later = ada().face[:2], timezone.now() + timedelta(days=2)
    assert tidy.sweep(folder, later) == 0
    Author.objects.filter(pk=ada().pk).update(face="")
    assert tidy.sweep(folder, later) == 1


def test_looking_for_the_next_one_reads_no_other(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM desk_author WHERE NOT (avatar_url = face_url) "
            "AND face_at <= 5 ORDER BY face_at LIMIT 3"
        )
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "author_face_due" in plan
