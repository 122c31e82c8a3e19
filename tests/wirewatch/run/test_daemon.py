"""`run`, as service managers and operators see it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.cli_installation import AT_ONCE, TOPIC, CliInstallation, new_installation
from tests.support.newsroom import (
    Answer,
    LoopbackServer,
    Newsroom,
    Request,
    Story,
    WebhookReceiver,
    serve_newsroom,
    serve_webhook,
    unique_story,
)
from tests.support.running_program import (
    RunningProgram,
    get,
    handles_signals,
    health,
    run_program,
    wait_until,
)

pytestmark = pytest.mark.processes


class Scene:
    """A running program that has notified its webhook of one story; tests of this file share it.

    ``seconds`` is the time between the story's publication and its notification.
    """

    def __init__(
        self,
        installation: CliInstallation,
        newsroom: Newsroom,
        webhook: WebhookReceiver,
        running: RunningProgram,
    ) -> None:
        self.installation, self.webhook, self.running = installation, webhook, running
        running.wait_for("feed_polled")
        began = time.monotonic()
        newsroom.publish("kurier", unique_story("/a", "Oslo bewegt sich"))
        wait_until(lambda: webhook.notifications, "no notification was sent", running)
        self.seconds = time.monotonic() - began


def new_program(folder: Path, newsroom: Newsroom, webhook: WebhookReceiver) -> CliInstallation:
    """One process for all: starting a second one costs each test three seconds of CPU time."""
    installation = new_installation(folder)
    installation.environment["WIREWATCH_WEB_PROCESS"] = "false"
    newsroom.publish(
        "kurier", Story("/start", "Haushalt beschlossen", "Der Rat tagte lange. " * 20)
    )
    installation.write_sources(kurier=newsroom.feed_url("kurier"))
    receiver = {"id": "desk", "kind": "webhook", "url": f"{webhook.url}/hook"}
    routes = [AT_ONCE | {"receivers": ["desk", "console"]}]
    installation.write("alerts.yaml", json.dumps({"receivers": [receiver], "routes": routes}))
    return installation


class Hanging:
    """A program that is stopped while its webhook does not answer, which takes a while."""

    def __init__(self, installation: CliInstallation, running: RunningProgram) -> None:
        self.installation, self.running, self.seconds = installation, running, 99.0
        self.ending = threading.Thread(target=self._end)
        self.ending.start()

    def _end(self) -> None:
        self.seconds = self.running.stop()


@pytest.fixture(scope="module", autouse=True)
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hanging]:
    requested = threading.Event()

    def hang(request: Request) -> Answer:
        requested.set()
        time.sleep(14)
        return Answer(status=204)

    deaf = LoopbackServer(hang)
    with serve_newsroom() as newsroom:
        installation = new_installation(tmp_path_factory.mktemp("hanging"))
        installation.environment["WIREWATCH_DELIVERY_TIMEOUT"] = "13"
        newsroom.publish("kurier", unique_story("/a", "Oslo bewegt sich"))
        installation.write_sources(kurier=newsroom.feed_url("kurier"))
        installation.route_to_webhook(deaf.url)
        with run_program(installation) as running:
            assert requested.wait(30)
            program = Hanging(installation, running)
            yield program
            program.ending.join()
    deaf.close()


@pytest.fixture(scope="module", autouse=True)
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProgram]:
    """A program whose only outlet is unreachable, with JSON logs; it notices after some seconds."""
    installation = new_installation(tmp_path_factory.mktemp("cut-off"))
    installation.environment["WIREWATCH_LOG_FORMAT"] = "json"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # reserves the port without listening on it
        installation.write_sources(weg=f"http://127.0.0.1:{closed.getsockname()[1]}/feed.xml")
        with run_program(installation) as running:
            yield running


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with serve_newsroom() as newsroom, serve_webhook() as webhook:
        installation = new_program(tmp_path_factory.mktemp("run"), newsroom, webhook)
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        installation.environment["WIREWATCH_METRICS_LISTEN"] = address
        with run_program(installation) as running:
            yield Scene(installation, newsroom, webhook, running)


def test_health_and_metrics_can_be_read(scene: Scene) -> None:
    assert health(scene.running)["status"] == "ok"
    status, text = scene.running.get("/metrics")
    assert status == 200
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"wirewatch_feed_polls", "wirewatch_feeds", "wirewatch_lag_records"} <= names
    told = r'wirewatch_deliveries_total\{outcome="delivered",receiver="\w+",receiver_kind="webhook"'
    wait_until(
        lambda: bool(re.search(told, scene.running.get("/metrics")[1])), "no delivery is counted"
    )
    text = scene.running.get("/metrics")[1]
    assert 'wirewatch_undelivered{receiver="' in text
    assert re.search(r'wirewatch_storage_bytes\{part="store"\} [1-9]', text)
    assert re.search(r'wirewatch_build_info\{python="3[.\d]+",slot="[^"]+",version="\d', text)
    own = f"http://{scene.installation.environment['WIREWATCH_METRICS_LISTEN']}/metrics"
    with urllib.request.urlopen(own, timeout=30) as answer:
        of_processes = answer.read().decode()
    assert "wirewatch_feed_polls_total{" in of_processes
    assert "wirewatch_undelivered" not in of_processes


def test_a_story_is_notified_within_seconds_and_logged_on_one_line(
    scene: Scene,
) -> None:
    assert scene.seconds < 10
    assert scene.webhook.notifications[0]["story"]["title"] == "Oslo bewegt sich"
    wait_until(
        lambda: len(scene.running.logged("notification ")) >= 2,
        "not both receivers are logged",
        scene.running,
    )
    line = scene.running.wait_for("notification ")
    assert "Das sagte sie zum Nato-Beitritt." in line
    lines = [x for x in scene.running.logged("Oslo bewegt sich") if "notification " in x]
    assert sorted(re.findall(r"receiver=(\w+)", " ".join(lines))) == ["console", "desk"]
    status, page = scene.running.get("/")
    assert (status, "Oslo bewegt sich" in page) == (200, True)


def test_commands_work_beside_a_running_program(scene: Scene) -> None:
    [alert] = json.loads(scene.installation.invoke("alerts", "list", "--json"))
    assert (alert["topic"], alert["state"], alert["outlets"]) == ("nato-membership", "open", 1)
    shown = json.loads(scene.installation.invoke("alerts", "show", alert["id"][:8], "--json"))
    assert {n["receiver"] for n in shown["notifications"]} == {"desk", "console"}
    [feed] = json.loads(scene.installation.invoke("feeds", "list", "--json"))
    assert feed["state"] == "ok"
    acked = json.loads(
        scene.installation.invoke("alerts", "ack", alert["id"], "--by", "ines", "--json")
    )
    assert (acked["state"], acked["acked_by"]) == ("acked", "ines")
    wait_until(
        lambda: "acked" in scene.installation.invoke("streams", "tail", "news.alerts.v1"),
        "the acknowledgement was not published",
        scene.running,
    )
    assert "· ines" in scene.running.get("/")[1]


def test_a_faulty_topic_is_rejected_once_and_a_corrected_one_used_without_a_restart(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    with run_program(installation) as running:
        running.wait_for("feed_polled")
        installation.write(
            "topics/nato-membership.yaml", TOPIC.replace('"NATO Beitritt*"', '("NATO')
        )
        running.wait_for("configuration_rejected")
        stays = "so its last good version stays in force"
        wait_until(
            lambda: stays in running.get("/feeds")[1], "the console does not say so", running
        )
        newsroom.publish("kurier", unique_story("/b", "Bern zieht nach"))
        wait_until(lambda: webhook.notifications, "the last good topic is not used", running)
        installation.write(
            "topics/nato-membership.yaml", TOPIC.replace('"NATO Beitritt*"', "Volksfest*")
        )
        running.wait_for("configuration_fixed")
        newsroom.publish(
            "kurier",
            unique_story("/c", "Wien zieht nach"),
            unique_story("/d", "Graz feiert", "Das Volksfest beginnt."),
        )
        wait_until(
            lambda: len(webhook.notifications) > 1, "the changed topic has no effect", running
        )
    titles = [t["story"]["title"] for t in webhook.notifications]
    assert titles == ["Bern zieht nach", "Graz feiert"]
    assert len(running.logged("configuration_rejected")) == 1
    assert len(running.logged("configuration_fixed")) == 1


def test_a_port_in_use_ends_it_with_a_message(scene: Scene) -> None:
    port = scene.running.url().rsplit(":", 1)[1].strip("/")
    scene.installation.environment["WIREWATCH_WEB_PORT"] = port
    try:
        with run_program(scene.installation) as second:
            assert second.process.wait(30) == 1
            line = second.wait_for("cannot listen")
    finally:
        del scene.installation.environment["WIREWATCH_WEB_PORT"]
    assert f"127.0.0.1:{port}: Address already in use" in line
    assert not second.logged("Traceback")


def test_two_programs_share_the_work_and_both_stop_within_ten_seconds(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    with run_program(installation) as first, run_program(installation) as second:
        first.wait_for("console_started")
        second.wait_for("console_started")
        wait_until(lambda: newsroom.asked("/kurier.xml"), "no feed was polled", first)
        for n in range(8):
            newsroom.publish("kurier", unique_story(f"/{n}", f"Nummer {n}"))
        wait_until(lambda: len(webhook.notifications) >= 8, "not every story was notified", first)
        assert first.stop(signal.SIGTERM) < 10
        assert second.stop(signal.SIGINT) < 10
    assert set(Counter(t["id"] for t in webhook.notifications).values()) == {1}
    assert Counter(t["story"]["title"] for t in webhook.notifications) == Counter(
        f"Nummer {n}" for n in range(8)
    )
    records = installation.tail("news.matches.v1")
    assert set(Counter(r["headers"]["ce_id"] for r in records).values()) == {1}


def test_a_killed_program_leaves_no_process(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    installation.extraction_processes = True
    with run_program(installation) as running:
        running.wait_for("feed_polled")
        group = running.process.pid
        assert len(members(group)) > 1
        running.process.kill()
        running.process.wait(10)
        wait_until(lambda: not members(group), "orphans are left")


def members(group: int) -> list[int]:
    """Living processes of a session."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == group and fields[0] != "Z":
            pids.append(int(path.parent.name))
    return pids


