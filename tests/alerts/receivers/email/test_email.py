from __future__ import annotations

import json
from pathlib import Path

import pytest

from alerts.receivers import receiver_faults
from alerts.receivers.email import EmailReceiver
from config.catalog.load import load_catalog
from config.catalog.models import ReceiverDefinition
from config.i18n import Phrase, in_english
from core.store import deliveries as delivery_store
from tests.alerts.harness import PLACE, Harness, match
from tests.alerts.receivers.email.email_attempts import accepted, mail, patient, refused
from tests.alerts.receivers.notification_bodies import body
from tests.support.mailserver import Inbox, mail_server, odd_server

# --- what arrives --------------------------------------------------------------------------


def test_a_message_arrives_complete(inbox: Inbox) -> None:
    assert accepted(mail(inbox.url())) == "SMTP 250 2.0.0 taken as Q1"
    [received] = inbox.inbox
    assert (received.sender, received.recipients) == ("alerts@example.org", ("desk@example.org",))
    assert received.greeted_as == "[127.0.0.1]"
    assert received.message["Subject"].startswith(
        "[NATO membership negotiations | Urgent] Schweden"
    )
    assert "*NATO-Beitritt* hat die Außenministerin" in received.part("plain")
    assert ">NATO-Beitritt</mark> hat die Außenministerin" in received.part("html")
    assert f"SIZE={len(received.data)}" in received.options


def test_the_message_is_in_the_language_of_the_options(inbox: Inbox) -> None:
    accepted(mail(inbox.url(), language="de"), possible_repeat=True)
    [received] = inbox.inbox
    assert "möglicherweise eine Wiederholung" in received.part("plain")
    assert received.message["Content-Language"] == "de"


def test_times_are_in_the_time_zone_of_the_options(inbox: Inbox) -> None:
    accepted(mail(inbox.url(), language="de", time_zone="Europe/Berlin"))
    assert "22. Nov. 2026, 13:00 MEZ" in inbox.inbox[0].part("plain")


def test_lines_that_begin_with_a_dot_arrive_unchanged(inbox: Inbox) -> None:
    about = body(reason=".hidden", console_url="")
    accepted(mail(inbox.url()), body=about.model_dump_json().encode())
    assert "\n.hidden\n" in inbox.inbox[0].part("plain")


def test_an_address_beyond_ascii_needs_a_server_with_smtputf8() -> None:
    with mail_server(enable_SMTPUTF8=True) as inbox:
        accepted(mail(inbox.url(), "bücher@zürich.example"))
        assert inbox.inbox[0].recipients == ("bücher@xn--zrich-kva.example",)
        assert "SMTPUTF8" in inbox.inbox[0].options
    with mail_server() as inbox:
        error = refused(mail(inbox.url(), "bücher@zürich.example"))
        assert (error.permanent, inbox.inbox) == (True, [])
        assert "SMTPUTF8" in error.message
        accepted(mail(inbox.url(), "desk@zürich.example"))


# --- several recipients, from the match to the mailbox -------------------------------------


def test_one_refused_address_does_not_affect_the_others(harness: Harness, inbox: Inbox) -> None:
    inbox.answers["RCPT"] = lambda to: "550 5.1.1 No such user" if "gone@" in to else None
    to = ("desk@example.org", "gone@example.org", "night@example.org")
    patient(harness).set_receivers(mail(inbox.url(), *to))
    harness.decide(match())
    assert harness.dispatcher().run_once() == {"delivered": 2, "failed": 1, "pending": 0, "held": 0}
    assert sorted(m.recipients for m in inbox.inbox) == [
        ("desk@example.org",),
        ("night@example.org",),
    ]
    assert all(str(m.message["To"]) == m.recipients[0] for m in inbox.inbox)
    assert all(b"night@" not in m.data for m in inbox.inbox if "desk@" in m.recipients[0])
    assert len({m.message["Message-ID"] for m in inbox.inbox}) == 2
    states = {
        d.target: (d.state, in_english(Phrase.load(d.last_error)))
        for _, d in harness.notifications()
    }
    assert states["gone@example.org"] == (
        "failed",
        "Mail: recipient refused: 550 5.1.1 No such user",
    )
    assert states["desk@example.org"] == ("delivered", "")
    events = {(e.event.value, e.target) for e in harness.events() if e.notification_id}
    assert ("notification_failed", "gone@example.org") in events
    assert ("notification_delivered", "night@example.org") in events


def test_all_messages_about_a_story_thread(harness: Harness, inbox: Inbox) -> None:
    patient(harness).set_receivers(mail(inbox.url()))
    harness.decide(match())
    harness.dispatcher().run_once()
    [(first, _)] = harness.notifications()
    text = json.loads(first.body) | {"id": "f" * 32, "kind": "update"}
    update = delivery_store.Notification(
        "f" * 32, first.alert_id, "mail", "update", 0, json.dumps(text), harness.now
    )
    with harness.store.write() as connection:
        delivery_store.add_notification(connection, update, ["desk@example.org"], due=harness.now)
    assert harness.dispatcher().run_once()["delivered"] == 1
    new, later = (m.message for m in inbox.inbox)
    assert new["Message-ID"] != later["Message-ID"]
    assert new["References"] == later["References"] == later["In-Reply-To"]
    assert new["List-Id"] == later["List-Id"]
    assert new["Subject"] == "[NATO membership negotiations] Oslo zieht Ausbau der Häfen vor"
    assert later["Subject"].startswith("[NATO membership negotiations | Update] Oslo zieht")


