"""What a matter of the care day consists of. The matters themselves are in `morning.py`, `afternoon.py`."""

from __future__ import annotations

from dataclasses import dataclass

from resonanz.simulator.people import COMPANY


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody else speaks up in the thread, `after_s` seconds later."""

    who: str
    text: str
    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One matter. The first wording is told first, the others when the day begins again.

    `answers` are what the customer says to the company's first, second … reply; an empty one and the
    end of the list mean silence. `details` are given in private when the company asks for them.
    `edit`, `again`: a new wording or a second post after so many seconds; `gone_after_s`: deleted then;
    `gone_when_asked` is what the customer says when he deletes it because the company asked for that.
    """

    key: str
    who: str
    texts: tuple[str, ...]
    answers: tuple[str, ...] = ()
    details: str = ""
    private: bool = False
    picture: str = ""
    language: str = "de"
    company: str = COMPANY
    joins: tuple[Join, ...] = ()
    edit: tuple[float, str] | None = None
    again: tuple[float, str] | None = None
    gone_after_s: float | None = None
    gone_when_asked: str = ""
    under_greeting: bool = False
