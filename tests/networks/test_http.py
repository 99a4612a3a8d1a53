"""The HTTP client: addresses, waits, sizes, and which outcome becomes which error."""

from __future__ import annotations

import json
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from resonanz.networks import Gone, LoginNeeded, NetworkError, Refused, Temporary, Unclear
from resonanz.networks import http as subject
from resonanz.networks.http import (
    Client,
    error_for,
    is_public,
    parse_events,
    public_addresses,
    reason_in,
    retry_time,
    server_address,
)
from tests.networks.scripted import Say, Scripted, running_script
from tests.networks.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@contextmanager
def scripted(**routes: Say) -> Iterator[tuple[Scripted, Client]]:
    with running_script(
        {f"{name.partition('_')[0]} /{name.partition('_')[2]}": say for name, say in routes.items()}
    ) as s:
        yield s, Client(s.url, token="geheim", simulated=True)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("social.example", "https://social.example"),
        ("  https://Social.Example/ ", "https://social.example"),
        ("https://social.example/@mira?x#y", "https://social.example"),
        ("@mira@social.example", "https://social.example"),
        ("mira@social.example", "https://social.example"),
        ("social.example:8443", "https://social.example:8443"),
        ("münchen.example", "https://xn--mnchen-3ya.example"),
        ("9.9.9.9", "https://9.9.9.9"),
        ("[2620:fe::fe]", "https://[2620:fe::fe]"),
    ],
)
def test_a_typed_address_becomes_one(typed: str, address: str) -> None:
    assert server_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_this_network"),
        ("mira", "not_this_network"),
        ("@mira", "not_this_network"),
        ("zwei worte.example", "not_this_network"),
        ("https://", "not_this_network"),
        ("https://user:pass@social.example", "not_this_network"),
        ("ftp://social.example", "not_this_network"),
        ("social.example:99999", "not_this_network"),
        ("[::zz]", "not_this_network"),
        ("a..b", "not_this_network"),
        ("http://social.example", "unsafe_address"),
        ("localhost", "unsafe_address"),
        ("drucker.local", "unsafe_address"),
        ("127.0.0.1", "unsafe_address"),
        ("2130706433", "unsafe_address"),
        ("[::1]", "unsafe_address"),
        ("169.254.169.254", "unsafe_address"),
    ],
)
def test_an_address_that_is_none_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        server_address(typed)
    assert refused.value.code == code


def test_a_simulated_network_may_be_local() -> None:
    assert server_address("http://127.0.0.1:4000/x", simulated=True) == "http://127.0.0.1:4000"
    assert server_address("localhost", simulated=True) == "https://localhost"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("9.9.9.9", True),
        ("2620:fe::fe", True),
        ("64:ff9b::909:909", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("localhost", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_is_resolved_before_it_is_trusted() -> None:
    assert public_addresses("9.9.9.9", 443) == ("9.9.9.9",)
    with pytest.raises(Refused) as refused:
        public_addresses("localhost", 443)
    assert (refused.value.code, refused.value.facts) == ("unsafe_address", {"host": "localhost"})
    with pytest.raises(Temporary) as unknown:
        public_addresses("a" * 70 + ".example", 443)
    assert unknown.value.code == "unreachable"


def test_a_name_that_leads_inside_is_refused_at_the_call() -> None:
    def inside(host: str, port: int) -> tuple[str, ...]:
        raise Refused("unsafe_address", host=host)

    with pytest.raises(Refused):
        Client("https://rebind.example", addresses=inside).get("/x")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for social.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "social.example")])
    names = x509.SubjectAlternativeName([x509.DNSName("social.example")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "social.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def tls_server(certificate: Path) -> Iterator[int]:
    class Speaker(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'{{"host": "{self.headers["Host"]}"}}'.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Speaker) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_the_checked_address_is_connected_to_under_the_servers_own_name(certificate: Path) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate))
    asked: list[tuple[str, int]] = []

    def addresses(host: str, port: int) -> tuple[str, ...]:
        asked.append((host, port))
        return ("127.0.0.2", "127.0.0.1")  # nobody listens on the first

    with tls_server(certificate) as port:
        client = Client(f"https://social.example:{port}", addresses=addresses, trusted=trusted)
        assert client.get("/x").json == {"host": f"social.example:{port}"}
        assert asked == [("social.example", port)]
        wrong = Client(f"https://fern.example:{port}", addresses=addresses, trusted=trusted)
        with pytest.raises(Temporary) as untrusted:
            wrong.get("/x")
        assert untrusted.value.code == "unreachable"
        stranger = Client(f"https://social.example:{port}", addresses=addresses)
        with pytest.raises(Temporary):
            stranger.get("/x")
        nowhere = Client(f"https://social.example:{port}", addresses=lambda _host, _port: ())
        with pytest.raises(Temporary):
            nowhere.get("/x")


