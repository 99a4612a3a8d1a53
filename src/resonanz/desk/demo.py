"""The demonstration: a fictitious company's care day on a simulated network, in a home of its own.

What belongs to the demo alone stands here: its people, its channel, its ports and its logins. The
desk above it is the real one, and so is the way to the network.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import care, channels
from resonanz.desk.care import departments, saved
from resonanz.desk.home import FIRST_TEAM
from resonanz.desk.models import Agent, Brand, Channel, Conversation, Role, SlaPolicy, Team
from resonanz.networks import Credentials
from resonanz.simulator.careday import SETTLED

ACCOUNT = "nordlicht_hilft"
SECOND_ACCOUNT = "nordlicht_werkstatt"
BRAND = "Nordlicht Haushalt"
NETWORKS = "mastodon,x,bluesky"  # the first one's account is connected; the others wait to be
FIRST_PORT = 8010
READY_WITHIN_S = 20
OLD = timedelta(hours=1)  # conversations that began longer ago were over before anybody looked
ALWAYS = {str(day): [[0, 24 * 60]] for day in range(7)}  # whenever somebody looks at the demo
PEOPLE = (
    ("anna", "Anna", "Albers", Role.OPERATOR, "aa"),
    ("ben", "Ben", "Brandt", Role.AGENT, "bb"),
    ("clara", "Clara", "Conrad", Role.LEAD, "cc"),
    ("tom", "Tom", "Timm", Role.TRAINEE, "tt"),
)
GREETING = "{du:{Hallo|Hi}|sie:{Guten Tag|Hallo}} {name}, "
LEARNT = (
    saved.Piece(
        title="Lieferung verspätet",
        facts="Die Spedition ruft am Abend vorher an. Ab zwei Tagen Verzug erstatten wir den Versand.",
        text=GREETING + "das tut uns leid. {du:Schick uns|sie:Schicken Sie uns} die Bestellnummer bitte in "
        "einer privaten Nachricht, dann fragen wir bei der Spedition nach.",
        text_en="{Hello|Hi} {name}, we are sorry. Please send us the order number in a private message, "
        "then we ask the carrier.",
    ),
    saved.Piece(
        title="Doppelt abgebucht",
        facts="Die zweite Buchung kommt von selbst zurück, meist nach drei Bankarbeitstagen.",
        text=GREETING
        + "die zweite Buchung geht von selbst zurück, meist nach drei Werktagen. Wenn bis dahin "
        "nichts da ist, {du:melde dich|sie:melden Sie sich} bitte noch einmal.",
        text_en="{Hello|Hi} {name}, the second charge goes back by itself, usually in three working days.",
    ),
    saved.Piece(
        title="Fehlercode E18 am Geschirrspüler",
        facts="E18: Ablauf verstopft. Neun von zehn Mal hilft das Sieb; sonst Werkstatt.",
        text=GREETING + "E18 heißt, dass das Wasser nicht abläuft. {du:Nimm|sie:Nehmen Sie} bitte das Sieb "
        "unten im Gerät heraus und {du:spül|sie:spülen Sie} es ab, dann startet er meist wieder.",
        text_en="{Hello|Hi} {name}, E18 means that the water does not drain. Please take out the filter at "
        "the bottom and rinse it; usually it starts again.",
    ),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo remembers between runs."""

    port: int
    password: str
    tokens: dict[str, str]

    @property
    def network_url(self) -> str:
        """The simulated network's address."""
        return f"http://localhost:{self.port}"

    @property
    def tokens_file(self) -> Path:
        """Where the simulated network finds its tokens."""
        return Path(settings.KEYS) / "demo-tokens.json"


def load() -> Demo:
    """Return this home's demo, made at the first call. The port stays the same: addresses contain it."""
    file = Path(settings.KEYS) / "demo.json"
    if file.exists():
        return Demo(**json.loads(file.read_text()))
    tokens = {account: secrets.token_urlsafe(24) for account in (ACCOUNT, SECOND_ACCOUNT)}
    demo = Demo(free_port(FIRST_PORT), secrets.token_urlsafe(9), tokens)
    _write_secret(demo.tokens_file, json.dumps(tokens))
    _write_secret(file, json.dumps({"port": demo.port, "password": demo.password, "tokens": demo.tokens}))
    return demo


def _write_secret(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)


def free_port(first: int) -> int:
    """Return the first port from `first` on that nobody listens on."""
    for port in range(first, first + 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise OSError(f"no free port from {first} to {first + 199}")


def people(demo: Demo) -> None:
    """Make the demo's agents, once."""
    if Agent.objects.exists():
        return
    team, _ = Team.objects.get_or_create(name=FIRST_TEAM)
    for username, first, last, role, initials in PEOPLE:
        agent = Agent(username=username, first_name=first, last_name=last, role=role, initials=initials)
        agent.set_password(demo.password)
        agent.save()
        team.agents.add(agent)
    Brand.objects.filter(pk=Brand.objects.order_by("pk").values("pk")[:1]).update(name=BRAND)
    SlaPolicy.objects.update(first_response_s=1800, next_response_s=1800, periods=ALWAYS, country="")
    lead = Agent.objects.get(username="clara")
    departments.keep_department(departments.Wanted(name="Lager", email="lager@nordlicht.example"), by=lead)
    for piece in LEARNT:
        saved.save(lead, piece)


def connect(demo: Demo) -> None:
    """Connect the demo's channel as soon as the simulated network answers; once."""
    if Channel.objects.filter(network="mastodon").exists():
        return
    until = time.monotonic() + READY_WITHIN_S
    while not _answers(demo):
        if time.monotonic() > until:
            print("resonanz: the simulated network does not answer; see above", file=sys.stderr)
            return
        time.sleep(0.1)
    credentials = Credentials(
        base_url=demo.network_url, secret={"access_token": demo.tokens[ACCOUNT]}, simulated=True
    )
    brand = Brand.objects.order_by("pk").first()
    assert brand is not None
    channels.connect(channels.Application(network="mastodon", brand=brand, credentials=credentials))
    _settle()


def _settle() -> None:
    """Settle what was answered before anybody looked, as soon as all of it has been heard."""
    until = time.monotonic() + READY_WITHIN_S
    answered = Conversation.objects.filter(state=State.OPEN, awaits=None)
    while time.monotonic() < until:
        over = list(answered.filter(mentions__posted_at__lt=timezone.now() - OLD).distinct())
        if len(over) >= len(SETTLED):
            for talk in over:
                care.resolve(talk, Agent.objects.get(username="ben"))
            return
        time.sleep(0.2)


def _answers(demo: Demo) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", demo.port)) == 0


def welcome(demo: Demo, address: str, *, networks: str = "") -> str:
    """Return what a person needs to know to begin. `networks`: where simulated networks run already."""
    began = timezone.localtime().strftime("%H:%M")
    places = (
        f"  Simulated networks {networks}/console\n"
        if networks
        else f"  Simulated networks {demo.network_url}\n"
        f"  Second account     {demo.network_url}, token {demo.tokens[SECOND_ACCOUNT]}\n"
    )
    return (
        f"\n  Resonanz demo, {began}\n\n"
        f"  Desk               {address}\n"
        f"  Sign in            anna  /  {demo.password}\n"
        f"                     (also ben, clara and tom, with the same password)\n"
        f"{places}\n"
        f"  Stop with Ctrl+C. Everything is kept in {settings.HOME}; `make demo-reset` starts over.\n"
    )
