"""Everything that the desk remembers. One chain of migrations; tables are grouped by job.

Rows are changed only by the verbs (`channels.py listen.py care.py outbox.py archive.py`), never by
pages, forms or commands. What a conversation looks like (state, waiting, clocks, due times) is a
projection of the events, written in the same transaction.
"""

from resonanz.desk.models.care import (
    Attachment,
    Clock,
    Conversation,
    Dismissal,
    Event,
    Matter,
    Note,
    SlaPolicy,
    SlaRule,
    ThreadLink,
    Unsent,
    Urgency,
)
from resonanz.desk.models.listening import (
    Brand,
    Channel,
    Mention,
    Picture,
    PictureState,
    Query,
    Sighting,
    Thread,
)
from resonanz.desk.models.measuring import Import
from resonanz.desk.models.people import Agent, Author, AuthorHandle, Contact, Role, Team
from resonanz.desk.models.publishing import Delivery, Outcome
from resonanz.desk.models.streams import Stream, StreamKind, Tab
from resonanz.desk.models.teamwork import (
    Bookmark,
    ConversationTag,
    Department,
    Enquiry,
    Handover,
    Incident,
    IncidentLink,
    Letter,
    LinkState,
    Notice,
    NoticeKind,
    SavedReply,
    Setting,
    Tag,
    Voice,
)

__all__ = [
    "Agent",
    "Attachment",
    "Author",
    "AuthorHandle",
    "Bookmark",
    "Brand",
    "Channel",
    "Clock",
    "Contact",
    "Conversation",
    "ConversationTag",
    "Delivery",
    "Department",
    "Dismissal",
    "Enquiry",
    "Event",
    "Handover",
    "Import",
    "Incident",
    "IncidentLink",
    "Letter",
    "LinkState",
    "Matter",
    "Mention",
    "Note",
    "Notice",
    "NoticeKind",
    "Outcome",
    "Picture",
    "PictureState",
    "Query",
    "Role",
    "SavedReply",
    "Setting",
    "Sighting",
    "SlaPolicy",
    "SlaRule",
    "Stream",
    "StreamKind",
    "Tab",
    "Tag",
    "Team",
    "Thread",
    "ThreadLink",
    "Unsent",
    "Urgency",
    "Voice",
]
