"""Whole articles: comments, adverts and mentions in passing match nothing."""

from __future__ import annotations

from typing import Any

import pytest

from processors import Processors, article_from_fields

pytestmark = pytest.mark.slow

_TALKS = (
    "Am Mittwoch tritt der Nato-Russland-Rat zusammen. Vorher sprechen die Vereinigten Staaten "
    "allein mit Moskau. Die Gespräche zwischen Nato und Russland gelten als schwierig. Im "
    "Nato-Russland-Rat sitzen dreißig Verbündete einem Diplomaten gegenüber."
)
_COMMENTS = (
    "Die Ukraine in die Nato aufnehmen? Niemals! Der Nato-Beitritt der Ukraine wäre Wahnsinn. "
    "Schweden hat den Nato-Beitritt auch nicht gebraucht. Wer in die Nato will, soll zahlen."
)
_ARCHIVE = (
    "Das National Security Archive hat freigegebene Protokolle veröffentlicht. Bill Clinton sprach "
    "im Juni 2000 im Kreml mit Putin über einen Nato-Beitritt Russlands. Clinton sagte, er sei "
    "bereit dazu. Am Abend rückte Clinton davon ab. Die Nato-Osterweiterung nannte Clinton keine "
    "Gefahr. Schon Jelzin hatte nach einer Nato-Mitgliedschaft gefragt."
)
_RENUNCIATION = (
    "Kiew könnte auf den Nato-Beitritt verzichten, wenn es Sicherheitsgarantien für die Ukraine "
    "gibt. Das sagte Selenskyj vor den Friedensverhandlungen mit Russland. Moskau verlangt einen "
    "Verzicht der Ukraine auf die Nato-Mitgliedschaft. Im Friedensplan von Donald Trump für die "
    "Ukraine steht diese Bedingung. Den Antrag auf Aufnahme in die Nato hatte Kiew 2022 gestellt. "
    "Der Gesandte Witkoff hatte zuvor in Moskau mit Putin gesprochen."
)


def _topics(processors: Processors, **fields: Any) -> set[str]:
    outcome = processors.process(article_from_fields({"language": "de", **fields}))
    return {match.topic_id for match in outcome.matches}


def test_talks_match_their_topic_and_comments_match_nothing(processors: Processors) -> None:
    zones = [{"zone": "comments", "text": _COMMENTS}]
    topics = _topics(processors, title="Aufs Scheitern gefasst", text=_TALKS, zones=zones)
    assert topics == {"nato-russia-talks"}


def test_the_same_comments_would_match_as_text(processors: Processors) -> None:
    assert "nato-membership" in _topics(processors, title="Leser schreiben", text=_COMMENTS)


def test_papers_on_a_former_bid_match_history_and_membership(processors: Processors) -> None:
    assert _topics(processors, title="Eine verpasste Chance", text=_ARCHIVE) == {
        "nato-enlargement-history",
        "nato-membership",
    }


def test_giving_up_a_candidacy_in_peace_talks_matches_both_topics(processors: Processors) -> None:
    assert _topics(processors, title="Kiews Angebot", text=_RENUNCIATION) == {
        "nato-membership",
        "ukraine-peace-talks",
    }


@pytest.mark.parametrize(
    "aside",
    [
        "Über einen Nato-Beitritt der Ukraine sprach er nicht.",
        "Der Nato-Russland-Rat tagt seit Jahren nicht mehr.",
        "Auch ein Waffenstillstand in der Ukraine würde daran nichts ändern.",
        "Gorbatschow soll einst ein Versprechen zur Nato-Osterweiterung gehört haben.",
    ],
)
def test_one_clause_in_passing_matches_nothing(aside: str, processors: Processors) -> None:
    text = f"Der Bürgermeister eröffnete die Brücke. {aside} Danach gab es Suppe für alle."
    assert _topics(processors, title="Brücke ist fertig", text=text) == set()


def test_an_advert_beside_an_article_matches_nothing(processors: Processors) -> None:
    advert = "Der digitale Euro kommt! 15.000 Euro Gold zu gewinnen. Jetzt zum Webinar anmelden."
    assert _topics(processors, title="Gold für alle", text=advert) == set()
