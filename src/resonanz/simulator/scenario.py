"""Plays the care day: who speaks when, and how a customer takes the company's answer.

The engine has no clock: it is told the time and says how long it can sleep. Its state is plain JSON,
so that a demo goes on where it stopped. Every choice comes from the seed and a step counter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import regex

from resonanz.simulator.careday import CASES, CLOSINGS, GREETING, OPENING, SETTLED, SLOTS
from resonanz.simulator.content import MAX_CHARACTERS, length
from resonanz.simulator.people import COMPANY, PEOPLE, WORKSHOP
from resonanz.simulator.world import Rejected, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.simulator.case import Case, Join
    from resonanz.simulator.records import Account, Status
    from resonanz.simulator.stage import Ground

T = TypeVar("T")
Step = dict[str, Any]

OPENING_AGES_MIN = (50, 38, 27, 16, 8, 2)
GREETING_AGE_MIN = 55
BRISK = (35.0, 70.0)  # seconds between two new matters at the beginning
CALM = (150.0, 240.0)  # and after BRISK_FOR
BRISK_FOR = timedelta(minutes=10)
ANSWER_AFTER = (5.0, 20.0)
AUTOMATIC_AFTER = (1.0, 3.0)
AUTOMATIC_MOST = 20  # in one thread: two machines that thank each other would never end
FIRST_AFTER = (8.0, 14.0)
_BY_KEY = {case.key: case for case in CASES}
_ASKS_FOR_DETAILS = regex.compile(
    r"direkt ?nachricht|privat|\bpn\b|\bdm\b|direct message|bestell-?nummer|kunden-?nummer|auftragsnummer"
    r"|order number|customer number|(?:deine|ihre|eure) (?:adresse|telefonnummer)",
    regex.IGNORECASE,
)
_ASKS_TO_DELETE = regex.compile(
    r"lösch|entfern\w* (?:sie|du|den beitrag)|delete|take .* down", regex.IGNORECASE
)
_AUTOMATIC = {person.acct: person.automatic for person in PEOPLE if person.automatic}


class Scenario:
    """The care day. `speed` divides all waiting times; `play` does what is due."""

    def __init__(self, world: Ground, *, seed: int, speed: float) -> None:
        self._world = world
        self._seed = seed
        self._speed = speed
        self._step = 0
        self._told = 0
        self._order: list[str] = []
        self._due: list[Step] = []
        self._talks: dict[str, Step] = {}
        self._began_at: datetime | None = None

    # beginning, resting, going on

    def begin(self, now: datetime) -> None:
        """Tell the conversations that exist before anybody looks, then plan the first new one."""
        clock, self._world.clock = self._world.clock, lambda: now
        try:
            self._began_at = now
            self._past(now)
        finally:
            self._world.clock = clock
        rest = [case.key for case in CASES if case.key not in OPENING]
        self._order = rest
        self._plan(now, FIRST_AFTER, {"do": "tell"})

    def _past(self, now: datetime) -> None:
        for (who, asked_min, question), (answered_min, answer) in SETTLED:
            asked = Words(text=_filled(question, {}), language="de")
            post = self._say_at(now - timedelta(minutes=asked_min), who, asked)
            words = Words(text=f"@{who} {answer}", language="de", in_reply_to_id=post.id)
            self._say_at(now - timedelta(minutes=answered_min), COMPANY, words)
        at = now - timedelta(minutes=GREETING_AGE_MIN)
        greeting = self._say_at(at, COMPANY, Words(text=GREETING, language="de"))
        for key, age in zip(OPENING, OPENING_AGES_MIN, strict=True):
            case = _BY_KEY[key]
            parent = greeting.id if case.under_greeting else None
            self._tell(case, case.who, at=now - timedelta(minutes=age), parent=parent)

    def _say_at(self, at: datetime, acct: str, words: Words) -> Status:
        self._world.clock = lambda: at
        return self._say(acct, words)

    def _say(self, acct: str, words: Words) -> Status:
        return self._world.post(self._person(acct), words)

    def _person(self, acct: str) -> Account:
        """Find somebody of the cast. Raises `Rejected` 404 for anybody else."""
        found = self._world.account_named(acct)
        if found is None:
            raise Rejected(404, "Record not found")
        return found

    def state(self) -> dict[str, Any]:
        """Return what `resume` needs."""
        return {
            "step": self._step,
            "told": self._told,
            "order": self._order,
            "due": self._due,
            "talks": self._talks,
            "began_at": self._began_at,
        }

    def resume(self, state: dict[str, Any], *, away: timedelta) -> None:
        """Go on where `state` stopped, as if no time had passed; `away` is how long nothing ran."""
        self._step, self._told = state["step"], state["told"]
        self._order, self._talks = state["order"], state["talks"]
        self._due = [step | {"at": step["at"] + away} for step in state["due"]]
        self._began_at = state["began_at"] + away

    # playing

    def play(self, now: datetime) -> timedelta:
        """Do everything that is due and return how long nothing else will be."""
        with self._world.lock:
            while self._due and self._due[0]["at"] <= now:
                self._do(self._due.pop(0), now)
            return self._due[0]["at"] - now if self._due else timedelta(seconds=1)

    def _do(self, step: Step, now: datetime) -> None:
        if step["do"] == "tell":
            self._tell_next(now)
            return
        try:
            author = self._person(step["who"])
            if step["do"] == "say":
                self._world.post(author, Words(**step["words"]))
            elif step["do"] == "edit":
                self._world.edit(author, step["status"], Words(**step["words"]))
            else:
                self._world.delete(author, step["status"])
        except Rejected:
            return  # what was to be answered or changed is gone by now: people shrug, too

    def _plan(self, now: datetime, after: tuple[float, float], step: Step) -> None:
        seconds = self._random().uniform(*after) / self._speed
        self._due.append(step | {"at": now + timedelta(seconds=seconds)})
        self._due.sort(key=lambda s: s["at"])

    def _random(self) -> Random:
        self._step += 1
        return Random(f"{self._seed}:{self._step}")  # noqa: S311 – a play, no secret

    def _choose(self, options: Sequence[T]) -> T:
        return self._random().choice(options)

    # telling a matter

    def _tell_next(self, now: datetime) -> None:
        if not self._order:
            self._order = [case.key for case in CASES]
            self._random().shuffle(self._order)
        case = _BY_KEY[self._order.pop(0)]
        self._tell(case, self._teller(case))
        brisk = self._began_at is not None and now - self._began_at < BRISK_FOR / self._speed
        self._plan(now, BRISK if brisk else CALM, {"do": "tell"})

    def _teller(self, case: Case) -> str:
        """The case's own person the first time; later somebody who speaks alike, unless he is named in it."""
        person = next(p for p in PEOPLE if p.acct == case.who)
        personal = case.details or case.private or person.bot or person.domain
        if self._told < len(CASES) or personal or person.name.split()[-1] in case.texts[0]:
            return case.who
        alike = [p.acct for p in PEOPLE if p.voice == person.voice and not (p.company or p.bot or p.domain)]
        return self._choose(alike)

    def _tell(self, case: Case, who: str, *, at: datetime | None = None, parent: str | None = None) -> None:
        slots = {name: self._choose(values) for name, values in SLOTS.items()}
        again = self._told >= len(CASES)
        text = _filled(self._wording(case, who), slots)
        words = Words(
            text=text,
            visibility="direct" if case.private else "public",
            in_reply_to_id=parent,
            language=case.language,
            picture=case.picture,
        )
        self._told += 1
        try:
            status = self._say_at(at, who, words) if at else self._say(who, words)
        except Rejected:
            return  # this network does not take it, as some take no private word from strangers
        self._talks[f"{status.root_id}/{status.account_id}"] = {
            "case": case.key,
            "who": who,
            "step": 0,
            "slots": slots,
        }
        self._aftermath(case, who, status, slots, own_words=not again)

    def _wording(self, case: Case, who: str) -> str:
        """Take the next wording with every round; from the third round on end it a little differently."""
        telling = self._told // len(CASES)
        text = case.texts[telling % len(case.texts)]
        person = next(p for p in PEOPLE if p.acct == who)
        if telling < 2 or person.bot:
            return text
        closing = self._choose(CLOSINGS[person.voice])
        return text + closing if length(text + closing) < MAX_CHARACTERS - 40 else text

    def _aftermath(
        self, case: Case, who: str, status: Status, slots: dict[str, str], *, own_words: bool
    ) -> None:
        """Plan what belongs to the matter: second thoughts, an impatient repeat, other voices."""
        now = max(self._world.clock(), self._began_at or status.created_at)
        if case.gone_after_s:
            self._later(now, case.gone_after_s, {"do": "delete", "who": who, "status": status.id})
        if not own_words:
            return
        if case.edit:
            step = {
                "do": "edit",
                "who": who,
                "status": status.id,
                "words": {"text": _filled(case.edit[1], slots)},
            }
            self._later(now, case.edit[0], step)
        if case.again:
            self._later(now, case.again[0], _saying(who, _filled(case.again[1], slots), None))
        for join in case.joins:
            self._later(now, join.after_s, self._joining(join, status, slots))

    def _later(self, now: datetime, after_s: float, step: Step) -> None:
        self._plan(now, (after_s, after_s), step)

    def _joining(self, join: Join, status: Status, slots: dict[str, str]) -> Step:
        place = f"{status.root_id}/{self._person(join.who).id}"
        self._talks.setdefault(place, {"case": "", "who": join.who, "step": 0, "slots": slots})
        return _saying(join.who, _filled(join.text, slots), status)

    # taking an answer

    def heard(self, status: Status) -> None:
        """Listen to the network: whoever the company answers, answers back after a while."""
        author = self._world.memory.accounts[status.account_id]
        if not author.company:
            return
        self._machines(status, author)
        for named in status.mentions:
            talk = self._talk_with(status, named)
            if talk is not None:
                self._answer(talk, status)

    def _machines(self, status: Status, author: Account) -> None:
        """Let the machines behind named accounts speak at once, as they do: to everything, every time."""
        for named in status.mentions:
            acct = self._world.memory.accounts[named].acct
            said = [
                s
                for s in self._world.memory.statuses.values()
                if s.account_id == named and s.root_id == status.root_id
            ]
            if acct in _AUTOMATIC and len(said) < AUTOMATIC_MOST:
                text = f"@{author.handle} {_AUTOMATIC[acct]}"
                step = _saying(acct, text, status, visibility=_alike(status))
                self._plan(self._world.clock(), AUTOMATIC_AFTER, step)

    def _talk_with(self, status: Status, account_id: str) -> Step | None:
        """Find the talk by its thread; a fresh private message belongs to the person's latest talk."""
        talk = self._talks.get(f"{status.root_id}/{account_id}")
        if talk is not None or status.in_reply_to_id:
            return talk
        mine = [t for key, t in self._talks.items() if key.endswith(f"/{account_id}")]
        return mine[-1] if mine else None

    def _answer(self, talk: Step, status: Status) -> None:
        case = _BY_KEY.get(talk["case"])
        if case is None:
            return
        deletes = self._takes_back(talk, case, status)
        invited = status.visibility == "direct" and not case.private
        if case.details and not talk.get("gave") and (invited or _ASKS_FOR_DETAILS.search(status.text)):
            talk["gave"] = True
            self._say_back(talk, status, case.details, visibility="direct")
        elif deletes:
            self._say_back(talk, status, case.gone_when_asked)
        else:
            talk["step"] += 1
            if answer := "".join(case.answers[talk["step"] - 1 : talk["step"]]):
                self._say_back(talk, status, answer)

    def _takes_back(self, talk: Step, case: Case, status: Status) -> bool:
        """Plan that the customer deletes his post, if he was asked to and had not done so."""
        asked = case.gone_when_asked and not talk.get("gone") and _ASKS_TO_DELETE.search(status.text)
        if not asked:
            return False
        talk["gone"] = True
        step = {"do": "delete", "who": talk["who"], "status": status.root_id}
        self._plan(self._world.clock(), ANSWER_AFTER, step)
        return True

    def _say_back(self, talk: Step, status: Status, text: str, *, visibility: str = "") -> None:
        company = self._world.memory.accounts[status.account_id].handle
        said = f"@{company} {_filled(text, talk['slots'])}"
        language, audience = _BY_KEY[talk["case"]].language, visibility or _alike(status)
        step = _saying(talk["who"], said, status, visibility=audience, language=language)
        self._plan(self._world.clock(), ANSWER_AFTER, step)


def _alike(status: Status) -> str:
    """Return the audience in which people answer a status."""
    return "direct" if status.visibility == "direct" else "public"


def _filled(text: str, slots: dict[str, str]) -> str:
    return text.format(hilft=f"@{COMPANY}", werkstatt=f"@{WORKSHOP}", **slots)


def _saying(
    who: str, text: str, parent: Status | None, *, visibility: str = "public", language: str = "de"
) -> Step:
    words = {"text": text, "visibility": visibility, "language": language}
    return {"do": "say", "who": who, "words": words | {"in_reply_to_id": parent.id if parent else None}}
