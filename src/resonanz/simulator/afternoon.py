"""The second half of the care day."""

from __future__ import annotations

from resonanz.simulator.case import Case, Join
from resonanz.simulator.people import WORKSHOP

AFTERNOON: tuple[Case, ...] = (
    Case(
        key="late_reply_night",
        who="spaetschicht",
        texts=(
            (
                "{hilft} kann man den trockner abends nach 22 uhr laufen lassen oder stören 62 dB die "
                "nachbarn? frage für einen freund mit nachtdienst"
            ),
            "{hilft} gibts beim {model} nen nachtmodus?",
        ),
        answers=("alles klar, dann nehm ich den mit der wärmepumpe",),
        joins=(Join("ellen_sieht_fern", "@spaetschicht Ich wohne drunter. Bitte die Wärmepumpe. 😅", 60.0),),
    ),
    Case(
        key="long_story",
        who="carmen_rt",
        texts=(
            (
                "{hilft} Ich versuche es kurz zu machen: Am 2. bestellt, am 9. geliefert, am 10. Tür "
                "verzogen gemeldet. Am 14. kam ein Techniker ohne Tür, am 17. eine Tür ohne Techniker. "
                "Am 20. kamen beide, aber die Tür war die falsche. Seitdem steht sie im Flur, mein "
                "Kühlgut steht bei der Nachbarin, und die Nachbarin steht mir inzwischen näher als mir "
                "lieb ist. Könnte bitte einmal jemand den ganzen Vorgang lesen, statt mir wieder ein "
                "Formular zu schicken? Danke."
            ),
        ),
        answers=(
            "Dass Sie den Verlauf gelesen haben, merkt man. Danke. Freitag ab 14 Uhr wäre gut.",
            "Dann grüße ich die Nachbarin.",
        ),
        details="Vorgang {order}, Carmen Ruiz-Thoma, Wallstraße 21, {city}. Der Flur ist ab 14 Uhr begehbar.",
    ),
    Case(
        key="price_bot",
        who="preisradar_bot",
        texts=(
            (
                "Preisradar: {model} bei {hilft} jetzt 349,00 € (vorher 399,00 €). "
                "https://preisradar.example/geraete/nordlicht/{order} #Preisradar"
            ),
        ),
    ),
    Case(
        key="asked_twice",
        who="familie_brodersen",
        texts=(
            "{hilft} Guten Morgen, nehmen Sie bei der Lieferung das Altgerät mit?",
            "{hilft} Guten Tag, wird die Verpackung wieder mitgenommen?",
        ),
        again=(
            150.0,
            "{hilft} Wir fragen noch einmal: Nehmen Sie das Altgerät mit? Die Lieferung ist schon morgen.",
        ),
        answers=("Wunderbar, dann stellen wir es vor die Tür. Danke!",),
    ),
    Case(
        key="remote_blog",
        who="waschtag@kiesel.example",
        texts=(
            (
                "Wir haben die Brise 7 von {hilft} vier Wochen getestet: leise, sparsam, aber das "
                "Display spiegelt. Stimmt es, dass ein Update kommt? "
                "https://waschtag.kiesel.example/tests/nordlicht-brise-7-im-langzeittest-mit-messwerten"
            ),
            "Frage aus unserer Leserschaft an {hilft}: Wie lange gibt es Ersatzteile für den {model}?",
        ),
        answers=("Danke für die Auskunft, wir ergänzen das im Artikel.",),
    ),
    Case(
        key="water",
        who="gregor_p",
        texts=(
            "{werkstatt} Hilfe, die Maschine läuft aus!! Wasser auf dem Parkett. Hahn ist zu. Was jetzt?",
            "{werkstatt} Unter der {model} steht schon wieder eine Pfütze. Schlauch ist es nicht.",
        ),
        picture="water",
        answers=("Ok, Stecker ist gezogen. Wann kann jemand kommen?", "Danke, dass das so schnell geht!"),
        details=(
            "Gregor Pawlak, Hafenstr. 40, {city}, 0176 5550 8812. Gerät {model}, gekauft letztes Jahr, "
            "{order}."
        ),
        company=WORKSHOP,
    ),
    Case(
        key="question_energy",
        who="pixelpaul",
        texts=(
            (
                "{hilft} Was verbraucht der {model} im Jahr wirklich? Auf dem Etikett steht was "
                "anderes als bei euch im Shop."
            ),
            "{hilft} Euer Energierechner rechnet mit 0,25 €/kWh. Träumt weiter 😄",
        ),
        answers=("Ah, alte und neue Skala. Danke fürs Erklären!",),
    ),
    Case(
        key="bavarian",
        who="kathi@isar.example",
        texts=(
            "{hilft} Servus, liefert’s ihr a in’n zwoatn Stock ohne Aufzug?",
            "{hilft} Servus! Gibt’s den {model} a in Rot?",
        ),
        answers=("Passt, dankschee!",),
    ),
    Case(
        key="praise_coffee",
        who="lena_backt",
        texts=(
            "Erster Kaffee aus der neuen {model}. {hilft}, ich verzeihe euch die Lieferzeit ☕️❤️",
            "{hilft} Sauerteig bei 30 Grad in eurem {model}: läuft! 🍞",
        ),
        picture="coffee",
        answers=("🥰",),
    ),
    Case(
        key="data_protection",
        who="dr_a_lindqvist",
        texts=(
            (
                "{hilft} Ich habe der Werbung widersprochen und bekomme weiter Newsletter. Bitte "
                "teilen Sie mir mit, wann das endet."
            ),
            "{hilft} Welche Daten speichert die App zum {model}, und wo?",
        ),
        answers=("Danke. Ich warte die zwei Tage ab.", ""),
        details="Die Adresse ist praxis@lindqvist.example, Kundennummer 2009313.",
    ),
    Case(
        key="english_delivery",
        who="arjun_dev",
        language="en",
        texts=(
            (
                "{hilft} hello, the courier says “address incomplete” for {order} but there is no "
                "apartment number in my building. what should I do?"
            ),
            "{hilft} hi, can I move the delivery of {order} to Saturday?",
        ),
        answers=("ok great, I will put my name on the door. thank you!",),
        details="sure: Arjun Mehta, Seilerweg 5, rear building, {city}. phone 0152 5550 4477.",
    ),
    Case(
        key="discount",
        who="sparfuchs_kai",
        texts=(
            "{hilft} Euer Code HERBST15 geht nicht, Meldung „abgelaufen“. In der Mail steht bis {weekday}!",
            "{hilft} Gilt der Gutschein auch auf schon reduzierte Geräte?",
        ),
        answers=("Geht! Dann nehm ich gleich zwei. 😎",),
    ),
    Case(
        key="workshop_date",
        who="ines_feddersen",
        texts=(
            (
                "{werkstatt} Der vereinbarte Reparaturtermin am {weekday} wurde ohne Begründung "
                "abgesagt. Ich erwarte einen neuen Vorschlag."
            ),
            "{werkstatt} Auf den Kostenvoranschlag warte ich seit {days} Tagen.",
        ),
        answers=("Einverstanden. Ich verlasse mich darauf.",),
        details="Ines Feddersen, Auftrag {order}, Telefon 04621 5550 16.",
        company=WORKSHOP,
    ),
    Case(
        key="sailor",
        who="bo_karlsson@fjord.example",
        language="en",
        texts=(
            "{werkstatt} Is the Kajüte 45 fridge fine at 12 volts on a boat? It stops at 11.4 here.",
            "{werkstatt} Do you ship spare parts to Sweden?",
        ),
        answers=("Makes sense, I will check the cable. Thanks!",),
        company=WORKSHOP,
    ),
    Case(
        key="podcast",
        who="mika_sand",
        texts=(
            "{hilft} wir machen ne folge übers reparieren. mag jemand von euch mitreden? 🎙️",
            "{hilft} stimmt es dass ihr alte geräte aufarbeitet? fänd ich mega",
        ),
        answers=("yay! ich schreib euch ne mail",),
    ),
    Case(
        key="commuter",
        who="svenja_imzug",
        texts=(
            "{hilft} Paketshop hat zu, wenn ich losfahre, und zu, wenn ich heimkomme. Kann man das umleiten?",
            "{hilft} Zustellung im Büro möglich? Zuhause bin ich nie 🚆",
        ),
        answers=("Ja, bitte an den Shop am Bahnhof {city}!", "Danke, gerettet!"),
        details="{order}, Svenja Rust. Packstation ginge auch.",
    ),
    Case(
        key="noise",
        who="ellen_sieht_fern",
        texts=(
            "{hilft} Euer Kühlschrank {model} klingt wie eine landende Möwe. Ist das normal?",
            "{hilft} Der {model} brummt seit gestern. Nachts besonders. Hilfe?",
        ),
        answers=("Steht jetzt gerade, Möwe ist weg 😂 danke!",),
    ),
    Case(
        key="no_mention_of_need",
        who="kfz_meister_ulf",
        texts=(
            (
                "{werkstatt} Lager an der {model} selbst getauscht, läuft. Explosionszeichnung bei "
                "euch war super."
            ),
            "{werkstatt} Gibt’s die Drehmomente für die Trommelschrauben irgendwo?",
        ),
        answers=("Top. So geht Service.",),
        company=WORKSHOP,
    ),
    Case(
        key="grandma",
        who="frauke_m",
        texts=(
            (
                "{hilft} Meine Mutter (81) kommt mit der App nicht klar. Kann man den {model} auch "
                "ohne bedienen?"
            ),
            "{hilft} Gibt es die Anleitung in großer Schrift?",
        ),
        answers=("Das ist lieb, ich richte es ihr aus. 💛",),
    ),
    Case(
        key="gift",
        who="renate_holl",
        texts=(
            "{hilft} Kann man bei Ihnen etwas als Geschenk verpacken lassen? Für meinen Enkel zum Einzug.",
            "{hilft} Lässt sich die Rechnung an eine andere Adresse schicken als das Paket?",
        ),
        answers=("Herzlichen Dank. Dann bestelle ich heute noch.",),
    ),
    Case(
        key="private_health",
        who="lars_h",
        texts=(
            (
                "{hilft} Noch was Privates: Mein Sohn ist krank und wir brauchen die Waschmaschine "
                "dringend. Geht {order} irgendwie schneller? Nummer 0160 5550 2391"
            ),
        ),
        private=True,
        answers=("Ihr rettet uns. Danke, danke, danke.",),
    ),
    Case(
        key="missing_screws",
        who="jolandaw",
        texts=(
            "{hilft} da fehlen vier schrauben im karton?? oder bin ich zu blöd zum zählen",
            "{hilft} beim {model} war kein kabel dabei :(",
        ),
        answers=("ok mega danke, dann schraub ich halt nächste woche",),
        details="{order} :) Jolanda Wendt, Zimmer 4.12, Campusallee 2, {city}",
    ),
    Case(
        key="sustainability",
        who="oezlem_k",
        texts=(
            "{hilft} Warum ist um jedes Schräubchen Plastik? Geht das nicht anders?",
            "{hilft} Papier statt Schaum im Paket, danke dafür! 🌱",
        ),
        answers=("Gut zu wissen. Ich schaue beim nächsten Paket hin.",),
    ),
    Case(
        key="silent",
        who="wut_im_bauch",
        texts=(
            "{hilft} Nächste Frage: Wieso steht auf der Rechnung ein Montagepreis, wenn keiner montiert hat?",
            "{hilft} ok das Geld ist da. Ging doch.",
        ),
        answers=("",),
        details="{order}, Position 3.",
    ),
    Case(
        key="blog_comment",
        who="e_thiele",
        texts=(
            (
                "{hilft} In der Anleitung zum {model} ist auf Seite 14 die Zeichnung seitenverkehrt. "
                "Nur als Hinweis."
            ),
            "{hilft} Ihr Ratgeber zur Entkalkung ist gut geschrieben. Bitte mehr davon.",
        ),
        answers=("Gern geschehen.",),
    ),
    Case(
        key="wg_again",
        who="wg_nordstrasse",
        texts=(
            "{hilft} wie viele spülgänge am tag sind okay? wir haben eine wette laufen",
            "{hilft} tabs oder pulver? es gibt streit",
        ),
        answers=("wette verloren. danke für nichts 😂",),
        joins=(Join("mika_sand", "@wg_nordstrasse pulver. immer pulver.", 50.0),),
    ),
    Case(
        key="hinge",
        who="familie_brodersen",
        texts=(
            "{werkstatt} Das Scharnier der Backofentür klemmt. Darf man das selbst ölen, und womit?",
            "{werkstatt} Die Glühlampe im Backofen ist durch. Welche passt in den {model}?",
        ),
        answers=("Probiert und es geht wieder. Vielen Dank!",),
        company=WORKSHOP,
    ),
)
