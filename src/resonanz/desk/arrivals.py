"""Which columns fresh posts belong in: a batch of posts is read once and matched with all columns at once.

The live hub asks this. What a column shows when it is opened comes from `finding`; both read the same rows
and mean the same by an expression, so a column has live what it has after a reload.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from resonanz.desk.finding import ASKED, BESIDE, BY, SHOWN, said_of
from resonanz.desk.understood import asked_in, switched_off, without
from resonanz.match import Matcher
from resonanz.post import Audience
from resonanz.query import Node, Said

if TYPE_CHECKING:
    from resonanz.desk.finding import Where
    from resonanz.desk.shapes import Shape

AT_ONCE = 500  # posts that one statement asks for
STANDS = f"""m.author_id, m.incoming, m.audience, c.from_import_id,
    (SELECT json_group_array(s.channel_id) FROM desk_sighting s WHERE s.mention_id = m."order"),
    (SELECT json_group_array(s.channel_id) FROM desk_sighting s
        WHERE s.mention_id = m."order" AND s.addressed),
    (SELECT json_group_array(l.tag_id) FROM desk_conversationtag l WHERE l.conversation_id = c.id),
    NOT EXISTS (SELECT 1 FROM desk_unannotated u WHERE u.mention_id = m."order")
    FROM desk_mention m {BY} {BESIDE} WHERE m.deleted_at IS NULL AND m."order" IN """
STANDS_COUNT = 8  # columns of it


@dataclass(frozen=True, slots=True)
class Arrived:
    """A post as columns ask about it: `heard_by` are channels that heard it, `spoken_to` those addressed.

    `noted`: nothing is left to be noted about it; until then no column asks what it feels like or in which
    language it is.
    """

    order: int
    uri: str
    conversation: int | None
    author: int
    incoming: bool
    private: bool
    heard_by: frozenset[int]
    spoken_to: frozenset[int]
    tags: frozenset[int]
    noted: bool
    what: Said

    @property
    def network(self) -> str:
        """The network that it was said on."""
        return self.what.network

    @property
    def text(self) -> str:
        """What was said."""
        return self.what.text

    def beside(self) -> str:
        """Return who said it, and where it links."""
        return " ".join((self.what.handle, self.what.name, *self.what.urls))

    def said(self) -> Said:
        """Return all that can be asked of it."""
        return self.what


def read(orders: Collection[int]) -> list[Arrived]:
    """Return some posts that are still there, oldest first; recorded ones of archives are left out."""
    wanted, found = sorted(set(orders)), []
    hidden = without(switched_off()) if wanted else {}
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        marks = ",".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {SHOWN}, {ASKED}, {STANDS} ({marks}) ORDER BY m."order"', some)
            found += [_arrived(row, hidden) for row in cursor.fetchall() if row[-5] is None]
    return found


def _arrived(row: tuple[Any, ...], hidden: Mapping[str, object]) -> Arrived:
    author, incoming, audience, _import, heard, spoken, tags, noted = row[-STANDS_COUNT:]
    return Arrived(
        order=row[0],
        uri=row[1],
        conversation=row[7],
        author=author,
        incoming=bool(incoming),
        private=audience == Audience.DIRECT,
        heard_by=frozenset(json.loads(heard)),
        spoken_to=frozenset(json.loads(spoken)),
        tags=frozenset(json.loads(tags)),
        noted=bool(noted),
        what=said_of(row[:-STANDS_COUNT], hidden),
    )


class Sorter:
    """Sorts posts into some shapes; built once for as long as the shapes are the same."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self.shapes = frozenset(shapes)
        self.plain = [shape for shape in self.shapes if shape.tree is None]
        self.asking: Mapping[Node, list[Shape]] = _by_tree(self.shapes)
        self.trees = list(self.asking)
        self.matcher = Matcher(self.trees)
        self.noting = frozenset(number for number, tree in enumerate(self.trees) if asked_in(tree))

    def sort(
        self, posts: Sequence[Arrived], annotated: Collection[int] = frozenset()
    ) -> dict[Shape, list[Arrived]]:
        """Return the posts that each shape shows, of those that show any.

        A shape that asks for notes takes no post before all is noted; one that does not was told long ago of
        those that were merely `annotated` now (by order).
        """
        found: dict[Shape, list[Arrived]] = defaultdict(list)
        for post, numbers in zip(posts, self.matcher.match(posts), strict=True):
            for shape in self._shapes(post, numbers, is_known=post.order in annotated):
                if stands(post, shape.where):
                    found[shape].append(post)
        return found

    def _shapes(self, post: Arrived, numbers: Sequence[int], *, is_known: bool) -> Iterator[Shape]:
        if not is_known:
            yield from self.plain
        for number in numbers:
            notes = number in self.noting
            if (notes and post.noted) or not (notes or is_known):
                yield from self.asking[self.trees[number]]


def _by_tree(shapes: Iterable[Shape]) -> dict[Node, list[Shape]]:
    found: dict[Node, list[Shape]] = defaultdict(list)
    for shape in shapes:
        if shape.tree is not None:
            found[shape.tree].append(shape)
    return found


def stands(post: Arrived, where: Where) -> bool:
    """Whether a post stands there, as `finding` asks the store."""
    heard = post.spoken_to if where.addressed else post.heard_by
    if where.channel is not None and where.channel not in heard:
        return False
    if where.addressed and not heard:
        return False
    return (
        (where.incoming is None or post.incoming == where.incoming)
        and (not where.private or post.private)
        and (where.author is None or post.author == where.author)
        and (where.conversation is None or post.conversation == where.conversation)
        and (where.tag is None or where.tag in post.tags)
    )
