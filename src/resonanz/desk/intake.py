"""How posts become rows: one set-based function for everything that arrives, live or archived.

`store` takes what a channel heard and writes authors, threads, conversations, mentions, sightings,
clocks, events and full-text rows with a handful of statements per batch, whatever its size. It is
idempotent: a post is known by (network, uri). The caller opens the transaction and moves the cursor
in it, so that a crash repeats the batch and loses nothing.

Whether a page is read and when, belongs to `listen.py`; where an archive comes from, to `archive.py`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from resonanz.case import Case, Happened, State, case_after
from resonanz.desk import media_files, projection
from resonanz.desk.intake_rows import (
    LATEST,
    MATTER,
    ON_SHIFT,
    STATEMENTS,
    TABLES,
    Known,
    Matter,
    Row,
    Turn,
    extras_of,
    mention_row,
    select,
    sober,
    thread_audience,
)
from resonanz.desk.models import Channel
from resonanz.desk.models.listening import SEQUENCE_BITS, Stamp
from resonanz.desk.policies import USUAL, Policy, Subject, policy_of
from resonanz.desk.storage import next_ids, to_ms
from resonanz.networks import NETWORKS
from resonanz.post import Audience, Author, Post, Sighting
from resonanz.query import folded
from resonanz.sla import DELIVERY_GRACE, honest_stamp

MS = timedelta(milliseconds=1)
RECHECK_AFTER_MS = timedelta(minutes=10) // MS
GRACE_MS = DELIVERY_GRACE // MS
PACK = json.JSONEncoder(separators=(",", ":")).encode
NEW = Case()
STAMPS = {"network": Stamp.NETWORK.value, "heard": Stamp.HEARD.value, "read": Stamp.READ.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The circumstances under which a batch arrived.

    `complete_until` is when the channel was last read completely before this read; `subjects` names,
    by post uri, whose matter a post belongs to, and `kinds` who spoke for us, where the post itself does
    not say so (archives). `matched_only` posts are nobody's conversation, whoever they answer.
    """

    heard_at: datetime
    complete_until: datetime | None = None
    backfill: bool = False
    from_import: int | None = None
    matched_only: bool = False
    subjects: Mapping[str, Author] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of a batch: how many posts were new, and where each one is, by uri."""

    added_count: int
    orders: dict[str, int]
    conversations: tuple[int, ...]


def store(channel: Channel, sightings: Sequence[Sighting], arrival: Arrival) -> Stored:
    """Store what a channel heard. Call inside a write transaction, with parents before children."""
    if not connection.in_atomic_block:
        raise RuntimeError("intake outside a transaction: posts and cursor belong together")
    return _Batch(channel, sightings, arrival).store()


class _Batch:
    """One batch on its way into the tables: read what is known, decide, write."""

    def __init__(self, channel: Channel, sightings: Sequence[Sighting], arrival: Arrival) -> None:
        self.channel = channel
        self.network = channel.network
        self.arrival = arrival
        self.heard_ms = to_ms(arrival.heard_at)
        row = NETWORKS.get(channel.network)
        self.swept = row is not None and row.capabilities.gone_within_s > 0
        until = None if arrival.backfill else arrival.complete_until
        self.honest_since = 0 if until is None else to_ms(until) - GRACE_MS
        ours = set() if arrival.from_import else self._own_accounts()
        latest = LATEST if arrival.from_import else arrival.heard_at + timedelta(days=1)
        heard = [sober(s, ours, latest) for s in sightings]
        self.sightings = {s.post.uri: s for s in heard if s.post.repost_of is None}
        self.reposts = {s.post.uri: s for s in heard if s.post.repost_of is not None}
        self.policy: Policy = USUAL if arrival.from_import else policy_of(channel.brand_id)
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.happened: dict[int, list[Happened]] = defaultdict(list)
        self.opened: dict[int, tuple[int | None, ...]] = {}
        self.redrawn: dict[int, list[Row]] = {}  # pictures of edited mentions

    def _own_accounts(self) -> set[str]:
        """Return our accounts on this network: what one of them says is never a customer's."""
        rows = select("SELECT uid FROM desk_channel WHERE network IN ({})", [self.network])
        return {row[0] for row in rows}

    def store(self) -> Stored:
        self.known = self._read_known()
        fresh = [s for uri, s in self.sightings.items() if uri not in self.known or self._supersedes(uri)]
        again = [s for uri, s in self.sightings.items() if uri in self.known and not self._supersedes(uri)]
        added_count = sum(1 for s in fresh if s.post.uri not in self.known)
        self.ids = next_ids(TABLES)
        self._read_around(fresh)
        for sighting in fresh:
            self._add(sighting)
        for sighting in again:
            self._meet_again(sighting)
        passed_on = self._pass_on()
        self._write()
        orders = {uri: self.known[uri].order for uri in self.sightings}
        return Stored(added_count + passed_on, orders, tuple(self.happened))

    def _supersedes(self, uri: str) -> bool:
        """Whether a channel hears what only a file had told of: it knows the author, audience and thread."""
        return not self.arrival.from_import and self.known[uri].from_import is not None

    # What is known ------------------------------------------------------------------------------

    def _read_known(self) -> dict[str, Known]:
        wanted = set(self.sightings)
        wanted.update(s.post.reply_to for s in self.sightings.values() if s.post.reply_to)
        wanted.update(s.post.repost_of for s in self.reposts.values() if s.post.repost_of)
        rows = select(
            'SELECT m.uri, m."order", m.conversation_id, m.thread_id, m.author_id, m.incoming, m.edited_at, '
            "m.deleted_at, t.audience, m.from_import_id FROM desk_mention m "
            "JOIN desk_thread t ON t.id = m.thread_id WHERE m.network = %s AND m.uri IN ({})",
            wanted,
            self.network,
        )
        return {row[0]: Known(*row[1:]) for row in rows}

    def _read_around(self, fresh: Sequence[Sighting]) -> None:
        people = [s.post.author for s in (*fresh, *self.reposts.values())]
        people += self.arrival.subjects.values()
        rows = select(
            "SELECT uid, id, handle, name, avatar_url FROM desk_author WHERE network = %s AND uid IN ({})",
            {person.uid for person in people},
            self.network,
        )
        self.authors: dict[str, int] = {row[0]: row[1] for row in rows}
        faces = {row[0]: row[2:] for row in rows}
        for person in {p.uid: p for p in people}.values():
            self._meet_author(person, faces.get(person.uid))
        rows = select(
            "SELECT root_uri, audience, id FROM desk_thread WHERE network = %s AND root_uri IN ({})",
            {s.post.root for s in fresh},
            self.network,
        )
        self.threads: dict[tuple[str, int], int] = {(row[0], row[1]): row[2] for row in rows}
        self._read_matters()
        self.regulars = self._read_regulars(fresh)
        self.cases = self._read_cases()
        self.kinds = self._read_kinds(fresh)
        self.free = self._read_free_orders(fresh)

    def _meet_author(self, person: Author, face: tuple[str, str, str] | None) -> None:
        if face is None:
            number = self._take("desk_author")
            self.authors[person.uid] = number
            self.rows["author"].append(
                (
                    number,
                    self.network,
                    person.uid,
                    person.handle,
                    person.name,
                    person.url,
                    person.avatar_url,
                    person.is_bot,
                    person.followers_count,
                    self.heard_ms,
                    None,
                    "",
                )
            )
        elif face != (person.handle, person.name, person.avatar_url):
            number = self.authors[person.uid]
            if face[0] != person.handle:
                self.rows["handle"].append((number, face[0], self.heard_ms))
            self.rows["face"].append((person.handle, person.name, person.avatar_url, number))

    def _read_matters(self) -> None:
        """Read the conversations that stand in the batch's threads, or hold the posts that it answers.

        Of several in one thread the newest goes on; a link from another conversation overrides that.
        """
        threads = {*self.threads.values(), *(known.thread for known in self.known.values())}
        rows = select(MATTER + "WHERE merged_into_id IS NULL AND thread_id IN ({}) ORDER BY id", threads)
        self.matters: dict[tuple[int, int], Matter] = {(row[1], row[2]): Matter(*row) for row in rows}
        links = select(
            "SELECT thread_id, customer_id, conversation_id FROM desk_threadlink WHERE thread_id IN ({})",
            threads,
        )
        named = {link[2] for link in links}
        named.update(known.conversation for known in self.known.values() if known.conversation)
        others = {row[0]: Matter(*row) for row in select(MATTER + "WHERE id IN ({})", named)}
        self.by_id = {matter.id: matter for matter in self.matters.values()} | others
        self.matters |= {(thread, customer): self.by_id[number] for thread, customer, number in links}

    def _read_regulars(self, fresh: Sequence[Sighting]) -> dict[int, int]:
        """Return, by customer, which colleague on shift cared for them here last."""
        if self.arrival.from_import:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(ON_SHIFT, [self.channel.pk])
            self.on_shift = {row[0] for row in cursor.fetchall()}
        if not self.on_shift:
            return {}
        rows = select(
            "SELECT customer_id, assignee_id FROM desk_conversation WHERE channel_id = %s "
            "AND assignee_id IS NOT NULL AND customer_id IN ({}) ORDER BY id",
            {self.authors[s.post.author.uid] for s in fresh if s.addressed},
            self.channel.pk,
        )
        return {customer: agent for customer, agent in rows if agent in self.on_shift}

    def _read_cases(self) -> dict[int, Case]:
        events = projection.read_happened(sorted(self.by_id))
        return {number: case_after(found) for number, found in events.items()}

    def _read_kinds(self, fresh: Sequence[Sighting]) -> dict[int, int]:
        """Return, by the order of the post they answer, the kinds of replies that are on their way."""
        if not any(s.own for s in fresh) or self.arrival.from_import:
            return {}
        rows = select(
            "SELECT answers_id, kind FROM desk_delivery WHERE answers_id IS NOT NULL AND state IN ({})",
            {"armed", "unknown"},
        )
        return dict(rows)

    def _read_free_orders(self, fresh: Sequence[Sighting]) -> dict[int, int]:
        """Return for each millisecond in the batch the first free order."""
        moments = {to_ms(s.post.posted_at) for s in fresh}
        moments.update(known.order >> SEQUENCE_BITS for known in self.known.values())
        free = {ms: ms << SEQUENCE_BITS for ms in moments}
        taken = select('SELECT "order" FROM desk_mention WHERE "order" IN ({})', set(free.values()))
        with connection.cursor() as cursor:
            for (base,) in taken:
                cursor.execute(
                    'SELECT max("order") FROM desk_mention WHERE "order" BETWEEN %s AND %s',
                    [base, base + (1 << SEQUENCE_BITS) - 1],
                )
                free[base >> SEQUENCE_BITS] = cursor.fetchone()[0] + 1
        return free

    # What becomes of each post ------------------------------------------------------------------

    def _add(self, sighting: Sighting) -> None:
        post = sighting.post
        posted_ms = to_ms(post.posted_at)
        parent = self.known.get(post.reply_to) if post.reply_to else None
        order = self._order(posted_ms, parent)
        if (told := self.known.get(post.uri)) is not None:
            order = told.order
            self.rows["unword"].append((order,))
            self.rows["supersede"].append((order,))
        author = self.authors[post.author.uid]
        thread = self._thread(post, parent)
        stamp, clock_ms = self._clock_at(post, posted_ms)
        turn = Turn(order, clock_ms, stamp, self._kind(sighting, parent), private=post.audience.is_private)
        conversation = self._conversation(sighting, thread, parent)
        if conversation is not None:
            upto = parent.order if parent is not None and parent.order in self.kinds else None
            self._turn(conversation, turn, own=sighting.own, upto=upto)
        elif not sighting.own and not self.arrival.from_import:
            self._tell("overheard", order, {"channel": self.channel.pk})
        known = Known(
            order=order,
            conversation=conversation,
            thread=thread,
            author=author,
            incoming=not sighting.own,
            edited_ms=None,
            deleted_ms=None,
            audience=thread_audience(post.audience),
            from_import=self.arrival.from_import,
        )
        self.known[post.uri] = known
        self.rows["mention"].append(mention_row(self.network, post, known, turn, self.heard_ms))
        if known.incoming and post.text:
            self.rows["unannotated"].append((known.order,))
        self.rows["words"].append((order, folded(post.text)))
        if post.media and not sighting.own and not self.arrival.from_import:
            self.rows["picture"] += media_files.rows_for(order, post.media, self.heard_ms)
        self._see(sighting, order)

    def _kind(self, sighting: Sighting, parent: Known | None) -> int:
        """Return who spoke for us: a human, unless the archive or the outbox knows better."""
        if not sighting.own:
            return 0
        recorded = self.arrival.kinds.get(sighting.post.uri)
        if recorded is not None:
            return recorded
        return self.kinds.get(parent.order, 0) if parent else 0

    def _see(self, sighting: Sighting, order: int) -> None:
        if not self.arrival.from_import:
            ids = (sighting.native_id, sighting.native_thread_id)
            swept = self.swept and sighting.post.audience is not Audience.DIRECT
            seen = (sighting.addressed, sighting.gate, self.heard_ms if swept else None)
            self.rows["sighting"].append((self.channel.pk, order, *ids, *seen))

    def _order(self, posted_ms: int, parent: Known | None) -> int:
        """Return the next free order of the post's millisecond, later than its parent's."""
        moment = posted_ms if parent is None else max(posted_ms, parent.order >> SEQUENCE_BITS)
        order = self.free.setdefault(moment, moment << SEQUENCE_BITS)
        if parent is not None:
            order = max(order, parent.order + 1)
        self.free[moment] = order + 1
        return order

    def _thread(self, post: Post, parent: Known | None) -> int:
        """Return the thread: the parent's where we know it, for a network may not name the root."""
        audience = thread_audience(post.audience)
        if parent is not None and parent.audience == audience:
            return parent.thread
        thread = self.threads.get((post.root, audience))
        if thread is None:
            thread = self.threads[(post.root, audience)] = self._take("desk_thread")
            self.rows["thread"].append((thread, self.network, post.root, audience))
        return thread

    def _clock_at(self, post: Post, posted_ms: int) -> tuple[int, int]:
        """Return which stamp the clocks use and its milliseconds (DECISIONS: honest time)."""
        arrival = self.arrival
        if arrival.from_import or self.honest_since <= posted_ms <= self.heard_ms:
            return Stamp.NETWORK.value, posted_ms
        moment, name = honest_stamp(
            post.posted_at, arrival.heard_at, arrival.complete_until, backfill=arrival.backfill
        )
        return STAMPS[name], to_ms(moment)

    def _conversation(self, sighting: Sighting, thread: int, parent: Known | None) -> int | None:
        """Return the conversation that a new post belongs to, opened or reopened where needed.

        A reply goes where the post that it answers stands, if that is the same person's matter, even if
        it changes from public to private: the thread is then linked to it.
        """
        if self.arrival.matched_only:
            return None
        if sighting.own and parent is not None and parent.conversation:
            self._link(thread, parent.conversation)
            return parent.conversation
        customer = self._customer(sighting, parent)
        if customer is None:
            return None
        matter = self._answered(customer, parent) or self.matters.get((thread, customer))
        if matter is None and sighting.post.audience == Audience.DIRECT and not self.arrival.from_import:
            matter = self._invited(customer)
        if matter is not None and self._continues(matter, sighting):
            self._link(thread, matter.id)
            return matter.id
        return self._open(thread, customer)

    def _answered(self, customer: int, parent: Known | None) -> Matter | None:
        matter = None if parent is None else self.by_id.get(parent.conversation or 0)
        return matter if matter is not None and matter.customer == customer else None

    def _invited(self, customer: int) -> Matter | None:
        """Return the conversation in which we asked this customer to write to us in private."""
        rows = select(
            MATTER + "WHERE private_at IS NOT NULL AND merged_into_id IS NULL AND channel_id = %s "
            "AND customer_id IN ({}) ORDER BY id",
            [customer],
            self.channel.pk,
        )
        if not rows:
            return None
        matter: Matter = self.by_id.setdefault(rows[-1][0], Matter(*rows[-1]))
        if matter.id not in self.cases:
            self.cases[matter.id] = case_after(projection.read_happened([matter.id])[matter.id])
        return matter

    def _link(self, thread: int, conversation: int) -> None:
        """Remember that what this conversation's customer says in this thread belongs to it."""
        matter = self.by_id.get(conversation)
        if matter is None or thread == matter.thread:
            return
        if (thread, matter.customer) not in self.matters:
            self.matters[(thread, matter.customer)] = matter
            self.rows["link"].append((thread, matter.customer, conversation))

    def _customer(self, sighting: Sighting, parent: Known | None) -> int | None:
        """Return whose matter it is: the author's, or for our own words that of whom they answer."""
        subject = self.arrival.subjects.get(sighting.post.uri)
        if subject is not None:
            return self.authors[subject.uid]
        if not sighting.own:
            return self.authors[sighting.post.author.uid] if sighting.addressed else None
        return parent.author if parent is not None and parent.incoming else None

    def _continues(self, matter: Matter, sighting: Sighting) -> bool:
        """Whether a post goes on with this case; a resolved one is reopened by its customer in time."""
        state = self.by_id[matter.id].state
        if state == State.OPEN or sighting.own:
            return True
        if not self.arrival.from_import and self.heard_ms - (matter.resolved_ms or 0) > self.policy.reopen_ms:
            return False
        self._happen(matter.id, "reopened", self.heard_ms)
        self.by_id[matter.id] = matter._replace(state=State.OPEN.value, resolved_ms=None)
        case = self.cases.get(matter.id)
        if case is not None and case.assignee is not None and case.assignee not in self.on_shift:
            self._happen(matter.id, "assigned", self.heard_ms, None, {"to": None})
        return True

    def _open(self, thread: int, customer: int) -> int:
        number = self._take("desk_conversation")
        recheck = None if self.arrival.from_import else self.heard_ms + RECHECK_AFTER_MS
        matter = Matter(number, thread, customer, State.OPEN.value, None)
        self.matters[(thread, customer)] = self.by_id[number] = matter
        self.opened[number] = (
            number,
            self.channel.brand_id,
            self.channel.pk,
            thread,
            customer,
            self.arrival.from_import,
            recheck,
        )
        self._happen(number, "opened", self.heard_ms)
        if customer in self.regulars:
            self._happen(number, "assigned", self.heard_ms, None, {"to": self.regulars[customer]})
        return number

    def _turn(self, conversation: int, turn: Turn, *, own: bool, upto: int | None = None) -> None:
        facts: dict[str, int | None]
        if own:
            facts = {"at": turn.clock_ms, "by": turn.kind}
            if upto is not None:
                facts["upto"] = upto
            self._happen(conversation, "spoke", self.heard_ms, turn.order, facts)
            return
        facts = {"at": turn.clock_ms, "due": None, "stamp": turn.stamp}
        if not self.arrival.from_import:
            facts |= self._targets(conversation, turn)
        self._happen(conversation, "heard", self.heard_ms, turn.order, facts)

    def _targets(self, conversation: int, turn: Turn) -> dict[str, int | None]:
        """Return when an answer to a turn is due, and when the matter should be settled."""
        case = self.cases.get(conversation, NEW)
        subject = Subject(self.channel.pk, turn.private, case.matter, case.urgency)
        targets = self.policy.targets(subject)
        first = not self._has_clock(conversation)
        due: dict[str, int | None] = {"due": targets.due_ms(turn.clock_ms, first=first)}
        end = targets.end_ms(turn.clock_ms)
        return due if end is None else due | {"end": end}

    def _has_clock(self, conversation: int) -> bool:
        case = self.cases.get(conversation)
        if case is not None and case.has_been_asked:
            return True
        return any(event.kind == "heard" for event in self.happened[conversation])

    def _happen(
        self,
        conversation: int,
        kind: str,
        at_ms: int,
        order: int | None = None,
        facts: dict[str, int | None] | None = None,
    ) -> None:
        event = Happened(kind, at_ms, None, order, facts or {})
        self.happened[conversation].append(event)
        stored = PACK(facts) if facts else ""
        self.rows["event"].append(
            (self._take("desk_event"), at_ms, kind, None, conversation, order, None, stored)
        )

    def _tell(self, kind: str, order: int, facts: dict[str, int], conversation: int | None = None) -> None:
        """Write an event that changes no case."""
        row = (self._take("desk_event"), self.heard_ms, kind, None, conversation, order, None, PACK(facts))
        self.rows["event"].append(row)

    def _pass_on(self) -> int:
        """Count reposts on their originals; they are nobody's turn. Return how many are new."""
        known = select(
            "SELECT uri FROM desk_repost WHERE network = %s AND uri IN ({})", self.reposts, self.network
        )
        fresh = self.reposts.keys() - {row[0] for row in known}
        counts: Counter[str] = Counter()
        for uri in fresh:
            sighting = self.reposts[uri]
            of_uri = sighting.post.repost_of or ""
            author = self.authors[sighting.post.author.uid]
            heard = (self.channel.pk, sighting.native_id, to_ms(sighting.post.posted_at), self.heard_ms)
            self.rows["repost"].append((self.network, uri, of_uri, author, *heard))
            counts[of_uri] += 1
        for of_uri, count in counts.items():
            if (original := self.known.get(of_uri)) is not None:
                facts = {"count": count, "channel": self.channel.pk}
                self._tell("reposted", original.order, facts, original.conversation)
        return len(fresh)

    # Posts that we know already -----------------------------------------------------------------

    def _meet_again(self, sighting: Sighting) -> None:
        known = self.known[sighting.post.uri]
        self._see(sighting, known.order)
        edited = sighting.post.edited_at
        asked = sighting.addressed or sighting.post.uri in self.arrival.subjects
        if known.deleted_ms is None and edited is not None and to_ms(edited) > (known.edited_ms or 0):
            self._edit(sighting.post, known, to_ms(edited))
        if asked and known.conversation is None and known.incoming:
            self._adopt(sighting, known)

    def _edit(self, post: Post, known: Known, edited_ms: int) -> None:
        self.rows["wording"].append((edited_ms, known.order, post.text))
        self.rows["edit"].append((post.text, extras_of(post), edited_ms, known.order))
        self.rows["reword"].append((folded(post.text), known.order))
        if known.incoming and post.text:
            self.rows["unannotated"].append((known.order,))
        if known.incoming and not self.arrival.from_import:
            self.redrawn[known.order] = media_files.rows_for(known.order, post.media, self.heard_ms)
        if known.conversation is not None:
            self._happen(known.conversation, "edited", self.heard_ms, known.order)

    def _adopt(self, sighting: Sighting, known: Known) -> None:
        """A post first heard as another's context turns out to speak to us."""
        matter = self.matters.get((known.thread, known.author))
        if matter is not None and self._continues(matter, sighting):
            conversation = matter.id
        else:
            conversation = self._open(known.thread, known.author)
        stamp, clock_ms = self._clock_at(sighting.post, to_ms(sighting.post.posted_at))
        turn = Turn(known.order, clock_ms, stamp, 0, private=sighting.post.audience.is_private)
        self._turn(conversation, turn, own=False)
        self.known[sighting.post.uri] = known._replace(conversation=conversation)
        self.rows["adopt"].append((conversation, known.order))

    # Writing ------------------------------------------------------------------------------------

    def _take(self, table: str) -> int:
        number = self.ids[table]
        self.ids[table] = number + 1
        return number

    def _settle_archived(self) -> None:
        """Recorded conversations are over: they never wait, whatever their last turn was."""
        for number, events in list(self.happened.items()):
            last = max(event.facts.get("at") or 0 for event in events)
            self._happen(number, "resolved", last)

    def _write(self) -> None:
        if self.arrival.from_import:
            self._settle_archived()
        existing: dict[int, Case] = {}
        for number, events in self.happened.items():
            case = case_after(events, self.cases.get(number))
            if number in self.opened:
                self.rows["conversation"].append((*self.opened[number], *projection.case_row(case)))
                self.rows["clock"].extend(projection.clock_rows(number, case))
            else:
                existing[number] = case
        if self.redrawn:
            self.rows["picture"] += media_files.replaced(self.redrawn)
        with connection.cursor() as cursor:
            for name, statement in STATEMENTS.items():
                if rows := self.rows.get(name):
                    cursor.executemany(statement, rows)
        projection.write(existing)
