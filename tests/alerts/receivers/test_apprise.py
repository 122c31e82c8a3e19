"""The library Apprise: one attempt for each URL, and a failure is never certain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alerts.receivers import receiver_faults
from alerts.receivers.apprise import AppriseReceiver
from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from config.i18n import translator
from tests.alerts.harness import NOON, Harness, match
from tests.alerts.receivers.notification_bodies import evidence, second_article
from tests.alerts.receivers.test_chat_contract import HUGE, LONG_URL, SOURCES, attempt
from tests.support.faultserver import Exchange, FaultServer, reply

pytestmark = pytest.mark.slow  # the library loads all of its services

SECRET = "T0KEN-T0KEN-T0KEN-T0KEN"


def catalog_of(folder: Path, *urls: str) -> Catalog:
    folder.mkdir(exist_ok=True)
    (folder / "sources.yaml").write_text(SOURCES)
    receiver = json.dumps({"id": "any", "kind": "apprise", "url": urls})
    (folder / "alerts.yaml").write_text(
        f"receivers: [{receiver}]\nroutes: [{{receivers: [any]}}]\n"
    )
    catalog, faults = load_catalog(folder, {}, folder / ".env")
    assert catalog is not None, faults
    return catalog


def configure(harness: Harness, folder: Path, *urls: str) -> None:
    catalog = catalog_of(folder / "config", *urls)
    assert receiver_faults(catalog) == []
    harness.catalog = Catalog((), harness.catalog.topics, (), catalog.alerts)


def service(faults: FaultServer, path: str, options: str = "") -> str:
    return f"json://desk:{SECRET}@127.0.0.1:{faults.port}{path}{options}"


def test_each_url_is_a_target_and_gets_one_message(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    for path in ("/one", "/two"):
        faults.on(path, reply(b"ok"))
    configure(harness, tmp_path, service(faults, "/one"), service(faults, "/two"))
    harness.decide(match(title="@everyone <!channel> A & B"))
    assert harness.dispatcher().run_once() == {"delivered": 2, "failed": 0, "pending": 0, "held": 0}
    [request] = faults.requests_to("/one")
    message = json.loads(request.body)
    assert message["title"].endswith("@\u200beveryone <\u200b!channel> A & B")
    assert "»Die« Regierung in Oslo" in message["message"]
    assert "New story." in message["message"]
    assert len(faults.requests_to("/two")) == 1
    targets = {delivery.target for _, delivery in harness.notifications()}
    assert len(targets) == 2
    assert all(target.startswith("json ") for target in targets)


@pytest.mark.parametrize("answer", [reply(b"no", 404), reply(b"", 302, location="/one")])
def test_a_failure_is_unknown_and_the_librarys_own_retries_are_off(
    harness: Harness, tmp_path: Path, faults: FaultServer, answer: object
) -> None:
    assert callable(answer)
    faults.on("/hook", answer)
    configure(harness, tmp_path, service(faults, "/hook", "?retry=3&wait=0.1&optional=yes"))
    harness.decide(match())
    assert harness.dispatcher().run_once()["pending"] == 1
    [(_, delivery)] = harness.notifications()
    assert (delivery.state, delivery.possible_repeat) == ("unknown", True)
    assert len(faults.requests) == 1
    assert harness.last_error().startswith("Failed to send JSON POST notification")
    assert harness.last_error().endswith("It is unknown whether the message arrived.")


def test_a_lost_answer_is_unknown_and_the_repeat_says_so(
    harness: Harness, tmp_path: Path, faults: FaultServer
) -> None:
    answers = [Exchange.reset, reply(b"ok")]
    faults.on("/hook", lambda exchange: answers.pop(0)(exchange))
    configure(harness, tmp_path, service(faults, "/hook"))
    harness.decide(match())
    harness.dispatcher().run_once()
    assert harness.dispatcher().run_once()["delivered"] == 1
    message = json.loads(faults.requests_to("/hook")[-1].body)["message"]
    assert message.startswith("This message may be a repeat")


def test_no_secret_is_shown(
    harness: Harness, tmp_path: Path, faults: FaultServer, capfd: pytest.CaptureFixture[str]
) -> None:
    faults.on("/hook", reply(SECRET.encode(), 500))
    configure(harness, tmp_path, service(faults, "/hook"))
    harness.decide(match())
    harness.dispatcher().run_once()
    shown = repr(harness.notifications()) + repr(harness.events()) + "".join(capfd.readouterr())
    assert SECRET not in shown


@pytest.mark.parametrize("url", ["nosuch://host/T0KEN", "slack://T0KEN", "T0KEN"])
def test_a_url_without_a_service_is_a_fault_that_does_not_quote_it(
    tmp_path: Path, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    [fault] = receiver_faults(catalog_of(tmp_path, url))
    assert (fault.code, fault.message) == ("R008", "`url` cannot be used.")
    assert "T0KEN" not in str(fault) + "".join(capfd.readouterr())


def test_a_message_of_any_length_fits() -> None:
    articles = tuple(
        second_article(id=f"{n:032}", title=HUGE, url=LONG_URL, evidence=(evidence(HUGE, "x"),))
        for n in range(20)
    )
    assert AppriseReceiver.render(attempt(articles=articles), translator("en"), NOON).fits
