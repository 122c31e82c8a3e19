"""The Helm chart as Kubernetes would see it: rendered by helm, where that is installed.

::

    values ──helm template──▶ Manifest of every object ──▶ the schemas of Kubernetes
                                  └─ Pod: settings, volumes, probes, labels
"""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from ruamel.yaml import YAML

from scripts.helm.fetch import find_helm, find_schemas
from wirewatch.contracts.generate import ROOT

CHART = ROOT / "ops" / "helm" / "wirewatch"
STAGES = ("ingest", "processors", "alerts", "archive")
NEEDS_HELM = pytest.mark.skipif(find_helm() is None, reason="helm is not installed")

Manifest = dict[str, Any]


def load_yaml(path: Path) -> Any:
    """Return the content of a YAML file."""
    return YAML(typ="safe").load(path)


def run_helm(*arguments: str, values: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run helm on the chart with these values besides the chart's own."""
    helm = find_helm()
    assert helm
    return subprocess.run(
        [str(helm), *arguments, str(CHART), "--values", "-"],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        check=False,
    )


def render(values: Mapping[str, Any], *, release: str = "desk") -> list[Manifest]:
    """Return every object that the chart makes of these values."""
    return copy.deepcopy(_render(json.dumps(values), release))


@cache
def _render(values: str, release: str) -> list[Manifest]:
    done = run_helm("template", release, "--namespace", "news", values=json.loads(values))
    assert done.returncode == 0, done.stderr
    documents = YAML(typ="safe").load_all(done.stdout)
    return [document for document in documents if document]


def refusal(values: Mapping[str, Any]) -> str:
    """Return why the chart refuses these values; empty where it does not."""
    done = run_helm("template", "desk", values=values)
    return done.stderr if done.returncode else ""


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    """Return the objects of these kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


@dataclass(frozen=True)
class Pod:
    """A pod that the chart describes.

    Attributes:
        name: Of what creates it.
        stage: Its component.
        labels: By which services, budgets and policies find it.
        spec: As in Kubernetes.
    """

    name: str
    stage: str
    labels: dict[str, str]
    spec: Manifest

    @property
    def container(self) -> Manifest:
        """The container of the program."""
        return dict(self.spec["containers"][0])

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the container; the slot is the pod's name."""
        return {each["name"]: each.get("value", f"{self.name}-0") for each in self.container["env"]}

    @property
    def mounts(self) -> dict[str, str]:
        """The name of the volume at each path."""
        return {each["mountPath"]: each["name"] for each in self.container["volumeMounts"]}

    @property
    def ports(self) -> dict[str, int]:
        """The ports of the container by name."""
        return {each["name"]: each["containerPort"] for each in self.container["ports"]}


def pods(manifests: Sequence[Manifest]) -> list[Pod]:
    """Return the pods of all stages and of the console."""
    return [
        Pod(
            manifest["metadata"]["name"],
            (template := manifest["spec"]["template"])["metadata"]["labels"][
                "app.kubernetes.io/component"
            ],
            template["metadata"]["labels"],
            template["spec"],
        )
        for manifest in of_kind(manifests, "StatefulSet", "Deployment")
    ]


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether a selector finds what has these labels."""
    return selector.items() <= labels.items()


def schema_faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield what the schemas of Kubernetes say against the objects; custom resources have none."""
    for folder in find_schemas():
        for manifest in manifests:
            group, _, version = manifest["apiVersion"].rpartition("/")
            parts = [manifest["kind"].lower(), group.partition(".")[0], version]
            path = folder / f"{'-'.join(filter(None, parts))}.json"
            if "." in group and not group.endswith(".k8s.io"):
                continue
            faults = _validator(path).iter_errors(manifest)
            name = f"{folder.name} {manifest['kind']} {manifest['metadata']['name']}"
            yield from (f"{name}: {fault.json_path}: {fault.message}" for fault in faults)


@cache
def _validator(path: Path) -> Draft202012Validator:
    return Draft202012Validator(json.loads(path.read_bytes()), registry=_definitions(path.parent))


@cache
def _definitions(folder: Path) -> Registry[Any]:
    definitions = json.loads((folder / "_definitions.json").read_bytes())
    resource: Resource[Any] = Resource.from_contents(definitions)
    return resource @ Registry()
