"""What people fill in to connect an account, made from the table of ways in. A form writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from resonanz.desk.models import Brand
from resonanz.desk.web.forms import AS_TYPED

if TYPE_CHECKING:
    from collections.abc import Collection

    from resonanz.desk.ways_in import Ask, Entrance, Way


class WayForm(forms.Form):
    """One way to connect an account of one network. `has` names what the desk keeps from the last time."""

    brand = forms.ModelChoiceField(
        Brand.objects.order_by("name"),
        label=later("Brand"),
        empty_label=None,
        help_text=later("Whose customers write there. Its targets and hours apply to the channel."),
    )

    def __init__(
        self,
        entrance: Entrance,
        way: Way,
        data: Any = None,
        *,
        initial: Any = None,
        has: Collection[str] = (),
    ) -> None:
        super().__init__(data, initial=initial, auto_id=f"id_{way.name}_%s")
        self.entrance, self.way = entrance, way
        self.fields["server"] = _server(entrance)
        for ask in way.asks:
            self.fields[ask.name] = _field(ask, kept=ask.key in has)

    @property
    def asked(self) -> list[tuple[forms.BoundField, Ask]]:
        """The fields of what the way asks for."""
        return [(self[ask.name], ask) for ask in self.way.asks]

    @property
    def first(self) -> str:
        """The name of the field beside which a refusal is said."""
        names = [ask.name for ask in self.way.asks if not ask.is_tick]
        secret = [ask.name for ask in self.way.asks if ask.is_secret and not ask.is_optional]
        return next(iter([*secret, *names]), "server")


def _server(entrance: Entrance) -> forms.CharField:
    return forms.CharField(
        label=entrance.server_label,
        max_length=500,
        required=not entrance.server,
        initial=entrance.server,
        help_text=entrance.server_hint,
        widget=forms.TextInput(AS_TYPED),
    )


def _field(ask: Ask, *, kept: bool) -> forms.Field:
    if ask.is_tick:
        return forms.BooleanField(label=ask.label, required=False, help_text=ask.hint)
    hint = _("Empty: as it was.") if kept else ask.hint
    shape = forms.PasswordInput({"autocomplete": "off"}) if ask.is_secret else forms.TextInput(AS_TYPED)
    return forms.CharField(
        label=_("%(name)s (optional)") % {"name": ask.label} if ask.is_optional else ask.label,
        max_length=2000,
        required=not (ask.is_optional or kept),
        help_text=hint,
        widget=shape,
    )
