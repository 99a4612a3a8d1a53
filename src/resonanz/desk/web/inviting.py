"""From public to private and back, and light reactions: what is done with one key beside the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from resonanz.desk import care, wording, wording_replies
from resonanz.desk.models import Matter
from resonanz.desk.web.acting import undo, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.models import Agent, Conversation, Delivery, Mention
    from resonanz.desk.web.acting import Told, Verb


def _private(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    found = care.move_to_private(talk, agent)
    if not request.headers.get("HX-Request"):
        care.keep_unsent(talk, agent, found.text)
    invite: dict[str, object] = {"text": found.text, "delete": found.delete}
    if not found.audience.is_private:
        invite["audience"] = int(found.audience)
    if found.delete:
        kinds = wording_replies.private_kinds(found.exposed)
        invite["exposed"] = _("Everybody can read %(kinds)s in the customer's post.") % {"kinds": kinds}
    said = _("Private from here on. The invitation is in the box")
    back = undo(reverse("change", args=[talk.pk, "public"]))
    return {"say": said, "undo": back, "changed": True, "invite": invite}


def _public(talk: Conversation, agent: Agent, _request: HttpRequest) -> Told:
    care.back_to_public(talk, agent)
    return {"say": _("Answers are as public again as the post"), "changed": True, "uninvite": True}


def _there(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    mention = _post(talk, request)
    care.answered_there(talk, agent, mention)
    label = {"network": wording.network_label(talk.channel.network)}
    back = undo(reverse("change", args=[talk.pk, "not_there"]), answers=mention.pk)
    said = _("Noted. It is confirmed as soon as the answer is seen on %(network)s") % label
    return {"say": said, "undo": back, "changed": True}


def _not_there(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    care.not_answered_there(talk, agent, _post(talk, request))
    return {"say": _("Taken back; the customer waits for us again"), "changed": True}


def _post(talk: Conversation, request: HttpRequest) -> Mention:
    order = whole_number(request.POST.get("answers", ""))
    mention = None if order is None else talk.mentions.filter(incoming=True, order=order).first()
    if mention is None:
        raise care.CareError("nothing_to_answer")
    return mention


def _react(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    reaction = request.POST.get("reaction", "")
    order = whole_number(request.POST.get("answers", ""))
    mention = care.answerable(talk) if order is None else talk.mentions.filter(order=order).first()
    if mention is None:
        raise care.CareError("nothing_to_answer")
    delivery = care.react(talk, agent, mention, reaction)
    said = wording_replies.reaction_words(reaction, talk.channel.network)[2]
    if talk.awaits is not None and talk.matter != Matter.PRAISE:
        said = _("%(done)s; the customer still waits for an answer") % {"done": said}
    back = undo(reverse("change_delivery", args=[delivery.pk, "unreact"]))
    return {"say": said, "undo": back, "changed": True, "reacted": delivery.pk}


def _delete(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    order = whole_number(request.POST.get("answers", ""))
    mention = None if order is None else talk.mentions.filter(incoming=False, order=order).first()
    if mention is None:
        raise care.CareError("not_known")
    delivery = care.delete_own(talk, agent, mention)
    back = undo(reverse("change_delivery", args=[delivery.pk, "keep"])) | {"seconds": settings.UNDO_S}
    return {"say": _("Is being deleted"), "undo": back, "changed": True}


def _keep_own(delivery: Delivery, agent: Agent) -> Told:
    care.keep_own(delivery, agent)
    return {"say": _("It stays"), "changed": True}


def _unreact(delivery: Delivery, agent: Agent) -> Told:
    care.unreact(delivery, agent)
    return {"say": _("Taken back"), "changed": True}


VERBS: dict[str, Verb] = {
    "private": _private,
    "public": _public,
    "react": _react,
    "there": _there,
    "not_there": _not_there,
    "delete": _delete,
}
DELIVERY_VERBS = {"unreact": _unreact, "keep": _keep_own}
