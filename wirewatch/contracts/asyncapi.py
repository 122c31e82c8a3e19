"""The AsyncAPI 3 document: the streams as a consumer finds them on Kafka.

Everything in it comes from the code that runs: addresses, partitions and retention from the stream
specifications, payloads from the messages, headers and examples from records built as usual.

::

    stream_specs ──▶ channels ─┐
    messages ──▶ schemas       ├──▶ docs/asyncapi.json
    examples ──▶ headers,      │
                examples ──────┘

A header without a description in :mod:`wirewatch.contracts.stream_texts` raises KeyError here.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from config.settings import Settings
from core.messages.envelope import DEAD_LETTER, MATCHES, STREAM_MESSAGES
from core.streams.kafka.streams import stream_config
from core.streams.port import StreamSpec
from core.streams.topology import stream_specs
from wirewatch.contracts.examples import MATCH, example_of
from wirewatch.contracts.stream_texts import HEADERS, TEXTS, TOPIC_COPY

Json = dict[str, Any]

_BINDING = "0.5.0"

_ABOUT = """\
What Wirewatch publishes, from the consumer's side: operations are what a consumer does.

Addresses take the deployment's prefix (`WIREWATCH_STREAMS_PREFIX`): with `acme` the first is \
`acme.news.articles.v1`. Partitions, retention and replicas are the defaults of the settings. \
Records are CloudEvents 1.0 in Kafka's binary mode. The same event has the same `ce_id`, so a \
consumer that has seen an id may skip it. Read with `isolation.level=read_committed`. Within v1 \
only optional fields are added: ignore fields you do not know. The guide is docs/streams.md."""

_FIXED = ("content-type", "ce_specversion", "ce_source", "ce_type", "ce_dataschema")
_TIMES = ("ce_time", "dlq_original_time", "dlq_first_failed_at")


def asyncapi() -> str:
    """Return the text of docs/asyncapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> Json:
    """Return the document as a dictionary."""
    specs = stream_specs(Settings.model_construct(), published=["{topic_id}"])
    return {
        "asyncapi": "3.0.0",
        "id": "urn:wirewatch:streams",
        "info": {"title": "Wirewatch streams", "version": "1.0.0", "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {_name(spec): _channel(spec) for spec in specs},
        "operations": {_operation_name(spec): _operation(spec) for spec in specs},
        "components": {
            "messages": {_name(spec): _message(spec.name) for spec in specs},
            "schemas": _schemas(),
            "securitySchemes": _security_schemes(),
        },
    }


def _name(spec: StreamSpec) -> str:
    return TEXTS[spec.name].name


def _operation_name(spec: StreamSpec) -> str:
    name = _name(spec)
    return f"receive{name[0].upper()}{name[1:]}"


def _channel(spec: StreamSpec) -> Json:
    text = TEXTS[spec.name]
    channel: Json = {
        "address": spec.name,
        "title": text.title,
        "summary": text.summary,
        "messages": {text.name: {"$ref": f"#/components/messages/{text.name}"}},
        "bindings": {"kafka": _topic(spec)},
    }
    if spec.name == TOPIC_COPY:
        channel["parameters"] = {
            "topic_id": {
                "description": "Id of a topic whose file has `publish: true`.",
                "examples": [MATCH.topic_id],
                "location": "$message.payload#/topic_id",
            }
        }
    return channel


def _topic(spec: StreamSpec) -> Json:
    config = stream_config(spec)
    return {
        "topic": spec.name,
        "partitions": spec.partitions,
        "replicas": spec.replication,
        "topicConfiguration": {
            "cleanup.policy": [config["cleanup.policy"]],
            "retention.ms": int(config["retention.ms"]),
            "max.message.bytes": int(config["max.message.bytes"]),
        },
        "bindingVersion": _BINDING,
    }


def _operation(spec: StreamSpec) -> Json:
    text = TEXTS[spec.name]
    group = {"type": "string", "description": "A group of your own; one per application."}
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{text.name}"},
        "title": f"Read {text.title[0].lower()}{text.title[1:]}",
        "messages": [{"$ref": f"#/channels/{text.name}/messages/{text.name}"}],
        "bindings": {"kafka": {"groupId": group, "bindingVersion": _BINDING}},
    }


def _message(stream: str) -> Json:
    text, record = TEXTS[stream], example_of(stream)
    headers = {key: raw.decode() for key, raw in record.headers}
    payload = json.loads(record.value or b"")
    example = {"name": text.name, "headers": headers, "payload": payload}
    key = {"type": "string", "description": text.key}
    return {
        "name": text.name,
        "title": text.title,
        "summary": text.summary,
        "contentType": "application/json",
        "headers": _headers(stream, headers),
        "payload": _payload(stream),
        "bindings": {"kafka": {"key": key, "bindingVersion": _BINDING}},
        "examples": [example],
    }


def _payload(stream: str) -> Json:
    if stream == DEAD_LETTER:
        return {"description": "The original value, byte for byte: it need not be JSON."}
    kind = STREAM_MESSAGES[MATCHES if stream == TOPIC_COPY else stream]
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _headers(stream: str, sent: dict[str, str]) -> Json:
    """Return the schema of the headers of this stream's records.

    A dead letter always has its own headers; those of the original record may be missing.
    """
    dead = stream == DEAD_LETTER
    fixed = () if dead else _FIXED
    properties = {name: _header(name, sent[name] if name in fixed else None) for name in sent}
    required = [name for name in sent if not dead or name.startswith("dlq_")]
    return {"type": "object", "properties": properties, "required": required}


def _header(name: str, constant: str | None) -> Json:
    schema: Json = {"type": "string", "description": HEADERS[name]}
    if constant is not None:
        schema["const"] = constant
    if name in _TIMES:
        schema["format"] = "date-time"
    return schema


def _schemas() -> Json:
    """Return the schema of each message, by class name."""
    _, schema = models_json_schema(
        [(kind, "serialization") for kind in STREAM_MESSAGES.values()],
        ref_template="#/components/schemas/{model}",
    )
    definitions: Json = schema["$defs"]
    return definitions


def _servers() -> Json:
    host = {
        "host": "{host}:{port}",
        "variables": {
            "host": {"description": "One of the brokers.", "default": "localhost"},
            "port": {"description": "Its listener.", "default": "9092"},
        },
    }
    secure = [{"$ref": f"#/components/securitySchemes/{name}"} for name in _security_schemes()]
    return {
        "plain": host | {"protocol": "kafka", "description": "A broker on a trusted network."},
        "secure": host
        | {
            "protocol": "kafka-secure",
            "description": "A broker with TLS, a password, or both.",
            "security": secure,
        },
    }


def _security_schemes() -> Json:
    return {
        "scram512": {"type": "scramSha512", "description": "SASL SCRAM-SHA-512."},
        "scram256": {"type": "scramSha256", "description": "SASL SCRAM-SHA-256."},
        "plain": {"type": "plain", "description": "SASL PLAIN, only with TLS."},
        "certificate": {"type": "X509", "description": "A client certificate (TLS)."},
    }
