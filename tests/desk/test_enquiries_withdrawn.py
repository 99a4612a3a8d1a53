"""A question is taken back while its letter is being handed in: whoever may have it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from resonanz.desk import letters
from resonanz.desk.care import enquiries
from resonanz.desk.models import Conversation, Department, Enquiry, Letter
from tests.cast import Desk
from tests.desk.post_office import PostOffice
from tests.desk.test_enquiries import _english, ask, case, clock, deliver, mail, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    import time_machine

    from resonanz.desk.models import Agent
    from resonanz.desk.settings import MailServer

pytestmark = pytest.mark.django_db
__all__ = ["_english", "case", "clock", "mail", "store"]
MINUTES = timedelta(minutes=10)


@dataclass(frozen=True)
class Asked:
    """A question whose letter is not handed in yet, and who asked it."""

    enquiry: Enquiry
    by: Agent
    mail: PostOffice
    monkeypatch: pytest.MonkeyPatch

    def withdraw(self) -> None:
        enquiries.withdraw(self.enquiry, self.by)

    def restore(self) -> None:
        enquiries.restore(self.enquiry, self.by)

    def hand_in_while(self, *acts: Callable[[], None], error: letters.Undelivered | None = None) -> None:
        """Hand the letter in and let something happen at the desk meanwhile."""
        real = letters.hand_in

        def hand_in(server: MailServer, message: EmailMessage) -> None:
            self.monkeypatch.setattr(letters, "hand_in", real)
            for act in acts:
                act()
            if error is not None:
                raise error
            real(server, message)

        self.monkeypatch.setattr(letters, "hand_in", hand_in)
        deliver()


@pytest.fixture
def asked(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> Asked:
    return Asked(ask(case, desk, store), desk.anna, mail, monkeypatch)


@pytest.fixture
def later(clock: time_machine.Traveller) -> Callable[[], None]:
    """Ten minutes later: whatever is due by then is delivered."""

    def pass_by() -> None:
        clock.shift(MINUTES)
        deliver()

    return pass_by


def test_a_letter_that_is_being_handed_in_is_followed_by_the_word_that_it_is_settled(
    asked: Asked, later: Callable[[], None]
) -> None:
    asked.hand_in_while(asked.withdraw)
    later()
    question, settled = asked.mail.letters
    assert settled["Subject"].startswith("Settled:")
    assert settled["In-Reply-To"] == question["Message-ID"]


def test_a_letter_that_failed_meanwhile_is_tried_no_more(asked: Asked, later: Callable[[], None]) -> None:
    asked.hand_in_while(asked.withdraw, error=letters.Undelivered("unreachable"))
    later()
    assert [letter["Subject"].partition(":")[0] for letter in asked.mail.letters] == ["Settled"]


def test_taken_back_the_withdrawal_leaves_one_question(asked: Asked, later: Callable[[], None]) -> None:
    asked.hand_in_while(asked.withdraw, asked.restore, error=letters.Undelivered("unreachable"))
    assert asked.mail.letters == []
    later()
    assert len(asked.mail.letters) == 1
    assert Letter.objects.get().sent_at is not None


def test_what_the_server_refused_for_good_nobody_hears_of(asked: Asked, later: Callable[[], None]) -> None:
    asked.hand_in_while(error=letters.Undelivered("refused"))
    asked.withdraw()
    later()
    assert asked.mail.letters == []
