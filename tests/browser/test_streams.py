"""Streams in a real browser: from nothing to four columns, live posts, order by key and mouse, sharing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import US, Person
from tests.desk.running import RunningDesk
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]
LIVE_MS = 30_000  # how long a busy machine may take from a post on the network to the page


@pytest.fixture
def anna(someone: Arrive) -> Person:
    return someone(locale="en-GB")


@pytest.fixture
def page(anna: Person, desk: RunningDesk) -> Iterator[Page]:
    """Anna's streams with the columns that a newcomer is offered; her tabs go at the end."""
    page = anna.sign_in()
    page.goto(desk.url + "/streams/")
    page.get_by_role("button", name="Show these columns").click()
    expect(page.locator(".column")).to_have_count(3)
    page.wait_for_load_state()  # before it, no script listens to a key
    yield page
    page.close()  # or it would ask for columns that are gone; it may be on its way somewhere
    desk.hand("drop_tabs")


def column(page: Page, name: str) -> Locator:
    return page.locator(".column").filter(has=page.get_by_role("heading", name=name, exact=True))


def names(page: Page) -> list[str]:
    return page.locator(".column h2").all_inner_texts()


def quiet(page: Page) -> None:
    """Take mouse and focus off every column, as when somebody only looks."""
    page.mouse.move(5, 5)
    page.evaluate("document.activeElement.blur()")


def test_from_nothing_to_four_columns_that_fill_live(
    page: Page, network: RunningSimulator, desk: RunningDesk
) -> None:
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="What shall the column show?")
    dialog.get_by_text("One person", exact=True).click()
    dialog.get_by_label("Whose posts?").fill("niemand")
    dialog.get_by_role("button", name="Add the column").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nobody of this handle was heard yet")
    desk.hand("overhear", "Nordlicht? Nie gehört")
    dialog.get_by_label("Whose posts?").fill("@mia")
    dialog.get_by_role("button", name="Add the column").click()
    expect(dialog).to_be_hidden()
    assert len(names(page)) == 4
    quiet(page)
    expect(page.locator(".pulse svg")).to_have_count(4)
    network.say("ada", f"@{US} Wo bleibt mein Paket?")
    mentions = column(page, "Mentions")
    expect(mentions.locator(".card").first).to_contain_text("Wo bleibt mein Paket?", timeout=LIVE_MS)
    expect(mentions.locator(".fresh")).to_be_hidden()


def test_fresh_posts_wait_where_somebody_reads(page: Page, network: RunningSimulator) -> None:
    mentions = column(page, "Mentions")
    network.say("otto", f"@{US} Erstens")
    expect(mentions.locator(".card").first).to_contain_text("Erstens", timeout=LIVE_MS)
    page.keyboard.press("j")
    first = mentions.locator(".card").filter(has_text="Erstens")
    expect(first).to_be_focused()
    top = first.bounding_box()
    network.say("otto", f"@{US} Zweitens")
    network.say("otto", f"@{US} Drittens")
    pill = mentions.locator(".fresh")
    expect(pill).to_have_text("2 new", timeout=LIVE_MS)
    assert first.bounding_box() == top
    expect(page.locator("#told")).to_contain_text("new in Mentions")
    page.keyboard.press("n")
    expect(pill).to_be_hidden()
    expect(mentions.locator(".card").nth(0)).to_contain_text("Drittens")
    expect(mentions.locator(".card").nth(0)).to_be_focused()
    expect(mentions.locator(".card").nth(1)).to_contain_text("Zweitens")


def test_a_held_column_waits_until_it_is_asked(page: Page, network: RunningSimulator) -> None:
    mentions = column(page, "Mentions")
    mentions.locator("summary").first.click()
    mentions.get_by_role("button", name="Let fresh posts wait until I ask").click()
    expect(page.locator(".toast")).to_contain_text("Fresh posts wait")
    quiet(page)
    network.say("otto", f"@{US} Gedulde dich")
    pill = mentions.locator(".fresh")
    expect(pill).to_have_text("1 new", timeout=LIVE_MS)
    pill.click()
    expect(mentions.locator(".card").first).to_contain_text("Gedulde dich")


def test_a_filter_narrows_a_column_live_too(page: Page, network: RunningSimulator) -> None:
    field = column(page, "Mentions").get_by_role("searchbox")
    field.fill("zebra OR (")
    field.press("Enter")
    expect(column(page, "Mentions").get_by_role("alert")).not_to_be_empty()
    field.fill("zebra")
    field.press("Enter")
    expect(column(page, "Mentions").locator(".card")).to_have_count(0)
    expect(column(page, "Mentions").locator(".still")).to_be_visible()
    quiet(page)
    network.say("mia", f"@{US} Kein Tier mit Streifen")
    network.say("mia", f"@{US} Ein Zebra")
    expect(column(page, "Mentions").locator(".card")).to_have_count(1, timeout=LIVE_MS)


