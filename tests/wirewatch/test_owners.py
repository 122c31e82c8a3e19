"""Whom to ask about a topic or a receiver."""

from __future__ import annotations

from datetime import UTC, datetime

from config.catalog.models import AlertsDefinition, Catalog
from config.i18n import translator
from core.store.targets import TargetState
from tests.alerts.harness import webhook
from wirewatch.owners import is_owner, owner_of_receiver
from wirewatch.web.api.waiting import target_list
from wirewatch.web.pages.deliveries import broken_row

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://desk.example/"
RECEIVERS = (
    webhook(URL, name="desk", owner="Ada"),
    webhook(URL, name="phone", was="pager", owner="Bert"),
    webhook(URL, name="wire", was="desk"),
)
CATALOG = Catalog((), alerts=AlertsDefinition(URL, RECEIVERS))


def test_a_receiver_has_its_owner_also_under_its_former_id() -> None:
    names = ("desk", "phone", "pager", "wire", "console", "gone")
    owners = {name: owner_of_receiver(CATALOG, name) for name in names}
    assert owners == {
        "desk": "Ada", "phone": "Bert", "pager": "Bert", "wire": "", "console": "", "gone": "",
    }  # fmt: skip


def test_a_name_is_that_of_an_owner_whatever_its_case() -> None:
    assert is_owner("Jörg  Müller", "JÖRG MÜLLER")
    assert not is_owner("Jörg", "Jorg")


def test_a_broken_target_is_shown_with_the_owner_of_its_receiver() -> None:
    state = TargetState("pager", "desk.example", NOW, broken_since=NOW)
    assert broken_row(state, 1, CATALOG, translator("en"))["owner"] == "Bert"
    [broken] = target_list([(state, 1)], CATALOG).broken
    assert broken.owner == "Bert"
