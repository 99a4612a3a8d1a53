"""The second step of signing in: apps that show codes, passkeys, recovery codes, and who must have one.

Kept in django-allauth's table, with its arithmetic; what proves a person is locked by `storage.py`. What a
browser and its passkey say to each other is in `web/passkeys.py`, signing in itself in `web/entry.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import IntegrityError, transaction
from django.utils import timezone

from resonanz.desk.access import end_sessions
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Role, Setting
from resonanz.desk.storage import lock, unlock

if TYPE_CHECKING:
    from datetime import datetime

    VaultBase = object
else:
    VaultBase = DefaultMFAAdapter

log = logging.getLogger(__name__)

APP, PASSKEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
MEANS = {APP: 0, PASSKEY: 1}  # how events name them
REQUIRED = "second_factor_required"
PASSKEYS_MOST = 20
NAME_MOST = 60


class FactorError(Exception):
    """Something that cannot be done with somebody's second step. `code` becomes a sentence in the desk.

    Codes: `wrong_code`, `app_there` (there is one already), `too_many` (passkeys), `required` (the last one,
    and the desk asks everybody), `own_first` (who asks everybody needs one), `not_allowed`, `gone`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Vault(VaultBase):
    """What allauth asks its host: how to keep a secret, and by what names the desk and its people go."""

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored."""
        return lock({"text": text})

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret; PermissionError without its key."""
        return unlock(encrypted_text)["text"]

    def get_public_key_credential_user_entity(self, user: Agent) -> dict[str, Any]:
        """Return the names under which a person's device shows a passkey of this desk."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)  # type: ignore[misc]
        return entity | {"display_name": user.shown_name, "name": user.username}

    def _get_site_name(self) -> str:
        return "Resonanz"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    number: int
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has beside the password: since when an app, which passkeys, how many codes are left."""

    app_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def is_set_up(self) -> bool:
        """Whether signing in takes a second step."""
        return self.app_since is not None or bool(self.passkeys)


def standing_of(agent: Agent) -> Standing:
    """Return what somebody has beside the password."""
    rows = list(Authenticator.objects.filter(user=agent).order_by("created_at"))
    keys = tuple(
        Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at)
        for row in rows
        if row.type == PASSKEY
    )
    since = next((row.created_at for row in rows if row.type == APP), None)
    codes = next((row.data["used_mask"] for row in rows if row.type == CODES), None)
    return Standing(since, keys, 0 if codes is None else 10 - codes.bit_count())


def has_one(agent: Agent) -> bool:
    """Whether somebody has an app or a passkey."""
    return bool(Authenticator.objects.filter(user=agent, type__in=MEANS).exists())


def holders() -> set[int]:
    """Return the ids of all who have an app or a passkey."""
    return set(Authenticator.objects.filter(type__in=MEANS).values_list("user_id", flat=True))


def is_required() -> bool:
    """Whether everybody at this desk needs a second step."""
    return Setting.objects.filter(name=REQUIRED, value=True).exists()


def require(*, on: bool, by: Agent, keep: str = "") -> int:
    """Ask everybody for a second step, or no longer; return how many people were signed out by it.

    Who has none is signed out and sets one up when signing in again. `keep` is the operator's own session.
    Raises FactorError `not_allowed`, `own_first`.
    """
    _check_operator(by)
    if on and not has_one(by):
        raise FactorError("own_first")
    with transaction.atomic():
        Setting.objects.update_or_create(name=REQUIRED, defaults={"value": on})
        happen("factors_required", timezone.now(), actor=by.pk, on=int(on))
        if not on:
            return 0
        without = Agent.objects.filter(is_active=True).exclude(pk__in=holders())
        return end_sessions(set(without.values_list("pk", flat=True)), keep)


def reset(agent: Agent, *, by: Agent | None) -> None:
    """Take away every second step of somebody who lost theirs, and end their sessions.

    `by` is None for who works at the machine itself. Raises FactorError `not_allowed`.
    """
    if by is not None:
        _check_operator(by)
    with transaction.atomic():
        Authenticator.objects.filter(user=agent).delete()
        end_sessions({agent.pk})
        happen("factor_reset", timezone.now(), actor=by.pk if by else None, agent=agent.pk)


def new_secret() -> str:
    """Return a secret for an app: 160 random bits in base 32 (RFC 4226, section 4)."""
    return str(totp.generate_totp_secret())


def app_address(agent: Agent, secret: str) -> str:
    """Return the otpauth address that an app reads from the square code."""
    return str(Vault().build_totp_url(agent, secret))  # type: ignore[attr-defined]


def add_app(agent: Agent, secret: str, code: str) -> list[str]:
    """Keep an app's secret once it has shown a right code; return recovery codes if these are the first.

    Raises FactorError `wrong_code`, `app_there`.
    """
    step = _matching_step(secret, code)
    if step is None:
        raise FactorError("wrong_code")
    try:
        with transaction.atomic():
            row = totp.TOTP.activate(agent, secret).instance
            row.data["step"] = step
            row.save(update_fields=["data"])
            return _added(agent, APP)
    except IntegrityError as error:
        raise FactorError("app_there") from error


