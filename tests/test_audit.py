"""`make audit`: what is asked of OSV, what is reported, and the exit code."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts.audit import FAULTY, FINE, LOCK_FILES, UNREACHABLE, Pin, read_pins, report

PINS = [Pin("lxml", "6.0.0"), Pin("structlog", "25.1.0")]
ADVISORY = {
    "summary": "A page\n can read files.",
    "aliases": ["CVE-2026-1"],
    "affected": [
        {
            "package": {"name": "LXML"},
            "ranges": [
                {"type": "GIT", "events": [{"fixed": "abcdef"}]},
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "6.0.1"}]},
            ],
        }
    ],
}


class Osv:
    """A server in place of OSV: answers by path; what is missing is refused with 503."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.asked: list[Any] = []
        osv = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                osv.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.do_GET()

            def do_GET(self) -> None:
                answer = osv.answers.get(self.path)
                self.send_response(503 if answer is None else 200)
                self.end_headers()
                self.wfile.write(answer or b"")

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def osv() -> Iterator[Osv]:
    running = Osv()
    thread = threading.Thread(target=running.server.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()


def test_every_release_of_both_lock_files_is_a_pin() -> None:
    texts = [Path(name).read_text("utf-8") for name in LOCK_FILES]
    pins = read_pins(texts)
    assert len(pins) == len(set(pins))
    assert len(read_pins(texts[:1])) > 40
    assert {"lxml", "hypothesis"} <= {pin.name for pin in pins}
    assert read_pins(["a==1 ; python_version < '4' \\\n    --hash=x\nb-c==2.0rc1\n"]) == [
        Pin("a", "1"),
        Pin("b-c", "2.0rc1"),
    ]


def test_a_known_fault_is_named_with_the_release_that_mends_it(osv: Osv) -> None:
    osv.answers["/v1/querybatch"] = json.dumps(
        {"results": [{"vulns": [{"id": "G-1"}]}, {}]}
    ).encode()
    osv.answers["/v1/vulns/G-1"] = json.dumps(ADVISORY).encode()
    assert report(PINS, osv.url, frozenset()) == (
        FAULTY,
        [
            "lxml 6.0.0: G-1, CVE-2026-1: A page can read files. Mended in 6.0.1.",
            "2 pins, 1 known faults.",
        ],
    )
    assert osv.asked[0]["queries"][0] == {
        "package": {"name": "lxml", "ecosystem": "PyPI"},
        "version": "6.0.0",
    }
    assert report(PINS, osv.url, frozenset({"CVE-2026-1"})) == (
        FINE,
        ["2 pins, 0 known faults, 1 ignored."],
    )


def test_a_fault_without_details_is_still_a_fault(osv: Osv) -> None:
    osv.answers["/v1/querybatch"] = b'{"results": [{"vulns": [{"id": "G-1"}]}, {}]}'
    code, lines = report(PINS, osv.url, frozenset())
    assert (code, lines[0]) == (FAULTY, "lxml 6.0.0: G-1: ?")


def test_no_known_fault_is_fine(osv: Osv) -> None:
    osv.answers["/v1/querybatch"] = b'{"results": [{}, {}]}'
    assert report(PINS, osv.url, frozenset()) == (FINE, ["2 pins, 0 known faults."])


@pytest.mark.parametrize(
    "answer", [None, b"", b"<html>", b"[]", b"{}", b'{"results": [{}]}', b'{"results": [1, 2]}']
)
def test_what_is_no_answer_of_osv_is_never_taken_for_fine(osv: Osv, answer: bytes | None) -> None:
    if answer is not None:
        osv.answers["/v1/querybatch"] = answer
    code, lines = report(PINS, osv.url, frozenset())
    assert code == UNREACHABLE
    assert lines[0].endswith("nothing is known.")
