"""A hand on a desk that runs in processes of its own: connect it, answer a case.

Run as `python -m tests.desk.hand VERB …` with RESONANZ_HOME set; prints one JSON value. Without a verb it
takes lists of words as lines of JSON, one after another, and prints a value for each.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

os.environ["DJANGO_SETTINGS_MODULE"] = "resonanz.desk.settings"
import django

django.setup()

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from resonanz.desk import care, channels, home, leases, listen, queries, streams
from resonanz.desk.care import attachments
from resonanz.desk.care import saved as knowledge
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import (
    Agent,
    Brand,
    Channel,
    Conversation,
    Mention,
    Role,
    SlaPolicy,
    Stream,
    StreamKind,
    Tab,
    Team,
    Voice,
)
from resonanz.networks import Credentials
from resonanz.post import Audience, Author, Post, Sighting


def people() -> object:
    """Prepare the home with an operator, an agent and a trainee."""
    home.prepare()
    for name, role in (("anna", Role.OPERATOR), ("ben", Role.AGENT), ("tom", Role.TRAINEE)):
        agent = Agent.objects.create_user(
            name, password="a long pass word", first_name=name.title(), role=role, initials=name[:2]
        )
        Team.objects.get().agents.add(agent)
    return Agent.objects.count()


def connect(base_url: str, token: str) -> object:
    """Connect a channel on Mastodon."""
    return connect_to("mastodon", base_url, json.dumps({"access_token": token}))


def connect_to(network: str, base_url: str, secret: str) -> object:
    """Connect a channel, or connect it again."""
    agent = Agent.objects.get(username="anna")
    credentials = Credentials(base_url=base_url, secret=json.loads(secret), simulated=True)
    application = channels.Application(network=network, brand=Brand.objects.get(), credentials=credentials)
    return channels.connect(application, agent).pk


def reply(text: str) -> object:
    """Plan an answer to the only open case."""
    return care.reply(
        Conversation.objects.get(), Agent.objects.get(username="anna"), care.Reply(text=text)
    ).pk


def accept() -> object:
    """Let everybody's private messages through, where the network keeps some away."""
    channel = Channel.objects.get()
    if channel.filtered:
        channels.accept_everybody(channel, Agent.objects.get(username="anna"))
    return channel.filtered


def _read() -> None:
    leases.free_dead()
    while listen.read_now(Channel.objects.get()):
        pass


def answer(question: str, text: str, picture: str) -> object:
    """Read the only channel, and plan an answer to whoever asked this, with a picture where there is one."""
    _read()
    agent = Agent.objects.get(username="anna")
    talk = Mention.objects.get(text__contains=question).conversation
    assert talk is not None
    if picture:
        drawn = io.BytesIO()
        Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
        attachments.describe(attachments.attach(talk, agent, drawn.getvalue(), "plan.png"), agent, picture)
    care.reply(talk, agent, care.Reply(text=text, in_parts=True))
    return {"case": talk.pk, "deliveries": list(talk.deliveries.order_by("pk").values_list("pk", flat=True))}


def like(question: str) -> object:
    """Read the only channel, and plan to like what somebody asked."""
    _read()
    mention = Mention.objects.get(text__contains=question)
    assert mention.conversation is not None
    liked = care.react(mention.conversation, Agent.objects.get(username="anna"), mention, "favourite")
    return {"case": mention.conversation.pk, "deliveries": [liked.pk]}


def page(number: str) -> object:
    """Return the page of a conversation, as Anna sees it in English."""
    if not settings.STATIC_ROOT.exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    client = Client(SERVER_NAME="localhost", headers={"accept-language": "en"})
    client.force_login(Agent.objects.get(username="anna"))
    return client.get(f"/c/{number}/").content.decode()


def off_duty() -> object:
    """Close the desk for now and switch the automatic answer on."""
    closed = {str((timezone.localtime().weekday() + 3) % 7): [[480, 481]]}
    for brand in Brand.objects.all():
        SlaPolicy.objects.update_or_create(brand=brand, defaults={"periods": closed})
        Voice.objects.update_or_create(brand=brand, defaults={"automatic": True})
    return closed


def saved(title: str, text: str, facts: str) -> object:
    """Write a saved reply down that everybody may use."""
    lead = Agent.objects.get(username="anna")
    return knowledge.save(lead, knowledge.Piece(title=title, text=text, facts=facts)).pk


def leave_team(username: str) -> object:
    """Take an agent out of every team."""
    Agent.objects.get(username=username).teams.clear()
    return username


def columns(username: str) -> object:
    """Share a tab with three columns."""
    agent = Agent.objects.get(username=username)
    query = queries.save(agent, "Toner", "toner")
    wanted = {
        "mentions": streams.Wanted(StreamKind.MENTIONS),
        "query": streams.Wanted(StreamKind.QUERY, str(query.pk)),
        "narrowed": streams.Wanted(StreamKind.MENTIONS, narrowed="paket"),
    }
    tab = streams.add_tab(agent, "Marke", list(wanted.values()))
    streams.share(agent, tab, shared=True)
    return dict(zip(wanted, tab.streams.order_by("place").values_list("pk", flat=True), strict=True))


