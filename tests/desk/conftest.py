"""What the tests of the desk may use."""

from __future__ import annotations

import pytest

from resonanz.desk.models import Conversation
from tests.cast import Desk, conversation_of, hear, said
from tests.fake import World


@pytest.fixture
def case(desk: Desk, fake: World) -> Conversation:
    """Ada's open question, on the desk and on the fake network."""
    question = said("1", "Wo bleibt mein Paket?")
    hear(desk.channel, question)
    fake.posts["1"] = question
    return conversation_of(question)
