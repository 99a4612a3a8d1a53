"""What agents do with conversations. All writes of care happen in this room.

Each verb checks, changes and tells (an event) in one transaction. None of them opens a network: what is to be
said becomes a delivery, and the outbox carries it out.

| file | what it decides |
|---|---|
| `base` | the error that becomes a sentence, who may act, bells |
| `room` | how long an answer may be: as a post, as a private message |
| `answers` | replies: what they answer, who reads them, what stops them, taking them back |
| `cases` | owner, waiting, follow-up, settled |
| `opening` | a post that speaks to nobody here becomes a conversation |
| `notes` | notes for colleagues, and who is asked in them |
| `releasing` | what becomes of a trainee's replies |
| `shifts` | who is here, handing over, what goes back when somebody goes |
| `tags` | words that group conversations |
| `merging` | two conversations that are one matter, one that is two |
| `bulk` | the same with many conversations, and undoing it |
| `sorting` | kind and urgency, by hand or by rule, and the targets that follow |
| `kinds` | the kind of a matter by what is noted, where a lead wants that |
| `alarms` | who is told of danger, of what is due soon, overdue or was promised |
| `guards` | what speaks up before a reply goes out, and how often that was right |
| `saved` | saved replies: the team's knowledge, found while typing |
| `gates` | posts that no program may answer, and what was said there by hand |
| `attachments` | pictures and films that go along |
| `private` | from public to private, and back |
| `reactions` | favourites and boosts |
| `deleting` | taking our own posts away |
| `voices` | how a brand speaks: du or Sie, its words, its ready texts |
| `promises` | acknowledgements, and by when the customer hears from us |
| `automatic` | the one automatic answer outside of hours |
| `departments` | who in the house is asked |
| `enquiries` | questions to departments, and what becomes of their answers |
| `mailbox` | their answers by e-mail |
| `by_hand` | calls, letters and visits: entered, and what was answered |
| `incidents` | many cases, one cause: opening, changing, settling it; who belongs to it |
| `incident_lists` | who of an incident's cases still needs what |
| `incident_answers` | the prepared texts, confirmed in batches |
| `incident_renewal` | what was to say a text that has changed meanwhile |
| `incident_pace` | how fast they may leave, and what was said just before |
| `incident_proposals` | which cases might belong to an incident |
"""

from resonanz.case import Dismissal
from resonanz.desk.care.answers import (
    Reply,
    answerable,
    cancel,
    keep_unsent,
    release,
    repeat,
    reply,
    send_back,
)
from resonanz.desk.care.base import TEXT_MOST, CareError
from resonanz.desk.care.cases import assign, follow_up, reopen, resolve, take_next, wait_for
from resonanz.desk.care.deleting import delete_own, keep_own
from resonanz.desk.care.gates import answered_there, not_answered_there
from resonanz.desk.care.guards import Stop, Stopped
from resonanz.desk.care.merging import merge, others, partners, split, unmerge
from resonanz.desk.care.notes import askable, note
from resonanz.desk.care.opening import open_conversation, take_back_opening
from resonanz.desk.care.private import Invitation, back_to_public, move_to_private
from resonanz.desk.care.promises import acknowledge, acknowledgement, promise, unpromise
from resonanz.desk.care.reactions import react, unreact
from resonanz.desk.care.shifts import absent_next, hand_over
from resonanz.desk.care.sorting import sort
from resonanz.desk.care.tags import tag, untag

__all__ = [
    "TEXT_MOST",
    "CareError",
    "Dismissal",
    "Invitation",
    "Reply",
    "Stop",
    "Stopped",
    "absent_next",
    "acknowledge",
    "acknowledgement",
    "answerable",
    "answered_there",
    "askable",
    "assign",
    "back_to_public",
    "cancel",
    "delete_own",
    "follow_up",
    "hand_over",
    "keep_own",
    "keep_unsent",
    "merge",
    "move_to_private",
    "not_answered_there",
    "note",
    "open_conversation",
    "others",
    "partners",
    "promise",
    "react",
    "release",
    "reopen",
    "repeat",
    "reply",
    "resolve",
    "send_back",
    "sort",
    "split",
    "tag",
    "take_back_opening",
    "take_next",
    "unmerge",
    "unpromise",
    "unreact",
    "untag",
    "wait_for",
]
