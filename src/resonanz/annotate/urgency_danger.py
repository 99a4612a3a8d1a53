"""The rules of `urgency` for danger to people: shut in, fire, hurt, unsafe goods and vehicles, violence."""

from __future__ import annotations

from resonanz.annotate.urgency_words import (
    ANYBODY,
    DEVICE,
    HARM,
    MONEY,
    NOW,
    PRESENT,
    SHUT_IN,
    SMALL,
    VICTIM,
    Rule,
    W,
    safety,
)

DANGER: tuple[Rule, ...] = (
    # Somebody cannot get out ---------------------------------------------------------------------
    safety("shut_in", SHUT_IN, SMALL),
    safety(
        "shut_in",
        rf"{SHUT_IN}|\bh[aä]ng\w*\b[^.!?;,]{{0,50}}\bfest\b|\bsitz(?:e|t|"
        rf"en)\b[^.!?;,]{{0,50}}\bfest\b|festsitz(?:t|en)",
        r"\b(?:aufzug|fahrstuhl|lift|kofferraum|toilette|wc|klo|tiefgarage|parkhaus|keller|gondel|"
        r"seilbahn|"
        r"tunnel|kühlraum|filiale|elevator|trunk|toilet|restroom|basement|cable car)\b",
    ),
    safety(
        "shut_in",
        rf"{SHUT_IN}|türen? (?:geh(?:t|en)|lässt|lassen)[^.!?]{{0,30}}(?:nicht|"
        rf"nimmer)[^.!?]{{0,12}}(?:auf|öffnen)|"
        r"doors? (?:won'?t|will not|do(?:es)? not|doesn'?t) open",
        r"\b\d\d\s?(?:°|grad|degrees)|\bhitze|\bheat\b|\bhot\b|heiß|keine luft|no air|panik\b|"
        r"panic|ohnmächtig|"
        rf"(?:kreislauf|kollabier){W}*|faint",
    ),
    safety(
        "heat",
        SMALL,
        r"\bhei(?:ß|ss)\w*|\bhitze\b|\b(?:3|4)\d\s?(?:°|grad)|\bhot\b|\bheat\b|boiling|glühend",
        r"\b(?:auto|wagen|kofferraum|transportbox|van|lieferwagen|car|trunk|van|vehicle)\b",
        r"\b(?:zu|allein\w*|eingesperrt|drin|niemand|keiner|parkplatz|alone|closed|locked|nobody|"
        r"no one|parking|inside)\b",
        despite_denial=True,
    ),
    safety(
        "child_missing",
        rf"{SMALL}[^.!?]{{0,60}}(?:verschwunden|vermisst|verloren gegangen|weggelaufen|ist weg\b(?! vo[nm])|"
        r"nicht mehr da|"
        r"is missing|went missing|has disappeared|is gone|got lost|alone on|left alone)",
        despite_denial=True,
    ),
    safety(
        "child_missing",
        r"\b(?:mein|meine|unser|unsere|ein|eine|das|my|our|"
        rf"a)e?[nr]?\s+(?:\w+\s+)?{SMALL}[^.!?]{{0,50}}"
        r"(?:(?:ganz )?allein(?:e)? (?:im|am|auf|in)|abgefahren ohne|ohne mich|ohne uns|"
        r"without (?:me|us)|by (?:him|her)self)",
        r"\b(?:zug|bahn\w*|bahnsteig|gleis|auto|bus|flughafen|haltestelle|train|platform|station|"
        r"car|airport|bus)\b",
        despite_denial=True,
    ),
    # Fire, smoke, gas, current -------------------------------------------------------------------
    safety(
        "fire",
        r"\b(?:es|hier|da|etwas|was) brennt\b|\bbrennt (?:es|gerade|lichterloh|hier|bei uns)\b|"
        r"in flammen|"
        r"\b(?:feuer|brand) (?:im|in|auf|bei|an|am|ausgebrochen|gefangen)\b|feuer gefangen|"
        r"in brand geraten|"
        r"(?:wohnungs|zimmer|keller|kabel|akku|küchen|schwel|dachstuhl)brand\b|stichflamme\w*|"
        r"flammen (?:aus|schlagen|schlugen)|"
        r"\b(?:on fire|caught fire|catch(?:es|ing)? fire|burst into flames|in flames|"
        r"flames (?:coming|shooting))\b|"
        r"\bthere(?:'s| is) (?:a )?(?:fire|smoke)\b|\bfire (?:in|on|at) (?:the|our|my|your)\b|"
        r"house fire",
    ),
    safety(
        "fire",
        r"\b(?:brennt|brannte|brennend\w*|qualmt|qualmte|raucht|rauchte|explodiert\w*|explodierte|"
        r"glüht|glühte|"
        r"geschmolzen|schmilzt|schmort|schmorte|verschmort\w*|durchgeschmort\w*|abgebrannt|funken|"
        r"funkt|"
        r"überhitzt|burning|smoking|exploded|explodes|explosion|sparks|sparking|smouldering|"
        r"melted|melting|"
        r"overheat(?:ed|ing))\b",
        DEVICE,
    ),
    safety(
        "fire",
        r"\brauch (?:im|in|aus|kommt|steigt|dringt)|rauchentwicklung|es (?:riecht|"
        r"stinkt) (?:\w+ ){0,3}(?:verbrannt|verschmort|nach rauch|nach feuer)|"
        r"brandgeruch|smoke (?:in|from|coming|filling|everywhere)|smell(?:s|ing)? (?:of |"
        r"like )?(?:smoke|burning)",
    ),
    safety(
        "gas",
        r"gasgeruch|gas tritt aus|gasleck\w*|gas ausgetreten|(?:riecht|"
        r"stinkt)[^.!?]{0,50} nach gas\b|gasgestank|kohlenmonoxid\w*|co-melder|"
        r"gas leak|smells? of gas|smells? like gas|smell gas|carbon monoxide|chlorgas",
    ),
    safety(
        "current",
        r"stromschlag|einen schlag bekommen|eine gewischt bekommen|unter strom|kabel liegt blank|"
        r"blanke[sn]? kabel|"
        r"electric shock|electrocut\w+|got shocked|live wire|exposed wires?",
    ),
    # Hurt or ill ---------------------------------------------------------------------------------
    safety(
        "medical",
        r"\b(?:bewusstlos\w*|ohnmächtig|zusammengebrochen|kollabiert|notarzt|rettungswagen|"
        r"krankenwagen|"
        r"krampfanfall|epileptisch\w* anfall|herzinfarkt|herzstillstand|schlaganfall|reanimier\w*|"
        r"brustschmerz\w*|schmerzen in der brust|atemnot|krampft|hat krämpfe|chest pains?|"
        r"blue lips|overdose\w*|überdosis|anaphylakt\w*|allergische[nr]? schock|lebensgefahr|"
        r"unconscious|passed out|"
        r"collapsed|seizure|heart attack|cardiac arrest|stroke|anaphyla\w+|epipen|ambulance|"
        r"paramedics?|"
        r"not breathing|isn'?t breathing|stopped breathing|can'?t breathe|cannot breathe)\b|"
        r"\b(?:bekomm\w*|krieg\w*) (?:\w+ ){0,3}keine luft|atmet (?:\w+ )?nicht|keine luft mehr|"
        r"\b(?:er|sie|es|kind|baby) erstickt|am ersticken\b",
        despite_denial=True,
    ),
    safety(
        "injured",
        r"\b(?:blutet|blute|bluten|blutüberströmt|bleeding|bleeds|angefahren|umgefahren|"
        r"überfahren|knocked over|"
        r"hit (?:a|an|my|the|our) (?:\w+ )?(?:cyclist|pedestrian|kid|child|boy|girl|man|woman|"
        r"dog|cat|person|passenger))\b",
        rf"{ANYBODY}|\b(?:radfahrer\w*|fußgänger\w*|cyclist|pedestrian|hand|finger|kopf|gesicht|"
        r"head|face)\b",
        rf"{NOW}|\b(?:ihr|euer|eure[rnms]?|ihre[rnms]?|your|stark|heavily|badly|a lot|"
        r"weitergefahren|drove off|keiner|niemand|nobody|no one)\b",
    ),
    safety(
        "injured",
        r"\b(?:verletzt\b|schwer verletzt|blutet|bluten|blutüberströmt|verbrüht|verätzt|"
        r"verbrennungen|verbrannt|"
        r"gequetscht|eingeklemmt|gestürzt|angefahren|überfahren|umgefahren|gebissen|schnittwunde|"
        r"platzwunde|"
        r"gebrochen|injured|bleeding|burn(?:s|t|ed)|scalded|crushed|fell|fallen|blute|got hurt|"
        r"hurt (?:himself|herself|"
        r"my|badly)|hit by|run over|cut (?:my|his|her|their))\b",
        rf"(?:{SMALL}|\b(?:mutter|vater|mama|papa|oma|opa|frau|mann|person(?:en)?|fahrgast|"
        r"fahrgäste|jemand|kollege|"
        r"kollegin|mich|mir|wir|hand|finger|arm|bein|gesicht|augen?|mother|father|mum|mom|dad|"
        r"grandma|wife|husband|"
        rf"someone|somebody|passenger|people|me|my|hand|finger|face|eyes?)\b)",
        rf"{NOW}|\b(?:krankenhaus|klinik|notaufnahme|hospital|emergency room|a&e|er\b|blut\w*|"
        r"blood|durch (?:ihr|euer|den|das|die|eure?n?|ihre?n?)|"
        r"rettung|arzt|doctor|nach dem (?:essen|benutzen|auspacken)|beim (?:öffnen|benutzen|"
        r"auspacken|einsteigen|aussteigen)|from your|by your|using your|"
        r"kommt|someone come|schwer|(?:on|in|at) your|(?:in|auf|an) (?:eurer|ihrer|eurem|ihrem)|"
        r"bei (?:euch|ihnen))\b",
    ),
    safety(
        "accident",
        r"\b(?:unfall|unfälle|zusammenstoß|entgleist\w*|accident|crash(?:ed)?|collision|derailed)\b",
        r"\b(?:ihr|euer|eure?m?|ihre?m?|ihrem|your|mietwagen|leihwagen|rental|fahrer|driver|bus|"
        r"filiale|parkplatz|"
        r"rolltreppe|escalator|wir (?:sind|hatten|haben|stehen)|ich (?:hatte|habe|bin)|i(?:'ve|"
        r" have)? (?:had|just)|we(?:'ve| have)? (?:had|just))\b",
        rf"{NOW}|\b(?:verletzt\w*|pannendienst|notruf|injured|hurt|autobahn|motorway|highway)\b",
    ),
    safety(
        "swallowed",
        r"\b(?:verschluckt|geschluckt|runtergeschluckt|hinuntergeschluckt|swallowed|choking|"
        r"choked|ingested|erstickt)\b",
        rf"(?:{SMALL}|\b(?:magnet\w*|knopfzelle\w*|batterie\w*|scherbe\w*|splitter|kleinteil\w*|"
        r"glas|plastik\w*|metall\w*|"
        rf"reiniger|tablette\w*|button cell|battery|glass|magnet|plastic|detergent|bleach)\b)",
    ),
    safety(
        "harmful_goods",
        r"\b(?:glas(?:scherben?|splitter)|scherben?|metall(?:späne|stück\w*|splitter)|"
        r"rasierklinge\w*|nägel|nagel|nadeln?|"
        r"schrauben?|plastik(?:teil\w*|stück\w*)|schimmel\w*|verschimmelt\w*|maden|würmer|maggots|"
        r"worms|mou?ld|mou?ldy|fremdkörper|foreign object|glass (?:shards?|splinters?)|"
        r"shards? of glass|piece of (?:glass|metal|plastic)|"
        r"razor blade|needle|metal (?:piece|shavings))\b",
        r"\b(?:(?:im|in der|in dem|in|aus dem|in den|in mein\w*|in eur\w*|"
        rf"in ihr\w*) (?:\w+ ){{0,3}}(?:{W}*brei|{W}*gläschen|{W}*milch|"
        rf"{W}*nahrung|{W}*kost|{W}*essen|{W}*salat|{W}*brot|{W}*brötchen|{W}*joghurt|{W}*saft|"
        rf"{W}*kuchen|{W}*suppe|{W}*pizza|{W}*burger|{W}*wurst|{W}*müsli|{W}*schokolade|cola|"
        rf"wasser|teig|{W}*pudding|{W}*soße|"
        rf"mund)|(?:in|inside) (?:(?:my|our|the|your|his|her) )?(?:\w+ ){{0,3}}(?:baby ?food|"
        r"formula|milk|bread|salad|yogh?urt|juice|cake|soup|"
        rf"pizza|burger|cereal|chocolate|jar|food|meal|mouth))\b",
    ),
    safety(
        "poisoned",
        r"\b(?:vergiftet|vergiftung\w*|lebensmittelvergiftung|salmonellen|giftnotruf|poison(?:ed|"
        r"ing)?|allergische reaktion|"
        r"allergic reaction|salmonella|erstickungsgefahr)\b",
        rf"{ANYBODY}|{NOW}",
    ),
    safety(
        "vehicle",
        r"\bbremsen?\b[^.!?]{0,40}(?:versag\w*|ausgefallen|funktionier\w* (?:\w+ )?nicht|"
        r"gehen nicht|ohne wirkung|greifen nicht)|"
        r"(?:no|without) brakes|(?:keine|ohne) bremsen?|brakes? (?:\w+ )?(?:fail(?:ed|ing|s)?|"
        r"stopped working|don'?t work|not working|gave out)|lenkung blockiert|lenkung ausgefallen|"
        r"gas(?:pedal)? (?:hängt|klemmt)|airbag\w* (?:ausgelöst|explodiert)|steering (?:locked|"
        r"failed)|"
        r"(?:fährt|fahren|unterwegs)[^.!?]{0,30} mit offene[nr]? türe?n?|(?:driving|moving|"
        r"going)[^.!?]{0,30} with (?:the |its |an )?(?:open doors?|doors? open)|"
        r"rad (?:hat sich )?gelöst|reifen geplatzt",
        despite_denial=True,
    ),
    safety(
        "medical",
        r"\b(?:umgekippt|umgefallen|zusammengesackt|zusammengeklappt|abgestürzt|(?:runter|"
        r"hinunter|herunter)gefallen|(?:runter|hinunter|herunter)gestürzt|"
        r"(?:bewegt|rührt) sich (?:\w+ )?nicht|sich nicht mehr (?:bewegt|rührt)|"
        r"reagiert (?:\w+ )?nicht(?: mehr)?|nicht (?:mehr )?ansprechbar|regungslos|leblos|"
        r"(?:schreit|schreie|wimmert|krümmt sich) (?:\w+ )?vor schmerz\w*|starke schmerzen|"
        r"blau angelaufen|erbricht|übergibt sich|kotzt blut|spuckt blut|"
        r"unresponsive|not responding|not moving|isn'?t moving|lying on the (?:floor|ground|"
        r"platform)|fell (?:off|down|from|onto|over)|screaming in pain|in (?:severe|terrible|"
        r"a lot of) pain|"
        r"turning blue|throwing up|vomiting|fainted|keeled over)\b",
        rf"(?:{SMALL}|\b(?:frau|mann|mutter|vater|mama|papa|oma|opa|großmutter|großvater|person|"
        r"mensch|fahrgast|kollege|kollegin|nachbar\w*|herr|dame|jemand|einer|someone|somebody|"
        r"schüler\w*|jugendliche\w*|kund(?:e|in)|radfahrer\w*|lady|gentleman|customer|passenger|"
        r"woman|man|guy|person|mother|father|mum|mom|dad|grand\w+|wife|husband|he|she)\b)",
        rf"{NOW}|\b(?:eur\w+|ihr(?:e[rnms]?)?|your|bahn|zug|bus|filiale|laden|parkplatz|bahnsteig|"
        r"platform|store|train|gate|neben mir|next to me|wer|who|staff|schmerz\w*|pain|arzt|"
        r"doctor)\b",
        despite_denial=True,
    ),
    safety(
        "vehicle",
        rf"\b(?:{W}*fahrer\w*|lokführer\w*|pilot\w*|driver|kutscher|kurier|courier)\b",
        r"\b(?:betrunken|besoffen|alkoholisiert|zugekifft|(?:schläft|eingeschlafen)|am steuer|"
        r"drunk|asleep|falling asleep|high on|texting|swerving|rast durch|fährt schlangenlinien)\b",
        rf"{NOW}|\b(?:sitzen|sitze|fährt|unterwegs|driving|behind the wheel|on board|wir sind|"
        r"we(?: are|\'re)|i(?: am|\'m))\b",
    ),
    safety(
        "gas",
        r"\bgas ?(?:smell|odou?r)|geruch (?:\w+ )?nach gas|(?:smell|reek)(?:s|"
        r"ing)? (?:\w+ ){0,3}(?:of |like )gas\b",
    ),
    safety(
        "fire",
        r"\b(?:qualm|rauch|smoke)\b",
        r"\b(?:kommt|steigt|dringt|zieht|überall|dicht\w*|schwarz\w*|aus (?:der|dem|den|meine\w*|"
        r"unsere\w*|eure\w*)|coming|pouring|filling|thick|black|billowing)\b",
    ),
    safety(
        "fraud",
        r"\b(?:leer ?geräumt|geplündert|abgeräumt|drained|emptied|cleaned out|wiped out)\b",
        MONEY,
    ),
    safety(
        "fraud",
        r"\b(?:fernzugriff|fernwartung|teamviewer|anydesk|remote access|remote control)\b",
        r"\b(?:angeblich\w*|techniker\w*|anruf\w*|mitarbeiter\w*|support|betrüger\w*|gegeben|"
        r"noch drauf|scam\w*|caller|called|phone|let him|gave|pretend\w*)\b",
    ),
    safety(
        "fraud",
        r"\b(?:angebliche[rnms]?|falsche[rnms]?|vermeintliche[rnms]?|fake|supposed|so-called|"
        r"phony|bogus)\b",
        rf"\b(?:{W}*techniker\w*|{W}*mitarbeiter\w*|{W}*berater\w*|polizist\w*|inkasso|support|"
        r"kundendienst|rechnung\w*|bank\w*|technician|employee|agent|officer|invoice|rep\b)\b",
        r"\b(?:konto|geld|überweis\w*|tan|pin|passwort|daten|haustür|wohnung|anruf\w*|ruft|"
        r"zahl\w*|pc|computer|account|money|pay|transfer|password|details|door|call\w*)\b",
        rf"{NOW}|\b(?:heute|eben|today)\b",
    ),
    safety(
        "fraud",
        r"\b(?:in meinem namen|unter meinem namen|auf meinen namen|mit meiner identität|"
        r"identitätsdiebstahl|in my name|as me|under my name|identity theft|stole my identity|"
        r"posing as me|pretending to be me)\b",
        r"\b(?:jemand|irgendwer|fremde\w*|unbekannte\w*|schreib\w*|bestell\w*|kredit|vertrag|"
        r"konto|account|profil|someone|somebody|stranger|orders?|loan|credit|contract|messag\w*|"
        r"writing|opened)\b",
    ),
    safety(
        "fraud",
        r"\b(?:bucht|buchen|abgebucht|abbuchung\w*|belastet|charg(?:e|es|ed|ing)|debit(?:s|ed|ing))\b",
        r"\b(?:karte|kreditkarte|konto|paypal|card|account)\b",
        r"\b(?:alle paar minuten|immer wieder|schon wieder|laufend|ständig|im minutentakt|"
        r"nichts bestellt|nie bestellt|nichts gekauft|every few minutes|again and again|keeps?|"
        r"did ?n[o']t (?:order|buy)|"
        r"never (?:ordered|bought)|over and over)\b",
        despite_denial=True,
    ),
    safety(
        "self_harm",
        r"\b(?:nehme? (?:ich )?mir (?:\w+ ){0,2}das leben|(?:wozu|warum|"
        r"wofür) (?:\w+ ){0,3}(?:weiterleben|noch leben)|(?:keine?n?|"
        r"null) (?:\w+ )?(?:lebenswillen?|lebensmut|grund (?:mehr )?(?:zu|zum) leben)|"
        r"(?:will|wünsch\w*|hoff\w*|möchte) (?:\w+,? ){0,5}(?:dass )?(?:\w+ ){0,3}(?:alles|es|"
        r"das) (?:\w+ ){0,3}(?:vorbei|aufhört|zu ende) (?:ist|wäre)|(?:lieber|wäre ich|"
        r"besser) (?:\w+ ){0,2}tot\b|tot (?:sein|wäre)\b|"
        r"(?:häng|erhäng|erschieß|ertränk|vergift)\w* (?:ich )?mich(?: auf)?\b|"
        r"mich (?:\w+ ){0,2}(?:aufhängen|erhängen|erschießen|ertränken|vor den zug)|pulsadern|"
        r"(?:kein\w*|keinen) ausweg mehr|leb(?:t)? wohl\b|"
        r"sterben (?:will|möchte|werde)|(?:letzte nachricht|abschied für immer)|"
        r"nicht mehr aufwach\w*|ich verschwinde für immer|(?:sind|"
        r"bist) (?:\w+ )?schuld,? wenn ich (?:\w+ )?(?:tot|sterbe|weg))\b",
        despite_denial=True,
    ),
    safety(
        "self_harm",
        r"\b(?:rather be dead|wish i (?:was|were) (?:dead|never born)|want to be dead|(?:bunch|"
        r"handful|lot|bottle) of (?:my |the )?(?:\w+ )?(?:pills|tablets)|overdos(?:e|ed|ing)|"
        r"hang(?:ing)? myself|shoot(?:ing)? myself|drown(?:ing)? myself|slit my wrists|"
        r"nothing (?:left )?to live for|no point (?:in )?(?:living|being alive)|tired of (?:living|"
        r"being alive|life)|"
        r"(?:can'?t|cannot) (?:live|take) (?:\w+ ){0,3}any ?more[^.!?]{0,40}(?:goodbye|tonight|"
        r"end|dead|die|life)|goodbye (?:world|everyone|forever)|this is my last (?:message|post|"
        r"day)|suicide note|my blood will be on)\b",
        despite_denial=True,
    ),
    # Violence ------------------------------------------------------------------------------------
    safety(
        "violence",
        r"\b(?:bedroht|bedrohen|messer|pistole|schusswaffe|waffe|geschlagen|verprügel\w*|"
        r"schlägerei|prügel\w*|überfall\w*|"
        r"ausgeraubt|begrapscht|sexuell belästigt|belästigt|gestalkt|verfolgt|vergewaltig\w*|"
        r"angegriffen|attackiert|angeschossen|"
        r"threatened|threatening|threatens|knife|gun|weapon|beaten|beating|assault\w*|attacked|"
        r"attacking|robbed|"
        r"harass(?:ed|ing)|stalk(?:ed|ing)|following me|groped|rape)\b",
        r"\b(?:mich|uns|mir|frau|mann|mädchen|junge|kind|mitarbeiter\w*|fahrer\w*|fahrgast|"
        r"fahrgäste|jemand\w*|schaffner\w*|kassierer\w*|beamt\w*|verkäufer\w*|personal|"
        r"angestellte\w*|"
        r"tochter|sohn|kunden|kundin|verkäufer\w*|me|us|woman|man|girl|boy|driver|passengers?|"
        r"someone|staff|employee|daughter|son)\b",
        rf"{NOW}|\b(?:im (?:zug|bus|laden|markt|wagen)|in (?:der|ihrer|eurer) (?:bahn|filiale|tram|"
        r"s-bahn|u-bahn)|polizei|police|"
        rf"on (?:the|your) (?:train|bus)|in (?:the|your) (?:store|shop|branch))\b",
    ),
    safety(
        "weapon",
        r"\b(?:pistole|revolver|gewehr|schusswaffe|machete|bewaffnet\w*|mit (?:\w+ )?(?:messer|"
        r"waffe|axt|schlagstock|flasche) (?:in der hand|bewaffnet|auf)|"
        r"mit (?:einem |einer |dem )?(?:messer|waffe|axt|machete)|(?:with|has|holding|"
        r"pulled) (?:a|his|her) (?:gun|knife|weapon|machete|bat|rifle)|gunman|armed)\b",
        r"\b(?:jemand|mann|typ|kerl|frau|person|leute|jugendliche\w*|betrunkene\w*|räuber\w*|man|"
        r"guy|someone|somebody|woman|people|teenagers?|robber\w*)\b",
    ),
    safety(
        "violence",
        r"\b(?:schl[aä]g(?:t|en)|tr[ie]tt|treten|würgt|würgen|prügel(?:t|n)|geht los|gehen los|"
        r"stößt|schubst|greift|attackiert|bedroht|hits|hitting|punch(?:es|ing)|"
        r"kick(?:s|ing)|chok(?:es|ing)|beats|beating|attacks|attacking|"
        r"pushing)\b[^.!?]{0,60}\b(?:frau|mann|mädchen|jungen?|kind|fahrgast|fahrgäste|"
        r"fahrer\w*|"
        r"schaffner\w*|kassierer\w*|mitarbeiter\w*|jemanden|leute|woman|man|girl|boy|child|"
        r"passengers?|driver|cashier|employee|someone|people)\b",
        rf"{NOW}|\b(?:polizei|police|security|(?:im|in der|in eurem|in eurer|vor der|"
        r"vor eurer) (?:\w+ )?(?:zug|bahn|s-bahn|u-bahn|bus|tram|laden|markt|filiale|wagen)|zug|"
        r"bus|train|store|platform)\b",
    ),
    safety(
        "violence",
        r"\b(?:amok\w*|bombendrohung|bombe (?:im|in|gelegt|platzt)|geiselnahme|schüsse|"
        r"schießt um sich|messerangriff|messerattacke|"
        r"active shooter|shots fired|bomb threat|bomb (?:in|at)|hostage|stabbing|stabbed|"
        r"(?:bring|mach|stech|knall|schlag)\w* (?:ich |wir )?(?:euch|sie|dich|ihn)(?: alle|"
        r" beide)? (?:um\b|kalt|ab\b|tot)|(?:euch|sie|dich|ihn)(?: alle)? (?:umbringen|abstechen|"
        r"abknallen|totschlagen)|"
        r"i(?:'ll| will|'m going to|'m gonna) (?:kill|shoot|stab) (?:you|him|her|them|everyone))\b",
    ),
    safety(
        "danger",
        r"\b(?:herrenlos\w*|verdächtige[rsnm]?|unbeaufsichtigte[rsnm]?|unattended|abandoned|suspicious) "
        r"(?:[^\W_]+ )?(?:koffer|trolley|reisetasche|tasche|rucksack|paket|gegenstand|gepäckstück|bag|"
        r"suitcase|"
        r"package|backpack|parcel)\b",
        r"\b(?:terminal|bahnsteig|gleis|zug|bahn|s-bahn|u-bahn|bus|bahnhof|flughafen|filiale|halle|gate|"
        r"eingang|"
        r"wagen|abteil|schalter|platform|station|airport|train|concourse|lobby|store)\b",
    ),
    # Broad words together ------------------------------------------------------------------------
    safety("danger", HARM, rf"{VICTIM}|{PRESENT}"),
    safety(
        "danger",
        r"\b(?:husten\w*|übergibt sich|übergeben sich|brandblasen|blasen an|ausschlag|blisters|"
        r"coughing|throwing up|vomiting|rash|dizzy|schwindlig|übelkeit)\b",
        r"\b(?:leute|menschen|straße|haus|kinder|schüler|people|kids|i have|i'?ve got|ich habe|"
        r"habe ich|we all|alle)\b",
        r"\b(?:gas|chlor\w*|riecht|geruch|dampf|dämpfe|rauch|trinkwasser|wasser|smells?|smoke|"
        r"fumes|leaking|burn\w*|verbrannt|heiß|eur\w+|ihr\w*|your)\b",
    ),
    safety("danger", HARM, rf"{SMALL}|\b(?:leute|menschen|fahrgäste|kinder|people|passengers|kids)\b", NOW),
    safety(
        "danger",
        r"\b(?:kein(?:e|en)?|no|fehlt|without)\b[^.!?]{0,30}\b(?:bademeister\w*|aufsicht|"
        r"rettungsschwimmer\w*|lifeguard)\b|\b(?:treibt|liegt) (?:\w+ ){0,2}(?:im wasser|"
        r"reglos)|"
        r"playing on the (?:tracks|rails|road)|spielen auf (?:den|dem) (?:gleisen?|bahngleisen?)",
        rf"{SMALL}|{NOW}",
        despite_denial=True,
    ),
)
