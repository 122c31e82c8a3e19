"""How people write who and when: ``Name | Sa., 8. Januar 2022 - 18:19``, ``vor 3 Stunden``.

Regexes over lower-case text, in German, English, French, Russian and Ukrainian.
"""

from __future__ import annotations

import re


def _one_of(*words: str) -> str:
    return "(?:" + "|".join(" ".join(words).split()) + ")"


_MONTH = (
    _one_of(
        r"jan(?:uar|uary|vier)? jän(?:ner)? feb(?:ruar|ruary)? f[ée]vr(?:ier)?",
        r"mär(?:z)? mrz mar(?:ch|s)?",
        r"apr(?:il)? avr(?:il)? ma[iy] jun[ie]? juin jul[iy]? juil(?:let)? aug(?:ust)? ao[ûu]t",
        r"sep(?:t(?:ember|embre)?)? o[ck]t(?:ober|obre)? nov(?:ember|embre)?",
        r"de[zc](?:ember|embre)? déc(?:embre)?",
        r"янв(?:аря)? фев(?:раля)? мар(?:та)? апр(?:еля)? мая июн[яь]? июл[яь]? авг(?:уста)?",
        r"сен(?:тября)? окт(?:ября)? ноя(?:бря)? дек(?:абря)?",
        r"січ(?:ня)? лют(?:ого)? бер(?:езня)? кві(?:тня)? тра(?:вня)? чер(?:вня)? лип(?:ня)?",
        r"сер(?:пня)? вер(?:есня)? жов(?:тня)? лис(?:топада)? гру(?:дня)?",
    )
    + r"\.?"
)
_DAY = (
    r"(?:\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d\d-\d\d"
    r"|\d{1,2}-\d{1,2}-\d{4}"
    rf"|\d{{1,2}}(?:\.|er|st|nd|rd|th)?\s{_MONTH},?(?:\s(?:de\s)?\d{{4}})?"
    r"(?:\s?(?:г\.?|р\.?|года|року))?"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s\d{{4}})?)"
)
_CLOCK = (
    r"(?:\d{1,2}\s?[:.h]\s?\d{2}(?::\d\d)?(?:\s?(?:uhr|h|min|am|pm|a\.m\.|p\.m\.))?"
    r"|\d{1,2}\s?(?:uhr|am|pm))"
)
_AGO = (
    r"(?:vor\s(?:\d+|ein(?:er|em)?|wenigen|kurzem)\s?"
    r"(?:sek\w*|min\w*|stunden?|std\.?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)?"
    r"|(?:\d+|an?|a few)\s?"
    r"(?:[smhdw]|sec\w*|min\w*|hours?|hrs?|days?|weeks?|months?|years?|yrs?)\sago"
    r"|\d+\s?[hdw](?=\s*$)|il y a\s(?:\d+|une?|quelques)\s\w+"
    r"|(?:\d+\s)?(?:секунд\w*|минут\w*|час\w*|дн\w+|день|недел\w+|месяц\w*|лет|год\w*)\sназад"
    r"|(?:\d+\s)?(?:секунд\w*|хвилин\w*|годин\w*|дн\w+|день|тиж\w+|місяц\w*|рок\w*|рік)\sтому"
    r"|just now|gerade eben|à l'instant|только что|щойно)"
)
_TODAY = (
    _one_of(
        "heute gestern vorgestern today yesterday aujourd'hui hier сегодня вчера сьогодні вчора"
    )
    + r"\b"
)
_WEEKDAY = (
    "(?:"
    + _one_of(
        "mo di mi do fr sa so mon tue? wed thu fri sat sun lun mar mer jeu ven sam dim",
        "пн вт ср чт пт сб вс нд",
    )
    + r"\.?,?\s|"
    + _one_of(
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag",
        "monday tuesday wednesday thursday friday saturday sunday",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "понеділок вівторок середа п'ятниця субота неділя",
    )
    + r",?\s)"
)
_JOIN = r"(?:\s*(?:,|-|–|—|\||•|·|/|um|at|à|в|о|об|on|am|le)\s*|\s+)"
WHEN = (
    rf"(?:{_WEEKDAY}?(?:(?:{_DAY}|{_TODAY})(?:{_JOIN}{_JOIN}?{_CLOCK})?"
    rf"|{_CLOCK}{_JOIN}{_DAY})|{_AGO})"
)
_SAYS = (
    r"(?:\s*"
    + _one_of(
        r"sagte? schreibt schrieb meinte? kommentierte? says? said wrote writes commented replied",
        r"dit a\sdit a\sécrit écrit говорит пишет написал[аи]? сказал[аи]? каже пише",
        r"написа(?:в|ла)",
    )
    + ")"
)
_AFTER = (
    r"(?:uhr|h|г\.|р\.|permalink|antworten|melden|reply|report|répondre|signaler|ответить"
    r"|відповісти|bearbeitet|edited|likes?|[|·•:()\s#\d])*"
)
_NAME = r"(?P<name>[^\s.,;:!?|(){}<>\d«»„“\"][^;:!?|(){}<>«»„“\"\n]{0,45}?)"

SIGNATURE = re.compile(
    r"(?:#?\d{1,4}[.)]?\s+"
    r"|(?:kommentar|comment|commentaire|комментарий|коментар)\s(?:von|by|de|от|від)\s)?"
    rf"{_NAME}{_SAYS}?[\s,|•·:/(–—-]+(?:(?:am|on|at|le|um)\s+)?{WHEN}\)?{_AFTER}$"
)
"""``Name | Sa., 8. Januar 2022 - 18:19``: who and when, and nothing else."""
WHEN_ONLY = re.compile(rf"(?:am\s|on\s|le\s|um\s|\(|\|\s?|·\s?|•\s?)*{WHEN}\)?{_AFTER}$")
WHO_SAYS = re.compile(rf"{_NAME}{_SAYS}?\s*:?$")
CLOCK_ONLY = re.compile(rf"{_CLOCK}$")
MAY_BE_WHEN = re.compile(
    r"\d|heute|gestern|today|yesterday|hier|вчера|сегодня|вчора|сьогодні|just now|gerade eben"
    r"|instant|только что|щойно|ago|vor |тому|назад"
)
"""What every signature holds somewhere; most blocks do not."""
