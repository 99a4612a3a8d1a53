"""How an account of each network is connected: the ways in, what each asks for, and what to click there.

Pages and commands both follow this table. A network's connector says which of the ways it knows
(`Capabilities.login`); what is not in `NETWORKS` does not show. Nothing here opens a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as later

from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

Words: TypeAlias = "str | StrPromise"  # looked up when they are said


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing that a way asks for. `name` is its field, `key` what the connector calls it."""

    name: str
    key: str
    label: Words
    hint: Words = ""
    is_secret: bool = True
    is_optional: bool = False
    is_tick: bool = False  # yes or nothing
    is_beside: bool = False  # kept with the tokens, of no use for signing in


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in. `by_browser`: the person signs in over there and comes back with a code.

    `refused` is said where the network does not accept what was typed, beside the first secret field.
    `permissions` are ticked in the step before the last.
    """

    name: str
    title: Words
    lead: Words
    asks: tuple[Ask, ...] = ()
    steps: tuple[Words, ...] = ()
    permissions: tuple[str, ...] = ()
    by_browser: bool = False
    shows_callback: bool = False
    refused: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A network's ways in, the usual first. `server` is where accounts live, "" where each has its own."""

    network: str
    needs: Words
    ways: tuple[Way, ...]
    server: str = ""
    is_one_place: bool = False  # only a simulated network has another address
    server_label: Words = ""
    server_hint: Words = ""

    @property
    def label(self) -> str:
        """The network's name."""
        return NETWORKS[self.network].capabilities.label

    def way(self, name: str) -> Way | None:
        """Return one of its ways by name."""
        return next((way for way in self.ways if way.name == name), None)


KEPT_SAFE = later("Is tested at once and kept encrypted. Nobody can read it here afterwards.")
OWNS_APP = Ask(
    name="owns_app",
    key="owns_app",
    label=later("The developer app belongs to this account"),
    hint=later("Then X takes less money for reading the own mentions and posts."),
    is_secret=False,
    is_optional=True,
    is_tick=True,
    is_beside=True,
)
BEARER = Ask(
    name="bearer_token",
    key="bearer_token",
    label=later("Bearer Token"),
    hint=later("Of the app, for the live connection. Without it posts arrive a little later."),
    is_optional=True,
    is_beside=True,
)

_MASTODON = Entrance(
    network="mastodon",
    needs=later("Sign in in the browser; a minute."),
    server_label=later("Server address"),
    server_hint=later("Such as social.example, https://social.example or your handle @name@social.example."),
    ways=(
        Way(
            name="oauth",
            by_browser=True,
            title=later("Sign in in the browser"),
            lead=later(
                "Your server asks you whether the desk may act for the account. The desk never sees the "
                "password."
            ),
        ),
        Way(
            name="token",
            title=later("Or with an access token"),
            lead=later(
                "For servers that the browser cannot reach from here, or when somebody else keeps the "
                "account."
            ),
            steps=(
                later(
                    "Sign in to Mastodon as the account, open “Preferences → Development” and press "
                    "“New application”."
                ),
                later("Give it a name such as Resonanz; the other addresses may stay as they are."),
                later("Tick these permissions and save:"),
                later("Open the application again, copy “Your access token”, and paste it here."),
            ),
            permissions=(
                "read:accounts",
                "read:statuses",
                "read:notifications",
                "read:search",
                "write:statuses",
                "write:media",
                "write:favourites",
                "write:notifications",
                "write:conversations",
            ),
            asks=(Ask(name="token", key="access_token", label=later("Access token"), hint=KEPT_SAFE),),
            refused=later(
                "%(network)s does not accept this access token. Copy it once more, from start to end."
            ),
        ),
    ),
)

