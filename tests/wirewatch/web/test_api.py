"""The JSON API: what it says, what it refuses, and what it does, on a store filled by hand."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from config.faults import Fault
from config.settings import Settings
from core.ids import alert_id, digest, story_id
from core.store import Store, alert_changes, feed_days
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.alerts import Alert, DecisionRow
from core.store.feed_record import FeedRecord
from core.store.feeds import sync
from wirewatch.contracts.generate import openapi
from wirewatch.web.api import create_api
from wirewatch.web.explain import Explainer
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.server import address, listen, serve

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Api:
    """The API over a real socket."""

    host: str

    def request(
        self, method: str, path: str, *, json: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        body = None if json is None else dumps(json)
        given = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body=body, headers=given | (headers or {}))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        content = answer.read()
        connection.close()
        return Answer(answer.status, found, content)

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> Answer:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, *, json: object = None) -> Answer:
        return self.request("POST", path, json=json)


def serving(app: ASGIApp) -> Iterator[Api]:
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(
            target=loop.run_until_complete, args=(serve(app, listener, stop),)
        )
        thread.start()
        yield Api(address(listener).removeprefix("http://").rstrip("/"))
        loop.call_soon_threadsafe(stop.set)
        thread.join()
    loop.close()


def one_answer(app: ASGIApp) -> Answer:
    (answer,) = [api.get("/stories") for api in serving(app)]
    return answer


def add(store: Store, name: str, at: datetime = NOW, outlet: str = "kurier") -> str:
    article = digest("article", name)
    own = story_id("nato", article)
    alert = alert_id("nato", own)
    with store.write() as connection:
        alert_changes.record_decision(connection, DecisionRow(
            "nato", article, 1, "rev", "opened", "new_story", "New.", alert, own, outlet, name,
            f"https://{outlet}.example/{name}", at, "de", "DE", "normal", 40,
        ))  # fmt: skip
        story_store.add_story(connection, story_store.Story(own, "nato", name, at, at, 1))
        alert_changes.open_alert(connection, Alert(
            alert, "nato", "NATO", own, "open", "normal", name, "New.", "new_story", article, at,
            at,
        ))  # fmt: skip
    return alert


@contextmanager
def filled(folder: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{folder}/store.db")
    for number in range(5):
        add(opened, f"story-{number}", NOW - timedelta(hours=number), f"outlet-{number % 2}")
    feed = FeedRecord(
        "kurier-1", "kurier", "https://kurier.example/rss", "feed", "B", None, "DE", "de",
        "kurier.example", NOW, NOW + timedelta(hours=1),
    )  # fmt: skip
    with opened.write() as connection:
        sync(connection, [feed], NOW)
        feed_days.count_poll(connection, "kurier-1", NOW, not_modified=True)
        note = delivery_store.Notification("n" * 32, "a" * 32, "desk", "new_story", 0, "{}", NOW)
        delivery_store.add_notification(connection, note, ["https://desk.example"], due=NOW)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Nobody changes it."""
    with filled(tmp_path_factory.mktemp("api")) as opened:
        yield opened


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    with filled(tmp_path) as opened:
        yield opened


def api_of(store: Store, catalog: Catalog, *faults: Fault) -> ASGIApp:
    running = RuntimeStatus(lambda: catalog, list, lambda: faults, Settings())
    explainer = Explainer(running.catalog, running.settings, lambda: NOW)
    return create_api(store, lambda: NOW, running, explainer)


@pytest.fixture(scope="module")
def api(store: Store) -> Iterator[Api]:
    yield from serving(api_of(store, Catalog(())))


@pytest.fixture
def own_api(own_store: Store) -> Iterator[Api]:
    yield from serving(api_of(own_store, Catalog(())))


@pytest.fixture
def tracking(store: Store, tmp_path: Path) -> Iterator[Api]:
    """The API of a program that tracks one topic."""
    (tmp_path / "topics").mkdir()
    (tmp_path / "sources.yaml").write_text("outlets: []\n")
    (tmp_path / "topics" / "nato.yaml").write_text(
        "id: nato\ntitle: NATO\nthreshold: 30\n"
        "rules:\n  - {id: direct, weight: 30, query: '\"NATO Beitritt*\"'}\n"
    )
    catalog, found = load_catalog(tmp_path, {})
    assert catalog is not None
    assert not found
    file = catalog.topics[0].position.file
    odd = Fault(file=file, line=3, column=1, code="W999", message="Odd.", mend="Mend it.")
    yield from serving(api_of(store, catalog, odd))


