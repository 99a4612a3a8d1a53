"""Words for people and animals, and what tells them from words for things.

Here live the lists and endings that `address_reference` needs to see who `sie` and `ihr` may mean.
"""

from __future__ import annotations

from typing import Literal

from resonanz.annotate.german_words import keys

Kind = Literal["staff", "others", "animals", "things"]

TEAMS = tuple(
    keys(
        "wehr polizei crew wacht rettung mannschaft truppe besatzung belegschaft jury redaktion regierung "
        "delegation kapelle"
    )
)
STAFF = tuple(
    keys(
        "kollegen kolleginnen kräfte kräften hilfen leute damen herren boten monteure monteuren techniker "
        "technikern fahrer fahrern arbeiter arbeitern arbeiterinnen leiter leitern leiterinnen berater "
        "beratern beraterinnen betreuer betreuern isten enten azubis teams handwerker handwerkern "
        "mitarbeitende mitarbeitenden fachleute profis chefs verkäufer verkäufern experten expertinnen "
        "pfleger pflegern ingenieure kontrolleure kontrolleuren sachbearbeiter schaffner zusteller "
        "zustellern kellner köche bäcker gärtner entwickler entwicklern sprecher planer angestellte "
        "angestellten beamte beamten abteilungen partner partnern redakteure redakteuren piloten trainer "
        "helfer helfern retter ärzte ärzten lehrer lehrern anbieter vermieter händler händlern geber gebern "
        "bauer bauern"
    )
)
_THINGS_IN_ER = tuple(  # other plurals in -er are people as a rule
    keys(
        "koffer fehler zähler drucker filter bücher häuser räder bilder kleider zimmer fenster messer teller "
        "ordner router roller container computer hörer schalter ticker sender fernseher rechner becher eimer "
        "körper keller muster wasser wetter länder dächer gläser blätter wälder bänder schilder felder "
        "lichter lieder eier güter löcher tücher flieger anhänger lager nummern trailer newsletter gelder "
        "wörter kleber pullover cover poster server scanner adapter stecker ständer fächer dörfer bretter "
        "finger bagger dampfer tanker kutter trecker ufer ziffern steuern federn mauern kammern feiern "
        "lautsprecher staubsauger melder toaster mixer wecker kocher trockner öffner halter träger puffer "
        "zylinder register kalender banner center theater thermometer speicher fühler regler kühler brenner "
        "stapler dünger reiniger blinker werfer wunder opfer laster abenteuer"
    )
)
OTHERS = tuple(
    keys(
        "eltern kinder kindern kunden kundinnen gäste gästen nachbarn freunde freunden männer männern frauen "
        "innen personen menschen nehmer nehmern schüler schülern studierende studierenden jungs mädels "
        "brüder schwestern söhne töchter familien käufer käufern besucher besuchern spieler spielern "
        "bewohner bewohnern mieter mietern läufer läufern reisende reisenden hunde hunden katzen tiere "
        "tieren vögel wartende wartenden betroffene betroffenen autoren künstler musiker zuschauer fans "
        "abonnenten follower gewinner gewinnern sieger siegern patienten touristen affen mitglieder rentner "
        "linge lingen bürger bürgern einwohner bienen fische wölfe bären pferde kühe schafe enten hühner "
        "ranger pilger urlauber zwillinge omas opas paare"
    )
)
_ANIMALS = tuple(
    keys(
        "amseln meisen finken lerchen ziegen esel kälber lämmer ferkel welpen kitten gänse störche robben "
        "seehunde igel füchse rehe hirsche elefanten löwen tiger giraffen pinguine otter eulen hasen "
        "kaninchen mäuse hamster schweine rinder ponys hummeln falken raben spatzen schwalben männchen "
        "zebras kängurus flamingos hörnchen küken kamele alpakas lamas kröten frösche schlangen hähne "
        "katzenbabys jungtiere biber dachse luchse schwäne wespen hornissen tauben käfer raupen falter "
        "mücken möwen kraniche papageien sittiche fledermäuse ratten marder wildschweine kaulquappen "
        "krebse delfine wale haie echsen schildkröten spinnen"
    )
)
PEOPLE_IN_DATIVE = tuple(end if end.endswith("n") else end + "n" for end in (*STAFF, *OTHERS))
FEMALE = keys("frau kollegin mutter schwester tochter chefin freundin oma tante dame nachbarin kundin mama")
WOMEN = tuple(  # compounds, too
    keys(
        "frau mutter schwester tochter dame tante nichte cousine witwe braut hebamme fachkraft lehrkraft "
        "pflegekraft"
    )
)
NO_WOMAN = tuple(
    keys(
        "termin kamin delfin pinguin cousin rubin benzin robin ein medizin disziplin berlin vitamin schwerin"
    )
)

# First names of women; those in -a are known by their ending.
WOMENS_NAMES = keys(
    "marie sophie julie amelie melanie stefanie stephanie natalie valerie rosalie emilie leonie annemarie "
    "heidi susi steffi mandy cindy sandy nancy lilly lily emily betty uschi rosi gabi conny jenny vicky "
    "anne hanne susanne marianne anke heike silke elke antje wiebke imke frauke maike meike mareike "
    "ulrike friederike sabine christine nadine janine regine caroline karoline madeleine jacqueline "
    "pauline celine josefine josephine katharine ines agnes doris iris birgit brigitte margit judith "
    "edith ruth astrid ingrid sigrid gertrud irmgard hildegard karin kathrin katrin kerstin jasmin yasmin "
    "evelyn carolin kirsten ellen carmen karen maren gudrun marion yvonne simone denise luise charlotte "
    "lotte annette merle nele bente wencke gitte käthe grete margarete renate beate hedwig elisabeth "
    "esther rahel isabel nicole michelle romy jule hermine tine stine lene helene irene marlene sibylle "
    "christel bärbel inge elfriede adelheid heidrun dagmar hannelore ilse anneliese lucie ayse emine "
    "hatice elif zeynep merve ebru aylin dilek sibel zoe chloe svenja"
)
THINGS_IN_A = tuple(
    keys(
        "pizza cola kamera visa thema drama schema klima panorama firma pasta villa arena europa corona "
        "aroma komma trauma plasma skala agenda china bahncard sofa extra prima afrika amerika asien "
        "sauna cafeteria mensa kita soda paprika mozzarella salsa paella veranda propaganda razzia lama "
        "koala gala aula promenada"
    )
)


def kind_of(noun: str) -> Kind:
    """What kind of being or thing a plural noun names, by its ending."""
    if noun.endswith(STAFF):
        return "staff"
    if noun.endswith(OTHERS):
        return "others"
    if noun.endswith(_ANIMALS):
        return "animals"
    return "staff" if noun.endswith(("er", "ern")) and not noun.endswith(_THINGS_IN_ER) else "things"
