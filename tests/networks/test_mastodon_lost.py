"""An answer is lost after the server stored the post: nothing may go out twice, nothing may look lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from resonanz.networks import Unclear
from resonanz.networks.mastodon import connect
from resonanz.post import Audience, Delivery, Draft
from tests.networks.proxy import Proxy, running_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.networks.servers import MockServer, Person

pytestmark = pytest.mark.servers

STATUSES = ("POST", "/api/v1/statuses")


@pytest.fixture
def proxy(mock_server: MockServer) -> Iterator[Proxy]:
    with running_proxy(mock_server.url) as running:
        yield running


@pytest.mark.parametrize("honoured", [True, False], ids=["key honoured", "key ignored"])
@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.DIRECT])
def test_a_lost_answer_is_unclear_and_then_found(
    proxy: Proxy, brand: Person, customer: Person, audience: Audience, honoured: bool
) -> None:
    visibility = "public" if audience is Audience.PUBLIC else "direct"
    asked = customer.app.status_post(f"@{brand.name} Wann?", visibility=visibility)
    proxy.strip = set() if honoured else {"idempotency-key"}
    desk = connect(replace(brand.credentials, base_url=proxy.url))
    delivery = Delivery(
        key=uuid4(),
        draft=Draft(text="Morgen früh, so gegen 8 Uhr – versprochen!", audience=audience),
        created_at=datetime.now(UTC),
        answers=str(asked.id),
        named=(customer.name,),
    )
    assert desk.find_sent(delivery) is None
    proxy.lose.append(STATUSES)
    with pytest.raises(Unclear) as lost:
        desk.send(delivery)
    assert (lost.value.code, lost.value.acted) == ("cut", None)
    assert proxy.seen.count(STATUSES) == 1

    found = desk.find_sent(delivery)
    assert found is not None
    (there,) = customer.app.status_context(asked.id).descendants
    assert (found.native_id, found.post.uri, found.own) == (str(there.id), there.uri, True)
    assert found.post.audience is audience

    again = desk.send(delivery)  # what would happen without looking first
    assert (again.native_id == found.native_id) is honoured
    assert len(customer.app.status_context(asked.id).descendants) == (1 if honoured else 2)


def test_an_answer_lost_while_reading_loses_nothing(proxy: Proxy, brand: Person, customer: Person) -> None:
    desk = connect(replace(brand.credentials, base_url=proxy.url))
    cursor = desk.read("").cursor
    asked = customer.app.status_post(f"@{brand.name} Wann?")
    proxy.lose.append(("GET", f"/api/v1/accounts/{brand.native_id}/statuses"))
    with pytest.raises(Unclear):
        desk.read(cursor)
    assert [item.native_id for item in desk.read(cursor).sightings] == [str(asked.id)]


def test_many_replies_to_one_post_cost_one_context(proxy: Proxy, brand: Person, customer: Person) -> None:
    desk = connect(replace(brand.credentials, base_url=proxy.url))
    root = brand.app.status_post("Gewinnspiel!")
    app = customer.app
    app.status_post(f"@{brand.name} zuerst")
    cursor = desk.read("").cursor
    desk = connect(replace(brand.credentials, base_url=proxy.url))
    for number in range(45):
        app.status_post(f"@{brand.name} {number}", in_reply_to_id=root.id)
    first = desk.read(cursor)
    second = desk.read(first.cursor)
    heard = [item for page in (first, second) for item in page.sightings if item.addressed]
    assert (len(heard), {item.post.root for item in heard}) == (45, {root.uri})
    assert [first.sightings[0].post.uri, second.sightings[0].post.uri] == [root.uri, root.uri]
    assert len([path for _, path in proxy.seen if path.endswith("/context")]) == 1
