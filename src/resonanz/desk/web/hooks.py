"""The door for networks that call by themselves. No login: a call is believed by its signature alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from resonanz.desk import listen

if TYPE_CHECKING:
    from django.http import HttpRequest

BODY_MOST = 512 * 1024
QUESTION_MOST = 1_000


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def called(request: HttpRequest, network: str, path: str) -> HttpResponse:
    """Answer the network's question whether this is the right place, or take what it says.

    An address that nobody opened answers as one that does not exist.
    """
    webhook = listen.hook_at(network, path)
    hook = listen.hook_of(webhook.channel) if webhook is not None else None
    if webhook is None or hook is None:
        return _plain(404)
    if request.method == "GET":
        asked = request.GET.get(hook.question, "")
        if not 0 < len(asked) <= QUESTION_MOST:
            return _plain(400)
        return JsonResponse(hook.answer(webhook.key.get("key", ""), asked))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY_MOST:
        return _plain(413)
    signature = request.headers.get(hook.signature, "")
    return _plain(200 if listen.take_call(webhook, request.body, signature) else 403)


def _plain(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")
