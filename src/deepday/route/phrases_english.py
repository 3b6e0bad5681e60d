"""What people read about urgent requests, in English."""

from collections.abc import Mapping

_TIMES = {
    "clock": "%H:%M",
    "clock on another day": "%a %d %b, %H:%M",
    "at": "at {clock}",
    "now": "now",
    "until": " until {clock}",
    "a minute": "a minute",
    "minutes": "{count} minutes",
}

_DOORS = {
    "by direct": "by direct message",
    "by mention": "in a mention",
    "by command": "by /urgent",
    "by shortcut": "by the shortcut of a message",
    "by mail": "by mail",
    "by form": "by the form",
    "by alert": "from an alert",
    "by test": "as a test: nothing has happened",
    "by unparsed": "by a way that could not be read",
    "from": "from {who}",
    "somebody": "somebody",
    "Somebody": "Somebody",
    "Nobody": "Nobody",
}

_BUTTONS = {
    "button urgent": "It is urgent",
    "button wait": "It can wait",
    "button wait until": "It can wait until {clock}",
    "button take": "Take it",
    "button pass": "Pass on",
    "button not_urgent": "Not urgent",
    "button wake": "Wake the owner",
    "button wake somebody": "Wake {owner}",
    "button answered": "Answered",
    "button snooze": "Snooze",
    "button opt_in": "I agree",
    "button opt_in again": "Ask me again",
    "button opt_out": "Do not ask me any more",
    "button no": "No",
}

_ITSELF = {
    "link": "Open",
    "alerts refused": "The source of alerts '{source}' sends more than are taken. Look there: some were refused.",
    "test": "This is a test.",
    "test by mail": "A test",
    "test outside": "This is a test of {owner}'s deepday: nothing has happened, and nothing is to be done.",
}

_SENDERS = {
    "reply, in person": "You wrote to {owner}.",
    "reply, until": "{owner} is in deep work until {until}.",
    "reply, urgent": "{who} is told now. Request {id}.",
    "reply, covers": "{who} covers.",
    "reply, can wait": "If it can wait, nothing is to be done: {owner} is shown it {when}. Request {id}.",
    "taken": "{who} has it. Request {id}.",
    "woken": "{owner} was told. Request {id}.",
    "declined": "{who} thinks that this can wait: {owner} is shown it later. If it cannot, say so. Request {id}.",
    "announce": "Nobody could be reached about this. {owner} is shown it; please try another way. Request {id}.",
}

_COVERS = {
    "ask": "Urgent for {owner}, {sender}, since {since}. Request {id}.",
    "ask, why": "You are {owner}'s {role}{until}. Told because: {why}.",
    "ask, opt out": "Asked too often? You can stop at any time.",
    "role point person": "point person",
    "role backup": "backup",
    "role owner": "owner",
    "wake": "Urgent, {sender}, since {since}. Request {id}.",
    "wake, told": "Told before you: {told}.",
    "wake, nobody": "Nobody else could be told.",
    "inform": "Request {id} for {owner}. {what}",
    "inform taken": "{who} has it. Nothing is left to do.",
    "inform withdrawn": "The sender took it back. Nothing is left to do.",
    "inform answered": "{owner} has answered it. Nothing is left to do.",
    "inform waits": "The sender says that it can wait. Nothing is left to do.",
    "inform undeliverable": "Nobody took it. The sender was told so.",
    "inform changed": "The sender changed or added something.",
    "consent ask": "{owner} works some hours without interruptions, and asks whether you would answer for what cannot "
    "wait then.",
    "consent how": "What you would get: a message here, from whom it is, since when, and what. You take it, pass it "
    "on, say that it is not urgent, or wake {owner}. Without an answer in {minutes} the next one is asked. You are not "
    "asked outside your working hours, on leave, or in deep work of your own, and how often you are asked each week is "
    "counted.",
    "consent agreed": "You answer for {owner} from now on, when it is your turn. This ends it at any time:",
    "consent declined": "You are not asked for {owner} any more. Should that change:",
}

_PRESSED = {
    "noted": "Request {id}: {what}",
    "noted urgent": "{who} is told now.",
    "noted wait": "{owner} is shown it {when}.",
    "noted take": "It is yours, and its sender is told so. Should {owner} be needed after all, write to them.",
    "noted pass": "{who} is told now.",
    "noted not_urgent": "Its sender is told that it can wait; {owner} is shown it later.",
    "noted wake": "{owner} is told now.",
    "noted answered": "Noted as answered.",
    "noted snooze": "It is shown again {when}.",
    "noted else": "noted.",
    "refused ended": "Request {id} has ended already. Nothing was changed.",
    "refused not yours": "Request {id} is not yours to answer. Nothing was changed.",
}

_DIGEST = {
    "digest one": "One request came in while you were in deep work.",
    "digest many": "{count} requests came in while you were in deep work.",
    "digest row": "{sender}, {since}: {what}. Request {id}.",
    "digest not urgent": "found not urgent",
    "digest wait": "it can wait",
}

