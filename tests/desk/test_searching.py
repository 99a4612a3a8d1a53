"""Searching: what a box means, who is found by which words, what nobody may see, and page after page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from resonanz.desk import care, searching
from resonanz.desk.archive import import_conversations
from resonanz.desk.listen import withdraw
from resonanz.desk.models import Author, Brand, Channel, Conversation, Team
from resonanz.desk.projection import differences
from resonanz.desk.searching import Filters, passage, search, wanted
from resonanz.post import Author as Somebody
from tests.cast import ADA, MIA, NOON, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
MUELLER = replace(OTTO, uid=f"{OTTO.uid}/m", handle="gretel_m@social.example", name="Gretel Müller-Strauß")


def heard(desk: Desk, name: str, text: str, author: Somebody = ADA, **minutes: float) -> int:
    sighting = said(name, text, author, at=NOON + timedelta(**minutes))
    hear(desk.channel, sighting)
    return conversation_of(sighting).pk


def found(desk: Desk, text: str, **narrowed: object) -> list[int]:
    filters = Filters(**narrowed)  # type: ignore[arg-type]
    return [hit.matter.number for hit in search(desk.clara, wanted(text), filters).hits]


def shown(text: str, box: str) -> str:
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in passage(text, wanted(box)))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Paket fehlt", (("paket",), ("fehlt",))),
        ('"mein Paket" fehlt', (("mein", "paket"), ("fehlt",))),
        ('"nie zu Ende', (("nie", "zu", "end"),)),
        ("E-Mail", (("e", "mail"),)),
        ("#Störung", (("#storung",),)),
        ("@ada", (("@ada",),)),
        ("Lieferung!!! ... ,", (("lieferung",),)),
        (' "" *** ', ()),
    ],
)
def test_a_box_is_read_as_words_and_phrases(text: str, terms: tuple[tuple[str, ...], ...]) -> None:
    read = wanted(text)
    assert read.is_empty is (terms == ())
    if text != '"nie zu Ende':
        assert read.terms == terms
    else:
        assert len(read.terms) == 1
        assert len(read.terms[0]) == 3


@pytest.mark.parametrize(
    ("text", "is_open", "may_open"),
    [("liefer*", True, True), ("liefer", False, True), ('"liefer"', False, False), ("l", False, False)],
)
def test_only_a_last_bare_word_of_two_letters_is_a_beginning(
    text: str, is_open: bool, may_open: bool
) -> None:
    assert (wanted(text).is_open, wanted(text).may_open) == (is_open, may_open)


@pytest.mark.parametrize(
    ("text", "number"), [("4711", 4711), ("#4711", 4711), ("47 11", None), ("１２", None)]
)
def test_a_number_alone_is_a_conversations(text: str, number: int | None) -> None:
    assert wanted(text).number == number


def test_all_words_must_stand_in_one_post_and_the_newest_comes_first(desk: Desk) -> None:
    first = heard(desk, "1", "Mein Paket kommt zu spät", ADA)
    heard(desk, "2", "Mein Zug kommt zu früh", OTTO, minutes=1)
    third = heard(desk, "3", "Zu SPAET ist das Päckchen, das Paket auch", MIA, minutes=2)
    assert found(desk, "paket spat") == [third, first]
    assert found(desk, '"kommt zu spät"') == [first]
    assert found(desk, '"zu kommt"') == []
    assert differences() == []


def test_a_beginning_counts_where_whole_words_do_not_fill_a_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = heard(desk, "1", "Haus am See")
    longer = heard(desk, "2", "Haustür klemmt", OTTO, minutes=1)
    assert found(desk, "haus") == [longer, whole]
    monkeypatch.setattr(searching, "PAGE", 1)
    assert found(desk, "haus") == [whole]
    assert found(desk, "haus*") == [longer]
    assert found(desk, '"haus"') == [whole]


@pytest.mark.parametrize("most", [500, 2, 0])
def test_a_beginning_is_found_the_same_way_however_much_is_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(searching, "POSTS_MOST", most)
    monkeypatch.setattr(searching, "PAGE", 2)
    oldest = heard(desk, "1", "Haustür klemmt")
    heard(desk, "2", "Gartentor klemmt, mein Haus auch", OTTO, minutes=1)
    newer = heard(desk, "3", "Rathaus zu, Haus #Hausboot", MIA, minutes=2)
    heard(desk, "4", "Rathaus offen", MUELLER, minutes=3)
    assert found(desk, "hausb*") == [newer]
    assert found(desk, "#hausb*") == [newer]
    assert found(desk, "haust*") == [oldest]
    assert found(desk, "mach haus*") == []
    assert found(desk, "haus*", until=(NOON - timedelta(days=1)).date()) == []
    assert len(found(desk, "haus*")) == 2
    assert search(desk.clara, wanted("haus*")).more is not None


def test_a_tag_is_found_as_a_tag_only_with_its_mark(desk: Desk) -> None:
    tagged = heard(desk, "1", "Wieder #Bahn")
    plain = heard(desk, "2", "Die Bahn fährt", OTTO, minutes=1)
    assert found(desk, "#bahn") == [tagged]
    assert found(desk, "bahn") == [plain, tagged]


def test_people_are_found_by_any_part_and_any_spelling_of_their_name(desk: Desk) -> None:
    gretel = heard(desk, "1", "Guten Tag", MUELLER)
    heard(desk, "2", "Moin", OTTO, minutes=1)
    for text in ("gretel", "Müller", "mueller", "muller", "strauss", "strauß", "gret", "Gretel Müller"):
        assert found(desk, text) == [gretel], text
    assert found(desk, "@gretel_m") == [gretel]
    assert found(desk, "@müller") == []  # a handle, not a name


def test_a_handle_with_words_finds_what_this_person_said_about_it(desk: Desk) -> None:
    wanted_one = heard(desk, "1", "Die Rechnung ist falsch", ADA)
    heard(desk, "2", "Die Rechnung fehlt", OTTO, minutes=1)
    heard(desk, "3", "Etwas anderes", replace(ADA), minutes=2)
    assert found(desk, "@ada Rechnung") == [wanted_one]
    assert found(desk, "Rechnung @ada") == [wanted_one]


@pytest.mark.parametrize("most", [500, 1])  # read one by one, or found by the full text
def test_what_somebody_said_is_found_the_same_way_however_much_they_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(searching, "POSTS_MOST", most)
    late = heard(desk, "1", "Paket zu spät, der Fahrdienst war da #Bahn", minutes=0)
    again = heard(desk, "2", "wieder das Paket, Straße vergessen", minutes=1)
    heard(desk, "3", "Paket zu spät", OTTO, minutes=2)
    handle = f"@{ADA.handle.partition('@')[0]}"
    assert found(desk, f"{handle} paket") == [again, late]
    assert found(desk, f"{handle} PAKET strasse") == [again]
    assert found(desk, f'{handle} "zu spät"') == [late]
    assert found(desk, f'{handle} "spät zu"') == []
    assert found(desk, f"{handle} fahrd") == [late]
    assert found(desk, f'{handle} "fahrd"') == []
    assert found(desk, f"{handle} #bahn") == [late]
    assert found(desk, f"{handle} paket", until=date(2020, 1, 1)) == []


@pytest.mark.parametrize("most", [500, 7, 1])  # all posts, some, hardly any before the full text is asked
@pytest.mark.parametrize("asked", ["@ada paket", "paket spä", "zu paket*", "spä*", "pake"])
def test_what_is_read_post_by_post_comes_once_over_all_pages(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int, asked: str
) -> None:
    monkeypatch.setattr(searching, "POSTS_MOST", most)
    monkeypatch.setattr(searching, "PAGE", 2)
    talks = []
    for number in range(5):
        first = said(f"{number}", "Paket zu spät", at=NOON + timedelta(minutes=number))
        hear(desk.channel, first)
        again = said(
            f"{number}x", "das Paket kam zu spät", at=NOON + timedelta(minutes=10 + number), to=first
        )
        hear(desk.channel, again)
        talks.append(conversation_of(first).pk)
    seen: list[int] = []
    page = search(desk.clara, wanted(asked))
    while page.hits:
        seen += [hit.matter.number for hit in page.hits]
        if page.more is None:
            break
        page = search(desk.clara, replace(wanted(asked), is_open=page.is_open), None, page.more)
    assert seen == talks[::-1]


def test_a_renamed_and_a_forgotten_customer(desk: Desk) -> None:
    """The database keeps the names itself: a migration that loses its triggers fails here."""
    number = heard(desk, "1", "Moin", ADA)
    Author.objects.filter(uid=ADA.uid).update(name="Berta Blau")
    assert found(desk, "lamm") == []
    assert found(desk, "berta") == [number]
    Author.objects.get(uid=ADA.uid).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM desk_names WHERE desk_names MATCH 'berta'")
        assert cursor.fetchone() == (0,)


def test_a_name_that_too_many_have_says_nothing_and_its_whole_form_may(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    jan = heard(desk, "1", "eins", replace(ADA, name="Jan Reh"))
    heard(desk, "2", "zwei", replace(OTTO, name="Jana Uhu"), minutes=1)
    monkeypatch.setattr(searching, "AUTHORS_MOST", 1)
    assert found(desk, "jan") == [jan]
    monkeypatch.setattr(searching, "AUTHORS_MOST", 0)
    assert found(desk, "jan") == []


def test_a_number_leads_to_its_conversation_before_all_else(desk: Desk) -> None:
    first = heard(desk, "1", "Moin")
    other = heard(desk, "2", f"Vorgang {first} bitte", OTTO, minutes=1)
    assert found(desk, str(first)) == [first, other]
    assert found(desk, "999999") == []


def test_a_conversation_is_found_once_for_its_newest_post_on_all_pages(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    monkeypatch.setattr(searching, "HITS_AT_ONCE", 2)
    posts = [said(str(n), "Toner leer", at=NOON + timedelta(minutes=n)) for n in (1, 2, 3)]
    again = [
        said(f"{p.native_id}a", "Toner immer noch leer", to=p, at=NOON + timedelta(hours=1)) for p in posts
    ]
    oldest = said("0", "Toner alle", OTTO, at=NOON)
    hear(desk.channel, oldest, *posts, *again)
    pages, after = [], None
    while True:
        page = search(desk.clara, wanted("toner"), None, after)
        pages.append([hit.matter.number for hit in page.hits])
        if page.more is None:
            break
        after = page.more
    newest_first = [conversation_of(p).pk for p in reversed(again)] + [conversation_of(oldest).pk]
    assert pages == [newest_first[:2], newest_first[2:]]


def test_only_what_somebodys_teams_care_for_is_found(desk: Desk) -> None:
    number = heard(desk, "1", "Geheimes Wort")
    assert [h.matter.number for h in search(desk.anna, wanted("geheimes"), None).hits] == [number]
    Team.objects.get(name="Team").agents.remove(desk.anna)
    for text in ("geheimes", "lamm", "@ada", str(number)):
        assert search(desk.anna, wanted(text), None).hits == ()


def test_filters_narrow_it_down(desk: Desk, archive_file: Path) -> None:
    other = Channel.objects.create(
        network="mastodon", uid="o", handle="o", brand=Brand.objects.get(), connected_at=NOON
    )
    resolved = heard(desk, "1", "Wort eins", ADA)
    mine = heard(desk, "2", "Wort zwei", OTTO, days=1)
    elsewhere = said("3", "Wort drei", MIA, at=NOON + timedelta(days=2))
    hear(other, elsewhere)
    third = conversation_of(elsewhere).pk
    care.resolve(Conversation.objects.get(pk=resolved), desk.clara, care.Dismissal.SPAM)
    care.assign(Conversation.objects.get(pk=mine), desk.clara, desk.clara)
    rows = ["conversation,company,turn,direction,time_utc,author,text"]
    rows.append("c1,Alt,0,in,2020-01-01T10:00:00,u1,Wort alt")
    archive_file.write_text("\n".join(rows))
    import_conversations(archive_file, lambda _done, _whole: None)
    old = Conversation.objects.exclude(from_import=None).get().pk
    assert found(desk, "wort") == [third, mine, resolved, old]
    assert found(desk, "wort", where="open") == [third, mine]
    assert found(desk, "wort", where="resolved") == [resolved]
    assert found(desk, "wort", where="archive") == [old]
    assert found(desk, "wort", network="archive") == [old]
    assert found(desk, "wort", channel=other.pk) == [third]
    assert found(desk, "wort", mine=True) == [mine]
    day = NOON.date()
    assert found(desk, "wort", since=day, until=day) == [resolved]
    assert found(desk, "wort", since=day + timedelta(days=1)) == [third, mine]
    assert found(desk, "wort", until=date(2020, 1, 1)) == [old]


def test_what_a_passage_shows() -> None:
    assert shown("Mein Paket ist weg", "paket") == "Mein [Paket] ist weg"
    assert shown("Bürger, bitte: BUERGER!", "burger") == "[Bürger,] bitte: [BUERGER!]"
    assert shown("Lieferung da", "liefer*") == "[Lieferung] da"
    far = " ".join(["davor"] * 60) + " Treffer " + " ".join(["danach"] * 60)
    text = shown(far, "treffer")
    assert text.startswith("… davor")
    assert text.endswith(" …")
    assert "[Treffer]" in text
    assert len(text) < searching.PASSAGE + 10


def test_what_is_deleted_on_the_network_is_not_found(desk: Desk) -> None:
    number = heard(desk, "1", "Verschwinde bald", ADA)
    assert found(desk, "verschwinde") == [number]
    withdraw(desk.channel, ["1"], NOON + timedelta(hours=1))
    assert found(desk, "verschwinde") == []
    assert found(desk, "lamm") == [number]  # that she wrote remains


def test_hostile_boxes_find_nothing_and_break_nothing(desk: Desk) -> None:
    heard(desk, "1", "Moin")
    for text in (
        '"',
        "* * *",
        "a AND OR NOT",
        "words:moin",
        "moin' OR 1=1 --",
        "(",
        "^",
        "\x00",
        "@",
        "#",
        "x" * 9_000,
    ):
        assert found(desk, text) == []
    assert found(desk, "NEAR(moin)") == []


def test_the_number_of_queries_does_not_grow_with_what_is_found(desk: Desk) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            search(desk.anna, wanted("moin"), None)
        return len(asked)

    heard(desk, "1", "Moin", ADA)
    one = count()
    heard(desk, "2", "Moin", OTTO, minutes=1)
    heard(desk, "3", "Moin", MIA, minutes=2)
    assert count() == one
