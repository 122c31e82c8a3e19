"""``receivers`` and ``notify``: a test to each target, and a look at what would be sent."""

from __future__ import annotations

import json

import pytest

from alerts.receivers import RECEIVERS
from tests.support.cli_installation import CliInstallation
from tests.support.faultserver import FaultServer, closed_port, reply

TOKEN = "T0KEN-T0KEN-T0KEN-T0KEN"


def configure(installation: CliInstallation, *receivers: dict[str, object]) -> None:
    ids = [receiver["id"] for receiver in receivers]
    alerts = {"receivers": receivers, "routes": [{"receivers": ids}]}
    installation.write("alerts.yaml", json.dumps(alerts))


def telegram(faults: FaultServer, *chats: str) -> dict[str, object]:
    return {
        "id": "phone",
        "kind": "telegram",
        "token": f"1:{TOKEN}",
        "chat": list(chats),
        "server": faults.url("").rstrip("/"),
        "language": "de",
    }


def test_a_test_reaches_every_target_and_says_what_each_answered(
    own_installation: CliInstallation, faults: FaultServer
) -> None:
    faults.on(
        f"/bot1:{TOKEN}/sendMessage",
        lambda e: e.reply(b"gone", 403) if b"@gone" in e.request.body else e.reply(b"{}"),
    )
    configure(own_installation, telegram(faults, "-1001", "@gone", "-1002"))
    rows = json.loads(own_installation.invoke("receivers", "test", "phone", "--json", code=3))
    assert [(row["target"], row["result"]) for row in rows] == [
        ("-1001", "delivered"),
        ("@gone", "failed"),
        ("-1002", "delivered"),
    ]
    assert rows[1]["reason"] == "HTTP 403: gone"
    text = json.loads(faults.requests[0].body)["text"]
    assert "Test dieses Empfängers" in text
    assert "Ein Test dieses Empfängers; es ist nichts geschehen." in text


def test_a_test_that_every_target_accepts_exits_with_0_and_stores_nothing(
    own_installation: CliInstallation, faults: FaultServer
) -> None:
    url = faults.on(f"/services/{TOKEN}", reply(b"ok"))
    configure(own_installation, {"id": "desk", "kind": "slack", "url": url})
    out = own_installation.invoke("receivers", "test", "desk")
    assert "delivered" in out
    assert TOKEN not in out
    assert json.loads(own_installation.invoke("alerts", "list", "--json")) == []


def test_a_lost_answer_is_unknown_and_exits_with_3(
    own_installation: CliInstallation, faults: FaultServer
) -> None:
    url = faults.on("/hook", lambda exchange: exchange.reset())
    configure(own_installation, {"id": "desk", "kind": "webhook", "url": url})
    [row] = json.loads(own_installation.invoke("receivers", "test", "desk", "--json", code=3))
    assert row["result"] == "unknown"
    [request] = faults.requests
    assert json.loads(request.body)["kind"] == "test"


def test_a_target_without_a_connection_has_failed_and_says_so_once(
    own_installation: CliInstallation,
) -> None:
    url = f"http://127.0.0.1:{closed_port()}/{TOKEN}"
    configure(own_installation, {"id": "desk", "kind": "webhook", "url": url})
    [row] = json.loads(own_installation.invoke("receivers", "test", "desk", "--json", code=3))
    assert (row["result"], row["reason"]) == ("failed", "The server cannot be reached.")


def test_an_unknown_receiver_is_wrong_usage_and_a_faulty_file_an_error(
    own_installation: CliInstallation,
) -> None:
    configure(own_installation, {"id": "desk", "kind": "webhook", "url": "https://a.example/"})
    assert "Receivers: desk." in own_installation.execute("receivers", "test", "dask").err
    own_installation.invoke("receivers", "test", "dask", code=2)
    configure(own_installation, {"id": "desk", "kind": "slack"})
    own_installation.invoke("receivers", "test", "desk", code=1)


