"""The words of a mail, in the languages a desk reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MessageWords:
    """Everything a mail says that is not from the news.

    Attributes:
        kinds: Kind of notification to what it is called and what it means, where that needs saying.
        severities: Severities to what they are called.
        repeat: That it may be a repeat; ``late``: that it comes late.
        repeat_tag: The same in the subject, as ``late_tag``.
        moment: How a moment is written (``strftime``).
        footer: Why somebody has this mail; ``{target}`` and ``{receiver}`` are filled in.
    """

    code: str
    kinds: Mapping[str, tuple[str, str]]
    severities: Mapping[str, str]
    repeat: str
    repeat_tag: str
    late: str
    late_tag: str
    moment: str
    no_title: str
    read: str
    console: str
    also_in: str
    and_more: str
    more_articles: str
    why: str
    score: str
    rules: str
    footer: str

    def kind(self, kind: str) -> tuple[str, str]:
        """What a kind is called, and the sentence that says what it means."""
        return self.kinds.get(kind, (kind.replace("_", " "), ""))

    def at(self, moment: datetime) -> str:
        """A moment as it is written."""
        return moment.strftime(self.moment)


ENGLISH = MessageWords(
    code="en",
    kinds={
        "new_story": ("New story", ""),
        "new_coverage": ("New coverage", "Another article about a story you know."),
        "update": ("Update", "Something new in a story you know."),
        "correction": ("Correction", "An article you were told of has been corrected."),
        "retraction": ("Retraction", "An article you were told of has been withdrawn."),
        "spike": ("Spike", "This topic is in the news more than usual."),
        "digest": ("Digest", "What has come together since the last one."),
        "test": ("Test", "Somebody is trying this receiver out; nothing has happened."),
    },
    severities={"low": "Low", "high": "High", "urgent": "Urgent"},
    repeat="This message may be a repeat: of an earlier attempt nobody knows whether it arrived.",
    repeat_tag="possible repeat",
    late="This message comes late: it was written on {at}.",
    late_tag="delayed",
    moment="%Y-%m-%d %H:%M UTC",
    no_title="(no title)",
    read="Read the article",
    console="Open in the console",
    also_in="Also in",
    and_more="and {n} more",
    more_articles="… and {n} more in the console",
    why="Why",
    score="score {n}",
    rules="rules:",
    footer="Wirewatch sends this to {target} because the receiver “{receiver}” in "
    "alerts.yaml says so. Nobody reads replies; ask those who run it to be taken off.",
)

GERMAN = MessageWords(
    code="de",
    kinds={
        "new_story": ("Neue Meldung", ""),
        "new_coverage": ("Weiterer Bericht", "Noch ein Artikel zu einer bekannten Meldung."),
        "update": ("Neuer Stand", "Etwas Neues zu einer bekannten Meldung."),
        "correction": ("Korrektur", "Ein gemeldeter Artikel wurde berichtigt."),
        "retraction": ("Rücknahme", "Ein gemeldeter Artikel wurde zurückgezogen."),
        "spike": ("Häufung", "Zu diesem Thema wird mehr berichtet als sonst."),
        "digest": ("Überblick", "Was seit dem letzten zusammengekommen ist."),
        "test": ("Probe", "Jemand probiert diesen Empfänger aus; es ist nichts geschehen."),
    },
    severities={"low": "Niedrig", "high": "Hoch", "urgent": "Dringend"},
    repeat="Diese Nachricht ist vielleicht eine Wiederholung: Von einem früheren Versuch weiß "
    "niemand, ob er ankam.",
    repeat_tag="evtl. Wiederholung",
    late="Diese Nachricht kommt verspätet: Sie ist vom {at}.",
    late_tag="verspätet",
    moment="%d.%m.%Y %H:%M UTC",
    no_title="(ohne Titel)",
    read="Artikel lesen",
    console="In der Konsole öffnen",
    also_in="Auch in",
    and_more="und {n} weiteren",
    more_articles="… und {n} weitere in der Konsole",
    why="Grund",
    score="{n} Punkte",
    rules="Regeln:",
    footer="Wirewatch schickt dies an {target}, weil es beim Empfänger „{receiver}“ in "
    "alerts.yaml so steht. Antworten liest niemand; abbestellen kann es, wer Wirewatch betreibt.",
)

LANGUAGES: Mapping[str, MessageWords] = {"en": ENGLISH, "de": GERMAN}
