"""Many stories at once, and the check that each was decided exactly once."""

from __future__ import annotations

from collections import Counter

from tests.support.cli_installation import CliInstallation
from tests.support.newsroom import Newsroom, Story, WebhookReceiver

BODY = (
    "Die Regierung in Stockholm hat am Montag den Antrag auf den Nato-Beitritt unterzeichnet. "
    "Das sagte die Ministerin vor der Presse in der Hauptstadt und nannte Einzelheiten.\n"
    "Nun müssen die Parlamente aller Mitgliedstaaten zustimmen, was mehrere Monate dauern kann. "
    "Beobachter rechnen mit einem Beschluss im kommenden Frühjahr."
)
"""Matches the topic of the tests."""

OTHER = (
    "Der Stadtrat hat am Dienstag den Haushalt für das kommende Jahr beschlossen. "
    "Vorgesehen sind mehr Mittel für Schulen und für den Ausbau der Radwege.\n"
    "Die Opposition kritisierte die geplante Erhöhung der Gebühren scharf und kündigte an, "
    "gegen den Beschluss vorzugehen."
)


def publish_many(installation: CliInstallation, newsroom: Newsroom, count: int) -> None:
    """Publish stories in three feeds; every second one matches the topic."""
    installation.write_sources(**{f"blatt{n}": newsroom.feed_url(f"feed{n}") for n in range(3)})
    for number in range(count):
        text = BODY if number % 2 else OTHER
        unique = f"Das ist der Bericht mit der Nummer {number} aus der Redaktion. " * 12
        newsroom.publish(
            f"feed{number % 3}",
            Story(f"/s{number}", f"Bericht Nummer {number}", f"{unique}\n{text}"),
        )


def run_two_rounds(installation: CliInstallation) -> None:
    """Start two rounds at once, and check that both end well."""
    pair = [installation.start("run", "--once", "--json") for _ in range(2)]
    for process in pair:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err


def count_opened(installation: CliInstallation) -> Counter[str]:
    """Return how many alerts each article opened; an event that is on its stream twice is one."""
    records = installation.tail("news.alerts.v1")
    events = {r["headers"]["ce_id"]: r["value"] for r in records}.values()
    return Counter(e["article_id"] for e in events if e["event"] == "opened")


def assert_decided_once(
    installation: CliInstallation,
    webhook: WebhookReceiver,
    count: int,
    *,
    repeats: bool = False,
    notified_again: int = 1,
) -> None:
    """Check that every article is decided once.

    Args:
        installation: Where the stories of :func:`publish_many` were processed.
        webhook: Where it sent its notifications.
        count: Number of stories.
        repeats: Whether a killed relay may have appended records twice, with the same id.
        notified_again: How many notifications may have been sent twice, with the same id.
    """
    articles = installation.tail("news.articles.v1")
    times = Counter(r["value"]["article_id"] for r in articles)
    assert len(times) == count
    assert len({r["headers"]["ce_id"] for r in articles}) == count
    matches = Counter(r["value"]["article_id"] for r in installation.tail("news.matches.v1"))
    assert len(matches) == count // 2
    assert all(times[article] == number for article, number in matches.items())
    assert repeats or set(times.values()) == {1}
    alerts = installation.tail("news.alerts.v1")
    events = {r["headers"]["ce_id"]: r["value"] for r in alerts}.values()
    decided = Counter(
        e["article_id"] for e in events if e["event"] in ("opened", "updated", "suppressed")
    )
    assert len(decided) == count // 2
    assert set(decided.values()) == {1}
    opened = sum(e["event"] == "opened" for e in events)
    notified = Counter(body["id"] for body in webhook.notifications)
    assert len(notified) == opened
    assert sum(notified.values()) - len(notified) <= notified_again
