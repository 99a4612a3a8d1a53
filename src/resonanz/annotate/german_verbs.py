"""German verb forms as far as they tell whom a sentence addresses: by endings, with lists for what is strong.

Here lives which form a word can be (imperative, second person singular or plural, plural), seen by itself.
What it means in its sentence is judged in `address_form`. All functions take keys (`german_words.key`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from resonanz.annotate.german_words import keys

# Stems of what people are asked to do; the imperative is the stem or stem + e, its plural stem + (e)t.
_STEMS = keys(
    "schreib schick send hau meld ruf schau guck kuck check prüf klick tipp drück wähl öffn start stell "
    "setz leg nutz benutz verwend versuch probier teil sag erzähl frag antwort beantwort erklär beschreib "
    "nenn zeig such find hol bring kauf bestell buch stornier reklamier aktualisier installier deinstallier "
    "registrier kontaktier kopier notier reservier informier abonnier reparier fotografier scann tausch "
    "wechsl änder filter sammel lösch lös trenn zieh steck schalt dreh füll unterschreib überweis zahl "
    "bezahl überprüf kontrollier vergleich beacht acht bedenk denk merk wart gedulde freu trau glaub "
    "vertrau verzeih entschuldig genieß besuch komm geh bleib mach tu lern leit reich pack druck folg "
    "verrat erkundig wend bewert verlänger kündig widersprech wasch koch trink lüft prob schlag steig spar "
    "gewinn markier post like kommentier mail ping google scroll wisch logg einlogg schließ entfern verbind "
    "gönn entspann pass umarm heb rechn plan back vermeid reinig lad fahr lauf halt lass fang trag rat "
    "schraub kleb schneid wirf wiederhol bestätig ergänz beweg speicher tank park miet leih schenk spend "
    "sorg hör red sprich fühl klär mess sieh verfolg fordere fordre beantrag ersetz befolg befestig spül "
    "schütz sicher streich heiz stimm träum lach stöber entdeck wünsch verschieb erneuer zähl reg ärger "
    "beruhig beeil bewahr behalt erhol fass häng klopf knips misch räum roll rühr rüttel saug schieb "
    "schüttel spiel stopf stups üb verpack wieg wink kram pfleg gieß erinner versicher verbesser kühl "
    "desinfizier synchronisier bieg knick falt näh bügel bastel spritz streck zünd wander grüß feier zitier "
    "hak spring hüpf pust rubbel lausch putz polier feg kehr dusch bürst crem schmier öl imprägnier lackier "
    "bohr nagel hämmer säg feil schleif löt kürz knöpf koppel kuppel schnapp schmeiß hüll wickel bind stütz "
    "stapel sortier zerkleiner erhitz erwärm brat grill knet würz dämpf frier gefrier mix schäl reib raspel "
    "hack press kipp schwenk neig beug dehn trainier jogg tanz sing klatsch jubel chill relax schlaf ruh "
    "sitz kletter schwimm tauch flieg lenk brems hup senk wühl grab pflanz düng mäh pflück zupf aktivier "
    "deaktivier konfigurier formatier justier reduzier kombinier ignorier blockier sperr verschlüssel "
    "stream chatt tweet zoom browse surf exportier importier fax hinterleg hinterlass verlass begründ "
    "erledig erstell erzeug führ handel jag kämpf klag klingel klapp kneif lehn lock lüg orientier parkier "
    "plauder präsentier quatsch reiß renn ring rück rutsch schäm schimpf schlepp schmück schnall schnupper "
    "schöpf schweig spann spazier spür staun tagg telefonier tröst treib überleg überrasch unterstütz "
    "veranlass verbreit verlier vermerk versammel verschenk verschwend versteh wag wähn warn wehr wein "
    "wickl widm zauber zeichn ziel zöger zweifel greif blätter angel bleich pinn liefer näher dosier fixier "
    "entkalk entlüft navigier identifizier authentifizier legitimier qualifizier profitier platzier "
    "positionier adressier frankier etikettier dokumentier analysier recherchier diskutier spekulier "
    "garantier reagier agier inspizier rücksend umgeh betret verhalt belass bewirb schnipp tob stürm reis "
    "wackel ruckel absolvier akzeptier alarmier applaudier archivier arrangier balancier berücksichtig "
    "beschleunig beschränk beseitig besichtig betätig beteilig bevorzug beweis bewunder blas blink blitz "
    "block box brumm buchstabier bummel dekorier delegier demonstrier diktier droh eil eliminier erlaub "
    "ermittel ermunter erober erweiter faulenz fisch flick flüster forder form füg funk fütter garnier "
    "genehmig gewöhn gratulier grübel gurgel halbier häkel hobel hock horch impf improvisier inhalier "
    "inserier investier isolier jammer kalibrier kapier verschon wach kämm kau kitzel klemm knabber "
    "koordinier korrigier kratz kraul kritisier krümel kuschel küss lächel leer locker manövrier massier "
    "mecker meditier meid misstrau moderier montier murmel nasch neck nick nörgel nummerier organisier "
    "paddel pausier pendel pfeif pilger pinsel polster prahl predig programmier protestier protokollier "
    "pump pürier quäl quetsch quittier radel rangier rapportier rasier räucher recycel reflektier "
    "rekonstruier renovier respektier retournier riech riskier rotier ruder saldier salz saus schaff schärf "
    "schätz schaukel schleck schlemm schlender schleuder schlürf schluck schlummer schlüpf schmelz "
    "schmunzel schmirgel schnarch schnitz schnüffel schnür schrei schrubb schubs schunkel schwärm schwatz "
    "schwing schwör segel servier seufz sieb signier skizzier sprüh spuck spul stabilisier steh stemm still "
    "stolper strahl strampel streichel streif streu strick studier summ tätowier toast tränk transferier "
    "transportier triumphier trommel tröpfel tüftel turn twitter urteil vereinbar verdien vergrößer "
    "verkleiner verminder verringer verteidig verzicht verzier wälz wärm wässer web weck weiger wirbel "
    "wunder würfel zapf zerr zisch zitter zögre zwäng zwick zwing zwinker bündel entfach gruppier föhn "
    "fädel pfeffer räkel rupf sauf schab schmor schnauf schnipsel schraffier spachtel spick stopp striegel "
    "stutz tapezier tupf zück züchtig deck dock stöpsel zock"
)
# Stems in -t and -d, and others that take an -e: without it they are nouns (`Antwort`) or no word at all.
_STEMS_IN_E = keys(
    "antwort test start arbeit bereit richt rett bett tast leist bericht verzicht bad reit streit biet "
    "spalt gestalt verwalt betracht verabred verabschied erkund land blend acht fürcht begleit hüt deut "
    "bedeut zünd ernt atm trockn öffn rechn ordn zeichn begegn eign regn segn kost end beend vollend "
    "unterscheid entscheid überred entzünd verwert bewert berat erwart vermut vergüt wett beobacht gestatt "
    "glätt gleit heirat hust rast röst stift unterricht zücht zelt vernicht veröffentlich verteil erricht "
    "gründ schneid find bewaffn belast entlast bezeichn widm"
)
_STRONG = {  # singular imperative: plural imperative
    "birg": "bergt", "erschrick": "erschreckt", "verdirb": "verderbt", "stirb": "sterbt", "friss": "fresst",
    "befiehl": "befehlt", "stiehl": "stehlt", "drisch": "drescht", "flicht": "flechtet", "ficht": "fechtet",
    "schilt": "scheltet", "schmilz": "schmelzt", "schwill": "schwellt",
    "gib": "gebt", "nimm": "nehmt", "lies": "lest", "sieh": "seht", "hilf": "helft", "sprich": "sprecht",
    "triff": "trefft", "vergiss": "vergesst", "iss": "esst", "wirf": "werft", "tritt": "tretet",
    "miss": "messt", "empfiehl": "empfehlt", "brich": "brecht", "stich": "stecht", "sei": "seid",
    "hab": "habt", "wirb": "werbt", "wechsel": "wechselt", "ruf": "ruft", "tu": "tut", "lad": "ladet",
}  # fmt: skip
_PREFIXES = tuple(keys("be ver er ent zer über unter wieder wider miss hinter"))
_PARTS = tuple(
    keys(
        "an ab auf aus bei ein mit nach vor zu zurück weiter los her hin durch um vorbei rein raus rüber "
        "hoch weg fest fern frei dabei"
    )
)

# Also nouns, adverbs or prepositions: an imperative only with something behind it that says so.
_DOUBTFUL = keys(
    "kühl rolle grüß reis ruf klick check start test kauf antwort rat teil besuch versuch halt lauf fang "
    "pack such frage folge stelle lade teile buch mail post like merk plan park koch wechsel filter schlag "
    "trag zahl reich spar druck back steig fahrt fahr lad sage sorge suche folgt reise rede liste spare "
    "rate sicher reinige sorg heb leih miet tank ping macht mache leihe miete prob probe schraube tausch "
    "pass schütz speicher heiz stimm träum red klebe kleb spende spend trage sitz ring reib grill mix öl "
    "fax handel ziel tanz lock zauber zweifel angel jubel brems sperr klapp kipp ruh säge feile klage "
    "presse hacke lehne stütze ruhe blende taste teste leiste rette wette ernte ende pflanze spritze bremse "
    "sperre falte kehre grabe fliege reiche lüge trockne greif bad rück stör führ spür senk näher lande "
    "bade neige dusche bürste creme kürze hülle würze schnalle spanne reibe schleife kehr strecke "
    "vergleiche google tweet tipp schlaf zoom stream miss berichte spüle fülle hupe rutsche schleppe wende "
    "hüte nähe beuge blitz block box blink fisch fix flick form forme funk hobel hock hocke horch impfe kau "
    "klemme kratz kraul krümel leer locker nick paddel pendel pfeife pilger pinsel polster pump pumpe pfeif "
    "predig quäl radel ruder salz salze saus schaff schätze schaukel schluck schleuder schmelz schrei "
    "schlender schwatz schwärm schwing schwinge segel sieb siebe spul spule still strahl streif streife "
    "streu strick stricke summ summe toast trommel turn twitter urteil wach web wirbel wunder würfel zapf "
    "zwick zwinge bündel pfeffer schab schabe schmor stopp stutz stutze zück rast raste stift unterricht "
    "zelt zelte heirat blas blase eil eile lächel wärm welle riech steh deute beweg mess koste plane fühle "
    "schick tu hab leere lockere kühle nähere dichte sprich leit leite halte tippe messe finde gewinne "
    "trinke passe feier knick spiel falt fass häng roll kram ärger deck dock"
)
_NEVER = keys(
    "kläre sieht acht liess versagt siehe danke bitte tute habe seie rate koste stimme backe heize träume "
    "trage glaube finde denke sorge gewinne habt lieb tut trinke sicher sichere rede spare laufe fahre "
    "komme gehe fange passe kostet sorgt trinkt gewinnt findet läuft freut fühlt "
    "gehört träumt grüße feiere spiele lache hänge wünsche ärgere freue rege verstehe fürchte sitze biete "
    "vermute arbeite verkaufe entspannt stehe"
)
# Regular plural imperatives, yet far more often third person: they need `vorbei` and the like.
_RATHER_THIRD = keys(
    "geht kommt bleibt macht startet wartet bringt steht fährt dreht fehlt hält klappt löst folgt hört plant "
    "spart hängt fliegt springt rutscht bedeutet endet kostet eignet regnet landet öffnet leistet bietet "
    "verwaltet fürchtet stimmt passt reicht"
)

_SECOND_SINGULAR = keys(
    "bist hast kannst willst musst sollst darfst magst weißt wirst siehst gibst nimmst hättest könntest "
    "fährst trägst schlägst lädst läufst schläfst fällst fängst wäschst gräbst rätst wirfst brichst stirbst "
    "empfiehlst stichst kamst gingst bliebst standst sahst fandst nahmst gabst riefst schriebst bekamst "
    "wüsstest tust weisst behältst bekommst würdest möchtest solltest wärst müsstest dürftest wolltest "
    "konntest hattest warst wurdest brauchst kriegst findest machst gehst kommst schaffst meinst denkst "
    "glaubst suchst kennst wünschst bräuchtest schaust guckst schickst schreibst sagst meldest hilfst "
    "wohnst wartest bestellst kaufst stehst hörst verstehst erhältst hältst triffst sprichst checkst "
    "probierst versuchst erreichst klickst wählst rufst stellst gönnst freust fragst bleibst"
)
_CONTRACTED = keys(
    "hastu bistu kannstu willstu weißte findste hörste machste willste kannste haste biste siehste meinste "
    "glaubste gehste kommste kriegste brauchste nimmste gibste wirste wärste hättste könntste denkste "
    "sollste darfste magste schickste schaffste kennste"
)
_DIALECT_SINGULAR = keys(
    "host hosd bisd konnst mogst woast hoast kimmst häsch hesch hasch hosch bisch chasch muesch weisch "
    "woisch gisch chunsch wotsch wottsch söttsch tuesch gosch witsch chöntsch chönntsch wettsch hättsch "
    "wärsch luegsch magsch hest büst kannst wullt schallst weetst häs häss wells mäs gohsch bruuchsch "
    "findsch seisch machsch schicksch schriibsch rüefsch meldsch dörfsch sötsch sallst schasst schast "
    "kümmst geihst deist seggst warrst harrst weerst söchst bruukst kriggst maakst wuist willsd konnsd "
    "woaßt woasst muasst muaßt deafst derfst soist soitst kriagst moanst schaugst sogst mechst mechtst "
    "kunntst kanntst dadst tatst gannst gommst weeßt gloobst weeste gloobste hädst wärschd kennsch willsch "
    "sollsch musch moinsch kommsch gangsch häddest küs mähs jeihs deis sähs bruchs künns wörs"
)
_SECOND_PLURAL = keys(
    "habt seid werdet könnt wollt müsst sollt dürft mögt wisst lasst gebt nehmt seht lest helft sprecht "
    "vergesst hattet wart wurdet könntet wolltet solltet müsstet dürftet möchtet würdet hättet wärt wäret "
    "wüsstet bräuchtet konntet musstet durftet seids habts könnts wollts müssts dürfts schauts kommts "
    "meldets schreibts ruafts hobts seits kinnts"
)
# Third person has another vowel here: `ladet`, but `er lädt`.
_STRONG_PLURAL = keys(
    "gebt nehmt lest seht helft sprecht trefft vergesst esst werft empfehlt brecht haltet lasst ladet ratet "
    "lauft schlaft fallt tragt schlagt wascht fangt grabt stoßt bratet tretet stecht werbt messt fresst"
)
_DIALECT_IMPERATIVE = keys(
    "lueg luege mäld schryb schriib chum säg gim schaug schaugts kiek kiekt segg schriev klöck guggsch gugg "
    "gugge kumm schreiw luag schriw froog frog sach wees giff geev laat mell maak haal kööp luur teuv tööv "
    "roop sett rüef ruaf riaf kimm moch wart hoit hoid sog gäh gomm glick schdell kieke jeh jib schrieve "
    "kumme loor waat donn dunn probier"
)
_NOT_VERBS = keys(
    "nicht jetzt selbst sonst erst fast gut bekannt meist zuerst zunächst echt recht net ist hat tut wird "
    "sofort dort seit mit statt samt laut direkt leicht nett komplett kaputt insgesamt überhaupt "
    "vielleicht bereit gesamt nächst höchst eventuell zusammenhängt übernacht damit somit womit hiermit "
    "soweit derzeit jederzeit zurzeit schlecht acht satt alt kalt wert weit oft vielfalt perfekt exakt "
    "korrekt defekt verpackt bezahlt bestellt geliefert"
)


# `guckste`, `brauchste`; the others may be superlatives (`schärfste`) or nouns (`Verdienste`).
_SPOKEN_STEMS = (_STEMS | _DIALECT_IMPERATIVE) - keys(
    "schärf verdien fein rein reich schick sicher fix kühl leer locker still wach bleich trockn süß kram "
    "lei leit näher wunder block dünn kürz brems lieb"
)


_OF_DU = _SECOND_SINGULAR | _CONTRACTED | _DIALECT_SINGULAR
_SINGULAR = (  # without a prefix; `wechsle` is from `wechsel`
    (_STEMS | _STRONG.keys() | _DIALECT_IMPERATIVE)
    | {stem + "e" for stem in _STEMS | _STEMS_IN_E}
    | {stem[:-2] + "le" for stem in _STEMS if stem.endswith("el")}
)


def singular_imperative(word: str) -> bool:
    """Whether `word` can be an informal imperative to one person: `schreib`, `prüfe`, `gib`, `versuch's`."""
    if "'" in word:
        word = word.removesuffix("'s").removesuffix("'n")
    if word in _NEVER:
        return False
    if _is_singular(word):
        return True
    if len(word) < 5 or word[-1] != "s" or word[-2] == "e":
        return False
    return word[:-1] not in _DOUBTFUL and _is_singular(word[:-1])


def _is_singular(word: str) -> bool:
    if word in _SINGULAR:
        return True
    rests = _without(word, _PREFIXES)
    return bool(rests) and any(_is_singular(rest) for rest in rests if len(rest) > 3 or rest in _STRONG)


@lru_cache(maxsize=20_000)
def plural_imperative(word: str) -> bool:
    """Whether `word` can be an informal imperative to several people: `schreibt`, `meldet`, `gebt`."""
    word = word.removesuffix("'s")
    if word in _NEVER:
        return False
    if word in _STRONG.values() or (word.endswith("ts") and word[:-2] in _STEMS):
        return True
    stem = word.removesuffix("et") if word.endswith("et") else word.removesuffix("t")
    if stem != word and (stem in _STEMS or stem in _STEMS_IN_E or stem in _DIALECT_IMPERATIVE):
        return True
    return any(plural_imperative(rest) for rest in _without(word, _PREFIXES) if len(rest) > 3)


@lru_cache(maxsize=20_000)
def asked_of_people(verb: str) -> bool:
    """Whether `verb`, an infinitive or plural form, names something one asks of people: `umtauschen`."""
    stem = verb.removesuffix("n").removesuffix("e")
    if _is_singular(stem) or _is_singular(stem + "e") or stem + "t" in _STRONG_PLURAL:
        return stem != verb
    return any(asked_of_people(rest) for rest in _without(verb, _PARTS) if len(rest) > 4)


def rather_third_person(word: str) -> bool:
    """Whether `word` at a sentence's start is more often a shortened statement (`geht klar`)."""
    return (
        word in _RATHER_THIRD
        or word.removesuffix("s") in _RATHER_THIRD
        or word.removesuffix("'s") in _RATHER_THIRD
    )