def test_escape_leaves_the_filter_and_the_search_box(page: Page, desk: RunningDesk) -> None:
    field = column(page, "Mentions").get_by_role("searchbox")
    field.focus()
    page.keyboard.type("halb getippt")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(column(page, "Mentions").locator(".column-name")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("auch")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(desk.url + "/")


def test_columns_are_moved_by_key_and_by_mouse(page: Page) -> None:
    assert names(page) == ["Mentions", "Private inbox", "Private outbox"]
    head = column(page, "Mentions").locator(".column-name")
    head.focus()
    with page.expect_response("**/move/"):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#told")).to_have_text("Mentions: place 2 of 3")
    expect(head).to_be_focused()
    with page.expect_response("**/move/"):
        column(page, "Private outbox").locator("h2").drag_to(
            column(page, "Private inbox").locator("h2"), target_position={"x": 2, "y": 5}
        )
    wanted = ["Private outbox", "Private inbox", "Mentions"]
    expect(page.locator(".column h2")).to_have_text(wanted)
    page.reload()
    assert names(page) == wanted


def test_what_is_dropped_comes_back(page: Page) -> None:
    inbox = column(page, "Private inbox")
    inbox.locator("summary").first.click()
    inbox.get_by_role("button", name="Drop this column").click()
    expect(page.locator(".column")).to_have_count(2)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".column")).to_have_count(3)
    assert names(page) == ["Mentions", "Private inbox", "Private outbox"]


def test_a_tab_is_shared_and_changed_under_the_eyes_of_others(page: Page, someone: Arrive) -> None:
    ben = someone(locale="en-GB").sign_in("ben")
    assert ben.request.get(page.url).status == 404
    menu = page.locator("#tab-menu")
    menu.locator("summary").click()
    menu.get_by_role("button", name="Share with the team").click()
    expect(page.locator("#tabs")).to_contain_text("shared with the team")
    ben.goto(page.url)
    expect(ben.locator(".column")).to_have_count(3)
    expect(ben.get_by_role("button", name="Add a column")).to_have_count(0)
    time.sleep(1)  # until the page has said what it shows
    menu.locator("summary").click()
    menu.get_by_label("Name of this tab").fill("Unsere")
    menu.get_by_role("button", name="Keep").click()
    expect(ben.locator(".laid-out")).to_be_visible(timeout=LIVE_MS)
    ben.get_by_role("button", name="Show them").click()
    expect(ben.locator("#tabs")).to_contain_text("Unsere")


def test_a_post_is_answered_that_speaks_to_nobody(page: Page, desk: RunningDesk) -> None:
    desk.hand("overhear", "Toner von Nordlicht sind teuer")
    page.keyboard.press("a")
    page.get_by_text("One person", exact=True).click()
    page.get_by_label("Whose posts?").fill("mia@elsewhere.example")
    page.get_by_role("button", name="Add the column").click()
    card = page.locator(".card").filter(has_text="Toner von Nordlicht")
    expect(card).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#case")).to_contain_text("Toner von Nordlicht sind teuer")


def test_counts_follow_what_comes_in(page: Page, network: RunningSimulator) -> None:
    lively = column(page, "Mentions").locator(".about")
    expect(lively).to_contain_text("in 24 h")
    before, waiting = int(lively.inner_text().split()[0]), page.locator("#bar-count")
    waited = int(waiting.inner_text() or 0)
    for number in range(3):
        network.say(f"zoe{number}", f"@{US} Beitrag {number} zum Zählen")
        expect(column(page, "Mentions")).to_contain_text(f"Beitrag {number} zum", timeout=LIVE_MS)
    expect(lively).to_have_text(re.compile(rf"^{before + 3} in 24 h"), timeout=LIVE_MS)
    expect(waiting).to_have_text(str(waited + 3), timeout=LIVE_MS)


def test_the_way_back_from_a_conversation_leads_to_the_post(page: Page, network: RunningSimulator) -> None:
    network.say("ada", f"@{US} Hier war ich stehen geblieben")
    mine = column(page, "Mentions").locator(".card").filter(has_text="stehen geblieben")
    expect(mine).to_have_count(1, timeout=LIVE_MS)
    tab = page.url
    mine.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Back to the streams").click()
    page.wait_for_url(tab)
    expect(mine).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#case")).to_contain_text("stehen geblieben")
    page.keyboard.press("Escape")
    page.wait_for_url(tab)


