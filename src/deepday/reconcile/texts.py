"""The texts that colleagues read, as templates, in each language."""

from collections.abc import Mapping
from dataclasses import dataclass

PLACEHOLDERS: Mapping[str, str] = {
    "until": "when the block ends, on its own clock",
    "day": "the day of the block",
    "answer": "when an answer can be expected",
    "point_person": "the name of who covers; empty for nobody",
    "point_reach": "how to reach them; may be empty",
    "backup": "the name of who covers when they cannot; empty for nobody",
    "backup_reach": "how to reach them; may be empty",
    "urgent": "the word that marks a message as urgent; empty where nothing reads the answers",
    "form": "the address of the form for urgent requests; empty where there is none",
    "next_free": "when the person is free again, in a decline; empty when not known",
}
"""What a template may say, and what each placeholder stands for."""

_COVER = "{% if point_reach %} ({{ point_reach }}){% endif %}"
_BESIDE = "{% if point_reach %} {{ point_reach }}{% endif %}"
_BACKUP = "{% if backup_reach %} ({{ backup_reach }}){% endif %}"


@dataclass(frozen=True, slots=True)
class Texts:
    """The templates of one language. ``urgent`` is a word, ``clock``, ``date``: formats of ``strftime``."""

    title: str
    status: str
    status_short: str
    subject: str
    inside: str
    outside: str
    decline: str
    urgent: str
    clock: str
    date: str


ENGLISH = Texts(
    title="Deep work{% if point_person %} (urgent: {{ point_person }}){% endif %}",
    status=("Deep work until {{ until }}{% if point_person %}, urgent: {{ point_person }}" + _BESIDE + "{% endif %}"),
    status_short="Deep work until {{ until }}",
    subject="Deep work until {{ until }}",
    inside=(
        "I am in deep work until {{ until }} on {{ day }} and read no messages. You can expect an answer by "
        "{{ answer }}.\n"
        "{% if point_person %}{{ point_person }} covers for me"
        + _COVER
        + "{% if backup %}, then {{ backup }}"
        + _BACKUP
        + "{% endif %}.\n{% endif %}"
        '{% if urgent %}If it cannot wait, begin your message with "{{ urgent }}"{% if form %}, or write here: '
        "{{ form }}{% else %}.{% endif %}{% elif form %}If it cannot wait, write here: {{ form }}{% endif %}"
    ),
    outside="I am away from messages until {{ until }} on {{ day }}. You can expect an answer by {{ answer }}.",
    decline=(
        "I keep this time for deep work until {{ until }}."
        "{% if next_free %} The next time that suits me: {{ next_free }}.{% endif %}"
        "{% if point_person %} {{ point_person }} can stand in for me" + _COVER + ".{% endif %}"
    ),
    urgent="urgent",
    clock="%H:%M",
    date="%Y-%m-%d",
)

GERMAN = Texts(
    title="Konzentriertes Arbeiten{% if point_person %} (dringend: {{ point_person }}){% endif %}",
    status=(
        "Konzentriert bis {{ until }}{% if point_person %}, dringend: {{ point_person }}" + _BESIDE + "{% endif %}"
    ),
    status_short="Konzentriert bis {{ until }}",
    subject="Konzentriertes Arbeiten bis {{ until }}",
    inside=(
        "Ich arbeite am {{ day }} bis {{ until }} konzentriert und lese keine Nachrichten. Eine Antwort kommt bis "
        "{{ answer }}.\n"
        "{% if point_person %}{{ point_person }} vertritt mich"
        + _COVER
        + "{% if backup %}, danach {{ backup }}"
        + _BACKUP
        + "{% endif %}.\n{% endif %}"
        '{% if urgent %}Wenn es nicht warten kann, beginnen Sie die Nachricht bitte mit "{{ urgent }}"'
        "{% if form %} oder schreiben Sie hier: {{ form }}{% else %}.{% endif %}"
        "{% elif form %}Wenn es nicht warten kann, schreiben Sie bitte hier: {{ form }}{% endif %}"
    ),
    outside="Ich lese am {{ day }} bis {{ until }} keine Nachrichten. Eine Antwort kommt bis {{ answer }}.",
    decline=(
        "Diese Zeit ist bis {{ until }} für konzentriertes Arbeiten reserviert."
        "{% if next_free %} Als Nächstes passt mir: {{ next_free }}.{% endif %}"
        "{% if point_person %} {{ point_person }} kann mich vertreten" + _COVER + ".{% endif %}"
    ),
    urgent="dringend",
    clock="%H:%M Uhr",
    date="%d.%m.%Y",
)

LANGUAGES: Mapping[str, Texts] = {"en": ENGLISH, "de": GERMAN}
