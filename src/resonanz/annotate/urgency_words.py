"""The words that the rules of `urgency` are made of: people, places, things, and what danger sounds like.

All are regular expressions without regard to large and small letters; none is specific to one company.
"""

from __future__ import annotations

from typing import NamedTuple

from resonanz.case import Urgency as Level


class Rule(NamedTuple):
    """A rule: code, level, and what has to be said: the word that presses first, then what stands near it.

    With `despite_denial` a "not" beside the first part changes nothing.
    """

    code: str
    level: Level
    parts: tuple[str, ...]
    despite_denial: bool = False


def safety(code: str, *parts: str, despite_denial: bool = False) -> Rule:
    """A rule for the safety lane."""
    return Rule(code, Level.SAFETY, parts, despite_denial)


def urgent(code: str, *parts: str, despite_denial: bool = False) -> Rule:
    """A rule for what cannot wait until tomorrow."""
    return Rule(code, Level.URGENT, parts, despite_denial)


W = r"[^\W\d_]"
SMALL = (
    rf"\b(?:kind(?:er|ern|es)?|kleinkind{W}*|baby{W}*|babies|säugling{W}*|neugeborene\w*|tochter|"
    r"töchter|söhne|"
    rf"sohn(?:es)?|enkel{W}*|neffe\w*|nichte\w*|mädchen|junge|bub|kleine[rn]?|hund(?:e|es)?|welpe\w*|"
    r"katze\w*|"
    r"child(?:ren)?|kids?|toddler|infant|daughter|son|boy|girl|dog|puppy|cat)\b"
)
GROWN = (
    r"\b(?:frau|mann|mutter|vater|mama|papa|oma|opa|gro(?:ß|ss)mutter|gro(?:ß|ss)vater|eltern|"
    r"person(?:en)?|"
    rf"menschen|leute|fahrg(?:ast|äste){W}*|kollege\w*|kollegin\w*|nachbar\w*|mitreisende\w*|schwester|"
    r"bruder|"
    r"rentner\w*|rollstuhlfahrer\w*|jemand(?:en|em)?|freund(?:in)?|wir|ich|mich|uns|er|sie|"
    r"wife|husband|mother|father|mum|mom|dad|grand(?:ma|pa|mother|father)|people|person|someone|somebody|"
    r"passengers?|neighbou?r|friend|we|us|i|me|he|she|they|man|woman)\b"
)
ANYBODY = rf"(?:{SMALL}|{GROWN})"
NOW = (
    r"\b(?:jetzt|gerade|grade|eben|soeben|momentan|aktuell|hier|immer noch|seit|sofort|schnell|hilfe|"
    r"now|right now|just|currently|here|still|help|happening|quick(?:ly)?|immediately)\b"
)
PLACE = (
    r"\b(?:aufzug|fahrstuhl|lift|auto|wagen|kofferraum|zug|waggon|abteil|tram|straßenbahn|u-bahn|"
    r"s-bahn|bus|"
    r"toilette|wc|klo|umkleide\w*|keller|tiefgarage|parkhaus|filiale|laden|geschäft|gondel|seilbahn|"
    r"tunnel|"
    r"schlie(?:ß|ss)fach|packstation|kühlraum|elevator|car|trunk|boot|train|carriage|toilet|restroom|"
    r"store|"
    rf"shop|basement|garage|cable car|subway|coach|vehicle|fahrzeug|mietwagen|carsharing{W}*)\b"
)
SHUT_IN = (
    r"eingesperrt|eingeschlossen|eingeklemmt|gefangen|\bsteck(?:t|en?)\b[^.!?;,]{0,60}\bfest\b|"
    r"festgesteckt|"
    r"steckengeblieben|stecken geblieben|locked in(?:side)?|locked (?:himself|herself|themselves) in|"
    r"trapped|"
    r"stuck in|stuck inside|shut in|can'?t get out|cannot get out|"
    r"kommen? (?:\w+ ){0,3}nicht (?:mehr )?(?:he)?raus|"
    r"kommt (?:\w+ ){0,3}nicht (?:mehr )?(?:he)?raus"
)
DEVICE = (
    rf"\b(?:{W}*akkus?|{W}*batterien?|{W}*gerät\w*|ladegerät\w*|ladekabel|netzteil\w*|{W}*ger[äa]te?|handy|"
    rf"{W}*telefon|smartphone|laptop|notebook|tablet|router|toaster|waschmaschine|trockner|spülmaschine|"
    r"geschirrspüler|kühlschrank|herd|backofen|wasserkocher|e-?(?:bike|scooter|roller)|scooter|"
    r"pedelec|föhn|"
    rf"heizdecke|heizung|therme|steckdose|mehrfachstecker|stecker|lampe|powerbank|kaffeemaschine|drucker|"
    r"staubsauger|wallbox|auto|motor|bus|zug|wagen|battery|charger|phone|laptop|device|appliance|"
    r"washing machine|"
    r"dryer|dishwasher|fridge|oven|kettle|socket|outlet|plug|heater|blanket|car|engine|train|scooter|"
    r"bike|router)\b"
)
MONEY = (
    rf"\b(?:{W}*konto|{W}*konten|account|{W}*karten?|{W}*kreditkarte\w*|girocard|geld|euro|€|sparbuch|"
    r"depot|wallet|"
    rf"paypal|profil|kundenkonto|zugang|zugangsdaten|passwort|tan|tans|pin|iban|bank{W}*|überweisung\w*|"
    rf"bank account|card|credit card|money|password|login|savings|e-?mail{W}*|identität|handynummer|sim)\b"
)

