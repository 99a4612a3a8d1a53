"""The people of the care day: a fictitious company and its fictitious customers.

Nobody here exists. What they say is in `careday.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resonanz.simulator.part import Part

COMPANY = "nordlicht_hilft"
WORKSHOP = "nordlicht_werkstatt"
LOOKALIKE = "nordlicht_hi1ft@kundenhilfe.example"  # poses as the company: a 1 stands for the l


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account. `voice` is how he speaks and is spoken to: du, sie or en.

    `automatic` is what a machine behind the account says at once to everybody who names it.
    """

    handle: str
    name: str
    bio: str = ""
    voice: str = "du"
    domain: str = ""
    company: bool = False
    bot: bool = False
    follows: bool = False
    automatic: str = ""

    @property
    def acct(self) -> str:
        """The handle with the domain of another server."""
        return f"{self.handle}@{self.domain}" if self.domain else self.handle


PEOPLE: tuple[Person, ...] = (
    Person(
        handle=COMPANY,
        name="Nordlicht Haushalt",
        bio=(
            "Hier hilft das Team von Nordlicht Haushalt: Waschen, Kühlen, Kochen, Versand. Mo–Sa 8–20 "
            "Uhr. #Nordlicht"
        ),
        voice="sie",
        company=True,
    ),
    Person(
        handle=WORKSHOP,
        name="Nordlicht Werkstatt",
        bio="Reparatur, Ersatzteile und Wartung für Nordlicht-Geräte. Wir schrauben, Sie waschen.",
        voice="sie",
        company=True,
    ),
    Person(handle="frauke_m", name="Frauke Martens", bio="Lehrerin, Läuferin, Leseratte.", follows=True),
    Person(handle="oezlem_k", name="Özlem Kaya", bio="Köln. Katzen. Kaffee."),
    Person(handle="hb_wiesner", name="Heinz-Bernd Wiesner", bio="Rentner mit Garten.", voice="sie"),
    Person(handle="tobi_ausm_norden", name="Tobi", bio="moin"),
    Person(handle="dr_a_lindqvist", name="Dr. Astrid Lindqvist", bio="Zahnärztin in Kiel.", voice="sie"),
    Person(handle="mika_sand", name="Mika Sand", bio="they/them · macht Podcasts"),
    Person(handle="familie_brodersen", name="Familie Brodersen", bio="Fünf Leute, ein Bad.", voice="sie"),
    Person(handle="jolandaw", name="Jolanda W.", bio="Studiert noch. Wirklich.", follows=True),
    Person(handle="kfz_meister_ulf", name="Ulf Petersen", bio="Schrauben kann ich selber."),
    Person(handle="renate_holl", name="Renate Holl", bio="Chor, Enkel, Ostsee.", voice="sie"),
    Person(handle="spaetschicht", name="Deniz", bio="Krankenpfleger. Antworte meistens nachts."),
    Person(handle="lena_backt", name="Lena Vogt", bio="Sauerteig & Zimtschnecken", follows=True),
    Person(handle="pixelpaul", name="Paul Reuter", bio="Macht was mit Schrift."),
    Person(handle="h_achterberg", name="Hanna Achterberg", bio="Steuerberaterin, Lübeck", voice="sie"),
    Person(
        handle="nils_ohne_holgersson", name="Nils Johannsen", bio="Ja, die Gans. Sehr witzig.", follows=True
    ),
    Person(handle="carmen_rt", name="Carmen Ruiz-Thoma", bio="Übersetzerin DE/ES", voice="sie"),
    Person(handle="wg_nordstrasse", name="WG Nordstraße 12", bio="4 Menschen, 1 Spülmaschine, 0 Geduld"),
    Person(handle="gregor_p", name="Gregor Pawlak", bio="Handball und Hifi."),
    Person(handle="ines_feddersen", name="Ines Feddersen", bio="Bürgermeisterin a. D.", voice="sie"),
    Person(handle="sparfuchs_kai", name="Kai S.", bio="Prozente finde ich im Schlaf."),
    Person(handle="moni_und_max", name="Moni Clausen", bio="Max ist der Dackel.", follows=True),
    Person(handle="e_thiele", name="Eberhard Thiele", bio="Diplomingenieur i. R.", voice="sie"),
    Person(handle="svenja_imzug", name="Svenja Rust", bio="Pendlerin. Verspätet."),
    Person(handle="yusuf_a", name="Yusuf Arslan", bio="Hausmeister für 61 Wohnungen", voice="sie"),
    Person(handle="patty_c", name="Patricia Collins", bio="Irish in Hamburg.", voice="en"),
    Person(handle="arjun_dev", name="Arjun Mehta", bio="Backend. New in Germany.", voice="en"),
    Person(
        handle="bo_karlsson", name="Bo Karlsson", bio="Sails when he can.", voice="en", domain="fjord.example"
    ),
    Person(handle="kathi", name="Kathi Obermeier", bio="Grüße aus dem Süden", domain="isar.example"),
    Person(
        handle="waschtag",
        name="Der Waschtag",
        bio="Blog über Wäsche und Technik.",
        voice="sie",
        domain="kiesel.example",
    ),
    Person(
        handle="preisradar_bot",
        name="Preisradar",
        bio="Automatisch. Meldet Preise.",
        voice="sie",
        bot=True,
        automatic="Hier liest kein Mensch. Preise und Quellen: https://preisradar.example/hilfe",
    ),
    Person(handle="wut_im_bauch", name="M. K.", bio="", voice="du"),
    Person(handle="ellen_sieht_fern", name="Ellen Brandt", bio="Serien, Sofa, Schokolade", follows=True),
    Person(handle="lars_h", name="Lars Hinrichs", bio="Vater von Zwillingen.", voice="du"),
    Person(handle="g_seidel", name="Gudrun Seidel", bio="", voice="sie"),
    Person(handle="bernd_hartwig", name="Bernd Hartwig", bio="Kegelbruder, Kassenwart.", voice="sie"),
    Person(handle="tine_ohlsen", name="Tine Ohlsen", bio="Zwei Kinder, ein Lastenrad.", follows=True),
    Person(handle="margit_w", name="Margit Wendland", bio="Kundin seit 1998.", voice="sie"),
    Person(
        handle="paketfuchs_service",
        name="Paketfuchs Service",
        bio="Das Serviceteam von Paketfuchs. Wir antworten werktags von 8 bis 18 Uhr.",
        voice="sie",
        automatic=(
            "Vielen Dank für Ihre Nachricht! Unser Team meldet sich werktags zwischen 8 und 18 Uhr. "
            "Bitte senden Sie uns Ihre Sendungsnummer per Direktnachricht."
        ),
    ),
    Person(
        handle="nordlicht_hi1ft",
        name="Nordlicht Haushalt Hilfe",
        bio="Ihr Kundenservice. Schreiben Sie uns privat!",
        voice="sie",
        domain="kundenhilfe.example",
    ),
)


def companies_of(part: Part) -> list[str]:
    """Return the companies' handles on a network; everybody is known by name there."""
    names = {person.name for person in PEOPLE if person.company}
    return [one["handle"] for one in part.people() if one["name"] in names]
