"""What only sounds like danger, for `urgency`: manners of speaking, denials, stories, the past, the news."""

from __future__ import annotations

DENIALS = (
    r"\b(?:kein(?:e[rnms]?)?|nicht|nie|niemals|niemand(?:en|em)?|ohne|weder|zum glück|gott sei dank|"
    r"fast|beinahe|"
    r"no|not|never|nobody|no one|without|neither|almost|nearly|luckily|thank god|isn'?t|wasn'?t|"
    r"aren'?t|don'?t|didn'?t|hasn'?t)"
)
DENIED_AFTER = (
    r"(?:nicht|niemand|keiner|never|nobody|no one|zum glück nicht|wurde(?:n)? (?:niemand|keiner)|"
    r"wäre\w*|würde\w*)\b"
)

IDIOMS = (
    # dying, killing, suffering that is none
    (
        r"(?:sterbe|sterben|stirbt|gestorben|tot|totgelacht|krank|ohnmächtig|schreie?|brüll\w*|heule?|"
        r"weine?|platze|ersticke?n?|erstickt) (?:\w+ ){0,2}vor (?:\w+ )?(?:lachen|freude|glück|langeweile|"
        r"scham|lauter|neid|neugier\w*|aufregung|hunger|durst|lachanfall|arbeit)"
    ),
    (
        r"vor (?:lachen|langeweile|scham|hunger|neugier\w*|lauter \w+|freude) (?:\w+ ){0,3}(?:sterben|"
        r"sterbe|gestorben|tot|ersticken|erstickt)"
    ),
    (
        r"(?:am|im) (?:\w+ )?(?:papierkram|formularen|spam|werbung|mails?) (?:zu )?erstick\w*|(?:in|"
        r"an) (?:\w+ )?(?:arbeit|papierkram|formularen|mails?|werbung|spam|bürokratie|müll|"
        r"plastik) (?:zu )?erstick\w*"
    ),
    r"zum (?:sterben|totlachen|umfallen|davonlaufen|weglaufen|heulen|schreien)( \w+)?",
    (
        r"für (?:\w+ ){1,3}(?:sterben|töten|morden|gestorben)|(?:sterben|töten|morden) für|lach(?:e|t|"
        r"en)? mich (?:\w+ )?(?:tot|kaputt|schlapp)"
    ),
    (
        r"(?:kann|könnte|möchte) (?:man |ich )?(?:\w+ )?(?:die wände|aus der haut|in die luft gehen|"
        r"wahnsinnig)"
    ),
    (
        r"die kugel geben|das leben schwer|bis zum umfallen|todmüde|todsicher|sterbenslangweilig|"
        r"mordsmäßig\w*|mords\w+"
    ),
    (
        r"(?:seid|sind|bist|ist) (?:ihr|sie|du|der|die|das)\w* (?:\w+ ){0,2}lebensmüde|"
        r"lebensmüde (?:fahr\w*|aktion|idee)"
    ),
    (
        r"bring(?:t|st|en)? mich (?:\w+ ){0,4}(?:zum (?:lachen|weinen|lächeln|schmunzeln|verzweifeln|"
        r"nachdenken|kochen)|um den (?:verstand|schlaf)|auf die palme|um (?:meine|die|mein) (?:nerven|"
        r"schlaf|geduld|zeit|ruhe))"
    ),
    r"(?:würde|könnte|bringe?|bring) (?:\w+ ){0,3}mich (?:noch )?um(?:bringen)? (?:vor|für|nach) \w+",
    (
        r"\b(?:dying|die|died|dead|choking|cried|crying|crashed) (?:of|from|with) (?:laughter|laughing|"
        r"boredom|embarrassment|excitement|joy|hunger|cuteness)"
    ),
    (
        r"(?:dying|die) (?:to|for) (?:know|try|see|get|a|an|the|some|this)\w*|to die for|"
        r"laughed? (?:so hard )?(?:i|we) (?:almost |nearly )?(?:died|choked|passed out)|i'?m dead\b|"
        r"drop[- ]dead|dying over here|i'?m dying"
    ),
    (
        r"(?:would|could) kill for|kill(?:ing|s)? (?:it|time|me softly|two birds|the vibe|my vibe|"
        r"the mood|my battery)|killer (?:deal|app|feature|track|product|offer)|(?:is|are|was|"
        r"were) killing (?:me|it)|this app is killing"
    ),
    (
        r"(?:shoot|shot|shooting) (?:me|us|you|them|him|her|over) (?:an?|the|your|some)? ?(?:e?-?mail|dm|"
        r"message|line|text|video|film|photo\w*)"
    ),
    (
        r"heart attack (?:when|at the price|from the price)|gave me a heart attack|"
        r"almost had a heart attack|herzinfarkt (?:bekommen|gekriegt)?,? (?:als|wegen|bei)|(?:fast|"
        r"beinahe|halben|kleinen?|mittleren) (?:\w+ )?(?:einen )?(?:herzinfarkt|herzkasper)|"
        r"herzstillstand (?:bei|als|wegen)"
    ),
    # the body and the mouth that only complain, and a farewell to things
    (
        r"vor wut (?:\w+ )?(?:ohnmächtig|ersticken)|ohnmächtig vor|(?:rücken|kopf|hitze|magen|preis\w*|"
        r"stress) "
        r"bringt mich (?:noch )?um|(?:mund|zunge|gaumen) (?:\w+ )?brennt|shampoo brennt|"
        r"mouth (?:is )?on fire|"
        r"(?:leb|lebt) wohl,? (?:du |ihr )?(?:alte|liebe|mein|teure)\w*|erstickungsgefahr-?\w*(?=-|hinweis)|"
        r"erstickungsgefahr-\w+|stabbed (?:me|us|him|her|you) in the back|schlag versetzt|schlag ins gesicht|"
        r"mit (?:dem|diesem|eurem) messer (?:kommt|kann|lässt|schneide\w*|bekomm\w*)|"
        r"(?:\w+-)(?:playmobil|kostüm|spielset|lego)|(?:my |our )?ears (?:are |were )?bleeding|(?:fell|"
        r"fallen) asleep|(?:ambulance|fire truck|police|gun) (?:toy|costume|playset)"
    ),
    # bills that kill, a mood that is poisoned, gas that is given, a bomb of news
    (
        r"(?:rechnung\w*|[^\W\d_]*rechnung|preise?|kosten|miete|gebühren?|tarife?|abschlag|nachzahlung|"
        r"wartezeit|"
        r"hotline|montag|arbeit) bring(?:t|en) mich (?:noch )?um|vergiftet (?:\w+ )?(?:nur |höchstens "
        r")?(?:die |das )?"
        r"(?:stimmung|klima|verhältnis|arbeitsklima)|\bgas (?:zu )?geben|\bgib(?:t)? gas\b|bombe platzt "
        r"(?:\w+ ){0,2}"
        r"(?:morgen|heute|bald|am|um|demnächst)|(?:welche[rsn]?|which|what) (?:\w+ )?(?:fits|passt)\b"
    ),
    # a child that is asked about before it goes, or goes every day
    (
        r"\b(?:kann|können|könnte|darf|dürfen|dürfte|soll|sollte|can|could|may|is|are)\b(?: [^\W_]+){0,2} "
        r"(?:mein\w*|unser\w*|ein|eine|das|die|der|my|our|a)?\s?(?:[^\W_]+ )?(?:kind(?:er)?|sohn|söhne|"
        r"tochter|"
        r"töchter|enkel\w*|junge|mädchen|child|children|kids?|son|daughter)\b[^.!?]{0,50}\b(?:alleine?|"
        r"alone)\b"
        r"[^.!?]{0,60}\b(?:fahren|reisen|fliegen|mitfahren|unterwegs sein|sitzen|bleiben|gehen|warten|"
        r"travel|fly|ride|"
        r"sit|stay|go|wait)\b"
    ),
    (
        r"\b(?:fährt|fahren|fliegt|fliegen|reist|reisen|geht|travels?|fly|flies|rides?)\b (?:[^\W_]+ "
        r"){0,5}(?:morgen|"
        r"seit|nächste\w*|ab|zum ersten mal|das erste mal|jeden|immer|oft|manchmal|bald|tomorrow|every|"
        r"often|soon|"
        r"next)\b (?:[^\W_]+ ){0,4}(?:alleine?|alone)\b"
    ),
    (
        r"\b(?:alleine?|alone)\b[^.!?]{0,50}(?:ab wann|ab welchem alter|erlaubt|begleitservice|begleitung\?|"
        r"at what age|allowed)|(?:ab wann|ab welchem alter|erlaubt|at what "
        r"age)\b[^.!?]{0,50}\b(?:alleine?|alone)\b"
    ),
    # a shop that is called fake
    (
        r"\b(?:ihr seid|sie sind|du bist|seid ihr|sind sie|you(?:'re| are)|are you) (?:\w+ ){0,3}"
        r"fake[- ]?(?:shop|store)\w*"
    ),
    # fire that is none
    (
        r"brand[- ]new|fire (?:over|off|up) (?:an?|your|the|a quick)|brand(?:neu|aktuell|heiß|gefährlich|"
        r"brief\w*|name\w*|marke|new|schutz\w*|melder|ing)\b|brandneue\w*|new brand|rebrand\w*"
    ),
    (
        r"brennt (?:mir|uns|es (?:mir|uns|ihm|ihr|euch)) (?:\w+ ){0,3}(?:unter den nägeln|auf der seele|"
        r"auf den nägeln|auf der zunge)|wo brennt(?:'s| es)|wenn der hut brennt|hütte brennt|"
        r"der baum brennt|kittel brennt"
    ),
    (
        r"(?:brenne?|brennt|brennen|brannte) (?:\w+ ){0,3}(?:für|darauf|drauf|auf (?:die|das|den)|"
        r"vor (?:neugier|ehrgeiz|eifer))|brennend (?:interessi\w+|heiß|aktuell)|"
        r"brennende[nrs]? (?:frage\w*|interesse|thema|sehnsucht)"
    ),
    (
        r"feuer und flamme|feuer (?:im|unterm|unter dem) hintern|mit dem feuer|feuer frei|feuerwerk\w*|"
        r"feuerfest\w*|feuer(?:abend|probe|taufe|eifer)|feier?abend|unter feuer|öl ins feuer|"
        r"für (?:\w+ )?die hand ins feuer"
    ),
    (
        r"(?:sonnen|wein|brannt|sod|send)brand|sodbrennen|licht(?:er)? brenn(?:t|en)|kerzen? brenn(?:t|"
        r"en)|brennen (?:cds?|dvds?|lassen)|(?:cd|dvd|blu-?ray)s? (?:zu )?brenn\w*|lämpchen (?:brennt|"
        r"leuchtet)|(?:lampe|leuchte|lämpchen|led|licht|birne|"
        r"anzeige)(?: \w+){0,3} brennt(?! (?:lichterloh|ab))|brennt (?:die|das|eine|"
        r"ein) (?:\w+ )?(?:lampe|licht|lämpchen|birne|led|kerze)|(?:lampe|licht|birne|led|rot|grün|orange|"
        r"gelb) brennt|brennt (?:rot|grün|orange|gelb|nicht mehr)"
    ),
    (
        r"(?:mixtape|track|album|song|beat|deal|deals|outfit|server|chat|this place|sale|you(?:'re| are)|"
        r"team|he'?s|she'?s|they(?:'re| are)) (?:is |are |was )?(?:so )?(?:on fire|fire\b|lit)|"
        r"on fire (?:today|tonight|lately|this (?:week|year))|set the world on fire|like wildfire|"
        r"fire sale|fired up|you'?re fired|(?:got|get|was|been|being|should be|be) fired|fire (?:tv|stick|"
        r"hd|tablet|him|her|them|your|the|whoever|drill|sign|alarm test)|hire and fire|kindle fire|"
        r"firefox|firewall|amazon fire|under fire|firework\w*"
    ),
    (
        r"(?:mir|uns|ihm|ihr|der|dem|kopf|schädel) raucht (?:\w+ )?(?:der )?(?:kopf|schädel)?|"
        r"kopf (?:raucht|qualmt|explodiert)|(?:er|sie|ich|man|wer|jemand|niemand|kollege|nachbar|fahrer|"
        r"leute|typ|mann|frau) (?:\w+ ){0,4}(?:raucht|rauchte)|(?:raucht|rauchen|rauchte) (?:jemand|einer|"
        r"man|er|sie|der|die|auf|im|am|hier)|rauch(?:er|verbot|frei)\w*|smok(?:ing|er)s? (?:area|ban|"
        r"section|room|is|allowed|prohibited)|no smoking|non-?smok\w+|smoking (?:hot|deal|gun|on|in)|"
        r"smoking[- ]?jacket|smoke(?:d)? (?:salmon|detector\w*|free)|rauch(?:melder|zeichen)|räucher\w*"
    ),
    (
        r"(?:preise|kosten|zahlen|nachfrage|kopf|postfach|speicher|akku|handy|telefon|chat|"
        r"leitung\w*) (?:\w+ ){0,2}(?:explodier\w*|glüh\w*)|(?:prices?|costs?|phones?|inbox|head|sales|"
        r"popularity) (?:\w+ )?(?:explod\w+|melt\w*|blow\w*)|explosion(?:s)? of (?:flavou?r|colou?r|"
        r"taste)|geschmacksexplosion\w*|preisexplosion\w*|kostenexplosion\w*|drähte glühen"
    ),
    (
        r"(?:zwischen|noch) funkt|funkt (?:es|nicht|dazwischen)|funk(?:loch|löcher|netz|mast|stille|"
        r"uhr)\w*|überspringende[rn]? funke\w*|(?:kein(?:en)?|ohne) funken(?: \w+)?|keinen funken|"
        r"funken (?:verstand|anstand|wahrheit|hoffnung|ehre|geduld)|der funke"
    ),
    # bombs, shots, knives, blows that are none
    (
        r"bomben(?:stimmung|wetter|sicher|idee|ding|erfolg|preis)\w*|sexbombe|(?:ist|sind|war|echt|"
        r"einfach) (?:\w+ )?(?:die |eine )?bombe\b|(?:the|da|is) bomb\b|photo ?bomb\w*|schnappschüsse\w*|"
        r"schüsse (?:aufs|auf das) tor|screenshots?|(?:foto|schnapp|profi|abo|start|neben|warn)schuss|"
        r"waffeleisen|waffel\w*|schweizer (?:taschen)?messer|taschenmesser|küchenmesser|kochmesser|"
        r"brotmesser|messerset|messerblock|messer (?:gekauft|bestellt|geliefert|set|stumpf|scharf|"
        r"schärf\w*)|strom(?:messer|zähler)|durchmesser|messerscharf|messe(?:r)?(?:gelände|stand|besuch)|"
        r"knife (?:set|block|sharpener|drawer)|(?:kitchen|pocket|bread|chef'?s) knife|nerf gun|glue gun|"
        r"heat gun|gun(?:na|metal)"
    ),
    (
        r"(?:sich |mich |uns |euch )?geschlagen geben|um längen geschlagen|(?:alle|"
        r"jeden) rekorde? geschlagen|vorgeschlagen|nachgeschlagen|aufgeschlagen|eingeschlagen|"
        r"abgeschlagen|beat (?:the|any|that|this|our|your) (?:price|deal|offer|record|competition|queue|"
        r"line|traffic|rush)|unbeat\w+|beating heart"
    ),
    (
        r"preis(?:schlacht|kampf)|(?:ge)?schlägt mir auf|schlag auf schlag|überfall(?:en)? (?:mich|"
        r"uns) mit|verfolg(?:e|t|en)? (?:ich |ihr |ihre |eure |die |das |den |euch |sendung|paket|bestell|"
        r"lieferung|den )\w*|(?:sendung|paket|lieferung|status|bestellung|das thema|die diskussion|"
        r"euch schon) (?:\w+ ){0,3}(?:verfolg\w*)|sendungsverfolg\w*|von (?:\w+ )?(?:werbung|mails?|pech|"
        r"newsletter\w*|cookies?|bannern?|angeboten) (?:\w+ )?(?:verfolgt|belästigt|bombardiert)|"
        r"(?:werbung|newsletter|anzeigen?|cookies?|mails?|werbeanrufe\w*|pech) (?:\w+ ){0,4}(?:verfolg\w*|"
        r"belästig\w*)|following (?:me|you) (?:back|on|for|since|here|around the)|thanks? for following|"
        r"harass(?:ed|ing)? (?:\w+ ){0,2}(?:by|with) (?:e?mails?|spam|calls|marketing|newsletters|"
        r"adverts?|ads)|spam(?:med)? (?:and )?harass\w*"
    ),
    # shut in that is nothing
    (
        r"kind allein zu haus\w*|home alone|allein zu haus|(?:in|an) (?:der |einer )?(?:warteschleife|"
        r"hotline|schleife|endlosschleife|menü|formular|bestellprozess|login\w*|loop|queue|abo\w*|"
        r"vertrag\w*|telefonwarteschleife|captcha|chatbot) (?:\w+ ){0,3}(?:fest|gefangen|eingesperrt|"
        r"stecken)\w*|(?:steck\w*|häng\w*|sitz\w*|gefangen|festgehalten) (?:\w+ ){0,4}(?:in|im|"
        r"an) (?:der |einer |eurer |ihrer |eurem |ihrem |dieser |diesem )?(?:\w+ )?(?:warteschleife|"
        r"hotline|endlosschleife|menü|formular|bestellprozess|login\w*|loop|abo\w*|vertrag\w*|"
        r"telefonwarteschleife|captcha|chatbot|verteilzentrum|zoll|paketzentrum|depot|update\w*)(?: fest)?"
    ),
    (
        r"(?:paket|sendung|lieferung|bestellung|päckchen|brief|ware|package|parcel|order|delivery|"
        r"shipment) (?:\w+ ){0,6}(?:fest|stecken\w*|stuck|gefangen|verloren gegangen|verschwunden|weg\b|"
        r"gestrandet|stranded|hängt)\w*|stuck in (?:a |the |your |an )?(?:\w+ )?(?:loop|queue|traffic|"
        r"customs|transit|my head|menu|limbo|hell|past|phone tree|line|update|warehouse|depot|90s|80s)|"
        r"stuck (?:at|on) (?:\d+ ?%|the login|the loading|loading|level|step|hold|page|this)|(?:app|"
        r"update|bildschirm|download|system|seite|screen|website|site|page|"
        r"installation) (?:\w+ ){0,3}(?:eingefroren|hängt|steckt|stuck|stranded|crash\w*)|crash(?:ed|es|"
        r"ing)? (?:when|every|again|on|the app|app|my browser|after the)|(?:app|site|website|server|"
        r"browser|game|system|phone|laptop) (?:\w+ ){0,2}crash(?:ed|es|ing)?|trapped in (?:a |the |your |"
        r"this )?(?:\w+ )?(?:contract|loop|menu|subscription)|daten(?:unfall|leck)|stecke (?:da |"
        r"gerade )?nicht drin"
    ),
    # hacked, stolen, poisoned as a manner of speaking; blows to the purse
    (
        r"life ?hack\w*|lifehack|hackfleisch|gehackte[snmr]? (?:zwiebel|petersilie|kräuter|nüsse|mandeln|"
        r"tomaten|fleisch)\w*|(?:growth|bio|travel|kitchen) ?hack\w*|hackepeter|feingehackt|"
        r"zeit (?:\w+ )?(?:geklaut|gestohlen|gestohlen bekommen)|(?:mir|uns) (?:\w+ )?die zeit|"
        r"zeit(?:dieb\w*|räuber\w*)|stole (?:my|our) heart|herz gestohlen|schau gestohlen|"
        r"gestohlen bleiben|can get stuffed|daylight robbery|highway robbery|modern robbery|"
        r"giftig(?:e[rnsm]?)? (?:ton|kommentar\w*|stimmung)|toxic|vergiftet(?:e[rnsm]?)? (?:stimmung|"
        r"klima|atmosphäre|verhältnis)|stimmung (?:\w+ )?vergiftet|stroke of (?:luck|genius)|(?:brush|key|"
        r"pen|back|breast)strokes?|ambulance chas\w+|burn(?:t|ed)? (?:out|toast|through|a hole|calories|"
        r"fat)|burnout|burn(?:s)? (?:rate|subtitles)|(?:sick|savage|sweet|nice) burn|slow burn\w*|"
        r"cd burn\w*|burning (?:question|issue|desire|man|calories)|(?:feel )?the burn\b|"
        r"verbrannt(?:e[rnsm]?)? (?:erde|pizza|toast|brötchen|kaffee|geld|milliarden|millionen)|"
        r"geld (?:\w+ )?verbrannt|zunge (?:\w+ )?verbrannt|finger (?:\w+ )?verbrannt haben|mund verbrannt|"
        r"herz (?:\w+ )?(?:gebrochen|blutet)|blut(?:et|ete)? (?:mir |uns )?das herz|mein herz blutet|"
        r"wort gebrochen|versprechen (?:\w+ )?gebrochen|gebrochen(?:e[snr]?)? (?:versprech\w*|deutsch|"
        r"herz\w*|englisch)|vertrag (?:\w+ )?gebrochen|rekord\w* gebrochen|kurs(?:e)? (?:\w+ )?gestürzt|"
        r"abgestürzt\w*|preise? (?:\w+ )?gestürzt|(?:in|ins) (?:unkosten|arbeit|abenteuer|"
        r"vergnügen) gestürzt|gefallen (?:lassen|hat|mir)|fallen in love|prices? (?:have |has )?fallen|"
        r"fallen (?:asleep|apart|behind|through|short|off the radar)|cut (?:my|his|her|their) (?:bill|"
        r"costs?|hair|grass|losses|internet|service)|hurt (?:my|his|her|your) (?:feelings|brain|wallet|"
        r"business|brand)|brain hurt\w*|gefühle verletzt|verletzt (?:\w+ ){0,4}(?:vertrag|recht|rechte|"
        r"gesetz|dsgvo|urheberrecht|regeln|datenschutz|pflicht\w*|würde|gefühle)|(?:rechte?|gesetz|dsgvo|"
        r"urheberrecht|regeln|datenschutz|pflicht|würde|gefühle|eitelkeit|stolz) (?:\w+ ){0,3}verletz\w*|"
        r"verletzt (?:ausgewechselt|ausgefallen|fehlt|raus)|verletzungs\w*|unfall(?:versicherung|frei|"
        r"schutz|kasse|statistik|schwerpunkt|police|datenschreiber)\w*|(?:haftpflicht|"
        r"kranken)versicher\w*|car accident insurance|accident(?:ally|al)|by accident|happy accident|"
        r"krankenhaus(?:tagegeld|zusatz)\w*|brems(?:t|en) (?:mich|uns|das|die|den|internet|alles)|"
        r"(?:daten|datei|disk|drosselung|internet|upload|download) (?:\w+ )?bremse"
    ),
    (
        r"(?:medikamenten?|arznei)(?:packung|plan|box)|rezept(?:e|idee\w*)? (?:für|von|aus|mit|zu[mr]?)|"
        r"(?:tolles|leckeres|neues|lieblings|koch|back)(?:\s|-)?rezept\w*|erfolgsrezept|geheimrezept|"
        r"formula (?:one|1|e|for success)"
    ),
    # trouble with posts, reviews, games
    (
        r"(?:panik|shit|wut|lach)(?:attacke|anfall|storm)|notfall(?:s|plan|knopf|kontakt|koffer|set|"
        r"nummer|ordner|paket|service|karte)\w*|im notfall|für den notfall|für notfälle|emergency (?:exit|"
        r"contact|fund|kit|break|chocolate|meeting|number)|in case of (?:an )?emergency|for emergencies|"
        r"kein notfall|(?:urlaub|urlaubs)notfall|dringend (?:\w+ ){0,3}(?:verbesser\w*|überarbeit\w*|"
        r"ändern|geändert|nötig|notwendig|reform\w*|nachbesser\w*|mal|abraten|empfehlen|empfohlen|"
        r"brauch\w* ein update)|dringend(?:er|e|en)? (?:bedarf|handlungsbedarf|empfehlung|"
        r"verbesserungsbedarf)|abraten|needs? urgent(?:ly)? (?:to (?:improve|change|be)|improvement|"
        r"update|fixing|reform)|sense of urgency|non-?urgent|nicht dringend|not urgent|no rush|keine eile|"
        r"eilt nicht"
    ),
    (
        r"\bbetrug!+|so ein betrug|reiner betrug|das ist (?:doch |ja |glatter |purer |reine[r]? )?betrug|"
        r"betrug am (?:kunden|verbraucher|wähler)|alles betrug|was für ein betrug|total(?:er)? betrug|"
        r"nur betrug|betrügerverein|betrüger(?:bande|laden|firma|pack|verein)|ihr betrüger|(?:alles|nur|"
        r"lauter|solche) betrüger|(?:what a|such a|total|complete|just a|absolute|pure) (?:scam|fraud|"
        r"rip-?off)|bunch of (?:scammers|thieves|crooks|frauds)|you (?:scammers|thieves|crooks|frauds)|"
        r"(?:this|it|that)(?:'s| is) (?:just |such )?(?:a )?(?:scam|fraud|theft|robbery)"
    ),
)

