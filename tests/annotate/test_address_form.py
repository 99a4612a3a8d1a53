"""Who is addressed how: hand-written cases, evidence that can be shown, and the order of precedence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.annotate.address_form import AddressForm, Evidence, address_form, form_for_reply

if TYPE_CHECKING:
    from resonanz.annotate.address_form import Form
    from resonanz.annotate.address_places import Direction

HERE = Path(__file__).parent
GOOD = 0.97  # what the product promises


class Case(NamedTuple):
    """One line of a table of cases."""

    id: str
    direction: Direction
    form: Form
    text: str


def _cases(name: str) -> list[Case]:
    found = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        number, direction, form, text = line.split("\t")
        assert direction in {"out", "in"}, number
        assert form in {"du", "sie", "mixed", "none"}, number
        found.append(Case(number, direction, form, text))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("address_form.tsv", 320),
        ("address_form_unseen.tsv", 300),
        ("address_form_second.tsv", 300),
        ("address_form_third.tsv", 200),
        ("address_form_fourth.tsv", 200),
        ("address_form_fifth.tsv", 200),
        ("address_form_sixth.tsv", 200),
        ("address_form_seventh.tsv", 200),
        ("address_form_eighth.tsv", 200),
        ("address_form_ninth.tsv", 200),
        ("address_form_tenth.tsv", 200),
        ("address_form_eleventh.tsv", 250),
        ("address_form_twelfth.tsv", 250),
        ("address_form_thirteenth.tsv", 250),
        ("address_form_fourteenth.tsv", 110),
        ("address_form_fifteenth.tsv", 110),
        ("address_form_sixteenth.tsv", 110),
        ("address_form_seventeenth.tsv", 110),
        ("address_form_eighteenth.tsv", 110),
        ("address_form_nineteenth.tsv", 250),
        ("address_form_twentieth.tsv", 250),
        ("address_form_twentyfirst.tsv", 250),
        ("address_form_twentysecond.tsv", 150),
        ("address_form_twentythird.tsv", 150),
        ("address_form_twentyfourth.tsv", 250),
        ("address_form_twentyfifth.tsv", 250),
        ("address_form_twentysixth.tsv", 250),
        ("address_form_twentyseventh.tsv", 140),
        ("address_form_twentyeighth.tsv", 90),
        # No rule has learnt from these two; they got 0.980 and 0.972 at once.
        ("address_form_twentyninth.tsv", 250),
        ("address_form_thirtieth.tsv", 250),
    ],
)
def test_the_form_is_right_in_97_of_100_cases(name: str, least: int) -> None:
    cases = _cases(name)
    wrong = []
    for case in cases:
        found = address_form(case.text, direction=case.direction)
        if found.form != case.form:
            shown = ", ".join(f"{evidence.text} = {evidence.form}" for evidence in found.evidence)
            wrong.append(f"{case.id}: {case.form}, found {found.form} ({shown}): {case.text}")
    accuracy = 1 - len(wrong) / len(cases)
    print(f"{name}: {accuracy:.4f} of {len(cases)}", *wrong, sep="\n")
    assert len(cases) >= least
    assert accuracy >= GOOD, "\n".join(wrong)


def test_the_cases_are_balanced_and_none_stands_twice() -> None:
    cases = _cases("address_form.tsv")
    counts = Counter(case.form for case in cases)
    assert min(counts.values()) >= 50, counts
    assert len({case.text for case in cases}) == len({case.id for case in cases}) == len(cases)


def _shown(text: str, direction: Direction = "out") -> list[tuple[str, str]]:
    return [(evidence.form, evidence.text) for evidence in address_form(text, direction=direction).evidence]


def test_evidence_stands_where_it_says() -> None:
    text = "🙂 Hallo Jana, schick uns bitte deine Nummer. Wir rufen Sie an!"
    found = address_form(text)
    assert found == AddressForm(
        "mixed",
        (
            Evidence("du", 14, 20, "schick"),
            Evidence("du", 31, 36, "deine"),
            Evidence("sie", 55, 58, "Sie"),
        ),
    )
    assert [text[shown.start : shown.end] for shown in found.evidence] == ["schick", "deine", "Sie"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Die Pakete sind unterwegs. Sie kommen morgen.", []),
        ("Die Pakete sind unterwegs. Sie können sie dort abholen.", [("sie", "Sie")]),
        ("Die Kollegen sind dran. Sie melden sich bei dir.", [("du", "dir")]),
        ("Die Kollegen sind dran. Sie melden sich bei Ihnen.", [("sie", "Sie"), ("sie", "Ihnen")]),
        ("Zwei Anträge fehlen. Sie werden informiert.", [("sie", "Sie")]),
        ("Unsere Chefin ist im Urlaub. Ihre Vertretung ist Herr Ott.", []),
        ("Unsere Chefin ist im Urlaub. Ihre Kundennummer liegt vor.", [("sie", "Ihre")]),
        ("Seit zwei Tagen fehlt Strom. Sie hören heute von uns.", [("sie", "Sie")]),
        ("Wenn Ihr Paket ankommt, freut uns das.", [("sie", "Ihr")]),
        ("Wenn Ihr Hilfe braucht, sind wir da.", [("du", "Ihr")]),
        ("Wenn ihr Sohn kommt, ist sie froh.", []),
        ("Ihr Helden!", [("du", "Ihr")]),
        ("Viele Grüße, Ihr Kundenservice!", [("sie", "Ihr")]),
        ("Ihr Freunde, schreibt uns!", [("du", "Ihr"), ("du", "schreibt")]),
        ("Zwei Anträge fehlen. Sie müssen gesucht werden.", []),
        ("Am 3. Mai kam Post. Sie hören von uns.", [("sie", "Sie")]),
        ("schön dass sie da sind", [("sie", "sie")]),
        ("Die Filialen sind zu. Sie können online bestellen.", [("sie", "Sie")]),
        ("Die Teile sind knapp. Sie müssen gefertigt werden.", []),
        ("Es gibt wieder Karten. Sie kosten 12 Euro.", []),
        ("Die Leitung ist gestört. Ihr Router empfängt nichts.", [("sie", "Ihr")]),
        ("Die neue App ist da. Ihr größter Vorteil ist der Preis.", []),
        ("Unserer Köchin geht es gut. Ihr haben die Karten gefallen.", []),
        ("Die Gewinner stehen fest. Sie sind dabei, Frau Kilic!", [("sie", "Sie")]),
        ("Man merkt, das Sie hört hier niemand.", []),
        ("Und das nennen Sie Hilfe?", [("sie", "Sie")]),
        ("Ihr Ärmsten, das klingt schlimm.", [("du", "Ihr")]),
        ("Zwei Anträge fehlen. Sie hatten den ersten im Mai gestellt.", [("sie", "Sie")]),
        ("Seid gestern fährt die Bahn wieder.", []),
        ("Die Akten? Sie liegen noch im Keller.", []),
        ("Wegen der Akten: Ihr Verbleib ist ungeklärt.", []),
        ("Wegen Umbau: Sie finden uns nebenan.", [("sie", "Sie")]),
        ("Der Chef dankt allen Helferinnen. Sie haben viel geschafft.", []),
        ("Tim und seine Kollegin verlegen Kabel. Sie kommen aus Gera.", []),
        ("Kaffee und Kuchen. Sie kommen doch?", [("sie", "Sie")]),
        ("Wir und unsere Kollegen helfen. Sie bekommen Post.", [("sie", "Sie")]),
        ("Frau Direktorin Abel geht in Rente. Ihr Nachfolger ist da.", []),
        ("Die Museen öffnen wieder. Sie haben uns gefehlt!", []),
        ("Gut, dass die Feuerwehr da war. Sie haben viel geschafft.", []),
        ("meine eltern warten, wann bekommen sie post", []),
        ("Die Füchsin? Ihr geht es gut.", []),
        ("Die Chefin backt. Ihr macht jeder Gast Freude.", []),
        ("Das Sie im Brief war Absicht.", []),
        ("Das kleine Wort Sie steht hier nie.", []),
        ("Hier sagt niemand Euer Ehren.", []),
        ("Ein Sie wäre mir lieber.", []),
        ("Das Du nervt.", []),
        ("Köönt Se för uns kieken?", [("sie", "Se")]),
        ("Se hebbt den Slötel noch, Fru Harms.", [("sie", "Se")]),
        ("Die Pakete sind da. Se hebbt Tied.", []),
        ("Zalando SE ist das nicht.", []),
        ("Chönd Si üs Iri Nummere schicke?", [("sie", "Si"), ("sie", "Iri")]),
        ("Schaun'S vorbei, mia ham Eahna wos.", [("sie", "Schaun'S"), ("sie", "Eahna")]),
        ("Hörn's bitte auf!", [("sie", "Hörn's")]),
        ("Könnse mal schaun?", [("sie", "Könnse")]),
        ("schaun sie sich das an", [("sie", "sie")]),
        ("Griaß di Sepp!", [("du", "di")]),
        ("Dat hätt dia jefallen.", [("du", "dia")]),
        ("Dis Päckli isch acho.", []),
        ("Wo isch dis Päckli?", [("du", "dis")]),
        ("Mer han ding Päckche jefunge.", [("du", "ding")]),
        ("Mit diene Post is allens kloor.", [("du", "diene")]),
        ("Hatt ehr Zick?", [("du", "ehr")]),
        ("Mir händ eui Bstellig.", [("du", "eui")]),
        ("Händ ihr scho bstellt?", [("du", "ihr")]),
        ("Denn sehn wi di Maandag.", [("du", "di")]),
        ("Nu kommse rein.", [("sie", "kommse")]),
        ("La gare du Sud est fermée, merci.", []),
        ("Das Duo Du & ich spielt heute.", []),
        ("Mich stört das Du, ein Sie wäre besser.", []),
        ("Betroffen sind nur Kessel der Baureihe T4. Sie können platzen.", []),
        ("Ab Mai gelten neue Preise. Sie steigen leicht.", []),
        ("Zum Termin brauchen wir Fotos. Ihren Ausweis haben wir.", [("sie", "Ihren")]),
        ("Der Umbau der Bücherei dauert. Ihre Fassade bröckelt.", []),
        ("Der Umbau der Bücherei dauert. Ihre Medien bleiben ausgeliehen.", [("sie", "Ihre")]),
        ("Die Hebamme weiß es. Ihr Handy war aus.", []),
        ("Frau Adam leitet das Haus. Ihr Team ist groß.", []),
        ("Die Bergwacht war da. Sie haben viel geschafft.", []),
        ("Es gibt neue Sitze. Sie lassen sich drehen.", []),
        ("Sie sind zurück: unsere Erdbeeren!", []),
        ("Sie sind zurück: Willkommen!", [("sie", "Sie")]),
        ("Sie sind zurück: die Post!", [("sie", "Sie")]),
        ("Sie haben gewonnen: unsere Torte!", [("sie", "Sie")]),
        ("Sie sind zurück: die Kasse öffnet um neun.", [("sie", "Sie")]),
        ("Sie (die Katze, ja) schläft.", []),
        ("Sie (die Gäste, ja) haben Recht.", [("sie", "Sie")]),
        ("was kosten die karten, sind sie online billiger", []),
        ("Wo sind die fehlenden Haken? Sie sollten im Karton sein.", []),
        ("Heute kochen Tim und Svea. Sie sprechen auch Dänisch.", []),
        ("Recht hattet ihr mit den Bänken: Sie wackeln.", [("du", "ihr")]),
        ("Wir haben die Briefe falsch gefaltet. Sie gehen noch einmal raus.", []),
        ("Wir haben die Anfrage gelesen. Sie zahlen nichts.", [("sie", "Sie")]),
        ("Bänke bitte nicht verschieben. Sie dürfen den Weg nicht versperren.", []),
        ("Tauben bitte nicht füttern! Sie riskieren ein Bußgeld.", [("sie", "Sie")]),
        ("Die Ziegen bekommen Besuch. Ihr Unterstand bleibt zu.", []),
        ("Das freut Svea. Ihr Tag ist gerettet.", []),
        ("Liebe Svea aus Ulm, das freut uns. Ihr Foto hängt.", [("sie", "Ihr")]),
        ("Die neue Pizza kommt an. Der Rat von Nele half, ihre Idee auch. Ihr Teig ruht.", []),
        ("Heute kam Corona dazu. Ihr Kurs entfällt.", [("sie", "Ihr")]),
        ("Svea aus Ulm hat recht. Ihr Rat zählt.", []),
        ("Frau Abel aus der Küche hat das gesehen. Ihr Rat: neu ölen.", []),
        ("Ist Frau Abel da? Ihr Büro ist zu.", []),
        ("Hallo Frau Abel aus Ulm. Ihr Büro ist zu.", [("sie", "Ihr")]),
        ("Super nette Bäckerin heute. Ihre Laune steckt an.", []),
        ("Die Katze aus dem Hof ist da. Ihr Besitzer auch.", []),
        ("Sie wurden erwartet, jetzt sind sie da: die ersten Beeren des Jahres!", []),
        (
            "Danke für eure Post! Sie als Siegerin, liebe Frau Pahl, gewinnen.",
            [("du", "eure"), ("sie", "Sie")],
        ),
        ("Wir pflegen die Anrede mit Sie.", []),
        ("Die Busse fahren nicht. Sie nehmen am besten das Rad.", [("sie", "Sie")]),
        ("Warum sperren sie einfach mein konto", [("sie", "sie")]),
    ],
)
def test_what_sie_and_ihr_refer_to(text: str, shown: list[tuple[str, str]]) -> None:
    assert _shown(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Schreib uns.", ["Schreib"]),
        ("Ich schreib dem Lager.", []),
        ("Wir haben „schreib uns“ gelesen.", []),
        ("Rat gibt es im Laden.", []),
        ("Prüfe das und melde mich.", []),
        ("Prüf das bitte.", ["Prüf"]),
        ("Hab Geduld!", ["Hab"]),
        ("Hab keine Ahnung.", []),
        ("Hab ihn gefragt.", []),
        ("Schau an!", []),
        ("Schau an der Kasse.", ["Schau"]),
        ("Zeigt das Gerät einen Fehler, hilft ein Neustart.", []),
        ("Zeigt das allen!", ["Zeigt"]),
        ("Ist es voll, schickt uns DHL eine Meldung.", []),
        ("Knips uns den Zettel.", ["Knips"]),
        ("Stups mich bitte an.", ["Stups"]),
        ("Freut uns sehr.", []),
        ("Ich prüfe das, wie besprochen, und schick den Link weiter.", []),
        ("Wer kann, bleibt bitte hier.", []),
        ("Im Notfall rufe das Team an.", []),
        ("Im Notfall ruf das Team an.", ["ruf"]),
        ("Stell mir gerade das Gesicht vor.", []),
        ("Schaue später noch mal rein.", []),
        ("Test- und Prüfstände gibt es viele.", []),
        ("Danach meldet sich die Werkstatt.", []),
        ("Danach meldet bitte den Fehler.", ["meldet"]),
        ("Schneidet die Blumen schräg an, dann halten sie.", ["Schneidet"]),
        ("Hört das Brummen nicht auf, dann hilft ein Neustart.", []),
        ("Buche, Eiche oder Ahorn, alles da.", []),
        ("Halte Sie auf dem Laufenden.", ["Sie"]),
        ("Ruf am besten vor acht an.", ["Ruf"]),
        ("Spart am besten Wasser.", []),
        ("Meldet am besten jeden Schaden.", ["Meldet"]),
        ("Ende gut, alles gut.", []),
        ("Ruhe bitte!", []),
        ("Tu was!", ["Tu"]),
        ("Such was Rotes.", []),
        ("Koch nicht zu stoppen.", []),
        ("Koch nicht das Wasser leer.", ["Koch"]),
        ("Sprich lauter!", ["Sprich"]),
        ("Das heißt Ersatz, sprich ein Bus.", []),
        ("Dann erklär mir mal warum ich warte.", ["erklär"]),
        ("Mach die Heizung an oder ich ziehe aus!", ["Mach"]),
        ("Nehme dann halt den Bus.", []),
        ("Entstaub den Lüfter vorher.", ["Entstaub"]),
        ("Sonntag den Hof fegen.", []),
        ("Darauf einen Kaffee.", []),
        ("Hurra, den Preis haben wir!", []),
        ("Kapier doch bitte den Plan.", ["Kapier"]),
        ("Blümchen doch schön.", []),
        ("Denn kiekt wi na.", []),
        ("Stimmt ab: Welche Farbe ist schön?", ["Stimmt"]),
        ("Stimmt mal wieder.", []),
        ("Backt am Sonntag mit uns Brot.", ["Backt"]),
        ("Probiert im Hofladen unbedingt den Käse.", ["Probiert"]),
        ("Die Frau am Schalter kennt das, fragt aber nach.", []),
        ("Ausländer würgt Mann, sperrt ihn ein.", []),
        ("Danke, sperrt ihn ein.", ["sperrt"]),
        ("Das ist der Plan, veröffentlicht am Dienstag.", []),
        ("Und folgt uns gern.", ["folgt"]),
        ("Erschrick nicht.", ["Erschrick"]),
        ("Aber man schaue doch mal genau hin.", []),
        ("Die Wahl reißt nicht ab, schickes Design.", []),
        ("St. Pauli hat gewonnen.", []),
        ("Luurt ens vörbei!", ["Luurt"]),
        ("Guggste in de App.", ["Guggste"]),
        ("Wat brauchst'n?", ["brauchst'n"]),
        ("Schärfste Kritik kam aus Kiel.", []),
        ("Kommt heute doch alle her!", ["Kommt"]),
        ("Kommt alle Jahre wieder.", []),
        ("Plane genug Zeit ein.", ["Plane"]),
        ("Plane über dem Dach gerissen.", []),
        ("Warte noch bis Montag.", ["Warte"]),
        ("Warte noch auf die Technik.", []),
        ("Re: example.org Mich stört der Lärm.", []),
        ("Grilled Sandwich am Stand.", []),
        ("Chömed emal verbii!", ["Chömed"]),
        ("Schau ma moi, wos werd.", []),
        ("Lueg doch mal i dis Postfach.", ["Lueg"]),
        ("Wi hebbt dat opschreven un kiekt na.", []),
        ("Merkste selber, oder?", ["Merkste"]),
        ("Speichert vorher ab!", ["Speichert"]),
        ("SPENDET JETZT WARME DECKEN!!", ["SPENDET"]),
        ("Spendet jetzt der Chef!", []),
        ("Bleibt uns treu!", ["Bleibt"]),
        ("Wir haben offen, kommt rum!", ["kommt"]),
        ("Kommt uns doch in Gera besuchen!", ["Kommt"]),
        ("Kommt!", []),
        ("Kommt gut ins neue Jahr!", ["Kommt"]),
        ("Reicht uns bitte den Vertrag nach.", ["Reicht"]),
        ("Reicht uns völlig.", []),
        ("Verpasst nicht den Markt!", ["Verpasst"]),
        ("Wir sind gleich da, deck schon mal den Tisch.", ["deck"]),
        ("Wenn ihr Gas riecht: Fenster auf, raus, und ruft uns an!", ["ruft"]),
    ],
)
def test_verbs_without_pronoun(text: str, shown: list[str]) -> None:
    assert [word for _, word in _shown(text)] == shown


@pytest.mark.parametrize(
    ("text", "outgoing", "incoming"),
    [
        ("Habt ihr offen?", "du", "none"),
        ("Eure App spinnt.", "du", "none"),
        ("Meine Oma wartet. Ihr Anschluss ist tot.", "sie", "none"),
        ("Meine Oma wartet. Ihre Antwort fehlt.", "sie", "sie"),
        ("Meine Oma wartet. Ihre Hotline schweigt.", "none", "sie"),
        ("Schickt uns ein Foto.", "du", "none"),
        ("Könnt Ihr helfen?", "du", "none"),
        ("Kannst du helfen?", "du", "du"),
        ("Ihre App spinnt.", "sie", "sie"),
        ("Warte am Gleis.", "du", "none"),
        ("Danke ans Team, fahr jetzt heim.", "du", "none"),
        ("Lösch das, da steht meine Nummer.", "du", "du"),
        ("Ruf gleich den Anwalt an.", "du", "none"),
        ("Antworte endlich!", "du", "du"),
        ("Erzähl keinen Quatsch.", "du", "du"),
        ("Komm schon, Bus.", "du", "du"),
        ("Habe Zeit, wander gerne.", "du", "none"),
        ("Lass mein Rad jetzt woanders reparieren.", "du", "none"),
        ("Lueged doch bitte emal!", "du", "none"),
        ("Entstaub den Lüfter.", "du", "none"),
        ("Verbinde mich mit der Zentrale.", "du", "du"),
        ("Schreib euch gleich eine PN.", "du", "none"),
    ],
)
def test_the_plural_says_nothing_about_a_customer(text: str, outgoing: str, incoming: str) -> None:
    assert address_form(text).form == outgoing
    assert address_form(text, direction="in").form == incoming


def test_all_spellings_of_a_word_are_one() -> None:
    for text in ("Könnt ihr kommen?", normalize("NFD", "Könnt ihr kommen?"), "Koennt ihr kommen?"):
        assert address_form(text).form == "du"


_PIECES = st.sampled_from(
    "du Du dir Sie sie SIE Ihr ihr Ihnen ihre euch di Se S' bitte und wenn ich die Pakete sind zwei "
    "Frau Kollegin habt Schick schickt hab sei frag mich uns Schau an , . ! ? : „ “ » « > @anna #du "
    "3 🙂 Café \n ^ab Ham braucht".split(" ")
)


@given(st.lists(_PIECES, max_size=14).map(" ".join) | st.text(max_size=60), st.sampled_from(["out", "in"]))
def test_any_text_is_read_and_evidence_is_part_of_it(text: str, direction: Literal["out", "in"]) -> None:
    found = address_form(text, direction=direction)
    assert [text[shown.start : shown.end] for shown in found.evidence] == [
        shown.text for shown in found.evidence
    ]
    assert [shown.start for shown in found.evidence] == sorted({shown.start for shown in found.evidence})
    forms = {shown.form for shown in found.evidence}
    assert found.form == ("mixed" if len(forms) == 2 else next(iter(forms), "none"))


@pytest.mark.parametrize(
    ("brand", "customer", "channel", "reply"),
    [
        ("sie", "du", "du", "sie"),
        ("none", "du", "sie", "du"),
        ("none", "sie", "du", "sie"),
        ("none", "mixed", "sie", "sie"),
        ("none", "none", "du", "du"),
        ("none", "mixed", "none", "none"),
        ("mixed", "none", "mixed", "none"),
    ],
)
def test_the_brand_decides_then_the_customer_then_the_channel(
    brand: Form, customer: Form, channel: Form, reply: str
) -> None:
    assert form_for_reply(brand, customer, channel) == reply


def test_a_flood_of_words_is_read_to_its_end() -> None:
    found = address_form("die pakete sind da und sie kommen " * 300 + "schick uns deine nummer")
    assert [shown.text for shown in found.evidence][-2:] == ["schick", "deine"]
