"""Everything that the desk remembers. One chain of migrations; tables are grouped by job.

Rows are changed only by the verbs (`channels.py listen.py care.py outbox.py archive.py`), never by
pages, forms or commands. What a conversation looks like (state, waiting, clocks, due times) is a
projection of the events, written in the same transaction.
"""

from resonanz.desk.models.care import Clock, Conversation, Event, Note, SlaPolicy, Unsent
from resonanz.desk.models.listening import (
    Brand,
    Channel,
    Mention,
    Picture,
    PictureState,
    Sighting,
    Thread,
)
from resonanz.desk.models.measuring import Import
from resonanz.desk.models.people import Agent, Author, AuthorHandle, Contact, Role, Team
from resonanz.desk.models.publishing import Delivery, Outcome

__all__ = [
    "Agent",
    "Author",
    "AuthorHandle",
    "Brand",
    "Channel",
    "Clock",
    "Contact",
    "Conversation",
    "Delivery",
    "Event",
    "Import",
    "Mention",
    "Note",
    "Outcome",
    "Picture",
    "PictureState",
    "Role",
    "Sighting",
    "SlaPolicy",
    "Team",
    "Thread",
    "Unsent",
]
