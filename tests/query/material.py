"""Expressions and posts of one small world, so that they meet: every word in many spellings."""

from __future__ import annotations

from hypothesis import strategies as st

from resonanz.lines import Line, LineAuthor
from resonanz.query import QueryError, parse
from tests.cast import NOON

WORDS = (
    "Zürich Zuerich zurich ZÜRICH Straße strasse STRASSE otto office ottooffice OTTO-Office Goethe Gothe e "
    "ee neue neu æther Þor µm Łódź Привет 漢字 m² ½ 5€ C++ x_y İstanbul ﬁx ŉ Café cafe\u0301 Zu\u00adrich "
    "👍🏽 👍 🇩🇪 🇩 😡 http www.dpd.de bahn Bahn toner von der"
).split()
MARKED = ("#Bahn", "#otto_office", "@nordlicht", "@Nordlicht@social.example", "$TSLA", "#Zürich", "＃Bahn")
ADDRESSES = ("https://www.dpd.de/Zürich?bahn=1#otto", "http://x.de/a_b", "foohttps://dpd.de/e")
JOINTS = (
    " ",
    " ",
    " ",
    "\n",
    ", ",
    "-",
    "",
    "\x1e",
    "\x1f",
    "\u00a0",
    "\u200d",
    "\u0308",
    "\ud800",
    ". ",
    "(",
    "/",
)
HANDLES = ("nordlicht", "nordlicht@social.example", "jana.k", "ee", "___", "@Jana.K")
NAMES = ("", "Jana K.", "Otto Office", "Zürich Ä")

pieces = st.sampled_from([*WORDS, *WORDS, *MARKED, *ADDRESSES])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Words with whatever may stand between them."""
    parts = draw(st.lists(st.tuples(pieces, st.sampled_from(JOINTS)), max_size=9))
    return "".join(word + joint for word, joint in parts) + draw(st.text(max_size=3))


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A post."""
    some = st.lists(st.sampled_from([*WORDS, *MARKED, *ADDRESSES, *HANDLES]), max_size=2)
    flag = st.sampled_from([None, "https://social.example/1"])
    return Line(
        uri="https://social.example/2",
        network=draw(st.sampled_from(["x", "mastodon"])),
        text=draw(texts()),
        author=LineAuthor(
            draw(st.sampled_from(HANDLES)),
            draw(st.sampled_from([None, 0, 10, 5_000])),
            draw(st.sampled_from(NAMES)),
        ),
        created_at=NOON,
        lang=draw(st.sampled_from([None, "de", "de-AT", "en"])),
        urls=draw(some),
        mentions=draw(some),
        hashtags=draw(some),
        reply_to=draw(flag),
        repost_of=draw(flag),
        quote_of=draw(flag),
    )


def _quoted(words: list[str]) -> str:
    return '"' + " ".join(word.replace('"', "") for word in words) + '"'


rows = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(_quoted)
terms = st.one_of(
    st.sampled_from([*WORDS, *WORDS, *MARKED]),
    rows,
    rows.map(lambda row: f"{row}~2"),
    st.sampled_from(WORDS).map(lambda word: f'exact:"{word}"'),
    st.sampled_from(HANDLES).map(lambda handle: f"from:{handle}"),
    st.sampled_from(HANDLES).map(lambda handle: f"to:{handle}"),
    st.sampled_from(["jana", "otto", "zurich", "k"]).map(lambda word: f"author:{word}"),
    st.sampled_from(["dpd.de", "x.de/a_b", '"https://www.dpd.de/Zürich"', "e"]).map(lambda u: f"url:{u}"),
    st.sampled_from(["is:reply", "is:retweet", "is:quote", "lang:de", "lang:en", "network:x"]),
    st.sampled_from(
        ["has:links", "has:mentions", "has:hashtags", "has:cashtags", "has:media", "followers:10"]
    ),
    st.sampled_from(
        [
            "sentiment:negative",
            "intent:praise",
            "reason:delay",
            "reason:none",
            "about:us",
            "urgency:safety",
            "private:any",
        ]
    ),
    st.sampled_from(["followers:1..20", "since:2026-11-18", "until:2026-11-17", "conversation_id:1"]),
)
_negated = st.tuples(st.sampled_from(["", "", "", "-"]), terms).map("".join)
_all = st.lists(_negated, min_size=1, max_size=4).map(" ".join)
_groups = st.lists(_all, min_size=1, max_size=3).map(lambda ways: "(" + " OR ".join(ways) + ")")
expressions = st.one_of(
    _all,
    st.lists(_all, min_size=2, max_size=3).map(" OR ".join),
    st.tuples(terms, _groups, _negated).map(" ".join),
    st.tuples(_groups, terms).map(" OR ".join),
)


def is_valid(expression: str) -> bool:
    """Whether an expression can be read."""
    try:
        parse(expression)
    except QueryError:
        return False
    return True
