"""What an incident's texts promise in other words, and in which language they are prepared."""

from __future__ import annotations

import pytest
from django.utils import timezone

from resonanz.desk import reading_incidents
from resonanz.desk.care import incident_answers, incidents
from resonanz.desk.care.voices import language_of
from resonanz.desk.models import Conversation, Mention
from tests.cast import ADA, MIA, OTTO, Desk, hear, said
from tests.desk.test_incidents import ask, deliver, network, opened, soon, talks
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["network", "talks"]  # fixtures


@pytest.mark.parametrize("promise", ["Mehr wissen wir um 9.", "More by 9 am.", "Neues gibt es morgen früh."])
def test_whoever_is_told_a_time_in_other_words_is_promised_it_too(
    desk: Desk, network: World, talks: list[Conversation], promise: str
) -> None:
    incident = opened(desk, talks[:3])
    rows = incident_answers.prepare(incident, desk.anna, "answer")
    texts = [promise, "Hallo, wir sind dran.", rows[2].text]
    chosen = [
        incident_answers.Confirmed(link=row.link.pk, text=text) for row, text in zip(rows, texts, strict=True)
    ]
    assert incident_answers.send(incident, desk.anna, "answer", chosen).refused == {}
    deliver()
    promised = [Conversation.objects.get(pk=row.conversation.pk).promised_at for row in rows]
    assert promised == [incident.next_update_at, None, incident.next_update_at]
    assert incidents.move_update(incident, desk.clara, soon(hours=5)) == 2  # type: ignore[arg-type]


def test_who_writes_english_is_known_by_the_words_where_the_network_does_not_say(
    desk: Desk, network: World
) -> None:
    talks = [
        ask(desk, network, f"e{number}", text, author)
        for number, (text, author) in enumerate(
            [("your app crashes when I sign in", ADA), ("App 502", OTTO), ("Wo bleibt mein Paket?", MIA)]
        )
    ]
    Mention.objects.update(language="")
    hear(desk.channel, said("more", "502 !!!", ADA, to=network.posts["e0"], at=timezone.now()))
    Mention.objects.filter(language="de", text__contains="502 !").update(language="")
    incident = opened(desk, talks, text_en="{Hi|Hello} {name}, {more|news} by {due}.")
    rows = {row.conversation: row for row in incident_answers.prepare(incident, desk.anna, "answer")}
    assert [rows[talk].language for talk in talks] == ["en", "de", "de"]
    assert [language_of(talk) for talk in talks] == ["en", "de", "de"]
    other = rows[talks[1]].other
    assert other is not None
    assert (other[0], other[1].startswith(("Hi Otto", "Hello Otto"))) == ("en", True)
    (strip,) = reading_incidents.strips(talks[0], desk.anna)
    assert strip.text.startswith(("Hi", "Hello"))
    confirmed = incident_answers.Confirmed(link=rows[talks[1]].link.pk, text=other[1])
    (sent,) = incident_answers.send(incident, desk.anna, "answer", [confirmed]).deliveries
    assert (sent.as_prepared, sent.promise_until) == (True, incident.next_update_at)
