"""The rules of `urgency` for fraud under way, threats of self-harm, essential supply, deadlines today."""

from __future__ import annotations

from resonanz.annotate.urgency_words import ANYBODY, CROOK, MONEY, NOW, SMALL, TAKEN, Rule, W, safety, urgent

OTHERS: tuple[Rule, ...] = (
    # Fraud under way -----------------------------------------------------------------------------
    safety(
        "fraud",
        r"\b(?:gehackt|gehacked|geknackt|gekapert|gehijackt|hacked|hijacked|compromised|taken over|"
        r"broken into|"
        r"übernommen)\b",
        r"(?:\b(?:mein|meine|meinen|meinem|unser|unsere|my|our|mir|mich|eben|gerade|wurde|been|"
        r"was|seid)\b.*)",
        MONEY,
    ),
    safety(
        "fraud",
        r"\b(?:jemand|irgendwer|irgendjemand|ein fremder|fremde|unbekannte|betrüger|hacker|"
        r"someone|somebody|a stranger|scammers?|"
        r"fraudsters?|hackers?|thie(?:f|ves))\b[^.!?]{0,90}\b(?:bestellt|bucht|kauft|überweist|"
        r"abgebucht|abbucht|"
        r"eingeloggt|angemeldet|zugriff|auf mein\w* namen|mit mein\w* (?:konto|karte|daten|namen)|"
        r"geändert|"
        r"leert|gibt sich|order(?:ing|ed|s)|buying|bought|spending|using my|used my|charg(?:ing|"
        r"ed)|withdrawing|withdrew|logged in|"
        r"in my name|access to my|changed my|emptying|transferring|draining)\b",
    ),
    safety(
        "fraud",
        r"\b(?:tan|tans|pin|passwort|kreditkartendaten|kartendaten|kontodaten|zugangsdaten|"
        r"bankdaten|sicherheitscode|daten|iban|"
        r"one[- ]time code|otp|password|card (?:details|number)|bank details|"
        r"verification code)\b[^.!?]{0,70}"
        r"\b(?:eingegeben|gesagt|genannt|mitgeteilt|angegeben|durchgegeben|weitergegeben|"
        r"herausgegeben|rausgegeben|verraten|geschickt|preisgegeben|entered|gave|given|told|"
        r"shared)\b|"
        r"\b(?:entered|gave|given|shared|told)\b[^.!?]{0,50}\b(?:pin|password|card (?:details|"
        r"number)|bank details|code|otp)\b",
        r"\b(?:phishing\w*|betrüger\w*|betrug\w*|fake\w*|gefälscht\w*|link|sms|mail|e-mail|"
        r"anruf\w*|angerufen|falsch\w*|echt|unseriös|scam\w*|"
        r"fraud\w*|caller|called|call|text|email|suspicious|jetzt|gerade|now)\b",
    ),
    safety(
        "fraud",
        rf"\b(?:einkäufe?|bestellung(?:en)?|{W}*buchung(?:en)?|überweisung(?:en)?|zahlung(?:en)?|"
        r"käufe?|verträge?|vertrag|abo|purchases?|charges?|orders?|payments?|transfers?|"
        rf"transactions?|bookings?|withdrawals?)\b[^.!?]{{0,80}}\b(?:(?:nicht|nie|"
        r"niemals) (?:\w+ )?(?:gemacht|getätigt|veranlasst|bestellt|autorisiert|abgeschlossen|"
        r"ausgelöst|von mir)|"
        r"(?:i )?(?:did ?n[o']t|never|have ?n[o']t|didnt) (?:make|made|place|placed|"
        r"authori[sz]ed?|order|approve[d]?|do))\b",
        MONEY,
        despite_denial=True,
    ),
    safety(
        "fraud",
        r"\b(?:unbefugt\w*|unberechtigt\w*|unautorisiert\w*|ohne mein (?:wissen|zutun|"
        r"einverständnis)|without my (?:knowledge|permission|consent)|fraudulently)\b",
        r"\b(?:kreditkarte|karte|konto|paypal|card|account)\b",
        r"\b(?:belastet|abgebucht|abgehoben|benutzt|verwendet|überwiesen|zugegriffen|charged|used|"
        r"debited|accessed|withdrawn)\b",
        despite_denial=True,
    ),
    safety(
        "spied_on",
        r"\b(?:jemand|irgendwer|fremde[rn]?|unbekannte[r]?|someone|somebody|a stranger|strangers|"
        r"a voice|eine stimme|hackers?)\b[^.!?]{0,60}\b(?:zugriff|beobachtet|redet|spricht|"
        r"access|watching|talking|spying|listening)\b",
        r"\b(?:kamera\w*|babyphone?|webcam|türklingel|smart ?home|mikrofon|camera|monitor|"
        r"doorbell|microphone|alexa|speaker)\b",
    ),
    safety(
        "fraud",
        r"\b(?:unberechtigt\w*|unbefugt\w*|nicht autorisiert\w*|unautorisiert\w*|fremde|"
        r"unbekannte|betrügerisch\w*|unauthori[sz]ed|"
        rf"fraudulent|unknown|suspicious)\s+(?:\w+\s+)?(?:{W}*abbuchung\w*|{W}*buchung\w*|"
        rf"{W}*überweisung\w*|{W}*zahlung\w*|bestellung\w*|"
        r"zugriff\w*|anmeldung\w*|login\w*|transaktion\w*|charges?|transactions?|payments?|"
        r"orders?|transfers?|withdrawals?|logins?|access)",
    ),
    safety(
        "fraud",
        r"\b(?:karte|kreditkarte|girocard|handy|portemonnaie|geldbörse|geldbeutel|geldbeutel|"
        r"brieftasche|ausweis|tasche|rucksack|wallet|card|purse|phone|bag)\b"
        r"[^.!?]{0,50}\b(?:geklaut|gestohlen|entwendet|stolen|nicked|pickpocketed)\b|"
        r"\b(?:stole|stolen|gestohlen|geklaut)\b[^.!?]{0,30}\b(?:karte|kreditkarte|handy|"
        r"geldbeutel|wallet|card|purse|phone|bag)\b",
        rf"{NOW}|\b(?:sperr\w*|block(?:en|iert|ed)?|abgebucht|abgehoben|heute|today|bezahlt|cancel|"
        r"freeze|shopping|einkauf\w*|"
        rf"withdraw\w*|charged)\b",
    ),
    safety(
        "fraud",
        r"\b(?:gibt sich als|geben sich als|in (?:eurem|ihrem|deinem) namen|unter (?:eurem|"
        r"ihrem) namen|als (?:eure|ihre) mitarbeiter|"
        r"pretend\w* to be|imperson\w+|posing as|claim(?:s|ing)? to be|in your name|"
        r"using your name)\b",
        r"\b(?:sms|mail\w*|e-mail\w*|anruf\w*|ruft|rufen|whatsapp|daten|tan|passwort|geld|konto|"
        r"überweis\w*|kreditkart\w*|fake\w*|profil|account|"
        r"link|betrüger\w*|betrug\w*|abzock\w*|haustür|calls?|calling|texts?|e?mails?|messages?|"
        r"card|details|money|scam\w*|password|dms?)\b",
    ),
    safety(
        "fraud",
        r"\b(?:betrüger|betrug|abgezockt|betrogen|scam(?:med)?|scammers?|fraud)\b",
        r"\b(?:abgebucht|überwiesen|abgehoben|leer(?:geräumt)?|verschwunden|transferred|"
        r"withdrawn|charged|emptied|gone|drained)\b",
        rf"{NOW}|\b(?:heute|stopp\w*|sperr\w*|eben|today|stop|block|freeze|minuten?|stunden?|"
        r"minutes?|hours?)\b",
    ),
    # Fraud with the own card, account or name, and with a shop or an account in our name ---------------
    safety(
        "fraud",
        rf"\b(?:betrug|betrogen|missbrauch\w*|fraud)\b[^.!?]{{0,30}}\b(?:mit|auf|über|an|bei|durch|on|"
        rf"with|in)"
        rf" (?:mein\w*|unser\w*|my|our) (?:[^\W_]+ )?{MONEY}|"
        rf"\b(?:mein\w*|unser\w*|my|our) (?:[^\W_]+ )?{MONEY}[^.!?]{{0,30}}\b(?:missbraucht|misused|"
        r"für betrug|for fraud)\b",
    ),
    safety(
        "fraud",
        r"\b(?:jemand|irgendwer|irgendjemand|fremde\w*|unbekannte\w*|wer|someone|somebody|a stranger) "
        r"(?=(?:[^\W_]+ ){0,3}(?:benutzt|nutzt|verwendet|missbraucht|bestellt|kauft|shoppt|is using|uses|"
        r"used)\b)"
        r"(?:[^\W_]+ ){1,6}?(?:mein\w*|unser\w*|my|our) (?:[^\W_]+ )?(?:namen?|identität|daten|fotos?|bilder|"
        r"konto|account|profil|\w*karte|handynummer|name|identity|photos?|details|card|profile)\b",
    ),
    safety(
        "fraud",
        r"\bfake[- ]?(?:online)?(?:shops?|accounts?|seiten?|profile?|konto|konten|website|webseite|store|"
        r"page|site)"
        r"\b|\bgefälschte[rsnm]? (?:[^\W_]+ )?(?:shops?|onlineshops?|seiten?|webseiten?|websites?|konto|"
        r"profile?|"
        r"accounts?)\b",
        r"\b(?:in (?:eurem|ihrem|deinem|your) (?:namen|name)|(?:mit|unter|with) (?:eurem|ihrem|deinem|your) "
        r"(?:logo|namen|name)|(?:sieht|aussieht|schaut|aussehen|looks)\b[^.!?]{0,40}\b(?:wie|like) "
        r"(?:eu\w+|ihr\w*|"
        r"deine?r?|yours?)|gibt sich (?:\w+ )?als|euch (?:kopiert|nachgemacht)|überwiesen|reingefallen|"
        r"daten eingegeben|kontodaten|kreditkarte|bank login)\b",
    ),
    safety(
        "fraud",
        r"\b(?:account|profil|seite|mail|e-mail|sms|nachricht|anrufer\w*|nummer|whatsapp\w*|jemand|einer|typ|"
        r"someone|somebody|profile|number|message)\b[^.!?]{0,40}\b(?:(?:mit|unter) (?:eurem|ihrem|deinem) "
        r"(?:logo|namen|profilbild|bild)|(?:with|under) your (?:logo|name|picture))\b",
        r"\b(?:will|wollen|fragt|verlangt|fordert|soll|bittet|asks?|asked|wants?|demands?)\b",
        r"\b(?:kontodaten|kartendaten|kreditkart\w*|bankdaten|zugangsdaten|daten|geld|tan|pin|passwort|"
        r"überweis\w*|"
        r"iban|bank details|money|password|card|pin)\b",
    ),
    safety(
        "medicine",
        r"\bfalsche[rsnm]? (?:[^\W_]+ )?(?:stärke|dosis|dosierung|medikamente?|tabletten|wirkstoff|"
        r"arznei\w*|präparat|"
        r"spritze|impfung|infusion)\b|\bwrong (?:[^\W_]+ )?(?:dose|dosage|strength|medication|medicine|pills|"
        r"tablets)\b",
        r"\b(?:genommen|eingenommen|geschluckt|gegeben|verabreicht|gespritzt|took|taken|gave|given|"
        r"swallowed)\b",
    ),
    # Threat of self-harm -------------------------------------------------------------------------
    safety(
        "self_harm",
        r"\b(?:(?:will|möchte|mag|kann|wollte) (?:\w+ ){0,3}nicht mehr (?:leben|weiterleben|"
        r"aufwachen|da sein|hier sein|weitermachen)|"
        r"(?:bring\w*|bringe) (?:ich )?mich (?:\w+ ){0,4}um\b|mich (?:\w+ ){0,3}umbringen|"
        r"umzubringen|das leben nehmen|mein leben (?:\w+ )?beenden|"
        r"(?:mach|mache|setze?) (?:ich )?(?:\w+ ){0,3}ein ende\b|"
        r"ich bin (?:\w+ ){0,2}lebensmüde|suizidgedanken|selbstmordgedanken|"
        r"(?:mach\w*|begeh\w*|denke? (?:\w+ ){0,3}an) (?:\w+ ){0,2}(?:suizid|selbstmord)|"
        r"suizid begehen|"
        r"(?:spring\w*|werf\w*|leg\w*) (?:ich )?(?:mich )?(?:\w+ ){0,3}(?:vor (?:den|einen|"
        r"euren|ihren) (?:\w+ )?zug|auf die gleise|von der brücke)|"
        r"(?:will|möchte|würde) (?:\w+ ){0,3}(?:einfach |nur |am liebsten )?(?:nur noch )?sterben|"
        r"ohne mich (?:\w+ )?besser dran|(?:steh|"
        r"sitz)e? (?:ich )?(?:\w+ )?(?:schon )?(?:auf (?:der|einer) brücke|auf dem (?:dach|"
        r"geländer)|am abgrund|an den gleisen|am gleisbett)|(?:tabletten|"
        r"pillen) (?:\w+ ){0,4}(?:alle|auf einmal|bereit|reichen|genug)|nicht mehr da bin|"
        r"(?:ritze|verletze) mich selbst|mir (?:\w+ ){0,3}(?:etwas|was) an(?:tun|zutun)|"
        r"tu(?:e|n)? (?:ich )?mir (?:\w+ ){0,2}(?:etwas|was) an\b|(?:hat|"
        r"macht) (?:\w+ ){0,2}alles keinen sinn mehr|abschiedsbrief)\b",
        despite_denial=True,
    ),
    safety(
        "self_harm",
        r"\b(?:(?:want|wanna|ready|rather) (?:to )?(?:just )?die\b(?! (?:hard|for|of))|(?:going|"
        r"gonna|about|plan(?:ning)?|want|wanna|thinking (?:about|of)|tempted|ready|i(?:'ll|"
        r" will)) (?:to )?(?:\w+ )?(?:end(?:ing)? (?:it all|my life))|"
        r"kill(?:ing)? myself|end(?:ing)? my (?:own )?life|(?:standing|sitting|"
        r"i'?m) (?:up )?on (?:a|the) (?:bridge|roof|ledge)|(?:took|swallowed|taking) (?:all|"
        r"a bottle of|too many) (?:my |the |of (?:my|the) )?(?:pills|tablets)|take my own life|"
        r"taking my own life|(?:don'?t|do not) want to (?:live|be alive|be here|wake up|"
        r"go on)(?: any ?more)?|"
        r"no reason to (?:live|go on)|suicidal|commit suicide|better off without me|"
        r"hurt(?:ing)? myself|harm(?:ing)? myself|cutting myself|can'?t go on (?:living|"
        r"like this any)|"
        r"jump (?:in front of|off)|won'?t be (?:here|around) (?:tomorrow|anymore|much longer))",
        despite_denial=True,
    ),
    safety(
        "self_harm",
        r"\b(?:bringt sich (?:\w+ )?um|will sich (?:\w+ )?(?:umbringen|das leben nehmen|"
        r"etwas antun)|sich (?:etwas|was) (?:antut|anzutun)|springt (?:gleich )?(?:von|vor)|"
        r"(?:steht|sitzt|läuft|liegt|kind|person|jemand) (?:\w+ ){0,3}(?:auf (?:dem|"
        r"den) gleis(?:en)?|auf der brücke|im gleis)|"
        r"(?:(?:he|she|they)(?: will|'ll)|(?:is )?(?:going to|about to|wants to|"
        r"threatening to)) (?:kill (?:him|her|them)sel(?:f|ves)|jump|hurt (?:him|her)self)|(?:on|"
        r"onto) the (?:tracks|rails))\b",
        ANYBODY,
    ),
    safety(
        "fraud",
        CROOK,
        TAKEN,
        rf"\b(?:mein\w*|unser\w*|über mein\w*|my|our)\b[^.!?]{{0,40}}{MONEY}|"
        r"\bmein\w* (?:ganze\w* )?(?:geld|erspart\w*)|\bmy (?:\w+ )?(?:savings|points|money)",
        rf"{NOW}|\b(?:stopp\w*|sperr\w*|heute|eben|stop|block|freeze|today)\b|\b(?:bestellen|"
        r"kaufen|bucht|überweist|transferring|ordering|buying|using|spending|draining)\b",
    ),
    safety(
        "fraud",
        r"\b(?:tan|pin|passwort|zugangsdaten|kontodaten|kartennummer|sicherheitscode|password|"
        r"verification code|card number|one[- ]time code)\b",
        r"\b(?:anruf\w*|angerufen|telefon|am apparat|caller|called|phone)\b",
        r"\b(?:durchgegeben|gegeben|verraten|genannt|gesagt|mitgeteilt|vorgelesen|gave|told|"
        r"read out|shared)\b",
    ),
    safety(
        "self_harm",
        r"\b(?:mag|will|möchte|kann) (?:ich )?(?:\w+ ){0,3}nicht mehr(?: \w+)? leben|"
        r"(?:tabletten|pillen|schlaftabletten) (?:\w+ ){0,4}(?:hier|bereit|da|gesammelt|"
        r"geschluckt|genommen)|nie (?:wieder|mehr) auf(?:wach\w*)?|(?:no|any|a|"
        r"see) reason to (?:wake up|live|go on|get up)|\bder strick\b|\bden strick\b|(?:alles|"
        r"es) (?:soll|muss) (?:\w+ )?(?:endlich )?(?:vorbei|enden)|"
        r"(?:just |only )?want (?:it|this|everything)(?: all)? to (?:be over|end|stop)|(?:have|"
        r"got) nothing left|(?:keine|null) (?:kraft|hoffnung) mehr|no hope left|"
        r"am ende meiner kraft|hoffnungslos",
        r"\b(?:leben|strick|nur noch|goodbye|sterben|tot|tschüss|lebt wohl|schluss|endgültig|"
        r"alles|over|tonight|tomorrow|einschlaf\w*|schlafe|wache|will ich nicht mehr|nothing|die|"
        r"dead|bye|forever|heute nacht|can'?t do this any ?more|can'?t take (?:it|this) any ?more)\b",
        r"\b(?:ich|mir|mich|i|me|my)\b",
        despite_denial=True,
    ),
    # Essential supply and medicine ---------------------------------------------------------------
    safety(
        "life_support",
        r"\b(?:insulin|sauerstoffgerät|sauerstoff|beatmungsgerät|dialyse|asthmaspray|notfallspray|"
        r"herzmedikament\w*|oxygen|"
        r"ventilator|inhaler|dialysis)\b",
        r"\b(?:aus|leer|alle|ausgegangen|fehlt|ausgefallen|kaputt|nicht (?:gekommen|angekommen|"
        r"geliefert|mehr)|kein\w*|ohne|dringend|reicht|batterie|akku|strom|battery|power|backup|"
        r"out of|ran out|running out|empty|missing|failed|broken|not (?:arrived|delivered|here)|"
        r"hasn'?t arrived|without|no more|urgently)\b",
        despite_denial=True,
    ),
    urgent(
        "medicine",
        rf"\b(?:{W}*medikament\w*|{W}*tabletten|antibiotik\w*|rezept|babynahrung|säuglingsnahrung|"
        r"pre-?milch|medication|medicine|"
        rf"prescription|antibiotics|baby formula|formula)\b",
        r"\b(?:heute|dringend|morgen|letzte|aufgebraucht|nicht (?:gekommen|angekommen|geliefert)|"
        r"fehl\w+|leer|today|urgent\w*|tomorrow|last|"
        r"ran out|running out|hasn'?t arrived|not arrived|missing|delayed)\b",
        despite_denial=True,
    ),
    urgent(
        "cut_off",
        r"\b(?:kein(?:en|e)? (?:strom|heizung|wasser|warmwasser|gas|warmes wasser)|(?:strom|"
        r"heizung|wasser|warmwasser|fernwärme|notruf|hausnotruf|telefon|"
        r"internet|netz)\b[^.!?,]{0,45}\b(?:ausgefallen|funktioniert nicht|geht nicht|"
        r"abgestellt|abgeschaltet|gesperrt|tot|weg)|ohne (?:strom|heizung|wasser|warmwasser|geld|"
        r"telefon)\b|"
        r"stromausfall|heizungsausfall|no (?:power|electricity|heating|heat|water|hot water|gas)|"
        r"power (?:is )?(?:out|off)|without (?:power|heating|heat|water|electricity|money)|"
        r"heating (?:is )?(?:broken|out|off|down)|notruf (?:geht|funktioniert) nicht)\b",
        rf"{NOW}|{SMALL}|\b(?:heute|tage?n?|stunden?|gestern|wann|oma|opa|mutter|bettlägerig\w*|"
        r"pflege\w*|winter|minus|kalt|frier\w*|dialyse|obwohl|hours?|days?|"
        rf"yesterday|when|freezing|cold|winter|elderly|notruf|emergency)\b",
        despite_denial=True,
    ),
    # Stranded, today -----------------------------------------------------------------------------
    urgent(
        "stranded",
        r"\b(?:gestrandet|steh(?:e|en)? (?:\w+ ){0,5}auf der straße|(?:sitze?|sitzen|stehe?|"
        r"stehen|hänge?|hängen|stecke|stecken) (?:\w+ ){0,6}fest|"
        r"komm(?:e|en) (?:\w+ ){0,4}nicht (?:mehr )?(?:nach hause|heim|weiter|weg|ins hotel|"
        r"in (?:die|unsere|meine) (?:wohnung|ferienwohnung))|"
        r"letzte[rn]? (?:zug|bus|bahn) (?:\w+ ){0,4}(?:weg|verpasst|ausgefallen|fällt aus)|"
        r"kommen? nicht (?:rein|hinein)|ausgesperrt|"
        r"liegen ?geblieben|stranded|stuck (?:at|in|on|here)|locked out|no way (?:to get )?home|"
        r"can'?t get (?:home|back|in\b|into)|broke(?:n)? down on|missed (?:the|my|our) last)\b",
        despite_denial=True,
    ),
    urgent(
        "stranded",
        r"\b(?:steh|sitz|wart|standing|sitting|waiting)(?:e|en|t)?\b[^.!?]{0,25}\b(?:vor|am|an der|"
        r"in der|in front of|outside|at) (?:\w+ ){0,2}(?:hotel|ferienwohnung|apartment|wohnung|"
        r"haustür|schalter|tor|schranke|flughafen|"
        r"bahnhof|gate|terminal|airport|station|venue|einlass|halle|rental|mietstation|campingplatz)\b",
        r"\b(?:buchung|reservierung|niemand|keiner|geschlossen|schlüssel|code|nicht (?:gekommen|da|"
        r"rein|gefunden)|gibt es nicht|existiert nicht|booking|reservation|nobody|no one|closed|"
        r"key|code|doesn'?t exist|"
        r"won'?t let|not (?:there|here|in the system))\b",
        despite_denial=True,
    ),
    urgent(
        "today",
        r"\b(?:heute|heute (?:abend|nacht|nachmittag|mittag|noch)|noch heute|(?:bis|um) heute|"
        r"heute um \d|heute (?:\w+ ){0,3}(?:abläuft|läuft (?:\w+ )?ab|fällig|letzter tag|frist|"
        r"ablauf)|"
        r"(?:in|innerhalb) (?:der nächsten |den nächsten |von )?(?:einer|zwei|drei|vier|wenigen|"
        r"ein paar|\d{1,2}|\d{1,2},5|anderthalb|paar|der nächsten) ?(?:minuten|min|stunden?|"
        r"std|h)\b|in einer halben stunde|gleich|morgen früh|morgen um \d|"
        r"this (?:afternoon|evening)|tonight|by (?:today|tonight|noon|midnight|end of day|\d)|"
        r"(?:in|within) (?:an|one|two|three|four|half an|a few|a couple of|the next|"
        r"\d{1,2}) ?(?:few |couple of )?(?:minutes|min|mins|hours?|h)\b|today|"
        r"tomorrow morning)\b",
        r"\b(?:frist|deadline|flug|flieger|abflug|check-?in|boarding|zug (?:fährt|geht)|abfahrt|"
        r"hochzeit|beerdigung|trauerfeier|op\b|operation|prüfung|klausur|konzert|"
        r"einlass|gericht\w*|termin|umzug|abgabe|bewerbung\w*|vorstellungsgespräch|läuft ab|"
        r"abläuft|fällig|kündigungsfrist|fährt|abfährt|startet|beginnt|landen|landet|departs?|"
        r"starts|begins|land|reise|urlaub|geburtstag|taufe|flight|fly|"
        r"boarding|train leaves|departure|wedding|funeral|surgery|exam|concert|show starts|court|"
        r"appointment|moving|interview|expires?|due|check in|trip|deadline)\b",
        r"\b(?:brauch\w*|bitte|hilfe|helft|helfen|dringend|schnell|sofort|fehl\w*|nicht|kein\w*|"
        r"immer noch|warte\w*|noch nicht|wann|wo (?:ist|bleibt)|klappt|geht nicht|"
        r"need|please|help|urgent\w*|asap|quick\w*|still|not|can'?t|cannot|hasn'?t|haven'?t|"
        r"isn'?t|missing|waiting|where|when|won'?t|no (?:ticket|answer|reply))\b",
        despite_denial=True,
    ),
    urgent(
        "today",
        r"\b(?:(?:bis|um|ab) (?:heute )?\d{1,2}(?::\d\d|\.\d\d)? ?uhr|heute|heute noch|"
        r"noch heute|in \d+ min\w*|in einer (?:halben )?stunde|(?:leaves|departs|starts|closes|"
        r"ends) (?:at|in) (?:\d+|an|half)|at \d{1,2}(?::\d\d)? ?(?:am|pm)?|today|tonight|"
        r"by \d{1,2} ?(?:am|pm|o'?clock))\b",
        r"\b(?:heim|nach hause|kaution|miete|überweisung|zahlung|fähre|bus|zug|flug|pass|"
        r"reisepass|visum|schlüssel|einzug|auszug|übergabe|krankenhaus|klinik|notar\w*|home|"
        r"deposit|rent|transfer|payment|ferry|train|flight|bus|passport|"
        r"visa|keys?|hospital|closing|landlord|interview|court|exam)\b",
        r"\b(?:wie komm\w*|muss (?:\w+ ){0,5}(?:da sein|raus|zahlen|bezahlt|los)|hängt|dringend|"
        r"schnell\w*|beeil\w*|sofort|bitte (?:helf|hilf)\w*|hurry|urgent\w*|asap|quick\w*|"
        r"please help|hasn'?t (?:sent|arrived|come)|still (?:no|not|nothing|waiting)|"
        r"how do (?:we|i) get|what (?:do|can) (?:we|i) do|must be)\b",
        despite_denial=True,
    ),
    urgent(
        "today",
        r"\b(?:im|in der|in die|vorm|at the|in the|outside the|to the) (?:krankenhaus|klinik|"
        r"notaufnahme|hospital|emergency room|er|airport|flughafen|border|grenze|gericht|court|"
        r"standesamt|embassy|botschaft)\b",
        rf"{NOW}|\b(?:brauche?n?|need|dringend|schnell)\b",
        r"\b(?:nummer|bestätigung|karte|ticket|unterlagen|bescheinigung|dokument\w*|buchung|pass|"
        r"number|confirmation|card|papers|documents?|booking|policy|voucher|code)\b",
        despite_denial=True,
    ),
    urgent(
        "pressing",
        r"\b(?:(?:es|das) ist (?:wirklich |sehr |echt |super |extrem )?(?:dringend|eilig)|"
        r"dringend\w* hilfe|hilfe,? dringend|brauche?n? (?:\w+ ){0,4}(?:dringend|sofort|"
        r"umgehend) (?:\w+ ){0,3}(?:hilfe|antwort|rückruf|unterstützung|jemanden|einen|eine|ein|"
        r"mein\w*)|"
        r"bitte (?:dringend|sofort|umgehend) (?:\w+ ){0,3}(?:melden|zurückrufen|rückruf|antwort\w*|"
        r"helfen|sperren|stoppen|stornieren)|dringender notfall|notfall|ein notfall|"
        r"(?:this|it)(?:'s| is) (?:really |very |extremely )?urgent|urgent(?:ly)? (?:help|need|"
        r"please|question|reply)|need (?:\w+ ){0,3}urgent(?:ly)?|(?:need|"
        r"please) (?:\w+ ){0,4}(?:asap|immediately|right away)|emergency)\b",
    ),
    urgent(
        "blocked_abroad",
        r"\b(?:karte|kreditkarte|konto|sim|card|account)\b[^.!?]{0,40}\b(?:gesperrt|"
        r"funktioniert nicht|geht nicht|eingezogen|blocked|frozen|declined|locked|swallowed by)\b",
        r"\b(?:ausland|urlaub|unterwegs|abroad|holiday|vacation|foreign|tankstelle|gas station|"
        r"hotel|kasse|checkout|bangkok|kein bargeld|ohne bargeld|no cash|flughafen|airport)\b",
        despite_denial=True,
    ),
    safety(
        "deadly",
        r"\b(?:lebensgefährlich\w*|lebensbedrohlich\w*|life[- ]threatening|unmittelbare gefahr|"
        r"immediate danger|akute gefahr)\b",
        rf"{ANYBODY}|{NOW}",
    ),
)
