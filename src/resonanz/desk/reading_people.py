"""People whom the desk knows, found by the name that is being typed. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resonanz.desk.access import visible_to
from resonanz.desk.searching import people_called
from resonanz.desk.wording import network_label

if TYPE_CHECKING:
    from resonanz.desk.models import Agent, Author

LEAST = 2  # letters before anybody is looked for
MOST = 5


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may be meant: who, where they spoke last and how often they had a matter."""

    author: Author
    network: str
    talks_count: int


def found(agent: Agent, name: str) -> list[Known]:
    """Return the people of this name whose conversations somebody may see, who spoke last first."""
    if len(name.strip()) < LEAST:
        return []
    called = people_called(name)
    shown = visible_to(agent).filter(customer__in=called).select_related("customer").order_by("-last_order")
    known: dict[int, list[Author]] = {}
    for talk in shown[:200]:
        known.setdefault(talk.customer_id, []).append(talk.customer)
    return [Known(authors[0], network_label(authors[0].network), len(authors)) for authors in known.values()][
        :MOST
    ]