def add_passkey(agent: Agent, name: str, credential: dict[str, Any]) -> list[str]:
    """Keep a passkey that the browser has made; return recovery codes if these are the first.

    Raises FactorError `too_many`.
    """
    with transaction.atomic():
        count = Authenticator.objects.filter(user=agent, type=PASSKEY).count()
        if count >= PASSKEYS_MOST:
            raise FactorError("too_many")
        Authenticator.objects.create(
            user=agent, type=PASSKEY, data={"name": name[:NAME_MOST], "credential": credential}
        )
        return _added(agent, PASSKEY)


def _added(agent: Agent, means: str) -> list[str]:
    happen("factor_added", timezone.now(), actor=agent.pk, agent=agent.pk, means=MEANS[means])
    known = Authenticator.objects.filter(user=agent, type=CODES).exists()
    return [] if known else _make_codes(agent)


def fresh_codes(agent: Agent) -> list[str]:
    """Return ten new recovery codes; the old ones no longer work.

    Raises FactorError `gone` to somebody who has nothing that they would stand in for.
    """
    with transaction.atomic():
        if not has_one(agent):
            raise FactorError("gone")
        Authenticator.objects.filter(user=agent, type=CODES).delete()
        happen("recovery_codes_made", timezone.now(), actor=agent.pk, agent=agent.pk)
        return _make_codes(agent)


def _make_codes(agent: Agent) -> list[str]:
    return list(RecoveryCodes.activate(agent).generate_codes())


def rename_passkey(agent: Agent, number: int, name: str) -> None:
    """Call an own passkey by another name; raises FactorError `gone`."""
    with transaction.atomic():
        row = _own(agent, PASSKEY, pk=number)
        row.data["name"] = name[:NAME_MOST]
        row.save(update_fields=["data"])


def remove_app(agent: Agent) -> None:
    """Take an own app away; raises FactorError `gone`, `required`."""
    _remove(agent, APP)


def remove_passkey(agent: Agent, number: int) -> None:
    """Take an own passkey away; raises FactorError `gone`, `required`."""
    _remove(agent, PASSKEY, pk=number)


def _remove(agent: Agent, means: str, **which: int) -> None:
    with transaction.atomic():
        _own(agent, means, **which).delete()
        if not has_one(agent):
            if is_required():
                raise FactorError("required")
            Authenticator.objects.filter(user=agent).delete()  # recovery codes for nothing
        happen("factor_removed", timezone.now(), actor=agent.pk, agent=agent.pk, means=MEANS[means])


def _own(agent: Agent, means: str, **which: int) -> Any:
    row = Authenticator.objects.filter(user=agent, type=means, **which).first()
    if row is None:
        raise FactorError("gone")
    return row


# Signing in --------------------------------------------------------------------------------------


def accepts(agent: Agent, code: str) -> str:
    """Return what a code is of, APP or CODES, or "" if it is wrong. No code is taken twice."""
    try:
        with transaction.atomic():
            if _accepts_app(agent, code):
                return str(APP)
            return str(CODES) if _accepts_recovery(agent, code) else ""
    except (PermissionError, FileNotFoundError):
        log.exception("a second step is locked by a key that is not in this home")
        return ""


def _accepts_app(agent: Agent, code: str) -> bool:
    """Whether the app shows this code now and showed it to nobody before (RFC 6238, section 5.2)."""
    row = Authenticator.objects.filter(user=agent, type=APP).first()
    if row is None:
        return False
    step = _matching_step(Vault().decrypt(row.data["secret"]), code)
    if step is None or step <= row.data.get("step", 0):
        return False
    row.data["step"] = step
    row.last_used_at = timezone.now()
    row.save(update_fields=["data", "last_used_at"])
    return True


def _accepts_recovery(agent: Agent, code: str) -> bool:
    row = Authenticator.objects.filter(user=agent, type=CODES).first()
    if row is None or not RecoveryCodes(row).validate_code(code):
        return False
    happen("recovery_code_used", timezone.now(), actor=agent.pk, agent=agent.pk)
    return True


def _matching_step(secret: str, code: str) -> int | None:
    """Return the half minute since 1970 whose code this is, or None."""
    steps: Iterator[int] = totp.yield_hotp_counters_from_time()
    for step in steps:
        shown = totp.format_hotp_value(totp.hotp_value(secret, step))
        if compare_user_code(actual=code, expected=shown):
            return step
    return None


def was_used(number: int) -> None:
    """Note that a passkey has just proved its owner."""
    Authenticator.objects.filter(pk=number).update(last_used_at=timezone.now())


def _check_operator(by: Agent) -> None:
    if not by.has_role(Role.OPERATOR):
        raise FactorError("not_allowed")
