"""The editor of a query: the same query as chips or written, and the way from one form to the other.

What the forms say to each other is `resonanz.query.chips`; keeping queries is `saved_queries`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from resonanz.desk import understood, wording_chips
from resonanz.desk.models import Tag
from resonanz.desk.wording_understanding import reason_name
from resonanz.query import Chip, Chips, QueryError, TooNestedError, chips_of, expression_of, parse
from resonanz.query.chips import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse, QueryDict

LENGTH_MOST = 20_000  # characters of a form; what is longer than a query may be is told by the language
CHIPS_MOST = 500
GROUPS_MOST = 20
CHOSEN = "query_form"  # in the session: the form that somebody used last
DAYS = frozenset({"since", "until"})
MARKS = frozenset("#@$")


class Group(NamedTuple):
    """Chips that belong together, and the one that is being written: its kind and its value so far."""

    name: str
    chips: tuple[Chip, ...] = ()
    kind: str = "words"
    value: str = ""

    @property
    def all(self) -> tuple[Chip, ...]:
        """Return its chips, with the one that is being written; a mark in front of a word says its kind."""
        value = self.value.strip()
        if not value:
            return self.chips
        is_marked = self.kind == "words" and value[0] in MARKS and len(value.split()) == 1 < len(value)
        return (*self.chips, Chip(value[0], value[1:]) if is_marked else Chip(self.kind, value))


Focus = tuple[str, int | None]  # a group, and the chip in it; None for its field


def expression(given: QueryDict) -> str:
    """Return the query of a form that was sent, in whichever form it is; nothing typed is left out."""
    if given.get("form") == "chips":
        return expression_of(_chips(_groups(given)))[:LENGTH_MOST]
    return given.get("expression", "")[:LENGTH_MOST]


def editor(request: HttpRequest, said: str) -> dict[str, object]:
    """Return what the editor shows: chips if the expression has that shape and nobody chose otherwise."""
    if request.POST.get("form") == "chips":
        return _as_chips(_groups(request.POST))
    if request.session.get(CHOSEN) == "written" or "form" in request.POST:
        return _as_written(said)
    return _changed_to_chips(said) if said.strip() else _as_chips(_groups_of(Chips()))


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Add a chip, take one out, add a group, or go to the other form; draws the editor anew."""
    does, at = request.POST.get("do", ""), request.POST.get("at", "")
    if does == "kind":
        group = next((one for one in _groups(request.POST) if one.name == at), Group("all"))
        return render(request, "queries/value.html", {"group": _drawn(group, None)})
    if does in {"written", "chips"}:
        request.session[CHOSEN] = does
        said = expression(request.POST)
        shown = _changed_to_chips(said, is_asked=True) if does == "chips" else _as_written(said, focus=True)
    else:
        shown = _as_chips(*_done(_groups(request.POST), does, at))
    answer = render(request, "queries/editor.html", shown)
    answer["HX-Trigger-After-Swap"] = "query-changed"
    return answer


# Groups of chips ---------------------------------------------------------------------------------


def _groups(given: QueryDict) -> list[Group]:
    """Return the groups of a form as it was sent; what nobody can have sent is left out."""
    names = [name.removeprefix("kind-") for name in given if name.startswith("kind-")]
    ways = [name for name in names if name.startswith("any")][:GROUPS_MOST]
    chips: dict[str, list[Chip]] = {name: [] for name in ("all", *(ways or ["any0"]), "none")}
    for sent in given.getlist("chip")[:CHIPS_MOST]:
        name, _blank, chip = sent.partition(" ")
        kind, _blank, value = chip.partition(" ")
        if name in chips and kind in KINDS:
            chips[name].append(Chip(kind, value))
    return [_group(given, name, tuple(found)) for name, found in chips.items()]


def _group(given: QueryDict, name: str, chips: tuple[Chip, ...]) -> Group:
    kind = given.get(f"kind-{name}", "words")
    return Group(name, chips, kind if kind in KINDS else "words", given.get(f"value-{name}", ""))


