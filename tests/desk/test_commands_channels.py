"""`resonanz channel`: connecting, checking and connecting again from a shell, without a secret in sight."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from resonanz.desk.commands import run
from resonanz.desk.models import Brand, Channel
from resonanz.desk.models.listening import ChannelState
from resonanz.networks import NETWORKS, LoginNeeded, Row, Temporary
from tests import fake as network
from tests.cast import US, Desk
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def bluesky(fake: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake network in Bluesky's place."""
    ways = ("oauth", "token", "password")
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, login=ways))
    monkeypatch.setitem(NETWORKS, "bluesky", Row("tests.fake"))
    return fake


def secrets(tmp_path: Path, **typed: str) -> str:
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps(typed))
    return str(file)


def test_an_account_is_connected_from_a_file(desk: Desk, tmp_path: Path, capsys: Output) -> None:
    file = secrets(tmp_path, handle="nordlicht.bsky.social", password="abcd")
    assert run(["channel", "add", "bluesky", "--secrets", file]) == 0
    channel = Channel.objects.get(network="bluesky")
    assert channel.secret == {"identifier": "nordlicht.bsky.social", "app_password": "abcd"}
    assert channel.base_url == "https://bsky.social"
    assert capsys.readouterr().out == f"bluesky @{US.handle} is connected\n"


def test_secrets_come_through_standard_input_under_either_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"access_token": "new"}'))
    words = ["channel", "reconnect", US.handle, "--secrets", "-", "--json"]
    Channel.objects.update(state=ChannelState.LOGIN, cursor="c7")
    assert run(words) == 0
    channel = Channel.objects.get()
    assert (channel.secret, channel.cursor, channel.state) == ({"access_token": "new"}, "c7", ChannelState.OK)
    assert json.loads(capsys.readouterr().out)["state"] == "ok"


def test_somebody_at_a_terminal_is_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("nordlicht.bsky.social\n\n"))
    monkeypatch.setattr("getpass.getpass", lambda _asked: "typed unseen")
    assert run(["channel", "add", "bluesky"]) == 0
    assert Channel.objects.get(network="bluesky").secret["app_password"] == "typed unseen"
    assert "typed unseen" not in capsys.readouterr().out


def test_what_does_not_work_stores_nothing_and_says_why(
    desk: Desk, bluesky: World, tmp_path: Path, capsys: Output
) -> None:
    bluesky.fails_with = [LoginNeeded("token_revoked")]
    file = secrets(tmp_path, handle="a.example", password="wrong one")
    assert run(["channel", "add", "bluesky", "--secrets", file]) == 1
    told = capsys.readouterr().err
    assert told.startswith("resonanz: Fake does not accept this handle with this app password.")
    assert ("wrong one" in told, Channel.objects.filter(network="bluesky").count()) == (False, 0)


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["add", "pigeon"], "{}", "accounts of 'pigeon' are not connected here; known: mastodon, x, bluesky"),
        (["add", "bluesky", "--way", "keys"], "{}", "Bluesky has no way 'keys'"),
        (["add", "bluesky", "--brand", "None"], "{}", "there is no brand 'None'"),
        (["add", "bluesky"], "{", "the secrets cannot be read: it holds no JSON"),
        (["add", "bluesky"], "[1]", "the secrets have to be one JSON object"),
        (["add", "bluesky"], '{"pin": 1}', "unknown in the secrets: pin; expected: handle, password"),
        (["add", "bluesky"], '{"handle": "a"}', "missing: password"),
        (["add", "mastodon"], '{"token": "a"}', "--server names it"),
        (["reconnect", "nobody"], "{}", "no account is called 'nobody'"),
    ],
)
def test_bad_input_is_refused_with_what_is_expected(
    desk: Desk, tmp_path: Path, capsys: Output, words: list[str], typed: str, said: str
) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(typed)
    assert run(["channel", *words, "--secrets", str(file)]) == 2
    assert said.replace("Bluesky", "Fake") in capsys.readouterr().err


def test_without_a_terminal_nobody_is_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run(["channel", "add", "bluesky"]) == 2
    assert "nobody is here to be asked" in capsys.readouterr().err


def test_a_file_that_is_not_there_and_an_account_of_another_brand(
    desk: Desk, tmp_path: Path, capsys: Output
) -> None:
    assert run(["channel", "add", "bluesky", "--secrets", str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err
    Brand.objects.create(name="Südlicht")
    words = ["channel", "add", "mastodon", "--server", "social.example", "--brand", "Südlicht"]
    assert run([*words, "--secrets", secrets(tmp_path, token="abc")]) == 2
    assert "this account belongs to the brand “Nordlicht”" in capsys.readouterr().err


def test_how_accounts_are(desk: Desk, capsys: Output) -> None:
    Channel.objects.update(state=ChannelState.LOGIN, error_code="token_revoked")
    assert run(["channel", "list"]) == 1
    told = capsys.readouterr().out
    assert "needs to be connected again, never read" in told
    assert "Connect the account again: everything stays" in told
    assert run(["channel", "list", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["channel"], found["state"], found["error"]) == (
        f"mastodon @{US.handle}",
        "login",
        "token_revoked",
    )


def test_checking_asks_the_network(desk: Desk, bluesky: World, capsys: Output) -> None:
    assert run(["channel", "check", US.handle.upper()]) == 1  # no worker has read it yet
    assert bluesky.asked == ["LookUpProfile", "ReadPolicy"]
    bluesky.fails_with = [Temporary("unreachable")]
    assert run(["channel", "check", str(desk.channel.pk), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"] == "unreachable"


def test_a_desk_without_accounts_says_how_to_begin(desk: Desk, capsys: Output) -> None:
    Channel.objects.all().delete()
    assert run(["channel", "list"]) == 0
    assert "“resonanz channel add” connects one" in capsys.readouterr().out


def test_two_accounts_of_one_name_are_told_apart_by_number(desk: Desk, capsys: Output) -> None:
    copy = Channel.objects.get()
    copy.pk, copy.network = None, "bluesky"
    copy.save()
    assert run(["channel", "check", US.handle]) == 2
    assert "several accounts are called" in capsys.readouterr().err


def test_an_account_that_only_the_browser_connects(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, login=("oauth",)))
    assert run(["channel", "reconnect", US.handle]) == 2
    assert "are connected in the browser" in capsys.readouterr().err