def strong_imperative(word: str) -> bool:
    """Whether the stem vowel keeps `word` from being first person: `gib`, `lies`, `vergiss`, `sei`."""
    return word in _STRONG and word not in _DOUBTFUL


def noun_without_e(word: str) -> bool:
    """Whether `word` is a noun as it stands, and its verb's imperative ends in -e: `Antwort`, `Test`."""
    return word in _STEMS_IN_E


def doubtful_imperative(word: str) -> bool:
    """Whether `word` is as well a noun, a preposition or an adjective."""
    return word in _DOUBTFUL


@lru_cache(maxsize=20_000)
def likely_noun(word: str) -> bool:
    """Whether `word` is a noun made of a doubtful stem, as `Betrag` or `Erfolg`."""
    return not word.endswith("e") and any(
        rest in _DOUBTFUL or rest == "folg" for rest in _without(word, _PREFIXES)
    )


def second_singular(word: str) -> bool:
    """Whether `word` is a finite verb that only goes with `du`, also drawn together with it or in dialect."""
    if word in _OF_DU:
        return True
    if word.endswith(("st", "ste")):
        return _is_in_st(word)
    if "'" in word:
        bare = word.removesuffix("'s").removesuffix("'e").removesuffix("'n")
        return bare != word and second_singular(bare)
    return word.endswith("sch") and (word[:-3] + "st" in _SECOND_SINGULAR)