# Broad words: each says little alone, so the rules ask for people and for the present.
HARM = (
    r"\b(?:verletz\w*|blut(?:et|en|e|ig)|atmet|atmen|erstick\w*|(?:keine|kaum|schwer|"
    r"schlecht) (?:noch )?luft|luftnot|atemnot|(?:zu|an)?geschwollen\w*|zuschwellen|schwillt|"
    r"ertrink\w*|treibt im wasser|untergeh\w*|ohnmächtig|bewusstlos|umgekippt|zusammengebrochen|"
    r"krampf\w*|vergift\w*|verätz\w*|verbrüh\w*|verbrenn\w*|verschluck\w*|abgebrochen|"
    r"brennt|brand|flammen|feuer|qualm\w*|raucht|funken|explodier\w*|verschmort\w*|stromschlag|"
    r"gasgeruch|(?:ein|fest)geklemmt|eingesperrt|eingeschlossen|randalier\w*|beil|axt|messer|pistole|"
    r"waffe|bedroh\w*|"
    r"prügel\w*|schlägerei|überfall\w*|angegriffen|belästig\w*|verunreinigt|reinigungsmittel|bleiche|"
    r"scherben?|splitter|metallstück|stück (?:metall|glas|plastik|draht)|"
    r"blut (?:ge)?spuck\w*|spuckt blut|brandblasen|am boden|gerutscht|gestürzt|stürzt|chlor|husten\w*|"
    r"herzschrittmacher\w*|übergibt sich|übergeben sich|hängt? (?:\w+ ){0,5}fest|schlagen funken|"
    r"blisters|coughing|chlorine|leaking|pacemaker|filming (?:girls|women|me|us|people)|fell|"
    r"wandering alone|hurt|injured|bleed\w*|breathe?|breathing|chok\w+|drown\w*|swell\w*|swollen|"
    r"faint\w*|unconscious|collapsed|seizure|poison\w*|burn(?:ed|t|ing|s)?|swallow\w*|fire|flames|"
    r"smoke|smoking|sparks?|sparking|"
    r"explod\w+|electr\w+ shock|trapped|locked in|knife|gun|weapon|threaten\w*|attack\w*|assault\w*|"
    r"contaminated|bleach|shards?|drunk)\b"
)
VICTIM = (
    rf"(?:{SMALL}|\b(?:meine?[rnms]?|unsere?[rnms]?) (?:\w+ )?(?:frau|mann|mutter|vater|oma|opa|"
    r"schwester|bruder|freund(?:in)?|kollegin|kollege|hand|finger|auge|gesicht|bein|arm|zahn|mund)\b|"
    r"\b(?:my|our) (?:\w+ )?(?:wife|husband|mother|mum|mom|father|dad|sister|brother|friend|hand|"
    r"finger|eye|face|leg|arm|tooth|mouth|neighbou?r)\b|"
    r"\b(?:ein|eine|einen|der|die|jemand|a|an|the|some) ?(?:\w+ )?(?:mann|frau|fahrer(?:in)?|fahrgast|"
    r"kundin|kunde|mitarbeiter(?:in)?|person|passagier\w*|jugendliche\w*|radfahrer\w*|gesicht|"
    rf"man|woman|lady|driver|passenger|customer|employee|person|guy|someone|teenager)\b)"
)
PRESENT = (
    r"\b(?:gerade|grade|jetzt|eben|soeben|sofort|hilfe|hier (?:ist|liegt|steht|sind|brennt|randaliert|"
    r"läuft)|liegt|bekommt|kriegt|treibt|steht|spielen|fehlt|nach (?:eurem|eurer|euren|ihrem|ihrer|"
    r"ihren|dem (?:essen|auftragen|trinken|öffnen|benutzen))|"
    r"in (?:eurem|eurer|euren|ihrem|ihrer|meinem|meiner|unserem)|auf (?:eurem|eurer|ihrem|ihrer)|"
    r"aus (?:eurem|eurer)|vor (?:dem|eurem|eurer) laden|vor (?:der|eurer) filiale|notaufnahme|notarzt|"
    r"right now|is coming|help|just (?:now|happened)|(?:is|are) (?:\w+ )?(?:having|bleeding|lying|"
    r"choking|playing|swelling|burning|trapped|attacking|threatening|drunk|on)|(?:to|from|after|in|at|"
    r"on) your|911|emergency room|in the er\b)\b"
)
CROOK = (
    r"\b(?:betrüger\w*|betrugs\w*|fremde[rn]?|unbekannte[rn]?|hacker\w*|jemand anderes|phishing\w*|"
    r"unbefugt\w*|unberechtigt\w*|gehackt|missbrauch\w*|enkeltrick|schockanruf|abzocker\w*|anrufer\w*|"
    r"scammer\w*|fraud\w*|stranger\w*|hacked|hackers?|someone|thie(?:f|ves)|stolen|unauthori[sz]ed|"
    r"criminals?)\b"
)
TAKEN = (
    r"\b(?:überweis\w*|abgebucht|abbuch\w*|bestell(?:t|en)|eingekauft|kauft|kaufen|bucht|ändert|"
    r"geändert|übertr[aä]g\w*|erspart\w*|tan\b|pin\b|passwort\w*|zugangsdaten|kreditkart\w*|leer|"
    r"geleert|zugriff|"
    r"transfer\w*|charg(?:ed|ing|es)|order(?:ed|ing|s)|buying|bought|changed|draining|savings|"
    r"password|code|access|using|spend\w*|withdr\w*)\b"
)