def _groups_of(chips: Chips) -> list[Group]:
    ways = [Group(f"any{number}", group) for number, group in enumerate(chips.any or ((),))]
    return [Group("all", chips.all), *ways, Group("none", chips.none)]


def _chips(groups: Sequence[Group]) -> Chips:
    by_name = {group.name: group.all for group in groups}
    ways = tuple(chips for name, chips in by_name.items() if name.startswith("any"))
    return Chips(by_name["all"], ways, by_name["none"])


def _done(groups: list[Group], does: str, at: str) -> tuple[list[Group], Focus | None]:
    """Return the groups after something was done with one, and where one goes on writing."""
    name, _blank, place = at.partition(" ")
    if does == "group":
        ways = [group.name for group in groups if group.name.startswith("any")]
        new = Group(f"any{int(ways[-1][3:]) + 1 if ways[-1][3:].isdecimal() else len(ways)}")
        return [*groups[:-1], new, groups[-1]], (new.name, None)
    changed = [_changed(group, does, place) if group.name == name else group for group in groups]
    chips = next((group.chips for group in changed if group.name == name), ())
    left = int(place) if does == "take" and place.isdecimal() and int(place) < len(chips) else None
    return changed, (name, left)


def _changed(group: Group, does: str, place: str) -> Group:
    if does == "add":
        return group._replace(chips=group.all, value="")
    if does == "take":
        return group._replace(chips=tuple(c for n, c in enumerate(group.chips) if str(n) != place))
    return group


# What is shown -----------------------------------------------------------------------------------


def _as_written(said: str, *, reason: str = "", focus: bool = False) -> dict[str, object]:
    return {"form": "written", "expression": said, "reason": reason, "focus": focus}


def _changed_to_chips(said: str, *, is_asked: bool = False) -> dict[str, object]:
    """Show an expression as chips, or written where it cannot be, with the reason."""
    try:
        chips = chips_of(parse(said, timezone.get_default_timezone())) if said.strip() else Chips()
    except TooNestedError as error:
        return _as_written(said, reason=wording_chips.too_nested(error))
    except QueryError:
        words = _("There is a mistake in it. Once that is mended, it can be shown as chips.")
        return _as_written(said, reason=words if is_asked else "")
    return _as_chips(_groups_of(chips), ("all", None) if is_asked else None)


def _as_chips(groups: Sequence[Group], focus: Focus | None = None) -> dict[str, object]:
    return {
        "form": "chips",
        "expression": expression_of(_chips(groups)),
        "groups": [_drawn(group, focus) for group in groups],
        "kinds": wording_chips.kinds(get_language()),
        "labels": list(Tag.objects.order_by("name").values_list("name", flat=True)[:200]),
    }


def _drawn(group: Group, focus: Focus | None) -> dict[str, object]:
    name, at = focus or ("", None)
    return {
        "name": group.name,
        "label": _labels()[group.name[:3]],
        "chips": [
            {
                "sent": f"{group.name} {chip.kind} {chip.value}",
                "kind": wording_chips.kind(chip.kind),
                "value": wording_chips.value(chip.kind, chip.value),
                "at": f"{group.name} {number}",
                "focus": name == group.name and at == number,
            }
            for number, chip in enumerate(group.chips)
        ],
        "kind": group.kind,
        "value": group.value,
        "values": _values(group.kind),
        "hint": wording_chips.hint(group.kind),
        "is_day": group.kind in DAYS,
        "focus": name == group.name and at is None,
    }


def _values(kind: str) -> tuple[tuple[str, str], ...]:
    """Return what can be chosen; the reasons are those of this desk."""
    if kind != "reason":
        return wording_chips.values(kind)
    reasons = {one.code: one for one in understood.reasons()}
    return tuple((code, reason_name(code, reasons)) for code in (*reasons, "none", "unsure"))


def _labels() -> dict[str, str]:
    return {
        "all": pgettext("chips", "All of these"),
        "any": pgettext("chips", "One of these"),
        "non": pgettext("chips", "None of these"),
    }