def test_what_is_sent_along() -> None:
    with scripted(POST_x=Say({"a": 1})) as (script, client):
        client.send("POST", "/x", body={"ä": 1}, headers={"Idempotency-Key": "k"})
        client.send("POST", "/x", form={"a": "b c"})
    (_, _, _, first, body), (_, _, _, second, form) = script.seen
    assert first["user-agent"] == "Resonanz/0.1.0 (+self-hosted desk)"
    assert (first["authorization"], first["idempotency-key"]) == ("Bearer geheim", "k")
    assert (body.decode(), form) == ('{"ä":1}', b"a=b+c")
    assert second["content-type"] == "application/x-www-form-urlencoded"
    assert "geheim" not in repr(client)


def test_an_empty_answer_is_an_answer() -> None:
    with scripted(DELETE_x=Say(b"")) as (_, client):
        assert client.send("DELETE", "/x").json is None


def test_halves_of_characters_become_question_marks_and_whole_ones_stay() -> None:
    with scripted(GET_api=Say(b'{"text": "kaputt \\ud83d, ganz \\ud83d\\ude00"}')) as (_, client):
        assert client.get("/api").json == {"text": "kaputt ?, ganz \U0001f600"}


def test_the_next_page_is_a_query_and_never_an_address() -> None:
    link = {
        "Link": '<https://evil.example/x?max_id=7&limit=2>; rel="next", <https://a/x?min_id=9>; rel="prev"'
    }
    with scripted(GET_x=Say([], headers=link)) as (_, client):
        assert client.get("/x").next_page == {"max_id": "7", "limit": "2"}


def test_redirects_stay_on_the_same_server() -> None:
    with scripted(
        GET_a=Say(status=302, headers={"Location": "/b?c=d"}),
        GET_b=Say({"here": True}),
        GET_ring=Say(status=301, headers={"Location": "/ring"}),
        GET_out=Say(status=301, headers={"Location": "https://evil.example/b"}),
        POST_a=Say(status=307, headers={"Location": "https://neu.example/b"}),
    ) as (script, client):
        assert client.get("/a", [("x", "y")]).json == {"here": True}
        assert script.asked("GET", "/b") == [[("c", "d")]]
        for path, code in (("/ring", "refused"), ("/out", "not_this_network")):
            with pytest.raises(Refused) as refused:
                client.get(path)
            assert refused.value.code == code
        with pytest.raises(Refused) as moved:
            client.send("POST", "/a")
        assert moved.value.facts == {"moved_to": "https://neu.example/b"}


@pytest.mark.parametrize(
    ("say", "error", "code"),
    [
        (Say(cut=True), Unclear, "cut"),
        (Say({"a": 1}, short=True), Unclear, "cut"),
        (Say(b"<html>"), Unclear, "bad_answer"),
        (Say(b'{"a": '), Unclear, "bad_answer"),
        (Say(b"[" * 100_000), Unclear, "bad_answer"),
        (Say(b"\x1f\x8bnonsense", headers={"Content-Encoding": "gzip"}), Unclear, "bad_answer"),
        (Say({"error": "kaputt"}, 500), Unclear, "server_error"),
        (Say(status=304), Refused, "refused"),
    ],
)
def test_unusable_answers_are_unclear(say: Say, error: type[NetworkError], code: str) -> None:
    with scripted(POST_x=say) as (_, client), pytest.raises(error) as failed:
        client.send("POST", "/x")
    assert failed.value.code == code


def test_an_answer_too_large_or_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(GET_x=Say(["a" * 1000])) as (_, client):
        monkeypatch.setattr(subject, "MAX_ANSWER_BYTES", 500)
        with pytest.raises(Unclear) as large:
            client.get("/x")
        assert (large.value.code, large.value.reason) == ("bad_answer", "the answer is too large")
        monkeypatch.setattr(subject, "MAX_ANSWER_BYTES", 5000)
        monkeypatch.setattr(subject, "WHOLE_ANSWER_SECONDS", -1.0)
        with pytest.raises(Unclear) as slow:
            client.get("/x")
        assert slow.value.code == "timeout"


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "READ_SECONDS", 0.05)
    with running_script({"GET /x": lambda _query: threading.Event().wait(0.3) or Say({})}) as script:
        with pytest.raises(Unclear) as silent:
            Client(script.url, simulated=True).get("/x")
        assert (silent.value.code, silent.value.acted) == ("timeout", None)


