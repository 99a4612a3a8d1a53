"""Every page's address."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from resonanz.desk.web import (
    answering,
    attaching,
    bell,
    bulk,
    enquiries,
    frame,
    inbox,
    incidents,
    joining,
    pictures,
    promising,
    saved_replies,
    search,
    shift,
    team,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.inbox, name="inbox"),
    path("inbox/pulse", inbox.pulse, name="inbox_pulse"),
    path("search/", search.page, name="search"),
    path("bell/", bell.bell, name="bell"),
    path("next/", inbox.following, name="next"),
    path("media/<int:number>/", pictures.picture, name="picture"),
    path("prefer/", frame.prefer, name="prefer"),
    path("c/<int:number>/", inbox.conversation, name="conversation"),
    path("c/<int:number>/thread", inbox.thread, name="thread"),
    path("c/<int:number>/check", answering.strip, name="check"),
    path("c/<int:number>/saved", saved_replies.find, name="find_saved"),
    path("c/<int:number>/saved/<int:reply>", saved_replies.filled, name="filled"),
    path("c/<int:number>/files", attaching.files, name="files"),
    path("c/<int:number>/attach", attaching.attach, name="attach"),
    path("file/<int:number>/", attaching.file, name="file"),
    path("file/<int:number>/<slug:verb>", attaching.change_file, name="change_file"),
    path("c/<int:number>/incidents", incidents.menu, name="incident-menu"),
    path("incidents/", incidents.page, name="incidents"),
    path("incidents/new/", incidents.edit, name="incident-new"),
    path("incidents/<int:number>/", incidents.incident, name="incident"),
    path("incidents/<int:number>/edit/", incidents.edit, name="incident-edit"),
    path("incidents/<int:number>/texts/<slug:need>/", incidents.batch, name="incident-batch"),
    path("incidents/<int:number>/<slug:verb>", incidents.act, name="incident-act"),
    path("replies/", saved_replies.replies, name="replies"),
    path("replies/new/", saved_replies.piece, name="reply_new"),
    path("replies/preview/", saved_replies.preview, name="reply_preview"),
    path("replies/<int:number>/", saved_replies.piece, name="reply_edit"),
    path("replies/<int:number>/<slug:verb>", saved_replies.change, name="reply_change"),
    path("reports/guards/", saved_replies.guards_report, name="report-guards"),
    path("c/<int:number>/promises", promising.panel, name="promise_panel"),
    path("c/<int:number>/ask/", enquiries.ask_page, name="ask"),
    path("c/<int:number>/ask/preview/", enquiries.preview, name="ask_preview"),
    path("enquiry/<str:token>/", enquiries.outside, name="enquiry"),
    path("enquiry/<str:token>/opened", enquiries.outside_opened, name="enquiry_opened"),
    path("c/<int:number>/askable", shift.askable, name="askable"),
    path("c/<int:number>/join/with", joining.join_panel, name="join"),
    path("c/<int:number>/split/posts", joining.split_panel, name="split"),
    path("c/<int:number>/hand_over/to", shift.hand_over_panel, name="hand_over"),
    path("shift/", shift.page, name="shift"),
    path("shift/back", shift.take_back, name="shift_back"),
    path("shift/read/<int:number>", shift.read, name="shift_read"),
    path("team/", team.page, name="team"),
    path("team/<int:number>/trust", team.trust, name="trust"),
    path("bulk/", bulk.panel, name="bulk_panel"),
    path("bulk/numbers", bulk.numbers, name="bulk_numbers"),
    path("bulk/do", bulk.do, name="bulk_do"),
    path("bulk/undo", bulk.undo, name="bulk_undo"),
    path("c/<int:number>/<slug:verb>", inbox.change, name="change"),
    path("d/<int:number>/<slug:verb>", inbox.change_delivery, name="change_delivery"),
]
if find_spec("resonanz.desk.web.settings_urls"):
    urlpatterns.append(path("", include("resonanz.desk.web.settings_urls")))