def _is_in_st(word: str) -> bool:
    """`schreibst`, `antwortest`, and as it is spoken `guckste`."""
    if word.endswith("ste"):
        return word[:-3] in _SPOKEN_STEMS
    return word[-3:-2] not in {"s", "x", "z"} and (word[:-2] in _STEMS or word[:-3] in _STEMS_IN_E)


@lru_cache(maxsize=20_000)
def second_plural(word: str) -> bool:
    """Whether `word` is a finite verb that only goes with `ihr`: `habt`, `könnt`, `mitnehmt`."""
    return (
        word in _SECOND_PLURAL
        or word in _STRONG_PLURAL
        or any(rest in _STRONG_PLURAL for rest in _without(word, _PARTS + _PREFIXES))
    )


_THINGS_IN_T = (
    "paket", "ticket", "geraet", "produkt", "internet", "projekt", "angebot", "konzept", "gehalt",
    "rabatt", "gebiet", "rezept", "bett", "boot", "fahrt", "zeit", "wort", "recht", "licht", "gericht",
    "nacht", "nachricht", "punkt", "postfach", "kontakt", "vertrauen", "blatt", "format", "guthaben",
    "schrift", "aufenthalt", "amt", "fahrrad",
)  # fmt: skip


def thing(word: str) -> bool:
    """Whether `word`, written small by a careless hand, is a thing rather than a verb in -t."""
    return word.endswith(_THINGS_IN_T) and not word.endswith("entlicht")


