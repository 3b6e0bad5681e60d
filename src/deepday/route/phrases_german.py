"""What people read about urgent requests, in German."""

from collections.abc import Mapping

_TIMES = {
    "clock": "%H:%M Uhr",
    "clock on another day": "%d.%m., %H:%M Uhr",
    "at": "um {clock}",
    "now": "jetzt",
    "until": " bis {clock}",
    "a minute": "einer Minute",
    "minutes": "{count} Minuten",
}

_DOORS = {
    "by direct": "per Direktnachricht",
    "by mention": "in einer Erwähnung",
    "by command": "mit /urgent",
    "by shortcut": "mit der Verknüpfung einer Nachricht",
    "by mail": "per Mail",
    "by form": "über das Formular",
    "by alert": "durch einen Alarm",
    "by test": "zur Probe: es ist nichts geschehen",
    "by unparsed": "auf einem Weg, der nicht lesbar war",
    "from": "von {who}",
    "somebody": "jemand",
    "Somebody": "Jemand",
    "Nobody": "Niemand",
}

_BUTTONS = {
    "button urgent": "Es ist dringend",
    "button wait": "Es kann warten",
    "button wait until": "Es kann bis {clock} warten",
    "button take": "Übernehmen",
    "button pass": "Weitergeben",
    "button not_urgent": "Nicht dringend",
    "button wake": "Stören",
    "button wake somebody": "{owner} stören",
    "button answered": "Beantwortet",
    "button snooze": "Später zeigen",
    "button opt_in": "Einverstanden",
    "button opt_in again": "Fragen Sie mich wieder",
    "button opt_out": "Nicht mehr fragen",
    "button no": "Nein",
}

_ITSELF = {
    "link": "Öffnen",
    "alerts refused": "Die Quelle von Alarmen „{source}“ sendet mehr, als angenommen wird. Sehen Sie dort nach: einige "
    "wurden abgelehnt.",
    "test": "Das ist eine Probe.",
    "test by mail": "Eine Probe",
    "test outside": "Das ist eine Probe von deepday für {owner}: Es ist nichts geschehen, und es ist nichts zu tun.",
}

_SENDERS = {
    "reply, in person": "Sie haben {owner} geschrieben.",
    "reply, until": "{owner} arbeitet bis {until} konzentriert.",
    "reply, urgent": "{who} erfährt es jetzt. Anfrage {id}.",
    "reply, covers": "{who} vertritt.",
    "reply, can wait": "Wenn es warten kann, ist nichts zu tun: {owner} sieht es {when}. Anfrage {id}.",
    "taken": "{who} kümmert sich darum. Anfrage {id}.",
    "woken": "{owner} weiß Bescheid. Anfrage {id}.",
    "declined": "{who} meint, dass es warten kann: {owner} sieht es später. Wenn es nicht warten kann, sagen Sie es "
    "bitte. Anfrage {id}.",
    "announce": "Es war niemand zu erreichen. {owner} sieht es; bitte versuchen Sie es auf einem anderen Weg. Anfrage "
    "{id}.",
}

_COVERS = {
    "ask": "Dringend für {owner}, {sender}, seit {since}. Anfrage {id}.",
    "ask, why": "Ihre Rolle für {owner}{until}: {role}. Grund: {why}.",
    "ask, opt out": "Zu oft gefragt? Sie können jederzeit aufhören.",
    "role point person": "Ansprechperson",
    "role backup": "Vertretung",
    "role owner": "selbst gefragt",
    "wake": "Dringend, {sender}, seit {since}. Anfrage {id}.",
    "wake, told": "Vor Ihnen gefragt: {told}.",
    "wake, nobody": "Sonst war niemand zu erreichen.",
    "inform": "Anfrage {id} für {owner}. {what}",
    "inform taken": "{who} kümmert sich darum. Es ist nichts mehr zu tun.",
    "inform withdrawn": "Sie wurde zurückgezogen. Es ist nichts mehr zu tun.",
    "inform answered": "{owner} hat sie beantwortet. Es ist nichts mehr zu tun.",
    "inform waits": "Sie kann warten, sagt, wer gefragt hat. Es ist nichts mehr zu tun.",
    "inform undeliverable": "Niemand hat sie übernommen. Wer gefragt hat, weiß das.",
    "inform changed": "Es wurde etwas geändert oder ergänzt.",
    "consent ask": "{owner} arbeitet einige Stunden ohne Unterbrechung und fragt, ob Sie dann für das antworten, was "
    "nicht warten kann.",
    "consent how": "Sie bekommen hier eine Nachricht: von wem, seit wann und was. Sie übernehmen es, geben es weiter, "
    "sagen, dass es nicht dringend ist, oder stören {owner}. Ohne Antwort in {minutes} wird die nächste Person "
    "gefragt. Außerhalb Ihrer Arbeitszeit, im Urlaub und während Sie selbst konzentriert arbeiten, werden Sie nicht "
    "gefragt. Wie oft Sie in jeder Woche gefragt werden, wird gezählt.",
    "consent agreed": "Ab jetzt antworten Sie für {owner}, wenn Sie an der Reihe sind. Damit hört es jederzeit auf:",
    "consent declined": "Sie werden nicht mehr für {owner} gefragt. Falls sich das ändert:",
}