_MAILS = {
    "mail urgent": "Urgent: request {id}",
    "mail request": "Request {id}",
    "mail digest": "What can wait",
    "mail answer": "About your request {id}",
    "mail how": "To answer, reply to this mail; the first line is one of",
    "word urgent": "URGENT",
    "word wait": "WAIT",
    "word take": "TAKE",
    "word pass": "PASS",
    "word not_urgent": "NOT URGENT",
    "word wake": "WAKE",
    "word answered": "ANSWERED",
    "word snooze": "SNOOZE",
    "word opt_out": "STOP",
}

_FORM = {
    "form title": "Reach {owner}, or who covers",
    "form for": "For what cannot wait. Whoever covers for {owner} is told at once, and {owner} is told where nobody "
    "answers. For anything else, write as usual: it is read later.",
    "form not sent": "This was not sent:",
    "form name": "Who you are",
    "form reach": "How to reach you (telephone, address)",
    "form text": "What is the matter",
    "form send": "This is urgent: send",
    "form kept": "What you write is kept sealed, shown to those who are told, and deleted after some weeks.",
    "form no name": "Who are you? Nobody can answer otherwise.",
    "form no text": "What is the matter?",
    "form too long": "At most {most} characters, please.",
    "form unread": "This could not be read",
    "form unread why": "It is too long. Write less, please.",
    "form too often": "Too many came in within a minute. Wait one minute and send it again, or call.",
    "form not kept": "It could not be kept just now: nobody was told. Send it again, or call.",
    "form closed": "There is no such page",
    "form closed why": "The link is over, or not whole. A newer reply has a newer link.",
    "receipt over": "This is over",
    "receipt open": "This is on its way",
    "receipt until": "{owner} is in deep work until {until}.",
    "receipt request": "Request",
    "receipt again": "Look again",
    "receipt since": "for what has happened since; this page can be kept.",
    "state received": "It is kept. Whoever covers for {owner} is told now.",
    "state asked": "It is kept. {owner} is shown it.",
    "state waiting": "It is kept. {owner} is shown it later.",
    "state shown": "{owner} is shown it.",
    "state routed": "Somebody was told. Who does not answer in time is passed over, and the next one is told, at last "
    "{owner}.",
    "state declined": "Whoever covers for {owner} thinks that it can wait: {owner} is shown it later. If it cannot "
    "wait, send the form again.",
    "state acknowledged": "Somebody has it, and will come back to you.",
    "state answered": "{owner} has answered it.",
    "state delivered": "{owner} was told.",
    "state withdrawn": "It was taken back.",
    "state joined": "It was joined to an earlier one.",
    "state undeliverable": "Nobody could be reached. {owner} is shown it; please try another way.",
}

_HANDOVER = {
    "handover": "# Hand-over for {owner}, {day}",
    "handover nothing": "No deep-work block is approved for this day.",
    "handover nobody": "nobody named yet",
    "handover block": "- {when}: {point}",
    "handover backup": ", then {backup}",
    "handover span": "{start} to {end} ({zone})",
    "handover topics": "## Who knows about what",
    "handover topic": "- {topic}: {who}",
    "handover no topics": "No topics are agreed.",
    "handover how": "## How it works",
    "handover told": "You are told by chat when somebody needs {owner} urgently: from whom, since when, and what.",
    "handover do": "Take it, pass it on, say that it is not urgent, or wake {owner}. Without an answer the next one "
    "is told.",
    "handover open": "## Requests that are open now",
    "handover none": "None.",
    "handover row": "- {id}: {sender}, since {since}. {state}{topic}",
    "handover about": " Topic: {topic}.",
    "open received": "It was not looked at yet.",
    "open asked": "Its sender is asked whether it can wait.",
    "open waiting": "It can wait; {owner} is shown it later.",
    "open shown": "{owner} was shown it and has not answered.",
    "open routed": "Waits for {who} to answer.",
    "open declined": "It was found not urgent; its sender is being told.",
    "handover reviews": "Open reviews",
    "handover reviews?": "Which reviews wait for me, which for others, and what may be merged without me?",
    "handover trainings": "Running trainings",
    "handover trainings?": "Which runs are going, until when, what does a failure look like, may it be restarted?",
    "handover books": "Run-books",
    "handover books?": "Where are they, and who else knows?",
    "handover due": "Releases and dead-lines",
    "handover due?": "What is due on that day?",
    "handover wake": "Wake me for",
    "handover wake?": "Which events are worth breaking the block for?",
}

ENGLISH: Mapping[str, str] = (
    _TIMES | _DOORS | _BUTTONS | _ITSELF | _SENDERS | _COVERS | _PRESSED | _DIGEST | _MAILS | _FORM | _HANDOVER
)