def got(api: Api, path: str) -> Any:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_stories_come_in_pages(api: Api) -> None:
    first = got(api, "/stories?limit=2")
    assert [s["title"] for s in first["stories"]] == ["story-0", "story-1"]
    assert first["newest"].endswith(first["stories"][0]["alert_id"])
    second = got(api, f"/stories?limit=2&before={first['next']}")
    third = got(api, f"/stories?limit=2&before={second['next']}")
    assert [s["title"] for s in second["stories"] + third["stories"]] == [
        "story-2",
        "story-3",
        "story-4",
    ]
    assert third["next"] is None
    newer = got(api, f"/stories/newer?than={second['newest']}")
    assert newer == {"count": 2, "more": False}


def test_a_filter_is_in_the_address(api: Api) -> None:
    found = got(api, "/stories?outlet=outlet-1&q=story&since=2026-11-22T08:30:00Z")
    assert [s["title"] for s in found["stories"]] == ["story-1", "story-3"]
    card = found["stories"][0]
    assert (card["at"], card["language"], card["state"]) == ("2026-11-22T11:00:00Z", "de", "open")
    assert got(api, "/stories/facets")["outlets"] == ["outlet-0", "outlet-1"]


def test_who_has_an_answer_already_is_told_so(api: Api) -> None:
    for path in ("/stories", "/stories/facets", "/topics", "/feeds", "/deliveries"):
        tag = api.get(path).headers["etag"]
        for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
            again = api.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert api.get(path, headers={"If-None-Match": '"old"'}).status_code == 200


def test_a_change_changes_the_tag(own_api: Api, own_store: Store) -> None:
    tag = own_api.get("/stories?topic=nato&limit=1&outlet=outlet-new").headers["etag"]
    add(own_store, "new", NOW - timedelta(days=1), "outlet-new")
    again = own_api.get(
        "/stories?topic=nato&limit=1&outlet=outlet-new", headers={"If-None-Match": tag}
    )
    assert again.status_code == 200


def test_a_story_topics_feeds_and_deliveries_can_be_had(api: Api) -> None:
    own = got(api, "/stories")["stories"][0]["alert_id"]
    story = got(api, f"/stories/{own}")
    assert (story["story"]["alert_id"], story["decisions"][0]["event"]) == (own, "opened")
    (topic,) = got(api, "/topics")["topics"]
    assert (topic["id"], topic["state"], len(topic["days"])) == ("nato", None, 30)
    (feed,) = got(api, "/feeds")["feeds"]
    assert (feed["id"], feed["state"], feed["share_304"]) == ("kurier-1", "new", 1.0)
    (about,) = got(api, "/deliveries")["deliveries"]
    assert (about["delivery"]["state"], about["delivery"]["target"]) == (
        "pending",
        "https://desk.example",
    )


def test_a_topic_is_told_with_its_rules_figures_and_faults(tracking: Api) -> None:
    topic = got(tracking, "/topics/nato")
    assert (topic["title"], topic["state"], topic["threshold"]) == ("NATO", "live", 30)
    assert topic["rules"] == [{"id": "direct", "weight": 30, "query": '"NATO Beitritt*"'}]
    assert (len(topic["days"]), [f["code"] for f in topic["faults"]]) == (30, ["W999"])
    for path in ("/topics/nothing", "/topics/%3Cscript%3E"):
        assert tracking.get(path).status_code == 404


def test_a_topic_says_why_it_matches_a_text_as_the_command_does(tracking: Api) -> None:
    asked = {"source": "Der NATO-Beitritt ist beschlossen.", "title": "Gipfel", "language": "de"}
    said = tracking.post("/topics/nato/explain", json=asked).json()
    assert (said["topic"], said["match"], said["score"]) == ("nato", True, 30)
    assert said["rules"] == [{"id": "direct", "weight": 30, "fired": True}]
    assert said["evidence"][0]["sentence"] == "Der NATO-Beitritt ist beschlossen."
    for wrong in ({"source": ""}, {"source": "x", "language": "xyz"}, {"text": "x"}):
        assert tracking.post("/topics/nato/explain", json=wrong).status_code == 422
    assert tracking.post("/topics/nothing/explain", json=asked).status_code == 404
    private = {"source": "http://127.0.0.1:1/"}
    refused = tracking.post("/topics/nato/explain", json=private)
    assert (refused.status_code, refused.headers["content-type"]) == (
        422,
        "application/problem+json",
    )


