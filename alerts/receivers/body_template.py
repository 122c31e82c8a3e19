"""The body of a webhook from a template of the operator: Jinja in, JSON out.

::

    alerts.yaml: template: desk.json.j2     the file, beside alerts.yaml
                       │
    notification, message ──sandbox──▶ text ──is it JSON?──▶ the bytes that are posted

A template sees ``notification``, the JSON that a webhook without a template posts, and ``message``,
the same in the reader's language and cleaned, as chats show it. It runs in Jinja's immutable
sandbox: it cannot include files, change values or reach the program. A name that does not exist is
an error and not an empty text. Values are written with ``| tojson``, which adds the quotes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.receivers import DeliveryAttempt
from alerts.rendering.content import MessageContent, attempt_content
from alerts.rendering.sample import check_attempt, digest_attempt, sample_attempt
from config.i18n import Translator, translator
from core.clock import utc_now

MAX_SOURCE = 100_000
MAX_BODY = 1_000_000
"""Most characters of the file, and of what it makes of a notification."""

_SANDBOX = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


_FAILURES = (
    *(TemplateError, ArithmeticError, AttributeError),
    *(LookupError, RuntimeError, TypeError, ValueError),
)
"""What the expressions of a template can raise."""


class BodyTemplateError(ValueError):
    """The template cannot be used; the text says why."""


class BodyTemplate:
    """A compiled template.

    Args:
        source: The text of the file.
        name: Name of the file, for messages.

    Raises:
        BodyTemplateError: It is not valid Jinja.
    """

    def __init__(self, source: str, name: str) -> None:
        self._name = name
        try:
            self._template = _SANDBOX.from_string(source)
        except TemplateSyntaxError as error:
            raise BodyTemplateError(f"{name}:{error.lineno}: {error.message}") from None

    @classmethod
    def load(cls, folder: Path, name: str) -> BodyTemplate:
        """Read and compile a template of a folder.

        Raises:
            BodyTemplateError: There is no such file in the folder, or it is not valid Jinja.
        """
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise BodyTemplateError(f"{name} is not in the folder of alerts.yaml.")
        try:
            source = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise BodyTemplateError(f"{name} cannot be read: {reason}.") from None
        if len(source) > MAX_SOURCE:
            raise BodyTemplateError(f"{name} has more than {MAX_SOURCE:,} characters.")
        return cls(source, name)

    def render(self, attempt: DeliveryAttempt, t: Translator, now: datetime) -> bytes:
        """Return the body of an attempt.

        Raises:
            BodyTemplateError: The template fails, or what it writes is not JSON.
        """
        try:
            text = self._template.render(
                notification=json.loads(attempt.body),
                message=_message(attempt_content(attempt, t, now)),
            )
        except _FAILURES as error:
            raise BodyTemplateError(f"{self._name}: {error}") from None
        if len(text) > MAX_BODY:
            raise BodyTemplateError(f"{self._name} makes more than {MAX_BODY:,} characters.")
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BodyTemplateError(f"{self._name} does not make JSON: {error}") from None
        return text.encode()

    def check(self) -> None:
        """Render an invented notification, an invented digest and a test of the receiver.

        Raises:
            BodyTemplateError: The template cannot render one of them.
        """
        now, t = utc_now(), translator("en")
        check = check_attempt("check", "check", t, "", now)
        for attempt in (sample_attempt(now), digest_attempt(now), check):
            self.render(attempt, t, now)


def _message(content: MessageContent) -> dict[str, Any]:
    data = {f.name: getattr(content, f.name) for f in fields(content) if f.name != "t"}
    return data | {"articles": [asdict(article) for article in content.articles]}
