from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from alerts.receivers.options import Option, Options, choice
from config.catalog import values
from config.catalog.models import FilePosition, ReceiverDefinition
from config.faults import Fault


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


TOKEN = Option("token", values.text, "It signs in.", "Write token: x.", required=True, secret=True)
WAIT = Option("wait", values.duration, "Between two messages.", default=timedelta(minutes=1))
SIZE: Option[int | None] = Option("size", values.positive, "At most so many.", "Write 1 or more.")
TO = Option("to", values.identifier, "Rooms.", "Write to: [a].", many=True, code="R007")
COLOUR = choice("colour", tuple(Colour), "Of the message.", default=Colour.BLUE)
OPTIONS = Options(TOKEN, WAIT, SIZE, TO, COLOUR)


def receiver(**options: Any) -> ReceiverDefinition:
    positions = {name: FilePosition("alerts.yaml", 10 + n, 5) for n, name in enumerate(options)}
    items = {
        f"{name}[{n}]": FilePosition("alerts.yaml", positions[name].line, 20 + n)
        for name, value in options.items()
        if isinstance(value, tuple)
        for n in range(len(value))
    }
    return ReceiverDefinition(
        "room", "chat", options, positions | items, FilePosition("alerts.yaml", 3, 1)
    )


def described(fault: Fault) -> str:
    return f"{fault.line}:{fault.column} {fault.code} {fault.message} {fault.mend}"


def test_values_have_the_type_their_parser_returns() -> None:
    options = OPTIONS.values(
        receiver(token=" a  b ", wait="90s", size="7", to=("x", "y"), colour="red")
    )
    assert options[TOKEN] == "a b"
    assert options[WAIT] == timedelta(seconds=90)
    assert options[SIZE] == 7
    assert options[COLOUR] is Colour.RED
    assert options.all(TO) == ("x", "y")


@pytest.mark.parametrize("empty", [{}, {"wait": "", "size": "", "to": "", "colour": ""}])
def test_an_option_that_is_missing_or_empty_has_its_default(empty: dict[str, str]) -> None:
    definition = receiver(token="x", **empty)
    assert OPTIONS.faults(definition) == []
    options = OPTIONS.values(definition)
    assert options[WAIT] == timedelta(minutes=1)
    assert options[SIZE] is None
    assert options[COLOUR] is Colour.BLUE
    assert options.all(TO) == ()


def test_a_single_value_is_a_list_of_one() -> None:
    assert OPTIONS.values(receiver(token="x", to="a")).all(TO) == ("a",)


NO_TOKEN = "R008 The receiver `room` has no `token`. It signs in. Write token: x."


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({}, f"3:1 {NO_TOKEN}"),
        ({"token": ""}, f"10:5 {NO_TOKEN}"),
        ({"token": ("a",)}, "10:5 R008 `token` must be a single value. Write token: x."),
        ({"token": {"a": "b"}}, "10:5 R008 `token` must be a single value. Write token: x."),
        ({"wait": "soon"}, "11:5 R008 `soon` is not a duration. Write it like 90s, 10m"),
        ({"size": "0"}, "11:5 R008 `0` is less than 1. Write 1 or more."),
        ({"to": ("a", "B")}, "11:21 R007 `B` is not a valid id"),
        ({"to": ("a", ("b",))}, "11:21 R007 `to` must be a single value. Write to: [a]."),
        ({"colour": "green"}, "11:5 R008 `green` is not a value of `colour`. Write one of: red, "),
        ({"tokne": "y"}, "11:5 R002 Receivers of kind `chat` have no `tokne`. Remove it; the keys"),
    ],
)
def test_a_fault_has_a_position_and_says_what_to_write(options: dict[str, Any], fault: str) -> None:
    complete = options if not options or "token" in options else {"token": "x"} | options
    [reported] = OPTIONS.faults(receiver(**complete))
    assert described(reported).startswith(fault)


def test_a_secret_is_never_quoted() -> None:
    secret = Options(Option("pin", values.integer, "It signs in.", "Write digits.", secret=True))
    [fault] = secret.faults(receiver(pin="hunter2"))
    assert (fault.message, fault.mend) == ("`pin` cannot be used.", "Write digits.")
