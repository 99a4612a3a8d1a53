"""What each term means for a post, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from resonanz.query import Said, parse, satisfies

POST: dict[str, Any] = {"network": "mastodon", "text": "", "handle": "jana@social.example", "posted_ms": 0}
NOV_20 = 1_795_132_800_000  # 2026-11-20, midnight UTC


def fits(said: str, **named: Any) -> bool:
    return satisfies(parse(said), Said(**(POST | named)))


@pytest.mark.parametrize(
    ("said", "text", "expected"),
    [
        ("Zürich", "in Zuerich", True),
        ("ZURICH", "in Zürich", True),
        ("Zürich", "Zürichsee", False),
        ("strasse", "Straße", True),
        ('"otto office"', "OTTO-Office!", True),
        ('"otto office"', "office otto", False),
        ('"otto office"', "otto der office", False),
        ('"otto office"~1', "office, der otto", True),
        ('"otto office"~1', "office a b otto", False),
        ('"otto otto"~1', "otto office", False),
        ("ottooffice", "otto office", False),
        ("exact:Zürich", "Zürich?", True),
        ("exact:Zürich", "Zuerich zürich ZÜRICH", False),
        ("exact:Zürich", "Zürichsee", False),
        ("exact:Zürich", "Zürichsee bei zürich", False),
        ('exact:"C++ Kurs"', "Der C++ Kurs", True),
        ('exact:"C++ Kurs"', "Der C Kurs", False),
        ("#bahn", "Die #Bahn", True),
        ("#bahn", "Die Bahn", False),
        ("bahn", "Die #Bahn", True),
        ("#bahn", "#bahnhof", False),
        ("@jana", "Hallo @Jana!", True),
        ("@jana", "an jana@firma.example", False),
        ("@jana", "Hallo @jana@social.example", True),
        ("@jana@social.example", "Hallo @jana", False),
        ("@jana@social.example", "Hallo @Jana@Social.Example.", True),
        ("$tsla", "$TSLA fällt", True),
        ("$tsla", "TSLA fällt", False),
        ("😡", "weg😡", True),
        ("to:nordlicht", "@nordlicht wo?", True),
        ("to:nordlicht", "@otto @nordlicht wo?", True),
        ("to:nordlicht", "wo, @nordlicht?", False),
        ("to:nordlicht", "@nordlicht\u200d0", False),  # a hidden sign glues it to the next word
        ("@nordlicht", "wo @nordlicht\u200d0", False),
        ("to:__", "@__ hallo", True),
        ("url:dpd.de", "siehe https://www.dpd.de/a?b=c", True),
        ("url:dpd.de/a", "siehe https://www.dpd.de/a?b=c", True),
        ("url:b", "siehe https://www.dpd.de/a?b=c", False),
        ("a has:links", "a https://dpd.de", True),
        ("a has:links", "a dpd.de", True),
        ("a has:links", "a dpd.de/paket.", True),
        ("a has:links", "a Danke.Es geht", False),
        ("a has:links", "a das注.dpd.deさ", False),
        ("url:dpd.de/paket", "Siehe dpd.de/paket?id=1", True),
        ("url:dpd.de", "dhl.de", False),
        ("@b", ".@b sagt", True),
        ("@b", "RT@b: ja", True),
        ("@b", "nein!@b", False),
        ("@http", "@http://x.example", False),
        ("a has:hashtags", "a #1", False),
        ("a has:mentions", "a @b", True),
        ("a has:mentions", "a b@c.example", False),
        ("a has:hashtags", "a #b", True),
        ("a has:hashtags", "a", False),
        ("a has:cashtags", "a $b", True),
        ("a has:cashtags", "a 5$", False),
        ("a -b", "a", True),
        ("a -b", "a b", False),
        ("a OR b c", "c b", True),
        ("a OR b c", "c", False),
        ("(a OR b) c", "b c", True),
        ("(a OR b) c", "a", False),
    ],
)
def test_words(said: str, text: str, expected: bool) -> None:
    assert fits(said, text=text) is expected


@pytest.mark.parametrize(
    ("said", "named", "expected"),
    [
        ("from:jana", {}, True),
        ("from:jana@social.example", {}, True),
        ("from:jana@other.example", {}, False),
        ("from:jan", {}, False),
        ("author:kraus", {"name": "Jana Kraus"}, True),
        ('author:"jana kraus"', {"name": "Jana Maria Kraus"}, False),
        ("author:social", {}, True),
        ("#bahn", {"hashtags": ["Bahn"]}, True),
        ("#bahn", {"hashtags": ["#bahn"]}, True),
        ("#bahn", {"hashtags": ["", "Bus"]}, False),
        ("@nordlicht", {"mentions": ["Nordlicht@social.example"]}, True),
        ("url:x.example", {"urls": ["https://x.example/a"]}, True),
        ("a lang:de", {"text": "a", "language": "de-AT"}, True),
        ("a lang:de", {"text": "a", "language": "den"}, False),
        ("a lang:de", {"text": "a"}, False),
        ("a lang:de", {"text": "a", "spoken": "de"}, True),
        ("a lang:de", {"text": "a", "language": "en", "spoken": "de"}, True),
        ("a lang:en", {"text": "a", "language": "en", "spoken": "de"}, False),
        ("a lang:de-at", {"text": "a", "language": "de-AT", "spoken": "de"}, True),
        ("a lang:de-at", {"text": "a", "language": "en", "spoken": "de"}, False),
        ("a is:reply", {"text": "a", "answers": True}, True),
        ("a is:reply", {"text": "a"}, False),
        ("a is:retweet", {"text": "a", "reposts": True}, True),
        ("a is:quote", {"text": "a", "quotes": True}, True),
        ("a is:verified", {"text": "a", "verified": True}, True),
        ("a -is:nullcast", {"text": "a"}, True),
        ("a has:media", {"text": "a", "media": ["audio"]}, True),
        ("a has:images", {"text": "a", "media": ["audio"]}, False),
        ("a has:images", {"text": "a", "media": ["image"]}, True),
        ("a has:videos", {"text": "a", "media": ["video"]}, True),
        ("a has:geo", {"text": "a", "media": ["video"]}, False),
        ("a has:links", {"text": "a", "urls": ["https://x.example"]}, True),
        ("conversation_id:5", {"thread": "5"}, True),
        ("conversation_id:5", {}, False),
        ("a network:mastodon", {"text": "a"}, True),
        ("a network:x", {"text": "a"}, False),
        ("audience:direct", {"audience": "direct"}, True),
        ("a followers:10", {"text": "a", "followers": 10}, True),
        ("a followers:>10", {"text": "a", "followers": 10}, False),
        ("a followers:..9", {"text": "a", "followers": 10}, False),
        ("a followers:..9", {"text": "a"}, False),
        ("a -followers:..9", {"text": "a"}, True),
        ("tag:toner", {"labels": ["Bahn", "Tonerkauf"]}, False),
        ("tag:Toner", {"labels": ["Bahn", "toner"]}, True),
        ("state:open", {"states": ["open", "waiting"]}, True),
        ("state:resolved", {"states": ["open", "waiting"]}, False),
        ("a since:2026-11-20", {"text": "a", "posted_ms": NOV_20}, True),
        ("a since:2026-11-20", {"text": "a", "posted_ms": NOV_20 - 1}, False),
        ("a until:2026-11-19", {"text": "a", "posted_ms": NOV_20 - 1}, True),
        ("a until:2026-11-19", {"text": "a", "posted_ms": NOV_20}, False),
        ("sentiment:negative", {"sentiment": "negative"}, True),
        ("intent:question", {"intents": ("complaint",)}, False),
        ("intent:question", {"intents": ("complaint", "question")}, True),
        ("reason:Delay", {"reason": "delay"}, True),
        ("a -reason:umbau-gleis-7", {"reason": "delay", "text": "a"}, True),
        ("about:us", {"about": "us"}, True),
        ("about:others", {}, False),
    ],
)
def test_facts(said: str, named: dict[str, Any], expected: bool) -> None:
    assert fits(said, **named) is expected