_PRESSED = {
    "noted": "Anfrage {id}: {what}",
    "noted urgent": "{who} erfährt es jetzt.",
    "noted wait": "{owner} sieht es {when}.",
    "noted take": "Sie haben sie übernommen, und wer gefragt hat, erfährt das. Wenn {owner} doch gebraucht wird, "
    "schreiben Sie bitte selbst.",
    "noted pass": "{who} erfährt es jetzt.",
    "noted not_urgent": "Wer gefragt hat, erfährt, dass es warten kann; {owner} sieht es später.",
    "noted wake": "{owner} erfährt es jetzt.",
    "noted answered": "Als beantwortet vermerkt.",
    "noted snooze": "Sie wird {when} wieder gezeigt.",
    "noted else": "vermerkt.",
    "refused ended": "Anfrage {id} ist schon beendet. Es wurde nichts geändert.",
    "refused not yours": "Anfrage {id} können Sie nicht beantworten. Es wurde nichts geändert.",
}

_DIGEST = {
    "digest one": "Eine Anfrage kam, während Sie konzentriert gearbeitet haben.",
    "digest many": "{count} Anfragen kamen, während Sie konzentriert gearbeitet haben.",
    "digest row": "{sender}, {since}: {what}. Anfrage {id}.",
    "digest not urgent": "als nicht dringend beurteilt",
    "digest wait": "kann warten",
}

_MAILS = {
    "mail urgent": "Dringend: Anfrage {id}",
    "mail request": "Anfrage {id}",
    "mail digest": "Was warten kann",
    "mail answer": "Zu Ihrer Anfrage {id}",
    "mail how": "Antworten Sie bitte auf diese Mail; die erste Zeile ist eines von",
    "word urgent": "DRINGEND",
    "word wait": "WARTEN",
    "word take": "ÜBERNEHMEN",
    "word pass": "WEITERGEBEN",
    "word not_urgent": "NICHT DRINGEND",
    "word wake": "STÖREN",
    "word answered": "BEANTWORTET",
    "word snooze": "SPÄTER",
    "word opt_out": "STOPP",
}

_FORM = {
    "form title": "{owner} oder die Vertretung erreichen",
    "form for": "Für das, was nicht warten kann. Wer {owner} vertritt, erfährt es sofort, und {owner} erfährt es, wenn "
    "niemand antwortet. Alles andere schreiben Sie bitte wie sonst auch: Es wird später gelesen.",
    "form not sent": "Das wurde nicht gesendet:",
    "form name": "Wer Sie sind",
    "form reach": "Wie Sie zu erreichen sind (Telefon, Adresse)",
    "form text": "Worum es geht",
    "form send": "Das ist dringend: senden",
    "form kept": "Was Sie schreiben, wird verschlüsselt aufbewahrt, nur denen gezeigt, die gefragt werden, und nach "
    "einigen Wochen gelöscht.",
    "form no name": "Wer sind Sie? Sonst kann niemand antworten.",
    "form no text": "Worum geht es?",
    "form too long": "Bitte höchstens {most} Zeichen.",
    "form unread": "Das war nicht lesbar",
    "form unread why": "Es ist zu lang. Bitte schreiben Sie weniger.",
    "form too often": "In einer Minute kamen zu viele. Warten Sie bitte eine Minute und senden es noch einmal, oder "
    "rufen Sie an.",
    "form not kept": "Es konnte gerade nicht aufbewahrt werden: Niemand hat es erfahren. Senden Sie es bitte noch "
    "einmal, oder rufen Sie an.",
    "form closed": "Diese Seite gibt es nicht",
    "form closed why": "Der Link ist abgelaufen oder nicht vollständig. In einer neueren Antwort steht ein neuer.",
    "receipt over": "Das ist beendet",
    "receipt open": "Das ist unterwegs",
    "receipt until": "{owner} arbeitet bis {until} konzentriert.",
    "receipt request": "Anfrage",
    "receipt again": "Neu ansehen",
    "receipt since": "zeigt, was seitdem geschehen ist; diese Seite können Sie behalten.",
    "state received": "Es ist aufbewahrt. Wer {owner} vertritt, erfährt es jetzt.",
    "state asked": "Es ist aufbewahrt. {owner} sieht es.",
    "state waiting": "Es ist aufbewahrt. {owner} sieht es später.",
    "state shown": "{owner} sieht es.",
    "state routed": "Jemand wurde gefragt. Wer nicht rechtzeitig antwortet, wird übergangen, und die nächste Person "
    "erfährt es, zuletzt {owner}.",
    "state declined": "Wer {owner} vertritt, meint, dass es warten kann: {owner} sieht es später. Wenn es nicht warten "
    "kann, senden Sie das Formular bitte noch einmal.",
    "state acknowledged": "Jemand kümmert sich darum und meldet sich bei Ihnen.",
    "state answered": "{owner} hat geantwortet.",
    "state delivered": "{owner} weiß Bescheid.",
    "state withdrawn": "Es wurde zurückgezogen.",
    "state joined": "Es gehört zu einer früheren Anfrage.",
    "state undeliverable": "Es war niemand zu erreichen. {owner} sieht es; bitte versuchen Sie es auf einem anderen "
    "Weg.",
}

