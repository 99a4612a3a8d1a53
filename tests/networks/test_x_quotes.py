"""Who quotes the account on X without naming it: no list tells, so X's search is asked."""

from __future__ import annotations

from datetime import timedelta

from resonanz.networks.x import X
from tests.networks.scripted import Say
from tests.networks.x_world import ME, NOW, answered, credentials, desk, post, running_x


def test_who_quotes_us_without_a_name_is_found_by_search() -> None:
    ours = post(-9, "Neue Fahrpläne", author=ME)
    quoting = post(-5, "Na danke", referenced_tweets=[{"type": "quoted", "id": ours["id"]}])
    search = "GET /2/tweets/search/recent"
    with running_x() as script:
        script.routes[search] = [
            Say(answered([])),
            Say(answered([quoting], posts=[ours])),
            Say(answered([])),
            Say(answered([])),
        ]
        x = desk(script)
        first = x.read("")
        found = x.read(first.cursor)
        rested = X(credentials(script), clock=lambda: NOW + timedelta(days=8)).read(found.cursor)
        last = x.read(found.cursor)
        asked = [dict(query) for query in script.asked("GET", "/2/tweets/search/recent")]
    (seen,) = [one for one in found.sightings if not one.own]
    assert (seen.native_id, seen.addressed, seen.gate) == (quoting["id"], True, "")
    assert (first.sightings, rested.sightings, last.sightings) == ((), (), ())
    links = '(url:"x.com/nordwind/status" OR url:"twitter.com/nordwind/status")'
    assert {query["query"] for query in asked} == {f"{links} is:quote -is:retweet -from:nordwind"}
    assert [query.get("since_id") for query in asked] == [None, None, None, quoting["id"]]