def test_actions_are_done_and_undone(own_api: Api, own_store: Store) -> None:
    own = add(own_store, "to-do", NOW - timedelta(days=2))
    done = own_api.post("/actions/ack", json={"ids": [own], "by": "Anna"}).json()
    assert done["alert_ids"] == [own]
    assert got(own_api, f"/stories/{own}")["story"]["acked_by"] == "Anna"
    undone = own_api.post(f"/actions/{done['action_id']}/undo", json={"by": "Anna"})
    assert undone.json()["alert_ids"] == [own]
    verdict = {"ids": [own], "verdict": "irrelevant", "reason": "too_minor"}
    assert own_api.post("/actions/judge", json=verdict).status_code == 200
    story = got(own_api, f"/stories/{own}")
    assert story["story"]["verdict_reason"] == "too_minor"
    assert {a["verb"] for a in story["actions"]} == {"acked", "irrelevant"}
    polled = own_api.post("/feeds/kurier-1/poll").json()
    assert polled == {
        "code": "poll.due_now",
        "params": {"at": "2026-11-22T12:00:00Z"},
        "words": "The feed is polled now.",
    }
    (about,) = got(own_api, "/deliveries")["deliveries"]
    resent = own_api.post(f"/deliveries/{about['delivery']['id']}/resend").json()
    assert resent == {"code": "resend.due_now", "params": {}, "words": "The delivery is sent now."}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/stories?before=garbage", None, 422),
        ("GET", "/stories?before=" + "9" * 500, None, 422),
        ("GET", "/stories?before=99999999999999999-" + "0" * 32, None, 200),
        ("GET", "/stories?limit=0", None, 422),
        ("GET", "/stories?limit=201", None, 422),
        ("GET", "/stories?limit=1e9", None, 422),
        ("GET", "/stories?state=none", None, 422),
        ("GET", "/stories?since=yesterday", None, 422),
        ("GET", "/stories?since=2026-11-22T12:00:00", None, 422),
        ("GET", "/stories?since=0001-01-01T00:00:00%2B14:00", None, 422),
        ("GET", "/stories?q=" + "x" * 201, None, 422),
        ("GET", "/stories?q=%00", None, 422),
        ("GET", "/stories?topic=%00", None, 422),
        ("GET", "/stories?outlet=%ff", None, 200),
        ("GET", "/stories?outlet='%20OR%201=1--", None, 200),
        ("GET", "/stories/newer", None, 422),
        ("GET", "/stories/" + "0" * 32, None, 404),
        ("GET", "/stories/x", None, 422),
        ("GET", "/deliveries?state=x", None, 422),
        ("GET", "/nothing", None, 404),
        ("DELETE", "/stories", None, 405),
        ("POST", "/actions/ack", {"ids": []}, 422),
        ("POST", "/actions/ack", {"ids": ["0" * 32] * 201}, 422),
        ("POST", "/actions/ack", {"ids": ["' OR 1=1"]}, 422),
        ("POST", "/actions/ack", {"ids": ["0" * 32]}, 404),
        ("POST", "/actions/ack", {"ids": ["0" * 32], "by": ""}, 422),
        ("POST", "/actions/ack", {"ids": ["0" * 32], "as": "root"}, 422),
        ("POST", "/actions/ack", ["no"], 422),
        ("POST", "/actions/judge", {"ids": ["0" * 32], "verdict": "maybe"}, 422),
        ("POST", f"/actions/{'0' * 32}/undo", {}, 404),
        ("POST", f"/deliveries/{'0' * 32}/resend", None, 404),
        ("POST", "/feeds/none/poll", None, 404),
        ("POST", "/feeds/%00/poll", None, 422),
        ("POST", "/actions/ack", {"ids": ["0" * 32], "by": "\0"}, 404),
    ],
)
def test_what_cannot_be_is_a_problem_in_words(
    api: Api, method: str, path: str, body: object, status: int
) -> None:
    answer = api.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["title"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["topic", "outlet", "language", "country", "severity", "state", "q",
                         "since", "until", "before", "limit"]),
        st.text(max_size=60),
    )
)  # fmt: skip
def test_no_filter_breaks_it(api: Api, values: dict[str, str]) -> None:
    assert api.get(f"/stories?{urlencode(values, errors='replace')}").status_code in (200, 422)


def test_a_store_that_is_away_is_said_so(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    with store.write() as connection:
        connection.exec_driver_sql("DROP TABLE cards")
    answer = one_answer(api_of(store, Catalog(())))
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    store.close()


def test_the_document_describes_every_path_and_is_the_one_in_docs(api: Api) -> None:
    served = api.get("/openapi.json").json()
    document = json.loads(openapi())
    assert served == document
    assert document["servers"] == [{"url": "/api/v1"}]
    assert len(document["paths"]) == 15
    page = document["components"]["schemas"]["StoryCard"]
    assert {"alert_id", "evidence", "notified", "held"} <= page["properties"].keys()