def test_a_dead_server_did_nothing() -> None:
    with pytest.raises(Temporary) as dead:
        Client(f"http://127.0.0.1:{free_port()}", simulated=True).send("POST", "/x")
    assert (dead.value.code, dead.value.acted) == ("unreachable", False)


@pytest.mark.parametrize("token", ["zwei Worte", "a\nb", "schl\u00fcssel"])
def test_a_token_that_is_none(token: str) -> None:
    with pytest.raises(LoginNeeded) as login:
        Client("https://social.example", token=token)
    assert login.value.code == "token_revoked"


def test_a_request_that_cannot_be_made_is_refused() -> None:
    with scripted() as (script, client), pytest.raises(Refused) as refused:
        client.send("POST", "/x", headers={"Idempotency-Key": "a\nb"})
    assert (refused.value.code, script.seen) == ("refused", [])


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, {"error": "nein"}, Refused, "refused"),
        (422, {"error": "nein"}, Refused, "refused"),
        (401, {"error": "nein"}, LoginNeeded, "token_revoked"),
        (403, {"error": "outside the authorized scopes"}, LoginNeeded, "scope_missing"),
        (403, {"error": "nein"}, Refused, "refused"),
        (404, {}, Gone, "gone"),
        (410, {}, Gone, "gone"),
        (429, {}, Temporary, "rate_limited"),
        (500, {}, Unclear, "server_error"),
        (503, {}, Unclear, "server_error"),
    ],
)
def test_which_status_means_what(status: int, body: Any, error: type[NetworkError], code: str) -> None:
    made = error_for(status, {}, json.dumps(body).encode(), now=NOW)
    assert (type(made), made.code, made.reason) == (error, code, body.get("error", ""))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": "invalid_grant", "error_description": "abgelaufen"}', "abgelaufen"),
        (b'{"error": {"a": 1}}', ""),
        (b"[1]", ""),
        (b"<html>", ""),
        (b'{"error": "' + b"x" * 900 + b'"}', "x" * 500),
    ],
)
def test_the_servers_wording(body: bytes, reason: str) -> None:
    assert reason_in(body) == reason


@pytest.mark.parametrize(
    ("headers", "moment"),
    [
        ({"X-RateLimit-Reset": "2026-03-02T09:05:00.5Z"}, NOW + timedelta(minutes=5, seconds=0.5)),
        ({"X-RateLimit-Reset": "2026-03-02T09:05:00"}, NOW + timedelta(minutes=5)),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 60)}, NOW + timedelta(minutes=1)),
        ({"Retry-After": "90"}, NOW + timedelta(seconds=90)),
        ({"X-RateLimit-Reset": "morgen"}, None),
        ({"X-RateLimit-Reset": "9" * 30}, None),
        ({"Retry-After": "Mon, 02 Mar 2026 09:05:00 GMT"}, None),
        ({}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], moment: datetime | None) -> None:
    assert retry_time(headers, now=NOW) == moment


def test_a_stream_is_cut_into_events() -> None:
    chunks = [":thump\r\n", "event: update\r\nda", "ta: {\ndata: }\n", "\n\ndata:x\n\nid: 4\nevent: ende"]
    assert list(parse_events(iter(chunks))) == [("update", "{\n}"), ("message", "x")]


def test_an_event_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MAX_EVENT_CHARACTERS", 10)
    with scripted(GET_s=Say(b"data: " + b"x" * 100)) as (_, client), pytest.raises(Temporary) as broken:
        list(client.events("/s"))
    assert broken.value.code == "unreachable"


def test_a_stream_opens_ends_and_fails() -> None:
    with scripted(
        GET_s=Say(b"event: a\ndata: 1\n\n"),
        GET_cut=Say(b"event: a\ndata: 1\n\n", short=True),
        GET_no=Say({"error": "x"}, 404),
        GET_odd=Say({"a": 1}, 202),
        GET_bad=Say({"a": 1}, 502),
    ) as (_, client):
        assert list(client.events("/s")) == [("open", ""), ("a", "1")]
        heard = client.events("/cut")
        assert [next(heard), next(heard)] == [("open", ""), ("a", "1")]
        for events, error in (
            (heard, Temporary),
            (client.events("/no"), Gone),
            (client.events("/bad"), Temporary),
        ):
            with pytest.raises(error):
                next(events)
        with pytest.raises(Refused) as odd:
            next(client.events("/odd"))
        assert odd.value.code == "not_allowed_here"


def test_silence_on_a_stream_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SILENCE_SECONDS", 0.05)
    with running_script({"GET /s": lambda _query: threading.Event().wait(0.3) or Say(b"")}) as script:
        with pytest.raises(Temporary) as silent:
            next(Client(script.url, simulated=True).events("/s"))
        assert silent.value.code == "unreachable"
