"""The client that others wrote (`atproto`) against the simulated Bluesky: it must find what it expects."""

from __future__ import annotations

import warnings
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its models use a form that pydantic is about to leave behind
    from atproto import Client, models
    from atproto.exceptions import BadRequestError, UnauthorizedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.bluesky.running import RunningBluesky

    SignIn = Callable[[str], Client]


@pytest.fixture
def client(bluesky: RunningBluesky) -> Iterator[Callable[[], Client]]:
    """Makes clients; the sockets are closed at the end, which they would not be by themselves."""
    made: list[Client] = []

    def make() -> Client:
        made.append(Client(bluesky.base_url))
        return made[-1]

    yield make
    for one in made:
        one.request.close()


@pytest.fixture
def signed_in(bluesky: RunningBluesky, client: Callable[[], Client]) -> Callable[[str], Client]:
    def sign_in(name: str) -> Client:
        account, one = bluesky.account(name), client()
        one.login(account.handle, account.app_password)
        return one

    return sign_in


def test_posts_replies_likes_notifications_and_threads(signed_in: SignIn) -> None:
    desk, frauke = signed_in("nordlicht_hilft"), signed_in("frauke_m")
    assert desk.me is not None
    assert desk.me.handle == "nordlicht-hilft.himmel.test"
    words = "Hallo @nordlicht-hilft.himmel.test, sieh mal: https://beispiel.de 🚰"
    asked = frauke.send_post(words, facets=frauke.detect_facets(words))
    ref = models.ComAtprotoRepoStrongRef.Main(uri=asked.uri, cid=asked.cid)
    answer = desk.send_post("Danke!", reply_to=models.AppBskyFeedPost.ReplyRef(parent=ref, root=ref))
    liked = desk.like(asked.uri, asked.cid)
    desk.repost(asked.uri, asked.cid)

    told = desk.app.bsky.notification.list_notifications().notifications
    assert [(one.reason, one.uri) for one in told] == [("mention", asked.uri)]
    told = frauke.app.bsky.notification.list_notifications().notifications
    assert [one.reason for one in told] == ["repost", "like", "reply"]
    assert frauke.app.bsky.notification.get_unread_count().count == 3
    frauke.app.bsky.notification.update_seen({"seen_at": frauke.get_current_time_iso()})
    assert frauke.app.bsky.notification.get_unread_count().count == 0

    thread = desk.get_post_thread(answer.uri).thread
    assert isinstance(thread, models.AppBskyFeedDefs.ThreadViewPost)
    assert isinstance(thread.parent, models.AppBskyFeedDefs.ThreadViewPost)
    assert (thread.parent.post.uri, thread.parent.post.like_count) == (asked.uri, 1)
    below = desk.get_post_thread(asked.uri).thread
    assert isinstance(below, models.AppBskyFeedDefs.ThreadViewPost)
    assert [one.post.uri for one in below.replies or []] == [answer.uri]
    assert [one.post.uri for one in desk.get_author_feed(desk.me.did).feed] == [asked.uri, answer.uri]
    assert [one.actor.did for one in desk.get_likes(asked.uri).likes] == [desk.me.did]
    assert [one.did for one in desk.get_reposted_by(asked.uri).reposted_by] == [desk.me.did]

    desk.unlike(liked.uri)
    assert desk.get_posts([asked.uri]).posts[0].like_count == 0
    frauke.delete_post(asked.uri)
    assert desk.get_posts([asked.uri]).posts == []
    with pytest.raises(BadRequestError):
        desk.get_post_thread(asked.uri)


# The client brings files in a way that its HTTP library is about to leave behind.
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_pictures_quotes_profiles_and_the_timeline(signed_in: SignIn) -> None:
    desk, frauke = signed_in("nordlicht_hilft"), signed_in("frauke_m")
    assert desk.me is not None
    news = desk.send_image("Neu im Laden", image=b"not really a picture", image_alt="Eine Waschmaschine")
    quoting = models.AppBskyEmbedRecord.Main(
        record=models.ComAtprotoRepoStrongRef.Main(uri=news.uri, cid=news.cid)
    )
    frauke.send_post("Schön!", embed=quoting)
    frauke.follow(desk.me.did)
    timeline = frauke.get_timeline().feed
    assert [one.post.record.text for one in timeline] == ["Schön!", "Neu im Laden"]
    quoted = timeline[0].post.embed
    assert isinstance(quoted, models.AppBskyEmbedRecord.View)
    assert isinstance(quoted.record, models.AppBskyEmbedRecord.ViewRecord)
    assert quoted.record.uri == news.uri
    [told] = [
        one for one in desk.app.bsky.notification.list_notifications().notifications if one.reason == "quote"
    ]
    assert told.reason_subject == news.uri
    assert desk.get_profile("nordlicht-hilft.himmel.test").followers_count == 1
    assert len(desk.get_profiles([desk.me.did, "nobody.himmel.test"]).profiles) == 1


def test_private_messages(signed_in: SignIn) -> None:
    desk, frauke = signed_in("nordlicht_hilft"), signed_in("frauke_m")
    hers, ours = frauke.with_bsky_chat_proxy(), desk.with_bsky_chat_proxy()
    with closing(hers.request), closing(ours.request):
        _talk(desk, hers, ours)


def _talk(desk: Client, hers: Client, ours: Client) -> None:
    chat, mine = hers.chat.bsky.convo, ours.chat.bsky.convo
    members = models.ChatBskyConvoGetConvoForMembers.Params(members=[desk.me.did])
    with pytest.raises(BadRequestError):
        chat.get_convo_for_members(members)  # the desk takes messages only from those it follows
    desk.com.atproto.repo.put_record(
        models.ComAtprotoRepoPutRecord.Data(
            repo=desk.me.did,
            collection="chat.bsky.actor.declaration",
            rkey="self",
            record={"$type": "chat.bsky.actor.declaration", "allowIncoming": "all"},
        )
    )
    convo = chat.get_convo_for_members(members).convo
    said = chat.send_message(
        models.ChatBskyConvoSendMessage.Data(
            convo_id=convo.id, message=models.ChatBskyConvoDefs.MessageInput(text="Kundennummer 4711")
        )
    )
    assert [one.id for one in mine.list_convos().convos] == [convo.id]
    mine.accept_convo(models.ChatBskyConvoAcceptConvo.Data(convo_id=convo.id))
    log = mine.get_log(models.ChatBskyConvoGetLog.Params(cursor=""))
    assert [one.py_type.rpartition("#")[2] for one in log.logs if one] == [
        "logBeginConvo",
        "logCreateMessage",
        "logAcceptConvo",
    ]
    found = mine.get_messages(models.ChatBskyConvoGetMessages.Params(convo_id=convo.id)).messages
    assert [one.id for one in found] == [said.id]
    mine.update_read(models.ChatBskyConvoUpdateRead.Data(convo_id=convo.id))
    mine.delete_message_for_self(
        models.ChatBskyConvoDeleteMessageForSelf.Data(convo_id=convo.id, message_id=said.id)
    )
    assert chat.get_messages(models.ChatBskyConvoGetMessages.Params(convo_id=convo.id)).messages[0] == said


def test_a_session_is_renewed_and_a_wrong_password_refused(
    signed_in: SignIn, client: Callable[[], Client]
) -> None:
    frauke = signed_in("frauke_m")
    again = client()
    again.login(session_string=frauke.export_session_string())
    assert again.me is not None
    assert frauke.me is not None
    assert again.me.did == frauke.me.did
    with pytest.raises(UnauthorizedError):
        client().login("frauke-m.himmel.test", "wrong")
