"""Every endpoint of the simulated X answers as the official descriptions say, in both spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from resonanz.simulator.x.ways import WAYS
from tests.simulator.x.conftest import CUSTOMER, DESK
from tests.simulator.x.described import described, faults

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator, Steered

STREAMS = {way.name for way in WAYS if way.stream}  # test_streams.py
FIELDS = {
    "tweet": {
        "tweet.fields": "author_id,conversation_id,created_at,edit_controls,edit_history_tweet_ids,entities,"
        "in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets,attachments,reply_settings,"
        "source,possibly_sensitive,display_text_range",
        "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys,"
        "in_reply_to_user_id,entities.mentions.username,edit_history_tweet_ids",
    },
    "post": {
        "post.fields": "conversation_id,created_at,edit_controls,entities,lang,note_post,public_metrics,"
        "attachments,reply_settings,source,possibly_sensitive,display_text_range,paid_partnership",
        "expansions": "author_id,referenced_posts,attachments.media_keys,in_reply_to_user_id,"
        "entities.mentions.username,edit_history_post_ids",
    },
}
PEOPLE = "created_at,description,profile_image_url,protected,public_metrics,verified,subscription_type"
SHARED = {"user.fields": PEOPLE, "media.fields": "alt_text,url,width,height,variants,preview_image_url"}
MESSAGES = {
    "tweet": {
        "dm_event.fields": "attachments,created_at,dm_conversation_id,participant_ids,sender_id,text",
        "expansions": "sender_id,participant_ids,attachments.media_keys",
    },
    "post": {
        "dm_event.fields": "attachments,created_at,dm_conversation_id,entities,event_type,id,text",
        "expansions": "sender_id,participant_ids,attachments.media_keys",
    },
}


@dataclass
class Round:
    """Calls every endpoint once and remembers what was wrong."""

    simulator: RunningSimulator
    x: Steered
    spelling: str
    wrong: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)

    def call(self, name: str, *, ids: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Call an endpoint by its name and hold its answer against the description."""
        way = next(w for w in WAYS if w.name == name)
        state = self.x.state()
        token = state["app_token"] if way.who == "app" else self.x.token(DESK)
        path = re.sub(r"\{(\w+)\}", lambda m: (ids or {})[m[1]], way.path)
        answer = httpx.request(
            way.method, self.simulator.base_url + path, headers={"Authorization": f"Bearer {token}"}, **more
        )
        assert answer.status_code == way.status, (name, answer.text)
        content: dict[str, Any] = answer.json()
        self.wrong += [f"{name}: {w}" for w in faults(self.spelling, way.method, way.path, content)]
        self.called.add(name)
        return content


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_every_answer_is_as_described(simulator: RunningSimulator, x: Steered, spelling: str) -> None:
    described(spelling)
    x.order("settings", spelling=spelling, processing_s=0.0)
    calls = Round(simulator, x, spelling)
    posts = {"params": FIELDS[spelling] | SHARED}
    me = calls.call("users.me", params={"user.fields": PEOPLE})["data"]["id"]

    # files
    begun = {"media_category": "tweet_video", "media_type": "video/mp4", "total_bytes": 6}
    film = calls.call("media.begin", json=begun)["data"]["id"]
    for place, piece in enumerate((b"abc", b"def")):
        form = {"files": {"media": piece}, "data": {"segment_index": str(place)}}
        calls.call("media.append", ids={"id": film}, **form)
    calls.call("media.finish", ids={"id": film})
    calls.call("media.state", params={"media_id": film, "command": "STATUS"})
    photo = calls.call("media.at_once", files={"media": b"png"}, data={"media_category": "tweet_image"})[
        "data"
    ]["id"]
    calls.call("media.describe", json={"id": photo, "metadata": {"alt_text": {"text": "Ein Karton"}}})

    # posts
    asked = x.say(
        CUSTOMER, f"@{DESK} Wo ist mein Paket? https://laden.example/a #Paket $NL", picture="parcel"
    )["id"]
    long = x.say("oezlem_k", f"@{DESK} " + "So ein langer Satz über Lieferzeiten. " * 12)["id"]
    x.order("edit", id=long, text=f"@{DESK} Kürzer gesagt: wo bleibt es?")
    reply = {
        "text": "Wir schauen nach.",
        "reply": {"in_reply_to_tweet_id": asked},
        "media": {"media_ids": [photo]},
    }
    said = calls.call("posts.create", json=reply)["data"]["id"]
    shown = calls.call("posts.create", json={"text": "Im Film", "media": {"media_ids": [film]}})["data"]["id"]
    x.say(CUSTOMER, "Seht euch das an", quotes=said)
    x.order("react", handle=CUSTOMER, id=said, kind="like")
    x.order("react", handle=CUSTOMER, id=said, kind="repost")
    calls.call("posts.one", ids={"id": said}, **posts)
    calls.call("posts.one", ids={"id": "1"}, **posts)
    calls.call("posts.lookup", params=FIELDS[spelling] | SHARED | {"ids": f"{asked},{long},{said},{shown},1"})
    calls.call("posts.quotes", ids={"id": said}, **posts)
    calls.call("posts.liked_by", ids={"id": said})
    calls.call("posts.reposted_by", ids={"id": said})
    answer = x.say(CUSTOMER, "Danke!", in_reply_to=shown)["id"]
    calls.call("posts.hide", ids={"tweet_id": answer}, json={"hidden": True})

    # timelines, search, people
    found = calls.call(
        "users.mentions", ids={"id": me}, params=FIELDS[spelling] | SHARED | {"max_results": "5"}
    )
    assert found["meta"]["result_count"] == 3
    calls.call("users.posts", ids={"id": me}, **posts)
    calls.call("search.recent", params=FIELDS[spelling] | SHARED | {"query": "paket -is:retweet"})
    calls.call("search.recent", params={"query": "gibtesnicht"})
    calls.call("users.one", ids={"id": me})
    calls.call("users.by_name", ids={"username": CUSTOMER})
    calls.call("users.by_name", ids={"username": "niemand"})
    calls.call("users.by_names", params={"usernames": f"{CUSTOMER},niemand"})

    # messages
    fields = {"params": MESSAGES[spelling] | {"user.fields": PEOPLE}}
    secret = x.say(CUSTOMER, "Kundennummer 4711", private=True)
    them = secret["sender_id"]
    picture = calls.call("media.at_once", files={"media": b"png"}, data={"media_category": "dm_image"})[
        "data"
    ]["id"]
    sent = calls.call(
        "messages.write_to",
        ids={"participant_id": them},
        json={"text": "Danke", "attachments": [{"media_id": picture}]},
    )
    talk = sent["data"]["dm_conversation_id"]
    calls.call("messages.write_into", ids={"dm_conversation_id": talk}, json={"text": "Ist notiert."})
    calls.call("messages.all", **fields)
    calls.call("messages.with", ids={"participant_id": them}, **fields)
    calls.call("messages.in", ids={"id": talk}, **fields)
    calls.call("messages.one", ids={"event_id": secret["id"]}, **fields)
    calls.call("messages.delete", ids={"event_id": sent["data"]["dm_event_id"]})

    # rules, subscriptions
    calls.call("search.rules")
    made = calls.call(
        "search.change_rules", json={"add": [{"value": "nordlicht", "tag": "marke"}, {"value": "is:"}]}
    )
    calls.call("search.rules")
    calls.call("search.change_rules", json={"delete": {"ids": [made["data"][0]["id"]]}})
    wish = {"event_type": "post.create", "filter": {"user_id": me}, "tag": "eigene"}
    kept = calls.call("activity.subscribe", json=wish)["data"]["subscription"]["subscription_id"]
    calls.call("activity.subscriptions")
    calls.call("activity.unsubscribe", ids={"subscription_id": kept})
    calls.call("connections.end")
    calls.call("posts.delete", ids={"id": said})

    assert calls.wrong == []
    assert {way.name for way in WAYS} - STREAMS - calls.called == set()


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_the_check_has_teeth(spelling: str) -> None:
    good = {"data": [{"id": "1", "text": "Moin"}], "meta": {"result_count": 1}}
    assert faults(spelling, "get", "/2/users/{id}/mentions", good) == []
    spoilt: tuple[Any, ...] = (
        {"data": [{"id": 1, "text": "Moin"}]},
        {"data": [{"id": "1", "text": "Moin", "words": "Moin"}]},
        {"data": {"id": "1"}},
        {"data": [{"id": "1", "created_at": 7}], "meta": {}},
        {"news": []},
    )
    for bad in spoilt:
        assert len(faults(spelling, "get", "/2/users/{id}/mentions", bad)) == 1, bad
