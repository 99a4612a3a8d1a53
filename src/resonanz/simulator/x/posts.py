"""The calls of the simulated X about posts and people: publish, take away, look up, timelines, search.

Each function answers one call; what all calls share is in `asking.py` and `network.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from resonanz.simulator.x import prices, search
from resonanz.simulator.x.asking import Page, between, one_page
from resonanz.simulator.x.problems import Problem, missing, wrong
from resonanz.simulator.x.world import Said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resonanz.simulator.x.asking import Call
    from resonanz.simulator.x.records import Person, Post

Json = dict[str, Any]
MOST_IDS = 100
MENTIONS_REACHED = 800
POSTS_REACHED = 3200
SEARCHED = timedelta(days=7)
LONGEST_QUERY = 512
LABELS = {"replied_to": "in_reply_to_id", "retweeted": "reposts_id", "quoted": "quotes_id"}
_BODY = frozenset(
    "text reply quote_tweet_id media poll geo nullcast community_id share_with_followers reply_settings "
    "paid_partnership made_with_ai edit_options direct_message_deep_link for_super_followers_only "
    "card_uri".split()
)


# publishing


def create(call: Call) -> Json:
    """`POST /2/tweets`."""
    if unknown := sorted(call.body.keys() - _BODY):
        raise wrong(unknown[0], "", f"$.{unknown[0]}: is not defined in the schema")
    with call.net.world.lock:
        post = call.net.world.say(call.me, _said(call.body), gated=True)
        return {"data": call.net.objects.post(post)}


def _said(body: Json) -> Said:
    reply, media = body.get("reply") or {}, body.get("media") or {}
    text = body.get("text", "")
    if not isinstance(text, str):
        raise wrong("text", str(text), "$.text: must be a string")
    return Said(
        text=text,
        in_reply_to_id=str(reply.get("in_reply_to_tweet_id", "")),
        without_names=tuple(reply.get("exclude_reply_user_ids", ())),
        quotes_id=str(body.get("quote_tweet_id", "")),
        media=tuple(media.get("media_ids", ())),
        previous_id=str((body.get("edit_options") or {}).get("previous_post_id", "")),
        paid=bool(body.get("paid_partnership")),
        by_machine=bool(body.get("made_with_ai")),
    )


def delete(call: Call) -> Json:
    """`DELETE /2/tweets/:id`."""
    done = call.net.world.delete(call.me, call.path("id"))
    if done:
        call.net.world.memory.spent += prices.DELETE
    return {"data": {"deleted": done}}


def hide(call: Call) -> Json:
    """`PUT /2/tweets/:id/hidden`: only in conversations that one began."""
    with call.net.world.lock:
        post = call.net.world.latest(call.path("tweet_id"))
        first = call.net.world.memory.posts.get(post.conversation_id) if post else None
        if post is None or first is None or first.author_id != call.me.id:
            raise Problem(403, "about:blank", "Forbidden", "You are not allowed to hide this reply.")
        post.hidden = bool(call.body.get("hidden"))
        return {"data": {"hidden": post.hidden}}


# looking up


def one(call: Call) -> Json:
    """`GET /2/tweets/:id`: with 200 also where it is gone, as the network answers."""
    return _looked_up(call, [call.path("id")], "id", alone=True)


def several(call: Call) -> Json:
    """`GET /2/tweets?ids=`: those that are there, and an error for each that is not."""
    wanted = [i for i in call.query.get("ids", "").split(",") if i]
    if not wanted or len(wanted) > MOST_IDS:
        raise wrong(
            "ids", "", f"The number of values in the `ids` query parameter list [{len(wanted)}] is wrong"
        )
    return _looked_up(call, wanted, "ids", alone=False)


def _looked_up(call: Call, wanted: list[str], parameter: str, *, alone: bool) -> Json:
    with call.net.world.lock:
        known = call.net.world.memory.posts
        found = [known[i] for i in dict.fromkeys(wanted) if i in known]
        errors = [missing("tweet", i, parameter, call.spelling) for i in wanted if i not in known]
        return _answer(call, found, errors, prices.POST_READ, alone=alone)


def _answer(call: Call, posts: list[Post], errors: list[Json], each: int, *, alone: bool = False) -> Json:
    """Write posts with what comes along, and charge for them."""
    objects = call.net.objects
    included, lost = objects.includes(posts, call.wanted, call.spelling)
    call.charges.append((each, [p.id for p in posts]))
    call.charges.append((prices.POST_READ, [p["id"] for p in included.get("tweets", [])]))
    call.charges.append((prices.PERSON_READ, [p["id"] for p in included.get("users", [])]))
    written = [objects.post(p, call.net.fields_of_posts(call)) for p in posts]
    answer: Json = {}
    if written:
        answer["data"] = written[0] if alone else written
    if included:
        answer["includes"] = included
    if errors or lost:
        answer["errors"] = [*errors, *lost]
    return answer


def listed(call: Call, page: Page, each: int) -> Json:
    """Write a page of posts with its `meta`."""
    answer = _answer(call, page.items, [], each)
    meta: Json = {"result_count": len(page.items)}
    if page.items:
        meta |= {"newest_id": page.items[0].id, "oldest_id": page.items[-1].id}
    if page.next_token:
        meta["next_token"] = page.next_token
    return answer | {"meta": meta}


# timelines


def _reached(call: Call, posts: Iterable[Post], most: int) -> list[Post]:
    newest = sorted(posts, key=lambda p: int(p.id), reverse=True)[:most]
    return between(call, newest, lambda p: p.created_at)


def _each(call: Call, person: Person) -> int:
    own = call.person is not None and call.person.id == person.id
    return prices.OWNED_READ if own else prices.POST_READ


def mentions(call: Call) -> Json:
    """`GET /2/users/:id/mentions`: the latest 800 posts that name somebody, reposts aside."""
    with call.net.world.lock:
        person = _person(call, call.path("id"))
        world = call.net.world
        naming = (p for p in world.standing() if not p.reposts_id and p.author_id != person.id)
        found = [p for p in naming if person.id in world.names_in(p)]
        chosen = _reached(call, found, MENTIONS_REACHED)
        page = one_page(call, chosen, lambda p: p.id, most=call.number("max_results", 5, 100, 10))
        return listed(call, page, _each(call, person))


def timeline(call: Call) -> Json:
    """`GET /2/users/:id/tweets`: the latest 3,200 posts of somebody."""
    with call.net.world.lock:
        person = _person(call, call.path("id"))
        left_out = call.query.get("exclude", "").split(",")
        mine = [p for p in call.net.world.standing() if p.author_id == person.id]
        if "replies" in left_out:
            mine = [p for p in mine if not p.in_reply_to_id]
        if "retweets" in left_out:
            mine = [p for p in mine if not p.reposts_id]
        chosen = _reached(call, mine, POSTS_REACHED)
        page = one_page(call, chosen, lambda p: p.id, most=call.number("max_results", 5, 100, 10))
        return listed(call, page, _each(call, person))


def recent(call: Call) -> Json:
    """`GET /2/tweets/search/recent`: posts of the last seven days that fit a query."""
    query = call.query.get("query", "")
    if not query or len(query) > LONGEST_QUERY:
        raise wrong("query", query, f"The `query` is empty or longer than {LONGEST_QUERY}")
    with call.net.world.lock:
        try:
            rule = search.read(query)
        except ValueError as error:
            raise wrong("query", query, f"There were errors processing your request: {error}") from error
        since = call.now - SEARCHED
        young = [p for p in call.net.world.standing() if p.created_at >= since and not p.reposts_id]
        found = [p for p in young if rule(search.Seen(call.net.world, p))]
        chosen = between(call, found, lambda p: p.created_at)
        page = one_page(call, chosen, lambda p: p.id, most=call.number("max_results", 10, 100, 10))
        return listed(call, page, prices.POST_READ)


def quotes(call: Call) -> Json:
    """`GET /2/tweets/:id/quote_tweets`."""
    with call.net.world.lock:
        history = _post(call).history
        found = [p for p in call.net.world.standing() if p.quotes_id in history]
        page = one_page(call, found, lambda p: p.id, most=call.number("max_results", 10, 100, 10))
        answer = listed(call, page, prices.POST_READ)
        answer["meta"] = {k: v for k, v in answer["meta"].items() if k in ("result_count", "next_token")}
        return answer


def _post(call: Call) -> Post:
    post = call.net.world.latest(call.path("id"))
    if post is None:
        raise Problem(404, "resource-not-found", "Not Found Error", "Could not find this Post.")
    return post


# people


def _person(call: Call, person_id: str) -> Person:
    person = call.net.world.memory.people.get(person_id)
    if person is None:
        raise Problem(404, "resource-not-found", "Not Found Error", f"Could not find user: [{person_id}].")
    return person


def me(call: Call) -> Json:
    """`GET /2/users/me`."""
    return {"data": _written(call, call.me)}


def _written(call: Call, person: Person) -> Json:
    call.charges.append((prices.PERSON_READ, [person.id]))
    return call.net.objects.person(person, call.wanted.person)


def person_by_id(call: Call) -> Json:
    """`GET /2/users/:id`."""
    found = call.net.world.memory.people.get(call.path("id"))
    if found is None:
        return {"errors": [missing("user", call.path("id"), "id", call.spelling)]}
    return {"data": _written(call, found)}


def person_by_name(call: Call) -> Json:
    """`GET /2/users/by/username/:username`."""
    name = str(call.request.path_params["username"])
    found = call.net.world.person_called(name)
    if found is None:
        return {"errors": [missing("user", name, "username", call.spelling)]}
    return {"data": _written(call, found)}


def people_by_name(call: Call) -> Json:
    """`GET /2/users/by?usernames=`."""
    names = [n for n in call.query.get("usernames", "").split(",") if n]
    if not names or len(names) > MOST_IDS:
        raise wrong("usernames", "", "The `usernames` query parameter can not be empty or too long")
    found = {n: call.net.world.person_called(n) for n in names}
    answer: Json = {}
    if people := [_written(call, p) for p in found.values() if p]:
        answer["data"] = people
    if lost := [missing("user", n, "usernames", call.spelling) for n, p in found.items() if p is None]:
        answer["errors"] = lost
    return answer


def liking(call: Call) -> Json:
    """`GET /2/tweets/:id/liking_users`."""
    people = call.net.world.memory.people
    return _people(call, [people[i] for i in _post(call).likes])


def reposting(call: Call) -> Json:
    """`GET /2/tweets/:id/retweeted_by`."""
    world = call.net.world
    history = _post(call).history
    return _people(
        call, [world.memory.people[p.author_id] for p in world.standing() if p.reposts_id in history]
    )


def _people(call: Call, people: list[Person]) -> Json:
    answer: Json = {"meta": {"result_count": len(people)}}
    return ({"data": [_written(call, p) for p in people]} | answer) if people else answer