def participle(word: str) -> bool:
    """Whether `word` looks like a past participle: `geschrieben`, `erstattet`, `weitergegeben`."""
    return word != "ernst" and not thing(word) and (_participle.search(word) is not None)


def maybe_second_plural(word: str) -> bool:
    """Whether the ending of `word` agrees with `ihr`, though third person singular may look the same."""
    if len(word) <= 3 or not word.endswith("t") or word in _NOT_VERBS:
        return False
    return not word.endswith("st") or word[:-1] in _STEMS  # "reist", but not "fast"


_participle = re.compile(
    r"(?:^|ab|an|auf|aus|ein|mit|nach|vor|zu|weiter|her|hin|los)(?:ge|be|er|ver|ent|zer)\w{2,}(?:t|en)$|iert$"
)
_PLURAL = keys(
    "sind haben werden wurden waren hatten können konnten müssen mussten sollen sollten wollen wollten "
    "dürfen durften mögen möchten würden hätten wären könnten kommen kamen liegen lagen stehen gehen gingen "
    "fehlen tun wissen sehen machen glauben denken brauchen schauen han hebbt sünd ham bleiben melden "
    "kümmern arbeiten prüfen fahren fallen dauern gelten laufen liefern hefft köönt künnt wüllt wöllt "
    "schöölt schüllt mööt doot kaamt bruukt wöört weern harrn kunnen wullen san hom kinnan kenna kinna "
    "miassn woin soin derfn deafn wissn hättn kanntn kunntn mechtn"
)
_SWISS_PLURAL = keys(
    "händ hend hei chönd chönnd chöi chöit wänd wönd wend müend mönd gönd gänd sötted dörfed törfed möchted "
    "chömed wüssed finded"
)
_SWISS_STEMS = keys("chöm läs näm gniess")