def test_a_query_is_written_for_a_column_and_a_person_is_found_by_name(
    page: Page, network: RunningSimulator, desk: RunningDesk
) -> None:
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="What shall the column show?")
    dialog.get_by_text("Saved query", exact=True).click()
    dialog.get_by_role("link", name="Write a new query").click()
    page.get_by_label("Name", exact=True).fill("Anhänger")
    page.get_by_role("button", name="Written").click()
    page.get_by_label("What is looked for").fill("anhänger")
    page.get_by_role("button", name="Keep, and make a column of it").click()
    expect(dialog.get_by_label("Which query?").locator("option:checked")).to_have_text("Anhänger")
    page.keyboard.press("Enter")
    expect(page.locator(".column h2")).to_have_count(4)
    desk.hand("overhear", "Nordlicht? Nie gehört")
    page.keyboard.press("a")
    dialog.get_by_text("One person", exact=True).click()
    dialog.get_by_label("Whose posts?").press_sequentially("mi")
    expect(dialog.get_by_role("radio", name="mia").first).to_be_checked()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert len(names(page)) == 5
    page.goto(desk.url + "/queries/")
    page.get_by_role("link", name="Anhänger").click()
    page.get_by_role("button", name="Show as a column").click()
    expect(column(page, "Anhänger").locator(".column-name")).to_be_focused()
    assert len(names(page)) == 5
    page.goto(desk.url + "/queries/")
    page.get_by_role("link", name="Anhänger").click()
    page.get_by_role("button", name="Drop").click()
    expect(page.get_by_text("Dropped: Anhänger")).to_be_visible()


def test_danger_is_marked_as_it_comes_in(page: Page, network: RunningSimulator) -> None:
    network.say("mia", f"@{US} Mein Kind ist im Auto eingesperrt, Hilfe!")
    card = column(page, "Mentions").locator(".card").filter(has_text="eingesperrt")
    expect(card.locator(".tag")).to_have_text("danger", timeout=LIVE_MS)
    expect(card.locator(".tag svg")).to_be_visible()


def test_how_often_a_post_is_passed_on_changes_in_place(
    page: Page, network: RunningSimulator, desk: RunningDesk
) -> None:
    network.say("otto", f"@{US} Der neue Anhänger")
    card = column(page, "Mentions").locator(".card").filter(has_text="Der neue Anhänger")
    expect(card).to_have_count(1, timeout=LIVE_MS)
    expect(card.locator(".passed-on")).to_be_hidden()
    card.focus()
    order = str(card.get_attribute("data-order"))
    desk.hand("pass_on", order, "0", "3")
    expect(card.locator(".passed-on")).to_have_text("passed on 3×")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    desk.hand("pass_on", order, "3", "1200")
    expect(card.locator(".passed-on")).to_have_text("passed on 1,203×", timeout=LIVE_MS)
    expect(card).to_be_focused()
    fetched = [url for url in asked if "/streams/" in url or "/inbox" in url]
    assert [url for url in fetched if "/pulse/" not in url] == []  # numbers may follow an earlier post


def test_an_alarm_is_made_from_a_columns_menu(page: Page) -> None:
    column(page, "Private inbox").locator("details.menu > summary").click()
    column(page, "Private inbox").get_by_role("link", name="Tell me when it grows").click()
    expect(page.get_by_role("radio", name="posts in a column")).to_be_checked()
    chosen = page.get_by_label("Column", exact=True)
    assert chosen.evaluate("field => field.selectedOptions[0].text") == "Private inbox"
    page.get_by_role("radio", name="customers who wait for an answer").check()
    expect(chosen).to_be_hidden()
    expect(page.get_by_label("Channel", exact=True)).to_be_visible()


def test_arrows_go_from_column_to_column(page: Page, network: RunningSimulator) -> None:
    network.say("ada", f"@{US} Ein Beitrag zum Anfassen")
    mentions = column(page, "Mentions")
    expect(mentions.locator(".card").first).to_contain_text("zum Anfassen", timeout=LIVE_MS)
    page.keyboard.press("ArrowRight")
    expect(mentions.locator(".card").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(column(page, "Private inbox").locator(".column-name")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(mentions.locator(".card").first).to_be_focused()


def test_on_a_telephone_one_column_stands_at_a_time(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("#step")).to_have_text("1 of 3")
    expect(page.get_by_role("button", name="Add a column")).to_be_visible()  # its words are for ears there
    page.get_by_role("button", name="Next column").click()
    expect(page.locator("#step")).to_have_text("2 of 3")
    expect(column(page, "Private inbox").locator("h2")).to_be_in_viewport()
    expect(column(page, "Mentions").locator("h2")).not_to_be_in_viewport()


def test_thousands_of_posts_stay_quick(page: Page, desk: RunningDesk) -> None:
    desk.hand("many_posts", "900")
    page.reload()
    posts = column(page, "Mentions").locator(".posts")
    for _ in range(40):
        posts.evaluate("posts => posts.scrollTo(0, posts.scrollHeight)")
        page.wait_for_timeout(150)
        if not column(page, "Mentions").locator(".more").count():
            break
    expect(column(page, "Mentions").locator(".more")).to_have_count(0)
    expect(column(page, "Mentions").locator(".card").last).to_be_visible()
    assert page.locator(".card").count() < 400
    posts.evaluate("posts => posts.scrollTo(0, 0)")
    expect(column(page, "Mentions").locator(".card").first).to_be_in_viewport()
