"""A question is taken back while its letter is being handed in: whoever may have it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from resonanz.desk import letters
from resonanz.desk.care import enquiries
from resonanz.desk.models import Conversation, Department, Letter
from tests.cast import Desk
from tests.desk.post_office import PostOffice
from tests.desk.test_enquiries import _english, ask, case, clock, deliver, mail, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from resonanz.desk.settings import MailServer

pytestmark = pytest.mark.django_db
__all__ = ["_english", "case", "clock", "mail", "store"]
MINUTES = timedelta(minutes=10)


def while_handing_in(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], None], error: letters.Undelivered | None = None
) -> None:
    """Let something happen at the desk while the next letter is handed in."""
    real = letters.hand_in

    def hand_in(server: MailServer, message: EmailMessage) -> None:
        monkeypatch.setattr(letters, "hand_in", real)
        act()
        if error is not None:
            raise error
        real(server, message)

    monkeypatch.setattr(letters, "hand_in", hand_in)


def test_a_letter_that_is_being_handed_in_is_followed_by_the_word_that_it_is_settled(
    case: Conversation,
    desk: Desk,
    store: Department,
    mail: PostOffice,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enquiry = ask(case, desk, store)
    while_handing_in(monkeypatch, lambda: enquiries.withdraw(enquiry, desk.anna))
    deliver()
    clock.shift(MINUTES)
    deliver()
    asked, settled = mail.letters
    assert settled["Subject"].startswith("Settled:")
    assert settled["In-Reply-To"] == asked["Message-ID"]


def test_a_letter_that_failed_meanwhile_is_tried_no_more(
    case: Conversation,
    desk: Desk,
    store: Department,
    mail: PostOffice,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enquiry = ask(case, desk, store)
    while_handing_in(
        monkeypatch, lambda: enquiries.withdraw(enquiry, desk.anna), letters.Undelivered("unreachable")
    )
    deliver()
    clock.shift(MINUTES)
    deliver()
    assert [letter["Subject"].partition(":")[0] for letter in mail.letters] == ["Settled"]


def test_taken_back_the_withdrawal_leaves_one_question(
    case: Conversation,
    desk: Desk,
    store: Department,
    mail: PostOffice,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enquiry = ask(case, desk, store)

    def twice() -> None:
        enquiries.withdraw(enquiry, desk.anna)
        enquiries.restore(enquiry, desk.anna)

    while_handing_in(monkeypatch, twice, letters.Undelivered("unreachable"))
    deliver()
    assert mail.letters == []
    clock.shift(MINUTES)
    deliver()
    assert len(mail.letters) == 1
    assert Letter.objects.get().sent_at is not None


def test_what_the_server_refused_for_good_nobody_hears_of(
    case: Conversation,
    desk: Desk,
    store: Department,
    mail: PostOffice,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enquiry = ask(case, desk, store)
    while_handing_in(monkeypatch, lambda: None, letters.Undelivered("refused"))
    deliver()
    enquiries.withdraw(enquiry, desk.anna)
    clock.shift(MINUTES)
    deliver()
    assert mail.letters == []