_X = Entrance(
    network="x",
    server="https://api.x.com",
    is_one_place=True,
    needs=later("An app in X’s developer console with prepaid credit; a quarter of an hour."),
    server_label=later("Address of the interface"),
    server_hint=later("Only for a simulated X; leave it as it is otherwise."),
    ways=(
        Way(
            name="oauth",
            by_browser=True,
            shows_callback=True,
            title=later("Sign in in the browser"),
            lead=later(
                "X lets no program register by itself: your company makes an app of its own, and pays X for "
                "what it reads and posts."
            ),
            steps=(
                later(
                    "Open console.x.com, sign in as the account that customers write to, and create an "
                    "app. If the app belongs to this account, reading costs less."
                ),
                later("Buy credit there. Without it X answers nothing."),
                later(
                    "In the app, open “User authentication settings”. Choose “Read and write and Direct "
                    "message” and the type “Web App, Automated App or Bot”."
                ),
                later("Enter exactly this as callback address, and your website as website:"),
                later("Save. X shows a client ID and a client secret once: paste both here."),
            ),
            asks=(
                Ask(name="client_id", key="client_id", label=later("Client ID"), is_secret=False),
                Ask(
                    name="client_secret",
                    key="client_secret",
                    label=later("Client Secret"),
                    hint=KEPT_SAFE,
                    is_optional=True,
                ),
                BEARER,
                OWNS_APP,
            ),
            refused=later(
                "X did not take the sign-in. Copy client ID and client secret once more; if they are right, "
                "be back from X within half a minute."
            ),
        ),
        Way(
            name="keys",
            title=later("Or with keys that you paste"),
            lead=later("When X cannot send the browser back to this desk, or somebody else keeps the app."),
            steps=(
                later("Make the app and buy credit as described above, with the same permissions."),
                later("Only then open “Keys and tokens”: keys keep the permissions they were made with."),
                later("Copy the API key and its secret, called consumer keys as well."),
                later("Press “Generate” beside access token and secret, and paste all four here."),
            ),
            asks=(
                Ask(name="consumer_key", key="consumer_key", label=later("API Key"), hint=KEPT_SAFE),
                Ask(name="consumer_secret", key="consumer_secret", label=later("API Key Secret")),
                Ask(name="access_token", key="access_token", label=later("Access Token")),
                Ask(
                    name="access_token_secret",
                    key="access_token_secret",
                    label=later("Access Token Secret"),
                ),
                BEARER,
                OWNS_APP,
            ),
            refused=later(
                "X does not accept these keys. Copy all four once more; regenerated ones end the older ones."
            ),
        ),
    ),
)

_BLUESKY = Entrance(
    network="bluesky",
    server="https://bsky.social",
    needs=later("An app password from the account’s settings; two minutes."),
    server_label=later("Server"),
    server_hint=later("Only where the account lives on a server of its own; leave it as it is otherwise."),
    ways=(
        Way(
            name="password",
            title=later("With an app password"),
            lead=later("A password for the desk alone. The account’s own password is never typed here."),
            steps=(
                later(
                    "Sign in at bsky.app as the account, and open “Settings → Privacy and security → App "
                    "passwords”."
                ),
                later("Press “Add App Password” and name it Resonanz."),
                later(
                    "Tick “Allow access to your direct messages”; without it private messages are not read."
                ),
                later("Copy the password, which is shown once, and paste it here."),
            ),
            asks=(
                Ask(
                    name="handle",
                    key="identifier",
                    label=later("Handle"),
                    hint=later("Such as nordlicht.bsky.social."),
                    is_secret=False,
                ),
                Ask(name="password", key="app_password", label=later("App password"), hint=KEPT_SAFE),
                Ask(
                    name="jetstream",
                    key="jetstream",
                    label=later("Live stream (Jetstream)"),
                    hint=later(
                        "An address such as wss://jetstream2.us-east.bsky.network/subscribe. It lets posts "
                        "arrive at once, and brings all of Bluesky to this machine; without it the desk asks "
                        "now and then."
                    ),
                    is_secret=False,
                    is_optional=True,
                ),
            ),
            refused=later(
                "%(network)s does not accept this handle with this app password. Make a new app password "
                "there if the old one is lost; the account’s own password does not work here."
            ),
        ),
    ),
)

_ENTRANCES = (_MASTODON, _X, _BLUESKY)
_ALSO_CALLED = {"token": {"x": "keys"}}  # what a connector calls a way that the table knows otherwise


def entrances() -> list[Entrance]:
    """Return the networks whose accounts can be connected, each with the ways that its connector knows."""
    return [shown for entrance in _ENTRANCES if (shown := entrance_of(entrance.network)) is not None]


def entrance_of(network: str) -> Entrance | None:
    """Return a network's ways in; None where nobody signs in to it, or we do not speak to it."""
    known = next((one for one in _ENTRANCES if one.network == network and network in NETWORKS), None)
    if known is None:
        return None
    told = NETWORKS[network].capabilities.login
    names = {_ALSO_CALLED.get(name, {}).get(network, name) for name in told}
    ways = tuple(way for way in known.ways if way.name in names)
    return replace(known, ways=ways) if ways else None


def secret_of(way: Way, typed: Mapping[str, object]) -> dict[str, str]:
    """Return what was typed as the connector takes it; what was left empty is left out."""
    found = {ask.key: _plain(typed.get(ask.name)) for ask in way.asks}
    return {key: value for key, value in found.items() if value}


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "").strip().removeprefix("@")
