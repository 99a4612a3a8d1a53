"""The first half of the care day: what exists at the start, and what comes while people watch."""

from __future__ import annotations

from resonanz.simulator.case import Case, Join
from resonanz.simulator.people import LOOKALIKE, WORKSHOP

_ORDER_DETAILS = "Bestellnummer {order}, Lieferadresse ist Deichstraße 14 in {city}. Telefon 0151 5550 1234."

MORNING: tuple[Case, ...] = (
    Case(
        key="parcel_stuck",
        who="frauke_m",
        texts=(
            (
                "{hilft} Mein Paket hängt seit {weekday} in {city} fest und eure Hotline legt nach 40 "
                "Minuten auf. Was soll ich jetzt machen?"
            ),
            (
                "{hilft} Sendungsstatus seit {days} Tagen unverändert: „in {city} eingetroffen“. "
                "Passiert da noch was?"
            ),
        ),
        answers=(
            (
                "Danke für die schnelle Antwort! Dann warte ich bis morgen. Und wenn es dann immer "
                "noch nicht da ist?"
            ),
            "Okay, so machen wir’s. Danke 🙏",
        ),
        details=_ORDER_DETAILS,
    ),
    Case(
        key="wrong_delivery_window",
        who="hb_wiesner",
        texts=(
            (
                "{hilft} Sehr geehrte Damen und Herren, angekündigt war die Lieferung zwischen 8 und "
                "12 Uhr. Bis jetzt kam niemand. Ich bitte um Auskunft. MfG Wiesner"
            ),
            (
                "{hilft} Zum zweiten Mal in dieser Woche sitze ich umsonst zu Hause. Wann kommt der "
                "Kühlschrank denn nun? MfG Wiesner"
            ),
        ),
        answers=("Vielen Dank für Ihre Rückmeldung. Dann bin ich am Vormittag zu Hause. MfG Wiesner",),
        details="Die Bestellnummer lautet {order}. Ich bin unter 0431 5550 198 zu erreichen. MfG Wiesner",
    ),
    Case(
        key="invoice_twice",
        who="lars_h",
        texts=(
            (
                "{hilft} Hallo, ihr habt mir den {model} zweimal abgebucht, am 3. und am 5. "
                "Kundennummer 2204817, IBAN endet auf 4471. Könnt ihr das bitte zurückbuchen?"
            ),
            (
                "{hilft} Hi, die Rechnung zu {order} steht zweimal auf meinem Konto. Kundennummer "
                "2204817. Bitte mal prüfen."
            ),
        ),
        answers=("Super, danke. Wie lange dauert das ungefähr?", "Alles klar, danke dir!"),
        private=True,
    ),
    Case(
        key="praise_fitter",
        who="renate_holl",
        texts=(
            (
                "{hilft} Einmal Lob muss sein: Ihr Monteur heute war pünktlich, freundlich und hat "
                "sogar die Schuhe ausgezogen. 👏"
            ),
            (
                "{hilft} Die Dame an Ihrer Hotline hatte eine Engelsgeduld mit mir. Bitte richten Sie "
                "ihr herzliche Grüße aus!"
            ),
        ),
        answers=("Das freut mich. Weiter so!",),
    ),
    Case(
        key="error_code",
        who="wg_nordstrasse",
        texts=(
            (
                "{werkstatt} unsere {model} zeigt E18 und macht gar nix mehr 😭 wasser steht drin. was "
                "tun?? wir sind zu viert!!"
            ),
            "{werkstatt} Fehler E18 ist wieder da, diesmal mit Geräusch. Sieb haben wir sauber gemacht.",
        ),
        answers=("sieb war komplett zu 🙈 läuft wieder, ihr seid die besten!!",),
        picture="error",
        company=WORKSHOP,
        joins=(
            Join(
                "kfz_meister_ulf",
                (
                    "@wg_nordstrasse Flusensieb unten rechts. Handtuch drunter, langsam aufdrehen. "
                    "Hatte ich auch."
                ),
                70.0,
            ),
        ),
    ),
    Case(
        key="opening_hours",
        who="ellen_sieht_fern",
        texts=(
            "{hilft} Seid ihr heute auch nach 18 Uhr noch da? Komme vorher nicht aus dem Büro.",
            "{hilft} Habt ihr am Brückentag offen?",
        ),
        answers=("Perfekt, bis nachher!",),
        under_greeting=True,
    ),
    # Told while people watch, in this order the first time.
    Case(
        key="shop_down",
        who="tobi_ausm_norden",
        texts=(
            "{hilft} moin, is der shop down oder liegts an mir? seit ner stunde fehler 502",
            "{hilft} warenkorb leert sich von alleine, kann das sein?",
        ),
        answers=("jo geht wieder, danke euch",),
        joins=(
            Join("svenja_imzug", "@tobi_ausm_norden liegt nicht an dir, bei mir auch 502 {hilft}", 45.0),
            Join("gregor_p", "@tobi_ausm_norden @svenja_imzug dito. Warenkorb weg. {hilft}", 95.0),
        ),
    ),
    Case(
        key="crushed",
        who="oezlem_k",
        texts=(
            (
                "{hilft} So kam euer Paket bei mir an. Die Glasplatte ist hin. Das kann doch nicht "
                "euer Ernst sein 😤"
            ),
            "{hilft} Schon wieder ein zerdrückter Karton, diesmal der {model}. Wer packt das bei euch?",
        ),
        answers=("Na gut. Schickt ihr Ersatz oder muss ich erst zurückschicken?", "Ok, das ist fair. Danke."),
        details="Hier die Nummer: {order}. Özlem Kaya, Marktgasse 3, {city}. Foto vom Etikett habe ich auch.",
        picture="parcel",
        joins=(
            Join(
                LOOKALIKE,
                (
                    "@oezlem_k Hallo, das tut uns leid! Schick uns bitte deine Telefonnummer als private "
                    "Nachricht, dann rufen wir gleich zurück. Dein Team von {hilft}"
                ),
                60.0,
            ),
        ),
    ),
    Case(
        key="public_number",
        who="bernd_hartwig",
        texts=(
            (
                "{hilft} Ich warte auf Ihren Rückruf wegen {order}, Herd defekt. Sie erreichen mich unter "
                "0151 5550 2277 oder abends 0461 5550 84."
            ),
            "{hilft} Rückruf zu {order} bitte an 0151 5550 2277, vormittags. Hartwig",
        ),
        answers=("Gut, dann warte ich auf den Anruf.", "In Ordnung, danke."),
        details="Also noch einmal hier: {order}, Bernd Hartwig, Telefon 0151 5550 2277. Bitte nach 17 Uhr.",
        gone_when_asked="Daran hatte ich nicht gedacht, danke für den Hinweis. Ist gelöscht.",
    ),
    Case(
        key="child_in_lift",
        who="tine_ohlsen",
        texts=(
            (
                "{hilft} HILFE meine Tochter (4) steckt allein im Aufzug in eurem Abhollager {city}, Tür zu, "
                "er steht zwischen den Etagen. Der Notruf da drin rauscht nur. Bitte schickt sofort jemanden!"
            ),
            (
                "{hilft} im Abhollager {city} hängt schon wieder jemand im Aufzug fest, ein Junge, er weint. "
                "Niemand am Tresen!"
            ),
        ),
        answers=(
            "Der Techniker ist da, Tür geht auf. Danke, dass ihr so schnell wart.",
            "Sie ist draußen. 🙏",
        ),
    ),
    Case(
        key="returning",
        who="margit_w",
        texts=(
            "{hilft} Mein Trockner pfeift beim Anlaufen. Im Juni hieß es, das gibt sich. Tut es nicht.",
            "{hilft} Ich bin’s wieder mit dem pfeifenden Trockner. Heute ganz ohne Pause.",
        ),
        answers=("Gut, ich probiere das mit dem Sieb aus. Besten Dank!",),
        again=(
            900.0,
            "{hilft} Leider noch einmal ich: Das Sieb war es nicht, der Trockner pfeift weiter. Was nun?",
        ),
        details="Kundennummer 1998044, Margit Wendland, Gerät {model}, {city}.",
    ),
    Case(
        key="other_desk",
        who="paketfuchs_service",
        texts=(
            (
                "{hilft} Guten Tag, zur Sendung {order} fehlt uns eine Hausnummer. Bitte nennen Sie sie uns "
                "per Direktnachricht. Ihr Paketfuchs-Team"
            ),
            "{hilft} Guten Tag, die Abholung am {weekday} in {city} ist eingeplant. Ihr Paketfuchs-Team",
        ),
    ),
    Case(
        key="warranty",
        who="e_thiele",
        texts=(
            (
                "{hilft} Die Dichtung des {model} ist nach 26 Monaten spröde. Fällt das noch unter "
                "Ihre Garantie, und wenn nein: was kostet das Teil?"
            ),
            (
                "{hilft} Verlängert sich die Garantie nach einem Austausch des Motors? In den "
                "Bedingungen finde ich nichts."
            ),
        ),
        answers=(
            "Danke für die klare Auskunft. Kann ich das Teil selbst einsetzen?",
            "Sehr gut. Dann bestelle ich es.",
        ),
    ),
    Case(
        key="ironic",
        who="nils_ohne_holgersson",
        texts=(
            (
                "Großes Kino, {hilft}: Liefertermin verschoben, zum dritten Mal. Ich fange an, eine "
                "Beziehung zu eurer Warteschleifenmusik aufzubauen. 🎻"
            ),
            (
                "Toll, {hilft}: Die Abholung kam genau in den zehn Minuten, in denen ich den Müll "
                "rausgebracht habe. Respekt für das Timing."
            ),
        ),
        answers=("Immerhin mit Humor. Donnerstag passt, ich nehme euch beim Wort.", ""),
        details="Wenn’s hilft: {order}. Die Musik bitte behalten.",
    ),
    Case(
        key="english_voltage",
        who="patty_c",
        language="en",
        texts=(
            (
                "{hilft} Hi! Can I use your Brise kettle in Ireland with just a plug adapter, or do I "
                "need a transformer as well?"
            ),
            "{hilft} Is there an English manual for the {model}? The one in the box is German only.",
        ),
        answers=("Brilliant, thanks a million!",),
    ),
    Case(
        key="angry",
        who="wut_im_bauch",
        texts=(
            (
                "{hilft} VIER WOCHEN!!! Vier Wochen warte ich auf mein Geld zurück. Ihr seid das "
                "Letzte. Anwalt ist informiert."
            ),
            "{hilft} Kein Rückruf, keine Mail, NICHTS. Ich fasse es nicht.",
        ),
        answers=("Das höre ich seit Wochen. Glaub ich wenn das Geld da ist.", ""),
        details="{order}. 389 Euro. Konto habt ihr ja, abbuchen ging auch.",
        joins=(
            Join(
                "sparfuchs_kai",
                (
                    "@wut_im_bauch Bei mir hat’s nach der zweiten Mahnung geklappt. {hilft} wäre "
                    "trotzdem ein feiner Zug ohne."
                ),
                80.0,
            ),
        ),
    ),
    Case(
        key="typo_edit",
        who="jolandaw",
        texts=(
            "{hilft} hab die falsche farbe besellt, kann man noch ändren? bitte schwarz statt wies",
            "{hilft} kann ich den {model} noch auf schwarz umstellen?",
        ),
        edit=(
            60.0,
            "{hilft} hab die falsche Farbe bestellt, kann man das noch ändern? Bitte schwarz statt weiß 🙈",
        ),
        answers=("Juhu, danke!! 🖤",),
        details="Bestellung {order}, Jolanda Wendt. Danke!",
    ),
    Case(
        key="dog_hair",
        who="moni_und_max",
        texts=(
            "{hilft} Welcher Sauger schafft Dackelhaare auf Teppich? Max haart wie ein Großer 🐕",
            "{hilft} Gibt es für den {model} eine Tierhaarbürste einzeln?",
        ),
        answers=(
            "Oh, der sieht gut aus. Gibt es den auch leise? Max hat Angst.",
            "Dann wird’s der. Wuff und danke!",
        ),
    ),
    Case(
        key="deleted",
        who="g_seidel",
        texts=(
            (
                "{hilft} Guten Tag, meine Adresse hat sich geändert: Gudrun Seidel, Lindenweg 8, 24103 "
                "Kiel, Tel. 0431 5550 733. Bitte bei {order} eintragen."
            ),
        ),
        gone_after_s=90.0,
    ),
    Case(
        key="spare_part",
        who="yusuf_a",
        texts=(
            (
                "{werkstatt} Guten Tag, ich brauche zwölf Türgriffe für {model}, weiß. Ist das als "
                "Sammelbestellung mit Rechnung möglich?"
            ),
            "{werkstatt} Haben Sie Laufrollen für die Körbe der {model} vorrätig? Es geht um mehrere Geräte.",
        ),
        answers=("Danke. Welche Lieferzeit muss ich den Mietern nennen?", "Das hilft mir. Schönen Tag noch."),
        details="Rechnung bitte an Hausverwaltung Hafenblick, z. Hd. Arslan, Kundennummer 3310092.",
        company=WORKSHOP,
    ),
    Case(
        key="private_return",
        who="h_achterberg",
        texts=(
            (
                "{hilft} Guten Tag, mein Widerruf vom {weekday} wurde nicht bestätigt. Bestellung "
                "{order}, Hanna Achterberg, Kundennummer 1180254. Bitte bestätigen Sie kurz."
            ),
            (
                "{hilft} Guten Tag, bei {order} fehlt die Rechnung mit ausgewiesener Umsatzsteuer. "
                "Bitte an buero@achterberg.example."
            ),
        ),
        private=True,
        answers=("Vielen Dank, damit ist die Sache für mich erledigt.",),
    ),
)