_HANDOVER = {
    "handover": "# Übergabe für {owner}, {day}",
    "handover nothing": "Für diesen Tag ist kein Block vereinbart.",
    "handover nobody": "noch niemand benannt",
    "handover block": "- {when}: {point}",
    "handover backup": ", danach {backup}",
    "handover span": "{start} bis {end} Uhr ({zone})",
    "handover topics": "## Wer worüber Bescheid weiß",
    "handover topic": "- {topic}: {who}",
    "handover no topics": "Es sind keine Themen vereinbart.",
    "handover how": "## Wie es geht",
    "handover told": "Sie erfahren im Chat, wenn jemand {owner} dringend braucht: von wem, seit wann und was.",
    "handover do": "Übernehmen Sie es, geben Sie es weiter, sagen Sie, dass es nicht dringend ist, oder stören Sie "
    "{owner}. Ohne Antwort wird die nächste Person gefragt.",
    "handover open": "## Anfragen, die jetzt offen sind",
    "handover none": "Keine.",
    "handover row": "- {id}: {sender}, seit {since}. {state}{topic}",
    "handover about": " Thema: {topic}.",
    "open received": "Sie wurde noch nicht angesehen.",
    "open asked": "Wer gefragt hat, soll sagen, ob sie warten kann.",
    "open waiting": "Sie kann warten; {owner} sieht sie später.",
    "open shown": "{owner} hat sie gesehen und noch nicht beantwortet.",
    "open routed": "Wartet auf eine Antwort von {who}.",
    "open declined": "Als nicht dringend beurteilt; wer gefragt hat, erfährt es gerade.",
    "handover reviews": "Offene Reviews",
    "handover reviews?": "Welche Reviews warten auf mich, welche auf andere, und was darf ohne mich zusammengeführt "
    "werden?",
    "handover trainings": "Laufende Trainings",
    "handover trainings?": "Welche Läufe sind im Gang, bis wann, woran ist ein Fehler zu erkennen, darf neu gestartet "
    "werden?",
    "handover books": "Anleitungen",
    "handover books?": "Wo stehen sie, und wer kennt sie noch?",
    "handover due": "Termine und Veröffentlichungen",
    "handover due?": "Was ist an diesem Tag fällig?",
    "handover wake": "Stören Sie mich bei",
    "handover wake?": "Für welche Ereignisse lohnt es sich, den Block zu unterbrechen?",
}

_REASONS = {
    "why the sender says so": "wer gefragt hat, sagt es",
    "why the sender begins with the word for it": "die Nachricht beginnt mit dem Wort dafür",
    "why the sender decides": "wer gefragt hat, entscheidet",
    "why the sender says that it is urgent": "wer gefragt hat, sagt, dass es dringend ist",
    "why the sender says that it is urgent all the same": "wer gefragt hat, sagt, dass es trotzdem dringend ist",
    "why no rule is about it:": "keine Regel trifft zu, und im Zweifel ist es dringend",
    "why rule:": "Regel {rest}",
    "why on leave": "im Urlaub",
    "why outside their working hours": "außerhalb der eigenen Arbeitszeit",
    "why in deep work themselves": "arbeitet selbst konzentriert",
    "why out of office, by their calendar": "laut Kalender abwesend",
}
"""The history keeps these in English; English needs no entries."""

GERMAN: Mapping[str, str] = {
    **(_TIMES | _DOORS | _BUTTONS | _ITSELF | _SENDERS | _COVERS | _PRESSED | _DIGEST | _MAILS | _FORM | _HANDOVER),
    **_REASONS,
}
