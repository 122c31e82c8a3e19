"""`run` as a supervisor and an operator see it: through the real process."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.cli_installation import TOPIC, CliInstallation, new_installation
from tests.support.newsroom import Answer, Desk, LoopbackServer, Newsroom, Request, Story
from tests.support.newsroom import desk as make_desk
from tests.support.newsroom import newsroom as make_newsroom
from tests.support.running_program import Live, get, health, heeds, live, until


def story(path: str, title: str, sentence: str = "Das sagte sie zum Nato-Beitritt.") -> Story:
    """A story whose text is like no other's."""
    dice = random.Random(title)
    words = ["".join(dice.choices("abdegiklmnoprstu", k=7)) for _ in range(144)]
    lines = (" ".join(words[n : n + 12]).capitalize() + "." for n in range(0, 144, 12))
    return Story(path, title, f"{' '.join(lines)}\n{sentence}")


class Scene:
    """A running daemon that has told its desk of one story; tests of this file share one.

    ``seconds`` is what it took from the story's publication.
    """

    def __init__(self, walk: CliInstallation, room: Newsroom, desk: Desk, running: Live) -> None:
        self.walk, self.desk, self.running = walk, desk, running
        running.wait_for("feed_polled")
        began = time.monotonic()
        room.publish("kurier", story("/a", "Oslo bewegt sich"))
        until(lambda: desk.told, "the desk was not told", running)
        self.seconds = time.monotonic() - began


def installation(folder: Path, room: Newsroom, desk: Desk) -> CliInstallation:
    walk = new_installation(folder)
    room.publish("kurier", Story("/start", "Haushalt beschlossen", "Der Rat tagte lange. " * 20))
    walk.sources(kurier=room.feed_url("kurier"))
    receiver = {"id": "desk", "kind": "webhook", "url": f"{desk.url}/hook"}
    routes = [{"receivers": ["desk", "console"]}]
    walk.write("alerts.yaml", json.dumps({"receivers": [receiver], "routes": routes}))
    return walk


class Hanging:
    """A daemon that is told to end while its webhook does not answer; that takes a while."""

    def __init__(self, walk: CliInstallation, running: Live) -> None:
        self.walk, self.running, self.seconds = walk, running, 99.0
        self.ending = threading.Thread(target=self._end)
        self.ending.start()

    def _end(self) -> None:
        self.seconds = self.running.end()


@pytest.fixture(scope="module", autouse=True)
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hanging]:
    asked = threading.Event()

    def hang(request: Request) -> Answer:
        asked.set()
        time.sleep(14)
        return Answer(status=204)

    deaf = LoopbackServer(hang)
    with make_newsroom() as room:
        walk = new_installation(tmp_path_factory.mktemp("hanging"))
        walk.environment["WIREWATCH_DELIVERY_TIMEOUT"] = "13"
        room.publish("kurier", story("/a", "Oslo bewegt sich"))
        walk.sources(kurier=room.feed_url("kurier"))
        walk.webhook(deaf.url)
        with live(walk) as running:
            assert asked.wait(30)
            found = Hanging(walk, running)
            yield found
            found.ending.join()
    deaf.close()


