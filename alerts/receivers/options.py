"""The options of a kind of receiver, declared once: they are checked and read from this.

::

    URL = Option("url", post_url, "Notifications are posted to this URL.",
                 "Write url: https://host/path.", required=True, secret=True)
    OPTIONS = Options(URL)

    OPTIONS.faults(definition)        every fault, with its position and what to write
    OPTIONS.values(definition)[URL]   the value, of the type that ``post_url`` returns

``alerts.yaml`` gives texts; an option's parser turns one into a value or says why it cannot
(:mod:`config.catalog.values` has parsers for numbers, durations, URLs and truth values).
:data:`LANGUAGE` and :data:`TIME_ZONE` are shared by the kinds whose messages people read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Generic, TypeVar, cast
from zoneinfo import ZoneInfo

from config import secrets
from config.catalog.alerts import RECEIVER_KEYS
from config.catalog.models import ReceiverDefinition, SourceText
from config.catalog.section import Faults, Section
from config.catalog.values import InvalidValue, Parse, shown
from config.faults import Fault
from config.i18n import LANGUAGES, Translator, translator
from config.yaml.nodes import MappingNode, ScalarNode, SequenceNode, YamlNode

T = TypeVar("T")
S = TypeVar("S", bound=str)

UNKNOWN = "R002"
INVALID = "R008"
"""Code of a missing or invalid option that has no code of its own (docs/faults.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Option(Generic[T]):
    """An option of a kind of receiver.

    Attributes:
        name: Its key in ``alerts.yaml``.
        parse: Turns its text into a value.
        sentence: What it is for.
        mend: What to write, for faults; empty: the choices, or what the parser says.
        required: Whether a value must be written.
        many: Whether it may be a list; a single value is a list of one.
        default: Its value where none is written.
        choices: The only texts it may have; empty: any that the parser accepts.
        secret: Whether faults must not quote its value.
        code: Code of the fault of an invalid value.
        missing: Code of the fault of a missing value; empty: the same.
    """

    name: str
    parse: Parse[T]
    sentence: str
    mend: str = ""
    required: bool = False
    many: bool = False
    default: T | None = None
    choices: tuple[str, ...] = ()
    secret: bool = False
    code: str = INVALID
    missing: str = ""

    def read(self, text: str) -> T | InvalidValue:
        """Parse a text; a secret is masked from now on, and what is wrong with it not quoted."""
        value = self.parse(text)
        if self.secret:
            secrets.remember(*(secrets.url_secrets(text) if "://" in text else [text]))
        if not isinstance(value, InvalidValue):
            return value
        message = f"`{self.name}` cannot be used." if self.secret else value.message
        return InvalidValue(message, self._mend or value.mend, self.code)

    @property
    def _mend(self) -> str:
        return f"Write one of: {', '.join(self.choices)}." if self.choices else self.mend


def choice(
    name: str, choices: Sequence[S], sentence: str, *, default: S | None = None
) -> Option[S]:
    """Declare an option that has one of a few texts or members of a ``StrEnum``."""
    known = {str(value): value for value in choices}

    def parse(text: str) -> S | InvalidValue:
        return known.get(text) or InvalidValue(f"{shown(text)} is not a value of `{name}`.", "")

    return Option(name, parse, sentence, default=default, choices=tuple(known))


def zone(text: str) -> tzinfo | InvalidValue:
    """Parse the name of a time zone (IANA)."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # not found, not a name, a folder
        return InvalidValue(f"{shown(text)} is not a time zone.", "")


LANGUAGE = choice("language", LANGUAGES, "Messages are in this language.", default="en")
TIME_ZONE: Option[tzinfo] = Option(
    "time_zone",
    zone,
    "Times in messages are in this time zone.",
    "Write time_zone: and a name of the IANA database, like Europe/Berlin.",
    default=UTC,
)


class OptionValues:
    """The values of a receiver's options.

    Args:
        values: By name; options that are missing or invalid have none.
    """

    def __init__(self, values: Mapping[str, tuple[Any, ...]]) -> None:
        self._values = values

    def __getitem__(self, option: Option[T]) -> T:
        """Return the value of an option, or its default."""
        values = self._values[option.name]
        return cast("T", values[0] if values else option.default)

    @property
    def translator(self) -> Translator:
        """The translator of the receiver's language and time zone."""
        return translator(self[LANGUAGE], self[TIME_ZONE])

    def all(self, option: Option[T]) -> tuple[T, ...]:
        """Return all values of an option that may be a list."""
        return self._values[option.name]


class Options:
    """All options of a kind of receiver.

    Args:
        options: In the order in which messages list them.
    """

    def __init__(self, *options: Option[Any]) -> None:
        self._options = options

    def faults(self, definition: ReceiverDefinition) -> list[Fault]:
        """Return a fault for each unknown, missing or invalid option."""
        reader = _Reader(definition)
        reader.check_names([option.name for option in self._options])
        self._read(reader)
        return reader.faults.all

    def values(self, definition: ReceiverDefinition) -> OptionValues:
        """Return the values of a definition without faults."""
        return self._read(_Reader(definition))

    def _read(self, reader: _Reader) -> OptionValues:
        return OptionValues({option.name: reader.read(option) for option in self._options})


class _Reader:
    """Reads the options of one receiver and collects what is wrong with them."""

    def __init__(self, definition: ReceiverDefinition) -> None:
        self.faults = Faults()
        self._definition = definition
        self._section = Section(self.faults, _mapping(definition), "a receiver", None)

    def check_names(self, known: Sequence[str]) -> None:
        for name in self._definition.options:
            if name not in known:
                message = f"Receivers of kind `{self._definition.kind}` have no {shown(name)}."
                mend = f"Remove it; the keys are {', '.join([*RECEIVER_KEYS, *known])}."
                self._section.fault(name, UNKNOWN, message, mend)

    def read(self, option: Option[T]) -> tuple[T, ...]:
        node = self._section.pairs[option.name][1] if self._section.has(option.name) else None
        if isinstance(node, SequenceNode) and option.many:
            return self._parse(option, node.nodes) if node.nodes else self._missing(option)
        if node is None or (isinstance(node, ScalarNode) and not node.value):
            return self._missing(option)
        return self._parse(option, [node])

    def _missing(self, option: Option[T]) -> tuple[T, ...]:
        if option.required:
            message = f"The receiver `{self._definition.id}` has no `{option.name}`."
            code = option.missing or option.code
            self._section.fault(option.name, code, f"{message} {option.sentence}", option.mend)
        return ()

    def _parse(self, option: Option[T], nodes: Sequence[YamlNode]) -> tuple[T, ...]:
        for node in nodes:
            if not isinstance(node, ScalarNode):
                message = f"`{option.name}` must be a single value."
                self.faults.add(node.position, option.code, message, option.mend)
        scalars = [node for node in nodes if isinstance(node, ScalarNode)]
        values = (self._section.parsed(node, option.name, option.read) for node in scalars)
        return tuple(value for value in values if value is not None)


def _mapping(definition: ReceiverDefinition) -> MappingNode:
    """Return the options as a node of their file."""
    nodes = {key: _node(definition, key, value) for key, value in definition.options.items()}
    return MappingNode(
        definition.position, {key: (node.position, node) for key, node in nodes.items()}
    )


def _node(definition: ReceiverDefinition, key: str, value: Any) -> YamlNode:
    position = definition.positions.get(key, definition.position)
    if isinstance(value, tuple):
        items = (_node(definition, f"{key}[{n}]", item) for n, item in enumerate(value))
        return SequenceNode(position, tuple(items))
    if isinstance(value, Mapping):
        return MappingNode(position, {})  # no option is a mapping: the type alone is a fault
    return ScalarNode(value, False, position, SourceText(value, position))