def listen_for(expression: str) -> object:
    """Save a query that the networks are searched for."""
    return queries.save(Agent.objects.get(username="anna"), expression, expression, heard=True).pk


def six_columns(username: str) -> object:
    """Make a tab with six columns, half of them for saved queries."""
    agent = Agent.objects.get(username=username)
    asked = ("sturm OR wut", "ruhig", "@nordlicht_hilft -sturm")
    saved = [queries.save(agent, expression, expression) for expression in asked]
    kinds = (StreamKind.MENTIONS, StreamKind.INBOX, StreamKind.OUTBOX)
    wanted = [streams.Wanted(kind) for kind in kinds]
    wanted += [streams.Wanted(StreamKind.QUERY, str(query.pk)) for query in saved]
    return streams.add_tab(agent, "Sturm", wanted).streams.count()


def narrow_column(number: str, expression: str) -> object:
    """Filter a column."""
    stream = Stream.objects.get(pk=number)
    streams.narrow(stream.tab.owner, stream, expression)
    return expression


def drop_tabs() -> object:
    """Let go of every tab."""
    return Tab.objects.all().delete()[0]


def many_posts(count: str) -> object:
    """Hear so many posts that speak to us."""
    channel, now = Channel.objects.get(), timezone.now() - timedelta(days=2)
    author = Author(network="mastodon", uid="https://elsewhere.example/kai", handle="kai@elsewhere.example")
    seen = []
    for number in range(int(count)):
        uri = f"https://elsewhere.example/many/{number}"
        post = Post(
            network="mastodon",
            uri=uri,
            root=uri,
            author=author,
            text=f"Beitrag Nummer {number}",
            posted_at=now + timedelta(seconds=number),
            audience=Audience.PUBLIC,
        )
        seen.append(Sighting(post=post, native_id=uri, native_thread_id=uri, addressed=True))
    with transaction.atomic():
        return store(channel, seen, Arrival(heard_at=timezone.now(), backfill=True)).added_count


def overhear(text: str) -> object:
    """Hear a post that speaks to nobody here."""
    uri = f"https://elsewhere.example/{uuid4()}"
    author = Author(network="mastodon", uid="https://elsewhere.example/mia", handle="mia@elsewhere.example")
    post = Post(
        network="mastodon",
        uri=uri,
        root=uri,
        author=author,
        text=text,
        posted_at=timezone.now(),
        audience=Audience.PUBLIC,
    )
    seen = Sighting(post=post, native_id=uri, native_thread_id=uri)
    with transaction.atomic():
        stored = store(Channel.objects.get(), [seen], Arrival(heard_at=timezone.now()))
    return str(stored.orders[uri])


def pass_on(order: str, first: str, count: str) -> object:
    """Hear that so many people passed a post on, forty at a time; the first of them has this number."""
    channel, of, now = Channel.objects.get(), Mention.objects.get(pk=order), timezone.now()
    numbers = range(int(first), int(first) + int(count))
    seen = []
    for number in numbers:
        uid = f"https://elsewhere.example/who{number}"
        author = Author(network="mastodon", uid=uid, handle=f"who{number}@elsewhere.example")
        post = Post(
            network="mastodon",
            uri=f"{of.uri}#by={number}",
            root=of.uri,
            author=author,
            text="",
            posted_at=now,
            audience=Audience.PUBLIC,
            repost_of=of.uri,
        )
        seen.append(Sighting(post=post, native_id=f"by:{number}", native_thread_id=f"by:{number}"))
    for start in range(0, len(seen), 40):
        with transaction.atomic():
            store(channel, seen[start : start + 40], Arrival(heard_at=now))
    return len(seen)


def sign_out(session: str) -> object:
    """End a session, as signing out does."""
    SessionStore(session).delete()
    return True


VERBS: dict[str, Callable[..., object]] = {
    "people": people,
    "connect": connect,
    "connect_to": connect_to,
    "reply": reply,
    "accept": accept,
    "answer": answer,
    "like": like,
    "page": page,
    "off_duty": off_duty,
    "saved": saved,
    "leave_team": leave_team,
    "sign_out": sign_out,
    "columns": columns,
    "six_columns": six_columns,
    "listen_for": listen_for,
    "narrow_column": narrow_column,
    "overhear": overhear,
    "drop_tabs": drop_tabs,
    "many_posts": many_posts,
    "pass_on": pass_on,
}


def carry_out(verb: str, *words: str) -> None:
    """Do what a verb says, and print what comes of it."""
    print(json.dumps(VERBS[verb](*words)), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        carry_out(*sys.argv[1:])
    else:
        while line := sys.stdin.readline():
            carry_out(*json.loads(line))
