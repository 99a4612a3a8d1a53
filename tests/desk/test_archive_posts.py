"""Importing posts: the whole file or nothing, once, every bad line named; found, and never waited for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from resonanz.desk import archive, archive_posts, imports, projection, reading_streams
from resonanz.desk.access import scope_of
from resonanz.desk.commands import run
from resonanz.desk.finding import find
from resonanz.desk.models import Agent, Author, Channel, Conversation, Event, Import, Mention, Role, Team
from resonanz.desk.models.listening import Sighting
from resonanz.desk.models.measuring import Imported
from resonanz.desk.staging_posts import BadPosts, stage_posts
from resonanz.post import Audience
from resonanz.query import parse
from tests.cast import ADA, SERVER, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db

POST: Mapping[str, Any] = {
    "uri": "https://x.example/1",
    "network": "x",
    "text": "Der Toner von Nordlicht ist leer",
    "author": {"handle": "jana_k", "followers": 12, "name": "Jana K."},
    "created_at": "2026-11-20T10:00:00Z",
    "lang": "de",
}


def line(**changed: Any) -> str:
    return json.dumps({**POST, **changed}) + "\n"


GOOD = (
    line()
    + line(uri="https://x.example/2", reply_to="https://x.example/1", text="Meiner auch")
    + line(uri="https://x.example/3", repost_of="https://x.example/1")
    + line(uri=f"{SERVER}/statuses/9", network="mastodon", author={"handle": "@ada@social.example"})
)


def quiet(_done: int, _whole: int) -> None:
    """No progress bar."""


def take(folder: Path, content: str | bytes, *, skip_bad: bool = False) -> archive_posts.ImportedPosts:
    file = folder / "a.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return archive_posts.import_posts(file, quiet, skip_bad=skip_bad)


def found(words: str, agent: Agent | None = None) -> list[str]:
    tree = parse(words, UTC)
    return [post.uri for post in find(tree, most=50, scope=scope_of(agent) if agent else None).posts]


def imported(posts: int, known: int = 0, reposts: int = 0) -> archive_posts.ImportedPosts:
    return archive_posts.ImportedPosts(posts, known, reposts, (), 0)


def test_posts_are_found_and_nobody_waits(tmp_path: Path, desk: Desk) -> None:
    assert take(tmp_path, GOOD) == imported(3, reposts=1)
    assert found("toner") == ["https://x.example/1", f"{SERVER}/statuses/9"]
    assert found("from:jana_k is:reply", desk.anna) == ["https://x.example/2"]
    first = Mention.objects.select_related("author", "thread").get(uri="https://x.example/1")
    assert (first.network, first.url, first.language) == ("x", "https://x.example/1", "de")
    assert (first.author.handle, first.author.name, first.author.followers_count) == ("jana_k", "Jana K.", 12)
    assert first.posted_at == first.clock_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert Mention.objects.get(uri="https://x.example/2").thread == first.thread
    assert (Conversation.objects.count(), Sighting.objects.count()) == (0, 0)
    assert set(Event.objects.values_list("kind", flat=True)) == {"imported"}
    assert list((settings.HOME / "imports").iterdir()) == []


def test_again_adds_nothing_and_more_adds_the_rest(tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    assert take(tmp_path, GOOD) == imported(0, known=3, reposts=1)
    assert Import.objects.count() == 1
    assert take(tmp_path, GOOD + line(uri="https://x.example/4")) == imported(1, known=3, reposts=1)
    assert Mention.objects.count() == 4
    assert take(tmp_path, line(uri="new") + line(uri="new")) == imported(1, known=1)


def test_everybody_sees_what_no_channel_heard(tmp_path: Path, desk: Desk) -> None:
    take(tmp_path, GOOD)
    Team.objects.all().delete()
    assert found("network:x toner", desk.ben) == ["https://x.example/1"]


def test_a_column_shows_them_once_all_of_the_file_is_in(tmp_path: Path, desk: Desk) -> None:
    take(tmp_path, GOOD)
    orders = list(Mention.objects.values_list("order", flat=True))
    emil = Agent.objects.create_user("emil", role=Role.AGENT)  # of no team
    for agent in (desk.anna, desk.clara, emil):
        assert [card.place for card in reading_streams.cards(agent, orders)] == sorted(orders, reverse=True)
        assert not any(card.can_open for card in reading_streams.cards(agent, orders))
    Import.objects.update(finished_at=None)
    assert reading_streams.cards(desk.clara, orders) == []


def test_what_we_said_ourselves_is_ours(tmp_path: Path, desk: Desk) -> None:
    question = said("1", "Wo bleibt mein Paket?")
    hear(desk.channel, question)
    ours = {"handle": US.handle, "followers": 5}
    take(tmp_path, line(network="mastodon", uri="o", author=ours, reply_to=question.post.uri))
    answer = Mention.objects.select_related("author").get(uri="o")
    assert (answer.incoming, answer.author.uid, answer.conversation) == (False, US.uid, None)
    assert conversation_of(question).answered_at is None
    assert projection.differences() == []


def test_a_channel_that_hears_a_post_later_knows_better(tmp_path: Path, desk: Desk) -> None:
    question = said("1", "@nordlicht Wo bleibt mein Paket?", audience=Audience.DIRECT)
    take(
        tmp_path,
        line(network="mastodon", uri=question.post.uri, text="Wo?", author={"handle": "ada"})
        + line(network="mastodon", uri="r", reply_to=question.post.uri, text="Sag ich doch"),
    )
    order = Mention.objects.get(uri=question.post.uri).order
    assert hear(desk.channel, question).added_count == 0
    known = Mention.objects.select_related("author", "thread").get(uri=question.post.uri)
    assert (known.order, known.text, known.author.uid) == (order, question.post.text, ADA.uid)
    assert (known.audience, known.thread.audience) == (Audience.DIRECT, Audience.DIRECT)
    assert known.from_import is None
    assert conversation_of(question).customer.uid == ADA.uid
    assert found("paket") == [question.post.uri]
    assert found("wo") == [question.post.uri]
    assert take(tmp_path, line(network="mastodon", uri=question.post.uri)) == imported(0, known=1)
    assert projection.differences() == []


def test_a_file_changes_nothing_of_what_a_channel_heard(tmp_path: Path, desk: Desk) -> None:
    question = said("1", "Wo bleibt mein Paket?")
    hear(desk.channel, question)
    take(
        tmp_path,
        line(network="mastodon", uri=question.post.uri, text="Anders", author={"handle": ADA.handle})
        + line(network="mastodon", uri="more", author={"handle": ADA.handle, "name": "A. L."}),
    )
    assert Mention.objects.get(uri=question.post.uri).text == "Wo bleibt mein Paket?"
    assert Author.objects.get(uid=ADA.uid).name == ADA.name
    assert Author.objects.get(uid=f"handle:{ADA.handle}").name == "A. L."


BAD = [
    (b"{", "expected a JSON object"),
    (b"[]", "expected `object`, got `array`"),
    (b'{"x": ' + b"[" * 3000, "expected a JSON object"),
    (b'{"uri": "\xfc"}', "expected UTF-8, found the byte 0xfc"),
    (line().encode("utf-16"), "is the file UTF-16?"),
    (line(text="x" * 1_000_001), "expected at most 1 MB in a line"),
    ('{"uri": "a"}', "object missing required field `network`"),
    (line(author={"handle": 7}), "expected `str`, got `int` (`author.handle`)"),
    (line(author={"handle": " "}), "`author.handle` to have 1 to 320 characters"),
    (line(author={"handle": "a", "name": "x" * 321}), "`author.name` to have at most 320"),
    (line(author={"handle": "a", "followers": -1}), "`author.followers` to be a whole number from 0 on"),
    (line(created_at="gestern"), "(`created_at`)"),
    (line(created_at="2026-11-20T10:00:00"), "`created_at` to have a time zone"),
    (line(created_at="0001-01-01T00:00:00+14:00"), "`created_at` to lie between 1990 and 2100"),
    (line(uri=""), "`uri` to have 1 to 2000 characters"),
    (line(reply_to="x" * 2001), "`reply_to` to have 1 to 2000 characters"),
    (line(network="Mastodon!"), "`network` to be a name in small letters"),
    (line(network="archive"), "'archive' is for recorded conversations"),
    (line(text="x" * 100_001), "`text` to have at most 100000 characters"),
    (line(lang="x" * 17), "`lang` to be a language's code"),
    (line(urls=["https://x.example"] * 101), "`urls` to be at most 100 addresses"),
]


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_a_bad_line_is_named_and_nothing_stored(tmp_path: Path, content: str | bytes, expected: str) -> None:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(BadPosts) as caught:
        take(tmp_path, b"\xef\xbb\xbf" + line().encode() + b"\n" + raw)
    assert caught.value.bad[0].number == 3
    assert expected in caught.value.bad[0].reason
    assert (Mention.objects.count(), Import.objects.count()) == (0, 0)
    assert list((settings.HOME / "imports").iterdir()) == []


def test_bad_lines_may_be_left_out(tmp_path: Path) -> None:
    content = line() + "{\n" + line(uri="b", text="Zwei") + line(uri="b", text="Drei") + "7\n"
    done = take(tmp_path, content, skip_bad=True)
    assert (done.posts_count, done.bad_count, [bad.number for bad in done.bad]) == (2, 3, [2, 4, 5])
    assert done.bad[1].reason == "expected each post once, but its `uri` stands in line 3 too"
    assert Mention.objects.get(uri="b").text == "Zwei"


def test_only_addresses_of_the_web_become_links(tmp_path: Path) -> None:
    take(tmp_path, line(uri="javascript:alert(1)", urls=["https://a.example", "javascript:alert(2)"]))
    mention = Mention.objects.get()
    assert (mention.url, json.loads(mention.extras)["links"]) == (
        "",
        [{"url": "https://a.example", "shown": "", "title": ""}],
    )


def test_the_command_tells_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(GOOD + "{\n" * 22)
    assert run(["import", "posts", str(file)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"resonanz: {file}, line 5: expected a JSON object"
    assert told[20] == "resonanz: … and 2 further bad lines"
    assert told[21].endswith("was stored; mend the 22 lines, or leave them out with --skip-bad")
    assert (len(told), Mention.objects.count()) == (22, 0)
    assert run(["import", "posts", str(file), "--skip-bad", "--json"]) == 0
    caught = capsys.readouterr()
    assert json.loads(caught.out) == {"posts": 3, "known": 0, "reposts": 1, "bad": 22}
    assert caught.err.splitlines()[-1] == (
        f"Imported 3 posts from {file} "
        "(1 repost left out: it is counted on the original; 22 bad lines left out)."
    )
    file.write_text(line())
    assert run(["import", "posts", str(file)]) == 0
    assert capsys.readouterr().err == f"Nothing new: the one post of {file} is here already.\n"
    file.write_text("\n")
    assert run(["import", "posts", str(file)]) == 0
    assert capsys.readouterr().err == f"{file} holds no posts.\n"
    assert run(["import", "posts", str(tmp_path / "none")]) == 2
    assert "cannot be read (No such file or directory)" in capsys.readouterr().err


# Interrupted -------------------------------------------------------------------------------------


def half_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """An import whose process died after its first batch."""
    monkeypatch.setattr(archive_posts, "BATCH", 1)
    (folder / "half.jsonl").write_text(GOOD)
    staged = stage_posts(folder / "half.jsonl", settings.HOME / "imports" / "half.sqlite3", quiet)
    row = imports.begin(folder / "half.jsonl", staged.path, Imported.POSTS, staged.posts_count)
    assert archive_posts.publish_batch(row) is True
    Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    return row


def test_an_unfinished_import_is_invisible_and_a_worker_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    half_done(tmp_path, monkeypatch)
    assert (Mention.objects.count(), found("toner"), found("toner", desk.clara)) == (1, [], [])
    assert archive.continue_next() is False
    assert archive_posts.continue_next() is True
    assert archive_posts.continue_next() is False
    assert (Mention.objects.count(), len(found("toner")), len(found("toner", desk.clara))) == (3, 2, 2)
    assert Event.objects.get(kind="imported").facts == '{"rows":3}'
    assert not (settings.HOME / "imports" / "half.sqlite3").exists()


def test_a_new_import_finishes_the_broken_one_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(tmp_path, monkeypatch)
    assert take(tmp_path, GOOD) == imported(0, known=3, reposts=1)
    assert Import.objects.filter(finished_at=None).count() == 0


def test_while_another_is_published_none_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    half_done(tmp_path, monkeypatch)
    Import.objects.update(lease_until=timezone.now() + timedelta(minutes=1), lease_by="elsewhere:1")
    (tmp_path / "p.jsonl").write_text(GOOD)
    assert run(["import", "posts", str(tmp_path / "p.jsonl")]) == 1
    assert capsys.readouterr().err.startswith("resonanz: another import is being published")
    (settings.HOME / "imports" / "half.sqlite3").unlink()


def test_channels_are_not_made_for_a_file(tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    assert Channel.objects.count() == 0