def test_an_address_that_was_removed_from_the_file_gets_nothing_more(
    harness: Harness, inbox: Inbox
) -> None:
    patient(harness).set_receivers(mail(inbox.url(), "desk@example.org", "left@example.org"))
    harness.decide(match())
    harness.set_receivers(mail(inbox.url(), "desk@example.org"))
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 1, "pending": 0, "held": 0}
    assert [m.recipients for m in inbox.inbox] == [("desk@example.org",)]


def test_an_address_listed_twice_gets_one_message(harness: Harness, inbox: Inbox) -> None:
    twice = mail(inbox.url(), "desk@müller.example", "desk@xn--mller-kva.example", "a@example.org")
    assert EmailReceiver.targets(twice) == ("desk@müller.example", "a@example.org")
    patient(harness).set_receivers(twice)
    harness.decide(match())
    assert harness.dispatcher().run_once()["delivered"] == 2


def test_a_message_that_is_deferred_is_sent_again_unchanged(harness: Harness, inbox: Inbox) -> None:
    inbox.answers["RCPT"] = lambda _: "450 4.2.0 Greylisted" if len(inbox.asked) < 3 else None
    patient(harness).set_receivers(mail(inbox.url()))
    harness.decide(match())
    assert harness.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 1, "held": 0}
    [(_, delivery)] = harness.notifications()
    assert (delivery.state, delivery.possible_repeat) == ("pending", False)
    assert harness.last_error() == "Mail: recipient refused for now: 450 4.2.0 Greylisted"
    assert harness.dispatcher().run_once()["delivered"] == 1
    assert "repeat" not in inbox.inbox[0].part("plain")


def test_after_an_answer_is_lost_the_next_message_says_it_may_be_a_repeat(
    harness: Harness, inbox: Inbox
) -> None:
    taken: list[bytes] = []
    with odd_server(lambda line: taken.append(line.until_data())) as (port, _):
        patient(harness).set_receivers(mail(f"smtp://127.0.0.1:{port}"))
        harness.decide(match())
        assert harness.dispatcher().run_once() == {
            "delivered": 0,
            "failed": 0,
            "pending": 1,
            "held": 0,
        }
    [(_, delivery)] = harness.notifications()
    assert (delivery.state, delivery.possible_repeat) == ("unknown", True)
    assert "it is unknown whether it arrived" in harness.last_error()
    harness.set_receivers(mail(inbox.url()))
    assert harness.dispatcher().run_once()["delivered"] == 1
    [again] = inbox.inbox
    assert f"Message-ID: {again.message['Message-ID']}\r\n".encode() in taken[0]
    assert "may be a repeat" in again.part("plain")
    assert "may be a repeat" in again.part("html")
    assert b"may be a repeat" not in taken[0]


# --- the operator's file -------------------------------------------------------------------

SOURCES = """\
outlets:
  - {id: kurier, name: Kurier, country: DE, language: de, feeds: ["https://kurier.example/rss"]}
"""


def faults_of(folder: Path, receiver: str, **environ: str) -> list[str]:
    """What ``wirewatch check`` says about a receiver that begins on line 2."""
    (folder / "sources.yaml").write_text(SOURCES)
    routes = "routes:\n  - receivers: [mail]\n"
    (folder / "alerts.yaml").write_text(f"receivers:\n{receiver}{routes}")
    catalog, faults = load_catalog(folder, environ, folder / ".env")
    assert catalog is not None, faults
    return [f"{f.line}:{f.column} {f.code} {f.message} {f.mend}" for f in receiver_faults(catalog)]


def test_the_documented_receiver_has_no_faults(tmp_path: Path) -> None:
    line = (
        '  - {id: mail, kind: email, smtp: "smtp://user:${PASS}@host:587", '
        "from: alerts@example.org, to: [desk@example.org]}\n"
    )
    assert faults_of(tmp_path, line, PASS="p@s/s") == []


def test_every_fault_has_its_position_and_says_what_to_write(tmp_path: Path) -> None:
    text = """\
  - id: mail
    kind: email
    smtp: mail.example.org:s3cret
    from: alerts
    to:
      - desk@example.org
      - "desk at example.org"
    language: fr
    starttls: maybe
    ca_file: /nowhere/ca.pem
    subject: x
"""
    faults = faults_of(tmp_path, text)
    assert [f.split(" ")[:2] for f in faults] == [
        ["4:11", "R005"],
        ["5:11", "R006"],
        ["8:9", "R006"],
        ["9:15", "R008"],
        ["10:15", "R008"],
        ["11:14", "R008"],
        ["12:14", "R002"],
    ]
    assert "s3cret" not in "".join(faults)
    assert "`desk at example.org` in `to` is not an e-mail address." in faults[2]
    assert "smtp://user:password@host:587" in faults[0]
    assert faults[3].endswith("Write one of: en, de.")


@pytest.mark.parametrize("to", ["[]", '""'])
def test_a_receiver_without_recipients_is_a_fault(tmp_path: Path, to: str) -> None:
    text = f"""\
  - id: mail
    kind: email
    smtp: smtps://mail.example.org
    from: Wirewatch <alerts@example.org>
    to: {to}
    starttls: required
"""
    assert [f.split(" ")[1] for f in faults_of(tmp_path, text)] == ["R007", "R008"]


def test_a_single_address_needs_no_list() -> None:
    one = ReceiverDefinition(
        "m", "email", {"smtp": "smtp://h", "from": "a@b", "to": "c@d"}, {}, PLACE
    )
    assert EmailReceiver.faults(one) == []
    assert EmailReceiver.targets(one) == ("c@d",)