@pytest.fixture(scope="module", autouse=True)
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A daemon whose only outlet is out of reach, with JSON logs; it needs some seconds."""
    walk = new_installation(tmp_path_factory.mktemp("cut-off"))
    walk.environment["WIREWATCH_LOG_FORMAT"] = "json"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # never listens, and nobody else gets the port meanwhile
        walk.sources(weg=f"http://127.0.0.1:{nobody.getsockname()[1]}/feed.xml")
        with live(walk) as running:
            yield running


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with make_newsroom() as room, make_desk() as desk:
        walk = installation(tmp_path_factory.mktemp("run"), room, desk)
        with live(walk) as running:
            yield Scene(walk, room, desk, running)


def test_it_is_healthy_and_its_metrics_can_be_read(scene: Scene) -> None:
    assert health(scene.running)["status"] == "ok"
    status, text = scene.running.get("/metrics")
    assert status == 200
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"wirewatch_feed_polls", "wirewatch_feeds", "wirewatch_lag_records"} <= names


def test_what_is_published_is_told_within_seconds_and_is_one_line_in_the_terminal(
    scene: Scene,
) -> None:
    assert scene.seconds < 10
    assert scene.desk.told[0]["story"]["title"] == "Oslo bewegt sich"
    until(lambda: len(scene.running.logged("notification ")) >= 2, "not both say so", scene.running)
    line = scene.running.wait_for("notification ")
    assert "Das sagte sie zum Nato-Beitritt." in line
    told = [x for x in scene.running.logged("Oslo bewegt sich") if "notification " in x]
    assert sorted(re.findall(r"receiver=(\w+)", " ".join(told))) == ["console", "desk"]
    status, page = scene.running.get("/")
    assert (status, "Oslo bewegt sich" in page) == (200, True)


def test_commands_that_read_work_beside_it(scene: Scene) -> None:
    [alert] = json.loads(scene.walk.call("alerts", "list", "--json"))
    assert (alert["topic"], alert["state"], alert["outlets"]) == ("nato-membership", "open", 1)
    shown = json.loads(scene.walk.call("alerts", "show", alert["id"][:8], "--json"))
    assert {n["receiver"] for n in shown["notifications"]} == {"desk", "console"}
    [feed] = json.loads(scene.walk.call("feeds", "list", "--json"))
    assert feed["state"] == "ok"
    acked = json.loads(scene.walk.call("alerts", "ack", alert["id"], "--by", "ines", "--json"))
    assert (acked["state"], acked["acked_by"]) == ("acked", "ines")
    until(
        lambda: "acked" in scene.walk.call("streams", "tail", "news.alerts.v1"),
        "nobody announced it",
        scene.running,
    )
    assert "· ines" in scene.running.get("/")[1]


def test_a_bad_topic_is_refused_once_and_a_mended_one_taken_without_a_restart(
    tmp_path: Path, room: Newsroom, desk: Desk
) -> None:
    walk = installation(tmp_path, room, desk)
    with live(walk) as running:
        running.wait_for("feed_polled")
        walk.write("topics/nato-membership.yaml", TOPIC.replace('"NATO Beitritt*"', '("NATO'))
        running.wait_for("configuration_rejected")
        assert "so the previous one stays in force" in running.get("/feeds")[1]
        room.publish("kurier", story("/b", "Bern zieht nach"))
        until(lambda: desk.told, "the last good topic is gone", running)
        walk.write("topics/nato-membership.yaml", TOPIC.replace('"NATO Beitritt*"', "Volksfest*"))
        running.wait_for("configuration_fixed")
        room.publish(
            "kurier",
            story("/c", "Wien zieht nach"),
            story("/d", "Graz feiert", "Das Volksfest beginnt."),
        )
        until(lambda: len(desk.told) > 1, "the changed topic has no effect", running)
    titles = [t["story"]["title"] for t in desk.told]
    assert titles == ["Bern zieht nach", "Graz feiert"]
    assert len(running.logged("configuration_rejected")) == 1
    assert len(running.logged("configuration_fixed")) == 1


def test_a_port_in_use_is_a_sentence(scene: Scene) -> None:
    port = scene.running.url().rsplit(":", 1)[1].strip("/")
    scene.walk.environment["WIREWATCH_WEB_PORT"] = port
    try:
        with live(scene.walk) as second:
            assert second.process.wait(30) == 1
            line = second.wait_for("cannot listen")
    finally:
        del scene.walk.environment["WIREWATCH_WEB_PORT"]
    assert f"127.0.0.1:{port}: Address already in use" in line
    assert not second.logged("Traceback")


def test_a_second_one_shares_the_work_and_both_end_within_ten_seconds(
    tmp_path: Path, room: Newsroom, desk: Desk
) -> None:
    walk = installation(tmp_path, room, desk)
    with live(walk) as first, live(walk) as second:
        first.wait_for("console")
        second.wait_for("console")
        until(lambda: room.asked("/kurier.xml"), "nobody polled", first)
        for n in range(8):
            room.publish("kurier", story(f"/{n}", f"Nummer {n}"))
        until(lambda: len(desk.told) >= 8, "not all were told", first)
        assert first.end(signal.SIGTERM) < 10
        assert second.end(signal.SIGINT) < 10
    assert set(Counter(t["id"] for t in desk.told).values()) == {1}
    assert Counter(t["story"]["title"] for t in desk.told) == Counter(
        f"Nummer {n}" for n in range(8)
    )
    records = walk.tail("news.matches.v1")
    assert set(Counter(r["headers"]["ce_id"] for r in records).values()) == {1}


def test_killed_it_leaves_no_process_behind(tmp_path: Path, room: Newsroom, desk: Desk) -> None:
    walk = installation(tmp_path, room, desk)
    with live(walk) as running:
        running.wait_for("feed_polled")
        group = running.process.pid
        assert len(members(group)) > 1
        running.process.kill()
        running.process.wait(10)
        until(lambda: not members(group), "orphans are left")


def members(group: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == group and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_a_delivery_that_hangs_is_given_back_in_time(hanging: Hanging) -> None:
    hanging.ending.join(30)
    assert hanging.seconds < 10
    assert hanging.running.logged("cut_short")
    [alert] = json.loads(hanging.walk.call("alerts", "list", "--json"))
    shown = json.loads(hanging.walk.call("alerts", "show", alert["id"], "--json"))
    assert shown["notifications"][0]["deliveries"][0]["state"] == "sending"


def test_no_outlet_in_reach_is_said_once(cut_off: Live) -> None:
    cut_off.wait_for("no_feed_can_be_read")
    assert "Broken: no feed can be read" in get(cut_off.url())[1]
    assert health(cut_off)["status"] == "ok"
    cut_off.end()
    assert len(cut_off.logged("no_feed_can_be_read")) == 1
    events = {json.loads(line)["event"] for line in cut_off.lines}
    assert {"running", "console", "feed_failed", "stopping", "stopped"} <= events


def test_it_refuses_to_show_the_console_to_others(tmp_path: Path) -> None:
    walk = new_installation(tmp_path)
    walk.environment["WIREWATCH_WEB_HOST"] = "0.0.0.0"
    with live(walk) as running:
        assert running.process.wait(30) == 1
        line = running.wait_for("WIREWATCH_WEB_HOST")
    assert "WIREWATCH_WEB_TOKEN" in line
    assert len(running.lines) == 1


def test_a_signal_while_it_starts_ends_it_too(tmp_path: Path, room: Newsroom, desk: Desk) -> None:
    walk = installation(tmp_path, room, desk)
    with live(walk) as running:
        until(lambda: heeds(running.process.pid), "it never heeds a signal", running)
        time.sleep(0.8)
        os.kill(running.process.pid, signal.SIGTERM)
        assert running.process.wait(15) == 0
    assert not running.logged("Traceback")


def test_a_single_round_ends_at_a_signal_with_0_and_gives_its_work_back(tmp_path: Path) -> None:
    asked = threading.Event()

    def slow(request: Request) -> Answer:
        asked.set()
        time.sleep(3)
        return Answer(status=404)

    server = LoopbackServer(slow)
    try:
        walk = new_installation(tmp_path)
        walk.sources(lahm=f"{server.url}/feed.xml")
        with live(walk, "--once") as running:
            assert asked.wait(30)
            assert running.end(signal.SIGTERM) < 10
        assert not running.logged("Traceback")
    finally:
        server.close()