_STORY = (
    r"film(?:s|e|en)?|kinofilm|kino|serie|serien|folge|staffel|roman|krimi|tatort|hörbuch|hörspiel|"
    r"thriller|doku\w*|theater\w*|musical|oper|drama|podcast|"
    r"videospiel|computerspiel|game|gameplay|spielstand|level|charakter|song|lied|lyrics|songtext|"
    r"album|netflix|movie|series|episode|season \d|novel|book|"
    r"audiobook|trailer|fiction|documentary|hashtag|meme|buch|bücher|theaterstück|quiz|rätsel|"
    r"escape ?room|gedicht|traum|geträumt|dream(?:ed|t)?"
)
ONLY_TOLD = (
    r"\+\+\+|\bums leben gekommen|\bgetötet",
    rf"\b(?:{_STORY})\b",
    # in the past
    (
        r"\b(?:letzte[nsrm]? (?:jahr|monat|woche|sommer|winter|herbst|frühling)|voriges jahr|vorigen|"
        r"vergangene[nsrm]? (?:jahr|monat|woche)|vor (?:vielen |ein paar |einigen |\w+ )?(?:jahren|monaten|"
        r"wochen)|damals|früher|einst|"
        r"jahrelang|last (?:year|month|summer|winter|week)|(?:years?|months?|weeks?) ago|back then|"
        r"used to|(?:19|20)\d\d)\b"
    ),
    # only thought of, asked in general, or practised
    (
        r"\b(?:was (?:passiert|tun|macht? (?:man|ihr|ich)|wäre|ist),? (?:\w+ ){0,2}(?:wenn|falls)|"
        r"angenommen|stell(?:t|en sie)? (?:dir|euch|sich) vor|theoretisch|hypothetisch|what (?:if|happens|"
        r"should (?:i|we|one) do) (?:\w+ ){0,2}(?:if|when)|what if|hypothetically|"
        r"suppose|imagine|falls (?:mal|je|jemals|es|mein|das|ein)|sollte (?:mal|je|jemals|es einmal|"
        r"das gerät|der akku|ein)|im falle|bei (?:einem|einer) (?:brand|unfall|feuer|stromausfall|verlust|"
        r"diebstahl|betrug)|in case (?:of|my)|"
        r"versicher(?:t|ung|n|ungs\w*)|(?:räumungs|brandschutz|feuerwehr|notfall|evakuierungs)übung\w*|"
        r"probealarm|übungsalarm|fire drill|test alarm|ausbildung\w*|schulung\w*|training|workshop|"
        r"vortrag|seminar|tipps?|ratgeber|vorbeug\w*|vermeide[nt]?|schützen (?:vor|gegen)|schutz (?:vor|"
        r"gegen)|warnung vor|prevention|protect against|how to avoid|avoid\w*|statisti\w*|studie|prozent|"
        r"percent|weltweit|worldwide|hätte\w*)\b"
    ),
    # news about others
    (
        r"\b(?:laut (?:polizei|medien\w*|bericht\w*|zeugen)|polizei (?:sucht|meldet|ermittelt|bittet)|"
        r"die polizei in|bundespolizei|staatsanwalt\w*|nachrichten|schlagzeile\w*|eilmeldung|"
        r"pressemitteilung|pol-\w+|mutmaßlich\w*|"
        r"(?<!mein )(?<!meine )(?<!meinen )(?<!unser )(?<!unsere )(?:1[3-9]|[2-9]\d)-jährige[rnms]?|"
        r"breaking(?: news)?|news:|"
        r"according to (?:police|reports)|police (?:say|report|are looking)|"
        r"spendet|spenden\w*|gedenk\w*|mahnwache|jahrestag|anniversary|in memory|ukraine|gaza|krieg|"
        r"war zone|bundesliga|spieltag|elfmeter|prozess|gericht verurteilt|verurteilt|landgericht|"
        r"amtsgericht)\b"
    ),
    (
        r"\b(?:nach|seit|wegen) (?:dem|des|einem|eines) (?:groß|groß-)?brand\w*|\bvom brand\b|"
        r"in der zeitung|gelesen|\bread about\b|\b(?:summers?|winters?) ago\b|\bich hatte mal\b"
    ),
    # settled, with thanks
    (
        r"\b(?:danke|dank|vielen dank|merci|thanks?|thank you|props|kudos|großes lob|lob an|shout ?out|"
        r"gerettet|saved (?:my|our|his|her)|konnte (?:\w+ )?gelöscht werden|wieder (?:frei|da|gesund|"
        r"aufgetaucht|gefunden)|all(?:es)? (?:wieder )?(?:gut|ok|okay)|entwarnung|all clear|false alarm|"
        r"fehlalarm)\b"
    ),
)
