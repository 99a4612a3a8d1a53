"""Every page's address."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from resonanz.desk.web import frame, inbox, pictures

urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.inbox, name="inbox"),
    path("inbox/pulse", inbox.pulse, name="inbox_pulse"),
    path("next/", inbox.following, name="next"),
    path("media/<int:number>/", pictures.picture, name="picture"),
    path("prefer/", frame.prefer, name="prefer"),
    path("c/<int:number>/", inbox.conversation, name="conversation"),
    path("c/<int:number>/thread", inbox.thread, name="thread"),
    path("c/<int:number>/<slug:verb>", inbox.change, name="change"),
    path("d/<int:number>/<slug:verb>", inbox.change_delivery, name="change_delivery"),
]
if find_spec("resonanz.desk.web.settings_urls"):
    urlpatterns.append(path("", include("resonanz.desk.web.settings_urls")))
