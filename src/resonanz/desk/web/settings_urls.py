"""The addresses of signing in, first steps, settings and reports."""

from __future__ import annotations

from django.urls import path

from resonanz.desk.web import (
    entry,
    reports,
    second_factor,
    settings_channels,
    settings_connect,
    settings_hours,
    settings_own,
    settings_people,
)

urlpatterns = [
    path("login/", entry.login, name="login"),
    path("login/second/", second_factor.step, name="second-step"),
    path("login/set-up/", second_factor.set_up, name="second-setup"),
    path("login/passkey/", second_factor.passkey, {"second": False}, name="passkey"),
    path("login/passkey/ask/", second_factor.passkey_ask, {"second": False}, name="passkey-ask"),
    path("login/second/passkey/", second_factor.passkey, {"second": True}, name="second-passkey"),
    path("login/second/passkey/ask/", second_factor.passkey_ask, {"second": True}, name="second-passkey-ask"),
    path("logout/", entry.logout, name="logout"),
    path("start/", entry.start, name="start"),
    path("start/seen/", entry.start_seen, name="start-seen"),
    path("settings/", settings_own.front, name="settings"),
    path("settings/own/", settings_own.own, name="settings-own"),
    path("settings/own/", settings_own.own, name="my_settings"),
    path("settings/own/password/", settings_own.password, name="settings-password"),
    path("settings/own/sign-in/", second_factor.overview, name="factors"),
    path("settings/own/sign-in/confirm/", second_factor.confirm, name="factors-confirm"),
    path("settings/own/sign-in/app/", second_factor.app, name="factors-app"),
    path("settings/own/sign-in/passkey/", second_factor.new_passkey, name="factors-passkey"),
    path("settings/own/sign-in/passkey/ask/", second_factor.new_passkey_ask, name="factors-passkey-ask"),
    path("settings/people/second-step/", second_factor.require, name="factors-required"),
    path("settings/people/<int:number>/second-step/", second_factor.reset, name="factors-reset"),
    path("settings/channels/", settings_channels.channels, name="settings-channels"),
    path("settings/channels/<int:number>/pause/", settings_channels.pause, name="settings-channel-pause"),
    path("settings/channels/<int:number>/resume/", settings_channels.resume, name="settings-channel-resume"),
    path(
        "settings/channels/<int:number>/everybody/",
        settings_channels.everybody,
        name="settings-channel-everybody",
    ),
    path("settings/channels/connect/", settings_connect.connect, name="settings-channel-connect"),
    path("settings/channels/connect/token/", settings_connect.by_token, name="settings-channel-token"),
    path("settings/channels/connect/browser/", settings_connect.by_browser, name="settings-channel-browser"),
    path("settings/channels/connect/back/", settings_connect.back, name="settings-channel-oauth-callback"),
    path("settings/people/", settings_people.people, name="settings-people"),
    path("settings/people/add/", settings_people.add, name="settings-people-add"),
    path("settings/people/<int:number>/", settings_people.person, name="settings-person"),
    path("settings/teams/add/", settings_people.add_team, name="settings-team-add"),
    path("settings/teams/<int:number>/", settings_people.team, name="settings-team"),
    path("settings/hours/", settings_hours.hours, name="settings-hours"),
    path("settings/hours/states/", settings_hours.states, name="settings-hours-states"),
    path("settings/brands/", settings_hours.brand_list, name="settings-brands"),
    path("settings/brands/<int:number>/", settings_hours.rename, name="settings-brand"),
    path("reports/", reports.front, name="reports"),
    path("reports/responses/", reports.responses_page, name="report-responses"),
]
