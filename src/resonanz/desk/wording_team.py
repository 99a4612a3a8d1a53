"""Sentences about the team: who has what, handing over, tags, joining and parting. Part of `wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from resonanz.desk.care.shifts import Why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def sentences() -> dict[str, str]:
    """Return the sentences for the error codes of the team's verbs."""
    return {
        "keep_due": _("Something is due here before you are back. Hand it over or give it back."),
        "sentence_missing": _("Write a sentence for your colleague first."),
        "promise_over": _("The time that this reply promises has passed. Send it back with a sentence."),
        "not_yours": _("This was handed over to somebody else; they confirm reading it."),
        "cannot_answer": _("%(name)s cannot answer customers yet. Choose somebody who can."),
        "handover_over": _("Too late to undo: it was read or given on meanwhile. Ask your colleague."),
        "tag_empty": _("Write the tag’s name first."),
        "tag_long": _("A tag may have %(limit)s characters. Choose a shorter name."),
        "itself": _("This is the same conversation. Choose another one."),
        "not_open": _("Only open conversations can be changed like this. Open it again first."),
        "other_brand": _("These conversations belong to different brands; they stay apart."),
        "other_person": _("The other conversation is with %(name)s. Confirm that it is the same person."),
        "too_late_to_part": _("Something has come since they were joined, so they stay together."),
        "nothing_chosen": _("Choose at least one post of the customer."),
        "nothing_left": _("One post of the customer has to stay. Choose fewer."),
        "too_many_chosen": _("At most %(limit)s at once. Choose fewer."),
    }


# History -----------------------------------------------------------------------------------------


def assigned_line(facts: Mapping[str, int | None], *, by: str, to: str, before: str, team: str) -> str:
    """Return who has a case now and why; names are "" where there is nobody.

    The fact `given` says that it was handed over before it changed hands by itself.
    """
    known = {"by": by, "to": to, "before": before or _("the owner"), "team": team}
    why = facts.get("why")
    if why is not None:
        return _changed_by_itself(Why(why), to, given=bool(facts.get("given"))) % known
    if not by:
        words = _("Came to %(to)s again") if to else _("Back to everybody: %(before)s is not here")
    elif to:
        words = _("%(to)s took it") if by == to else _("%(by)s gave it to %(to)s")
    elif team:
        words = _("%(by)s gave it to the team %(team)s")
    else:
        words = _("%(by)s gave it back to everybody")
    return words % known


def _changed_by_itself(why: Why, to: str, *, given: bool) -> str:
    if why is Why.HANDED_OVER:
        return _("It is with %(to)s now") if to else _("It is everybody’s until the next shift")
    if why is Why.BACK and given:
        return _("%(to)s is here and took it over")
    return {
        Why.ABSENT: _("Back to everybody: %(before)s is not here"),
        Why.KEPT: _("%(by)s keeps it for the next shift"),
        Why.RETURNED: _("Back to everybody: the shift of %(before)s is over"),
        Why.BACK: _("%(to)s is here again and has it back"),
    }[why]


def handed_over_line(by: str, to: str, sentence: str) -> str:
    """Return who handed over to whom, and the sentence."""
    known = {"by": by, "to": to, "sentence": sentence}
    if to:
        return _("%(by)s handed over to %(to)s: “%(sentence)s”") % known
    return _("%(by)s handed over to the next shift: “%(sentence)s”") % known


def plain_line(kind: str, name: str, facts: Mapping[str, int | None]) -> str:
    """Return what somebody did where nothing but the name belongs to it."""
    if kind == "answered_there":
        return answered_there_line(facts, name)
    undone = bool(facts.get("undo"))
    words = {
        "handover_read": _("%(name)s has read it"),
        "handover_undone": _("%(name)s took the handover back"),
        "released": _("%(name)s let the reply go out"),
        "sent_back": _("%(name)s gave the reply back to its writer"),
        "took_in": _("%(name)s joined another conversation with this one"),
        "merged": _("%(name)s joined this with another conversation"),
    }[kind]
    if undone:
        words = _("%(name)s took the joining back")
    return words % {"name": name}


def moved_line(name: str, *, private: bool) -> str:
    """Return that a case went private, or public again."""
    words = _("%(name)s asked to go on in private") if private else _("%(name)s went back to public")
    return words % {"name": name}


def answered_there_line(facts: Mapping[str, int | None], name: str) -> str:
    """Return that a post was answered on the network itself, and whether that was seen there."""
    if facts.get("found") == 1:
        return _("The answer was seen on the network: confirmed")
    if facts.get("found") == 0:
        return _("No answer was seen on the network: the customer waits for us again")
    if facts.get("undo"):
        return _("%(name)s says it is not answered after all") % {"name": name}
    return _("%(name)s says it is answered on the network itself") % {"name": name}


def tagged_line(name: str, tag: str, *, on: bool) -> str:
    """Return who put a tag on or took it off."""
    known = {"name": name, "tag": tag or pgettext("tag", "a tag that is gone")}
    return (
        _("%(name)s put the tag “%(tag)s” on") if on else _("%(name)s took the tag “%(tag)s” off")
    ) % known


def split_line(name: str, count: int) -> str:
    """Return that posts became a conversation of their own."""
    words = ngettext(
        "%(name)s made %(count)d post a conversation of its own",
        "%(name)s made %(count)d posts a conversation of their own",
        count,
    )
    return words % {"name": name, "count": count}


def will_read_here(teams: Sequence[str], *, private: bool) -> str:
    """Return who would read this conversation too, were it joined with another."""
    words = (
        _("Then %(teams)s will read what stands here too, private messages included.")
        if private
        else _("Then %(teams)s will read what stands here too.")
    )
    return words % {"teams": ", ".join(teams)}


def will_read_there(teams: Sequence[str], *, private: bool) -> str:
    """Return who would read the other conversation too, were it joined with this one."""
    words = (
        _("Then %(teams)s will read what stands there too, private messages included.")
        if private
        else _("Then %(teams)s will read what stands there too.")
    )
    return words % {"teams": ", ".join(teams)}


# Many at once, and the shift ---------------------------------------------------------------------


def taken_back(count: int) -> str:
    """Return how many came back to somebody who is here again."""
    return ngettext("%(count)d is yours again", "%(count)d are yours again", count) % {"count": count}


def many_undone(count: int, left: list[str]) -> str:
    """Return how many are as before, and whose are not."""
    said = ngettext("%(count)d is as before", "%(count)d are as before", count) % {"count": count}
    if not left:
        return said
    return _("%(said)s; not: %(names)s") % {"said": said, "names": ", ".join(left)}