def test_a_hanging_delivery_is_given_back_in_time(hanging: Hanging) -> None:
    hanging.ending.join(30)
    assert hanging.seconds < 10
    assert hanging.running.logged("stop_timed_out")
    [alert] = json.loads(hanging.installation.invoke("alerts", "list", "--json"))
    shown = json.loads(hanging.installation.invoke("alerts", "show", alert["id"], "--json"))
    assert shown["notifications"][0]["deliveries"][0]["state"] == "sending"


def test_unreachable_outlets_are_logged_once(cut_off: RunningProgram) -> None:
    cut_off.wait_for("all_feeds_failing")
    assert "Broken: no feed can be read" in get(cut_off.url())[1]
    assert health(cut_off)["status"] == "ok"
    cut_off.stop()
    assert len(cut_off.logged("all_feeds_failing")) == 1
    events = {json.loads(line)["event"] for line in cut_off.lines}
    assert {"stages_started", "console_started", "feed_failed", "stopping", "stopped"} <= events


def test_a_console_for_other_machines_needs_a_token(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.environment["WIREWATCH_WEB_HOST"] = "0.0.0.0"
    with run_program(installation) as running:
        assert running.process.wait(30) == 1
        line = running.wait_for("WIREWATCH_WEB_HOST")
    assert "WIREWATCH_WEB_TOKEN" in line
    assert len(running.lines) == 1


def test_a_signal_during_the_start_ends_it_too(
    tmp_path: Path, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    installation = new_program(tmp_path, newsroom, webhook)
    with run_program(installation, as_executable=True) as running:
        wait_until(
            lambda: handles_signals(running.process.pid), "it never handles signals", running
        )
        time.sleep(0.8)
        os.kill(running.process.pid, signal.SIGTERM)
        assert running.process.wait(15) == 0
    assert not running.logged("Traceback")


def test_a_single_round_stops_at_a_signal_with_0(tmp_path: Path) -> None:
    requested = threading.Event()

    def slow(request: Request) -> Answer:
        requested.set()
        time.sleep(3)
        return Answer(status=404)

    server = LoopbackServer(slow)
    try:
        installation = new_installation(tmp_path)
        installation.write_sources(lahm=f"{server.url}/feed.xml")
        with run_program(installation, "--once") as running:
            assert requested.wait(30)
            assert running.stop(signal.SIGTERM) < 10
        assert not running.logged("Traceback")
    finally:
        server.close()