def plural_verb(word: str) -> bool:
    """Whether `word` ends as a finite verb does with `sie` and `Sie`: -en, -ern, -eln, or `sind`, `tun`."""
    return common_plural_verb(word) or (len(word) > 3 and word.endswith(("en", "ern", "eln")))


def swiss_plural(word: str) -> bool:
    """Whether `word` is one of the Swiss verbs whose plural is the same for wir, ihr and sie: `händ`."""
    return word in _SWISS_PLURAL


@lru_cache(maxsize=20_000)
def swiss_imperative(word: str) -> bool:
    """Whether `word` asks several people in Swiss German: `lueged`, `chömid`."""
    stem = word.removesuffix("ed").removesuffix("id")
    return stem != word and (stem in _STEMS or stem in _DIALECT_IMPERATIVE or stem in _SWISS_STEMS)


def common_plural_verb(word: str) -> bool:
    """Whether `word` is one of the plural verbs that nearly every sentence with a plural subject has."""
    return word in _PLURAL or word in _SWISS_PLURAL


@lru_cache(maxsize=20_000)
def clipped_plural_verb(word: str) -> bool:
    """Whether `word` is such a verb as it is spoken: `schaun`, `hörn`, `wolln`, `könn`."""
    if len(word) < 4 or not word.endswith("n") or word.endswith("en"):
        return False
    full = {word[:-1] + "en", word + "en"}
    return not full.isdisjoint(_PLURAL) or asked_of_people(word[:-1] + "en")


def _without(word: str, beginnings: tuple[str, ...]) -> list[str]:
    if not word.startswith(beginnings):
        return []
    return [word[len(beginning) :] for beginning in beginnings if word.startswith(beginning)]