def test_receivers_are_listed_with_their_targets_and_without_secrets(
    own_installation: CliInstallation, faults: FaultServer
) -> None:
    configure(own_installation, telegram(faults, "-1001", "@desk"))
    rows = json.loads(own_installation.invoke("receivers", "list", "--json"))
    assert rows == [{"id": "phone", "kind": "telegram", "targets": ["-1001", "@desk"], "owner": ""}]


@pytest.mark.parametrize("kind", sorted(set(RECEIVERS) - {"console"}))
def test_a_sample_of_every_kind_fits_and_is_shown_with_its_size(
    own_installation: CliInstallation, kind: str
) -> None:
    command = ("notify", "render", "--kind", kind, "--sample", "--language", "de")
    out = own_installation.invoke(*command)
    assert "Schweden" in out or "=?utf-8?" in out
    assert " of " in out.splitlines()[-1]
    shown = json.loads(own_installation.invoke(*command, "--json"))
    assert all(size["fits"] and size["count"] <= size["limit"] for size in shown["sizes"])


def test_a_sample_is_in_the_language_and_time_zone_that_are_asked_for(
    own_installation: CliInstallation,
) -> None:
    command = ("notify", "render", "--kind", "slack", "--sample")
    assert "Read the article" in own_installation.invoke(*command)
    german = own_installation.invoke(*command, "--language", "de", "--time-zone", "Asia/Tokyo")
    assert "Artikel lesen" in german
    assert "+0900" in german
    own_installation.invoke(*command, "--time-zone", "Mars/Base", code=2)


def test_a_digest_can_be_rendered_too(own_installation: CliInstallation) -> None:
    out = own_installation.invoke("notify", "render", "--kind", "ntfy", "--sample", "--digest")
    assert "Held until the quiet hours end" in out


@pytest.mark.parametrize("kind", ["console", "fax"])
def test_a_kind_that_sends_nothing_cannot_be_rendered(
    own_installation: CliInstallation, kind: str
) -> None:
    output = own_installation.execute("notify", "render", "--kind", kind, "--sample")
    assert output.code == 2
    assert "Kinds: apprise, discord, email, feed, mattermost" in output.err


FEED: dict[str, object] = {"id": "reader", "kind": "feed"}


def test_the_address_of_a_feed_is_shown_once_and_stored_as_a_hash(
    own_installation: CliInstallation,
) -> None:
    configure(own_installation, FEED)
    command = ("receivers", "address", "reader", "--json")
    assert json.loads(own_installation.invoke(*command))["atom"] is None
    made = json.loads(own_installation.invoke(*command, "--renew"))
    token = made["atom"].split("/")[-2]
    assert made["json"] == made["atom"].replace("atom.xml", "feed.json")
    assert len(token) > 40
    shown = json.loads(own_installation.invoke(*command))
    assert shown["atom"] == made["atom"].replace(token, "***")
    assert shown["made_at"] == made["made_at"]
    assert token.encode() not in (own_installation.folder / "data" / "store.db").read_bytes()
    renewed = own_installation.invoke("receivers", "address", "reader", "--renew")
    assert token not in renewed
    own_installation.invoke("receivers", "address", "reader", "--revoke")
    assert json.loads(own_installation.invoke(*command))["atom"] is None


def test_only_feeds_have_addresses(own_installation: CliInstallation) -> None:
    configure(own_installation, FEED, {"id": "hook", "kind": "webhook", "url": "https://x.example"})
    for arguments in (("hook",), ("other",), ("reader", "--renew", "--revoke")):
        own_installation.invoke("receivers", "address", *arguments, code=2)


def test_a_test_of_a_feed_says_that_it_is_not_in_the_feed(
    own_installation: CliInstallation,
) -> None:
    configure(own_installation, FEED)
    [row] = json.loads(own_installation.invoke("receivers", "test", "reader", "--json"))
    assert (row["target"], row["result"]) == ("feed", "delivered")
    assert "the feed does not have it" in row["reason"]
