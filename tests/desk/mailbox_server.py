"""A mailbox on loopback, with as much of IMAP as a reader needs: sign in, select, search, fetch, store."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """Its messages by number, which of them are read, and what was asked of it."""

    port: int = 0
    messages: dict[int, bytes] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    password: str = "only for tests"
    validity: int = 7

    def put(self, content: bytes) -> int:
        number = max(self.messages, default=0) + 1
        self.messages[number] = content
        return number


class _Talk(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say(b"* OK ready")
        for line in self.rfile:
            tag, _blank, command = line.decode().strip().partition(" ")
            self.server.mailbox.asked.append(command)
            if not self._answer(tag, command):
                return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _answer(self, tag: str, command: str) -> bool:
        box, said = self.server.mailbox, "OK"
        word = command.partition(" ")[0].upper()
        needed = {"LOGIN": box.password, "SELECT": "INBOX"}
        if word == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif f'"{needed.get(word, "")}"' not in command and word in needed:
            said = "NO"
        elif word == "SELECT":
            self._say(b"* %d EXISTS" % len(box.messages))
            self._say(b"* OK [UIDVALIDITY %d] valid" % box.validity)
        elif word == "UID":
            self._uid(command)
        elif word == "LOGOUT":
            self._say(b"* BYE")
        self._say(f"{tag} {said} {word}".encode())
        return word != "LOGOUT"

    def _uid(self, command: str) -> None:
        box = self.server.mailbox
        if found := re.match(r"UID SEARCH UID (\d+):\* SINCE \d\d?-\w{3}-\d{4}$", command):
            last = max(box.messages, default=0)
            numbers = [n for n in box.messages if n >= int(found[1]) or n == last]
            self._say(("* SEARCH " + " ".join(map(str, numbers))).strip().encode())
        elif found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.\d+>\)$", command):
            content = box.messages[int(found[1])]
            self.wfile.write(b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n" % (found[1].encode(), len(content)))
            self._say(content + b")")
        elif found := re.match(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)$", command):
            box.read.add(int(found[1]))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        super().__init__(("127.0.0.1", 0), _Talk)


@contextmanager
def running_mailbox() -> Iterator[Mailbox]:
    """Run one on a free port."""
    mailbox = Mailbox()
    with _Server(mailbox) as server:
        mailbox.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield mailbox
        server.shutdown()
