"""Foreign pictures: which addresses, which content, how much of it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from resonanz.networks import Gone, NetworkError, Refused, Unclear
from resonanz.networks import http as subject
from resonanz.networks.http import Client, fetch_picture
from tests.networks.scripted import Say, running_script

PNG = {"Content-Type": "image/png"}


def refused(url: str, *, simulated: bool = False, most_bytes: int = 1000) -> str:
    with pytest.raises(NetworkError) as error:
        fetch_picture(url, simulated=simulated, most_bytes=most_bytes)
    return error.value.code


def test_a_picture_is_read_without_token() -> None:
    with running_script({"GET /a%20b.png": Say(b"x", headers=PNG)}) as s:
        assert fetch_picture(f"{s.url}/a%20b.png?v=1", simulated=True) == b"x"
        (_, _, query, headers, _) = s.seen[0]
        assert (query, headers["accept"], headers["accept-encoding"]) == ([("v", "1")], "image/*", "identity")
        assert "authorization" not in headers


@pytest.mark.parametrize(
    "url",
    [
        "http://social.example/a.png",
        "https://127.0.0.1/a.png",
        "https://localhost/a.png",
        "https://169.254.169.254/latest",
        "https://[::1]/a.png",
        "https://[::ffff:10.0.0.1]/a.png",
    ],
)
def test_only_public_https_is_asked(url: str) -> None:
    assert refused(url) == "unsafe_address"


def test_an_address_that_is_none() -> None:
    assert refused("https://social.example/\x00") == "refused"
    assert refused("file:///etc/passwd", simulated=True) == "not_this_network"


def test_size_type_and_packing_are_limited() -> None:
    routes = {
        "GET /large": Say(b"x" * 1001, headers=PNG),
        "GET /fits": Say(b"x" * 1000, headers=PNG),
        "GET /page": Say(b"<html>", headers={"Content-Type": "text/html"}),
        "GET /none": Say(b"bytes"),
        "GET /packed": Say(gzip.compress(b"x" * 9000), headers=PNG | {"Content-Encoding": "gzip"}),
        "GET /gone": Say(b"", 410),
        "GET /broken": Say(b"", 503),
    }
    with running_script(routes) as s:
        assert fetch_picture(f"{s.url}/fits", simulated=True, most_bytes=1000) == b"x" * 1000
        told = {
            path: refused(f"{s.url}/{path}", simulated=True) for path in ("large", "page", "none", "packed")
        }
        assert told == {
            "large": "too_large",
            "page": "not_a_picture",
            "none": "not_a_picture",
            "packed": "not_a_picture",
        }
        with pytest.raises(Gone):
            fetch_picture(f"{s.url}/gone", simulated=True)
        with pytest.raises(Unclear):
            fetch_picture(f"{s.url}/broken", simulated=True)


def test_a_dripping_server_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "WHOLE_PICTURE_SECONDS", -1)
    with running_script({"GET /a": Say(b"x", headers=PNG)}) as s:
        assert refused(f"{s.url}/a", simulated=True) == "timeout"


def moved(to: str) -> Say:
    return Say(b"", 302, {"Location": to})


def test_it_may_move_twice_on_its_host() -> None:
    routes: dict[str, Any] = {"GET /0": moved("/1"), "GET /1": moved("/2"), "GET /2": moved("/3")}
    with running_script(routes | {"GET /3": Say(b"x", headers=PNG)}) as s:
        assert fetch_picture(f"{s.url}/1", simulated=True) == b"x"
        assert refused(f"{s.url}/0", simulated=True) == "refused"


def test_a_simulated_network_does_not_lead_elsewhere() -> None:
    with running_script({}) as other, running_script({"GET /a": moved(f"{other.url}/b")}) as s:
        assert refused(f"{s.url}/a", simulated=True) == "unsafe_address"
        assert other.seen == []


def test_another_host_is_public_https_or_none() -> None:
    """Names lead to the scripted server; what is asked for, and how strictly, is what counts."""
    asked: list[tuple[str, bool]] = []
    routes = {
        "GET /a": moved("https://files.example/b"),
        "GET /b": Say(b"x", headers=PNG),
        "GET /plain": moved("http://files.example/b"),
        "GET /inside": moved("https://127.0.0.1/b"),
    }
    with running_script(routes) as s:

        def client(url: str, *, simulated: bool) -> Client:
            asked.append((url, simulated))
            return Client(s.url, simulated=True) if ".example" in url else Client(url, simulated=simulated)

        assert fetch_picture("https://social.example/a", simulated=True, client=client) == b"x"
        assert asked == [("https://social.example/a", True), ("https://files.example/b", False)]
        for path in ("plain", "inside"):
            with pytest.raises(Refused) as error:
                fetch_picture(f"https://social.example/{path}", simulated=True, client=client)
            assert error.value.code == "unsafe_address"
