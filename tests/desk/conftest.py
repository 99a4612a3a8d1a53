"""What the tests of the desk may use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with its people and no channel, made once; whoever runs processes on one copies it."""
    folder = tmp_path_factory.mktemp("prepared") / "home"
    where = {"DJANGO_SETTINGS_MODULE": "resonanz.desk.settings", "RESONANZ_HOME": str(folder)}
    command = [sys.executable, "-m", "tests.desk.hand", "people"]
    subprocess.run(command, env={**os.environ, **where}, stdout=subprocess.DEVNULL, check=True)
    return folder
