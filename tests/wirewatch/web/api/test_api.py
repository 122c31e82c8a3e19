"""The JSON API: answers, refusals and actions."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.catalog.models import Catalog
from core.store import Store, escalations
from tests.support.console import open_store
from tests.support.lanes import examples
from tests.support.stories import add_article
from tests.support.web_server import WebServer
from tests.wirewatch.web.api.conftest import NOW, Api, add, api_of
from wirewatch.contracts.generate import openapi


def test_lists_come_in_pages(api: Api) -> None:
    first = api.json("/stories?limit=2")
    assert [s["title"] for s in first["stories"]] == ["story-0", "story-1"]
    assert first["newest"].endswith(first["stories"][0]["alert_id"])
    second = api.json(f"/stories?limit=2&before={first['next']}")
    third = api.json(f"/stories?limit=2&before={second['next']}")
    assert [s["title"] for s in second["stories"] + third["stories"]] == [
        "story-2",
        "story-3",
        "story-4",
    ]
    assert third["next"] is None
    newer = api.json(f"/stories/newer?than={second['newest']}")
    assert newer == {"count": 2, "more": False}


def test_the_address_filters_stories(api: Api) -> None:
    found = api.json("/stories?outlet=outlet-1&q=story&since=2026-11-22T08:30:00Z")
    assert [s["title"] for s in found["stories"]] == ["story-1", "story-3"]
    card = found["stories"][0]
    assert (card["at"], card["language"], card["state"]) == ("2026-11-22T11:00:00Z", "de", "open")
    assert api.json("/stories/facets")["outlets"] == ["outlet-0", "outlet-1"]


def test_an_unchanged_answer_is_not_sent_again(api: Api) -> None:
    for path in ("/stories", "/stories/facets", "/topics", "/feeds", "/deliveries"):
        tag = api.get(path).headers["etag"]
        for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
            again = api.get(path, headers={"If-None-Match": known})
            assert (again.status, again.body, again.headers["etag"]) == (304, "", tag)
        assert api.get(path, headers={"If-None-Match": '"old"'}).status == 200


def test_a_change_changes_the_etag(own_api: Api, own_store: Store) -> None:
    tag = own_api.get("/stories?topic=nato&limit=1&outlet=outlet-new").headers["etag"]
    add(own_store, "new", NOW - timedelta(days=1), "outlet-new")
    again = own_api.get(
        "/stories?topic=nato&limit=1&outlet=outlet-new", headers={"If-None-Match": tag}
    )
    assert again.status == 200


def test_a_story_topics_feeds_and_deliveries_are_returned(api: Api) -> None:
    own = api.json("/stories")["stories"][0]["alert_id"]
    story = api.json(f"/stories/{own}")
    assert (story["story"]["alert_id"], story["decisions"][0]["event"]) == (own, "opened")
    (topic,) = api.json("/topics")["topics"]
    assert (topic["id"], topic["state"], len(topic["days"])) == ("nato", None, 30)
    (feed,) = api.json("/feeds")["feeds"]
    assert (feed["id"], feed["state"], feed["share_304"]) == ("kurier-1", "new", 1.0)
    (about,) = api.json("/deliveries")["deliveries"]
    assert (about["delivery"]["state"], about["delivery"]["target"]) == (
        "pending",
        "https://desk.example",
    )


def test_a_topic_has_its_rules_figures_and_faults(tracking: Api) -> None:
    topic = tracking.json("/topics/nato")
    assert (topic["title"], topic["state"], topic["threshold"]) == ("NATO", "live", 30)
    (rule,) = topic["rules"]
    assert (rule["id"], rule["weight"], rule["query"]) == ("direct", 30, '"NATO Beitritt*"')
    assert (rule["by_field"], rule["fields"], rule["unless"]) == (None, [], [])
    assert (len(topic["days"]), [f["code"] for f in topic["faults"]]) == (30, ["W999"])
    for path in ("/topics/nothing", "/topics/%3Cscript%3E"):
        assert tracking.get(path).status == 404


def test_a_text_is_explained_as_the_command_explains_it(tracking: Api) -> None:
    trial = {"source": "Der NATO-Beitritt ist beschlossen.", "title": "Gipfel", "language": "de"}
    explanation = tracking.post("/topics/nato/explain", body=trial).json()
    assert (explanation["topic"], explanation["match"], explanation["score"]) == ("nato", True, 30)
    (rule,) = explanation["rules"]
    assert rule.items() >= {"id": "direct", "weight": 30, "fired": True, "points": 30}.items()
    assert rule["places"] == {"title": 0, "lead": 0, "text": 1}
    assert explanation["evidence"][0]["sentence"] == "Der NATO-Beitritt ist beschlossen."
    for wrong in ({"source": ""}, {"source": "x", "language": "xyz"}, {"text": "x"}):
        assert tracking.post("/topics/nato/explain", body=wrong).status == 422
    assert tracking.post("/topics/nothing/explain", body=trial).status == 404
    private = {"source": "http://127.0.0.1:1/"}
    refused = tracking.post("/topics/nato/explain", body=private)
    assert (refused.status, refused.headers["content-type"]) == (
        422,
        "application/problem+json",
    )


def test_an_action_is_taken_and_undone(own_api: Api, own_store: Store) -> None:
    alert = add(own_store, "to-do", NOW - timedelta(days=2))
    action = own_api.post("/actions/ack", body={"ids": [alert], "by": "Anna"}).json()
    assert action["alert_ids"] == [alert]
    assert own_api.json(f"/stories/{alert}")["story"]["acked_by"] == "Anna"
    undone = own_api.post(f"/actions/{action['action_id']}/undo", body={"by": "Anna"})
    assert undone.json()["alert_ids"] == [alert]
    assert own_api.json(f"/stories/{alert}")["story"]["acked_by"] == ""


def test_a_story_is_judged(own_api: Api, own_store: Store) -> None:
    alert = add(own_store, "to-judge", NOW - timedelta(days=2))
    verdict = {"ids": [alert], "verdict": "irrelevant", "reason": "too_minor"}
    assert own_api.post("/actions/judge", body=verdict).status == 200
    story = own_api.json(f"/stories/{alert}")
    assert story["story"]["verdict_reason"] == "too_minor"
    assert [action["verb"] for action in story["actions"]] == ["irrelevant"]


def test_a_closed_story_is_reopened(own_api: Api, own_store: Store) -> None:
    alert = add(own_store, "to-reopen", NOW - timedelta(days=2))
    selection = {"ids": [alert], "by": "Anna"}
    changed = [
        own_api.post(f"/actions/{name}", body=selection).json()["alert_ids"]
        for name in ("reopen", "close", "reopen", "reopen")
    ]
    assert changed == [[], [alert], [alert], []]
    story = own_api.json(f"/stories/{alert}")
    assert (story["story"]["state"], story["story"]["closed_by"]) == ("open", "")
    assert {action["verb"] for action in story["actions"]} == {"closed", "reopened"}


def test_a_story_is_assigned_snoozed_and_its_escalation_shown(
    own_api: Api, own_store: Store
) -> None:
    alert = add(own_store, "to-assign", NOW - timedelta(hours=2))
    with own_store.write() as connection:
        escalations.start(connection, alert, [(NOW, ["phone"])], {})
    assign = {"ids": [alert], "to": "Bert", "by": "Anna"}
    assert own_api.post("/actions/assign", body=assign).json()["alert_ids"] == [alert]
    until = NOW + timedelta(hours=4)
    snooze = {"ids": [alert], "until": until.isoformat()}
    assert own_api.post("/actions/snooze", body=snooze).json()["alert_ids"] == [alert]
    story = own_api.json(f"/stories/{alert}")
    assert story["story"]["assigned_to"] == "Bert"
    assert story["story"]["snoozed_until"] == "2026-11-22T16:00:00Z"
    [step] = story["escalations"]
    assert (step["receivers"], step["state"], step["ended_code"]) == (
        ["phone"], "stopped", "assigned",
    )  # fmt: skip
    assert own_api.post("/actions/snooze", body=snooze | {"until": None}).status == 200
    assert own_api.json(f"/stories/{alert}")["story"]["snoozed_until"] is None


def test_stories_are_merged_and_split_and_the_old_id_leads_to_the_other(
    own_api: Api, own_store: Store
) -> None:
    with own_store.write() as connection:
        ids = [add_article(connection, name, NOW) for name in ("one", "two")]
    merged = own_api.post("/actions/merge", body={"ids": ids, "by": "Anna"}).json()
    assert merged == {"kept": ids[0], "other": ids[1]}
    story = own_api.json(f"/stories/{ids[1]}")
    assert story["story"]["alert_id"] == ids[0]
    articles = [article["article_id"] for article in story["articles"]]
    split = own_api.post("/actions/split", body={"id": ids[0], "articles": articles[:1]}).json()
    assert split["kept"] == ids[0]
    [article] = own_api.json(f"/stories/{split['other']}")["articles"]
    assert article["article_id"] == articles[0]


def test_a_feed_is_polled_and_a_delivery_sent_again(own_api: Api) -> None:
    assert own_api.post("/feeds/kurier-1/poll").json() == {
        "code": "poll.due_now",
        "params": {"at": "2026-11-22T12:00:00Z"},
        "words": "The feed will be polled now.",
    }
    (about,) = own_api.json("/deliveries")["deliveries"]
    assert own_api.post(f"/deliveries/{about['delivery']['id']}/resend").json() == {
        "code": "resend.due_now",
        "params": {},
        "words": "The notification is being sent now.",
    }


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
        ("POST", "/actions/assign", {"ids": ["0" * 32], "to": "x" * 81}, 422),
        ("POST", "/actions/snooze", {"ids": ["0" * 32], "until": "soon"}, 422),
        ("POST", "/actions/split", {"id": "0" * 32, "articles": ["0" * 32]}, 404),
        ("POST", "/actions/merge", {"ids": ["0" * 32]}, 422),
        ("POST", f"/actions/{'0' * 32}/undo", {}, 404),
        ("POST", f"/deliveries/{'0' * 32}/resend", None, 404),
        ("POST", "/feeds/none/poll", None, 404),
        ("POST", "/feeds/%00/poll", None, 422),
        ("POST", "/actions/ack", {"ids": ["0" * 32], "by": "\0"}, 404),
    ],
)
def test_an_invalid_request_is_answered_with_a_problem(
    api: Api, method: str, path: str, body: object, status: int
) -> None:
    answer = api.request(method, path, body=body)
    assert answer.status == status, answer.body
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["title"]


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["topic", "outlet", "language", "country", "severity", "state", "q",
                         "since", "until", "before", "limit"]),
        st.text(max_size=60),
    )
)  # fmt: skip
def test_any_filter_is_answered_or_refused(api: Api, values: dict[str, str]) -> None:
    assert api.get(f"/stories?{urlencode(values, errors='replace')}").status in (200, 422)


def test_a_store_that_does_not_answer_is_a_problem(tmp_path: Path, server: WebServer) -> None:
    store = open_store(tmp_path)
    with store.write() as connection:
        connection.exec_driver_sql("DROP TABLE cards")
    server.app = api_of(store, Catalog(()))
    answer = Api(server.host).get("/stories")
    assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")
    store.close()


def test_the_document_in_docs_describes_every_path(api: Api) -> None:
    served = api.get("/openapi.json").json()
    document = json.loads(openapi())
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert all(operation["security"] for operation in operations)
    assert served == document
    assert document["servers"] == [{"url": "/api/v1"}]
    assert len(document["paths"]) == 23
    page = document["components"]["schemas"]["StoryCard"]
    assert {"alert_id", "evidence", "notified", "suppressed"} <= page["properties"].keys()
