"""The words of the incident: the app and the customer area of "Nordlicht Haushalt" are out of order.

Texts only; `{asked}` is `{want}` in the middle of a sentence. `VOICES` are put together by chance in
`wave.py`; `UNLIKE` are questions about other matters that share words with them, so that nothing may take
them for the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """How one kind of customer speaks: sentence forms, what fills them, the share written in a hurry."""

    forms: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]
    careless: float


_DU = Voice(
    forms=(
        "{hello} {trouble} {since}. {tried} {want}",
        "{trouble} {since}. {want}",
        "{hello} {trouble}. {tried} {want} {bye}",
        "{want} {trouble} {since}. {bye}",
        "{hello} {asked} {trouble}, {tried_short}. {feeling}",
        "{feeling} {trouble} {since}. {want}",
        "{hello} bei mir auch: {trouble}. {want} {bye}",
    ),
    parts={
        "hello": (
            "Hi,",
            "Hallo,",
            "Moin,",
            "Hey,",
            "Servus,",
            "Hallo ihr,",
            "Moin zusammen,",
            "Guten Morgen,",
        ),
        "trouble": (
            "ich komm nicht mehr in die App",
            "eure App geht nicht auf",
            "die Nordlicht-App hängt beim Anmelden",
            "mein Kundenkonto lässt mich nicht rein",
            "die Anmeldung in der App bringt nur Fehler 503",
            "App zeigt nur einen weißen Bildschirm",
            "Login klappt weder in der App noch auf der Seite",
            "die App schmeißt mich sofort wieder raus",
            "die Waschmaschine lässt sich per App nicht starten, Login tot",
            "beim Einloggen kommt „Dienst nicht erreichbar“",
            "euer Kundenbereich ist bei mir komplett down",
            "die App dreht sich beim Login endlos im Kreis",
        ),
        "since": (
            "seit heute früh",
            "seit ner Stunde",
            "seit etwa 20 Minuten",
            "seit eben",
            "seit heute Mittag",
            "schon den ganzen Tag",
            "seit dem Aufstehen",
            "seit gut zwei Stunden",
        ),
        "tried": (
            "Neu gestartet hab ich schon.",
            "Neu installiert, bringt nix.",
            "Passwort stimmt sicher.",
            "WLAN und mobil probiert.",
            "Auf dem Tablet genauso.",
            "Cache geleert, nix.",
            "Beim Nachbarn ist es auch so.",
            "",
        ),
        "tried_short": (
            "neu gestartet hab ich",
            "mit WLAN und ohne",
            "auf zwei Handys",
            "egal ob iPhone oder Android",
            "auch nach Neuinstallation",
            "Passwort ist richtig",
        ),
        "want": (
            "Habt ihr eine Störung?",
            "Liegt das an euch oder an mir?",
            "Wann geht das wieder?",
            "Wisst ihr schon mehr?",
            "Was ist da los?",
            "Ist das bekannt?",
            "Könnt ihr was sagen?",
            "Wie lange dauert das noch?",
            "Gibts da ein Problem bei euch?",
        ),
        "feeling": (
            "Langsam nervt es.",
            "Na toll.",
            "Bisschen blöd gerade.",
            "Wäsche wartet 😅",
            "Kein Stress, will nur Bescheid wissen.",
            "Och nö.",
            "Ich wollte nur kurz was nachsehen.",
        ),
        "bye": ("Danke!", "LG", "Danke euch!", "VG", "Merci", "🙏", "Danke schon mal", ""),
    },
    careless=0.35,
)

_SIE = Voice(
    forms=(
        "{hello} {trouble} {since}. {tried} {want} {bye}",
        "{hello} {asked} {trouble} {since}. {bye}",
        "{trouble} {since}. {tried} {want}",
        "{hello} {trouble}. {want} {bye}",
        "{hello} {feeling} {trouble} {since}. {want}",
        "{want} {trouble}. {tried} {bye}",
    ),
    parts={
        "hello": (
            "Guten Tag,",
            "Guten Morgen,",
            "Sehr geehrtes Team,",
            "Hallo liebes Nordlicht-Team,",
            "Sehr geehrte Damen und Herren,",
            "Grüß Gott,",
            "Werte Mitarbeiter,",
        ),
        "trouble": (
            "ich kann mich in Ihrer App nicht anmelden",
            "Ihre App öffnet sich nicht mehr",
            "mein Zugang zum Kundenkonto funktioniert nicht",
            "bei der Anmeldung erscheint die Meldung „Dienst nicht erreichbar“",
            "die Nordlicht-App bricht beim Anmelden ab",
            "der Kundenbereich auf Ihrer Seite lädt nicht",
            "die App meldet mir den Fehler 503",
            "ich werde aus der App sofort wieder abgemeldet",
            "weder App noch Kundenkonto sind erreichbar",
            "meine Geräte sind in der App nicht mehr zu sehen, die Anmeldung scheitert",
        ),
        "since": (
            "seit heute Morgen",
            "seit etwa einer Stunde",
            "seit einer halben Stunde",
            "seit dem Vormittag",
            "seit kurz nach neun",
            "seit mindestens zwei Stunden",
            "nun schon geraume Zeit",
        ),
        "tried": (
            "Einen Neustart habe ich versucht.",
            "Das Passwort habe ich geprüft.",
            "Auch am Rechner meiner Frau gelingt es nicht.",
            "Die App habe ich neu installiert.",
            "Am Internet liegt es nicht.",
            "Mein Sohn hat es ebenfalls probiert.",
            "",
        ),
        "want": (
            "Liegt bei Ihnen eine Störung vor?",
            "Wann ist mit einer Behebung zu rechnen?",
            "Ist Ihnen das Problem bekannt?",
            "Was können Sie mir dazu sagen?",
            "Bis wann wird das behoben?",
            "Können Sie mir bitte weiterhelfen?",
            "Muss ich etwas tun oder arbeiten Sie daran?",
            "Woran liegt das?",
        ),
        "feeling": (
            "langsam ärgert es mich:",
            "ich bin etwas ratlos:",
            "verzeihen Sie die Störung, aber",
            "vermutlich geht es vielen so:",
            "eine kurze Frage:",
        ),
        "bye": (
            "Freundliche Grüße",
            "Mit freundlichen Grüßen",
            "Vielen Dank.",
            "Besten Dank im Voraus.",
            "MfG",
            "Danke für Ihre Mühe.",
            "",
        ),
    },
    careless=0.15,
)

_EN = Voice(
    forms=(
        "{hello} {trouble} {since}. {tried} {want} {bye}",
        "{trouble} {since}. {want}",
        "{hello} {asked} {trouble}. {bye}",
        "{hello} {trouble}. {tried} {want}",
    ),
    parts={
        "hello": ("Hi,", "Hello,", "Hey there,", "Hi team,", "Good morning,"),
        "trouble": (
            "I can’t log in to the app",
            "your app won’t open",
            "the app keeps throwing error 503",
            "my customer account is unreachable",
            "the login page just says “service unavailable”",
            "the Nordlicht app logs me out right away",
            "neither the app nor the website lets me in",
        ),
        "since": ("since this morning", "for an hour now", "for about 20 minutes", "since noon", "all day"),
        "tried": (
            "Restarted twice.",
            "Reinstalled it already.",
            "Password is right.",
            "Same on my tablet.",
            "Wifi is fine.",
            "",
        ),
        "want": (
            "Is there an outage?",
            "Is it you or me?",
            "When will it be back?",
            "Are you aware of this?",
            "Any news?",
            "How long will it take?",
        ),
        "bye": ("Thanks!", "Cheers", "Thank you", "Many thanks", ""),
    },
    careless=0.2,
)

VOICES = {"du": _DU, "sie": _SIE, "en": _EN}

UNLIKE: tuple[tuple[str, str], ...] = (
    ("du", "Gibt es in der App eigentlich einen dunklen Modus? Finde den Schalter nicht."),
    ("du", "Ich will mein Kundenkonto löschen, wo geht das? Bin jetzt bei meiner Freundin mit drauf."),
    ("du", "Seit dem letzten Update zeigt die App Fahrenheit statt Celsius. Wo stell ich das um?"),
    ("du", "Kann man in der App zwei Waschmaschinen gleichzeitig anlegen? Wir haben im Keller noch eine."),
    ("du", "Ist die Anmeldung zum Kochkurs am Samstag noch offen? Würde gern zu zweit kommen."),
    (
        "du",
        "Der Kühlschrank ist ne einzige Störung, brummt seit heute früh so laut, dass ich leide.",
    ),
    ("du", "Fehler F21 am Geschirrspüler, pumpt nicht ab. Was ist da los? App brauch ich dafür keine."),
    ("du", "Wann geht das wieder los mit der Tauschaktion für alte Geräte? Letztes Jahr war das im Herbst."),
    ("du", "Mein Paket ist seit zwei Stunden als zugestellt markiert, hier ist aber nix. Was jetzt?"),
    ("du", "Warum braucht die App auf einmal meinen Standort? Das will ich nicht freigeben."),
    ("du", "Eure App ist super geworden, gerade die Startzeitvorwahl. Wollte ich mal loswerden 👍"),
    ("du", "Kann ich meine Rechnung von letztem Monat auch per Post kriegen statt im Kundenkonto?"),
    ("du", "Ich komm nicht mehr an den Filter vom Trockner ran, der Riegel klemmt. Habt ihr nen Trick?"),
    ("du", "Der Techniker sollte seit einer Stunde da sein. Kommt der noch oder liegt das an euch?"),
    ("du", "Hab aus Versehen zweimal bestellt, könnt ihr die zweite Bestellung rausnehmen?"),
    ("du", "Wie lange dauert es noch, bis die Brise 7 wieder lieferbar ist?"),
    ("du", "Gilt der Neukundencode auch, wenn mein Mann schon ein Konto bei euch hat?"),
    (
        "du",
        "Beim Öffnen der Tür schmeißt es mir sofort die Sicherung raus. Ist das gefährlich? Herd Kajüte 45.",
    ),
    ("sie", "Wie ändere ich in meinem Kundenkonto die Lieferadresse? Wir ziehen zum Ersten um."),
    ("sie", "Ich habe eine Mail erhalten, ich solle mein Konto bestätigen. Ist die wirklich von Ihnen?"),
    ("sie", "Die Anmeldung zum Newsletter habe ich widerrufen und bekomme ihn trotzdem. Bitte abstellen."),
    ("sie", "Läuft Ihre App auch auf einem älteren Tablet mit Android 9? Ein neues kaufe ich dafür nicht."),
    (
        "sie",
        "Bei der Waschmaschine erscheint die Meldung „Wasserzulauf prüfen“. Woran liegt das?",
    ),
    ("sie", "Bis wann wird mein Geld erstattet? Die Rücksendung ist seit zwölf Tagen bei Ihnen."),
    (
        "sie",
        "Ihre Hotline ist seit Tagen nicht erreichbar. Ich bitte um einen Rückruf wegen meiner Reklamation.",
    ),
    ("sie", "Die Tür meines Backofens öffnet sich nicht mehr, sie ist seit der Selbstreinigung verriegelt."),
    ("sie", "Welche Daten überträgt die App, wenn mein Gerät in Betrieb ist? Ich bitte um Auskunft."),
    ("sie", "Ich möchte die Garantie meines Geräts verlängern. Geht das auch ohne App?"),
    ("sie", "Können Sie mir bitte weiterhelfen? Ich suche die Bedienungsanleitung der Strand 812 von 2014."),
    ("sie", "Auf Ihrer Seite steht ein anderer Preis als im Prospekt. Welcher gilt nun?"),
    ("sie", "Die Störung an meinem Gefrierschrank ist behoben, Ihr Monteur war ausgezeichnet. Vielen Dank."),
    ("sie", "Ich werde von Ihrem Inkasso gemahnt, obwohl ich am 3. bezahlt habe. Ist Ihnen das bekannt?"),
    ("sie", "Gibt es Ihre App auch auf Türkisch? Ich richte das Gerät für meine Mutter ein."),
    ("sie", "Muss ich etwas tun, wenn Sie das Rückrufschreiben zum Wasserkocher verschickt haben?"),
    ("en", "How do I change the language of the app to English? I can’t find the setting."),
    ("en", "Is the app needed at all to use the dryer? I’d rather not have an account."),
    ("en", "My delivery says “driver unreachable” for an hour now. Any news?"),
    ("en", "Any news on the spare shelf for the Polar 640? It has been three weeks."),
    ("en", "I was charged twice for the same order. When will the second payment be back?"),
    ("en", "Error E18 on the display and water in the drum. Is it something I can fix myself?"),
)

FIRST_NAMES = (
    *(
        "Anja",
        "Bernd",
        "Carla",
        "Dirk",
        "Elif",
        "Falk",
        "Gesa",
        "Henning",
        "Ilka",
        "Jannis",
        "Kerstin",
        "Lasse",
    ),
    *(
        "Mareike",
        "Nuri",
        "Okka",
        "Pia",
        "Quirin",
        "Rieke",
        "Sönke",
        "Tomke",
        "Ute",
        "Viktor",
        "Wiebke",
        "Xenia",
    ),
    *(
        "Yannick",
        "Zeynep",
        "Arne",
        "Birte",
        "Cem",
        "Dörte",
        "Enno",
        "Frieda",
        "Gerrit",
        "Hauke",
        "Imke",
        "Jule",
    ),
    *("Kai", "Levke", "Malte", "Neele", "Ole", "Petra", "Rasmus", "Selma", "Thies", "Uwe", "Vera", "Wolf"),
)
LAST_NAMES = (
    *(
        "Albers",
        "Behrens",
        "Claasen",
        "Detlefs",
        "Ehlers",
        "Frahm",
        "Grothe",
        "Hansen",
        "Ingwersen",
        "Jacobs",
    ),
    *(
        "Kröger",
        "Lorenzen",
        "Matthies",
        "Nissen",
        "Oetjen",
        "Paulsen",
        "Quast",
        "Rickmers",
        "Sievers",
        "Thomsen",
    ),
    *("Uphoff", "Voss", "Wulff", "Yildiz", "Zander", "Brandes", "Carstens", "Dierks", "Eggers", "Feddern"),
    *("Gerdes", "Harms", "Iwersen", "Janssen", "Kohn", "Lüders", "Meinert", "Nagel", "Ott", "Petersen"),
    *("Reimers", "Stahl", "Tietjen", "Ulrich", "Vogelsang", "Wessels", "Ziegler", "Aydin", "Bruhn", "Cordes"),
)
