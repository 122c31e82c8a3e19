"""The Helm chart as helm renders it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from config.settings.sources import environment_name
from tests.support.chart import (
    CHART,
    NEEDS_HELM,
    STAGES,
    Manifest,
    Pod,
    load_yaml,
    of_kind,
    pods,
    refusal,
    render,
    run_helm,
    schema_faults,
    selects,
)
from wirewatch.contracts.generate import ROOT
from wirewatch.run.supervisor import STOP_SECONDS

pytestmark = [NEEDS_HELM, pytest.mark.processes]

URL = "postgresql://wirewatch:x@postgres/wirewatch"
EVERYTHING: dict[str, Any] = {
    "image": {"repository": "registry.example.org/wirewatch", "digest": f"sha256:{'a' * 64}"},
    "imagePullSecrets": [{"name": "registry"}],
    "kafka": {
        "brokers": "kafka-0:9093,kafka-1:9093",
        "partitions": 48,
        "ca": {"secret": "kafka-cluster-ca-cert"},
        "client": {"secret": "kafka-user"},
    },
    "secret": {
        "name": "desk-secrets",
        "variables": {"WIREWATCH_KAFKA_PASSWORD": "kafka", "DESK_WEBHOOK": "desk_webhook"},
    },
    "config": {
        "files": {
            "sources.yaml": "outlets: []\n",
            "topics/flood.yaml": "id: flood\nquery: 'a: b'\n",
        },
        "configMaps": [{"name": "more", "items": [{"key": "a", "path": "alerts.yaml"}]}],
    },
    "settings": {
        "WIREWATCH_KAFKA_SECURITY": "sasl_ssl",
        "WIREWATCH_KAFKA_USERNAME": "wirewatch",
        "WIREWATCH_LOG_LEVEL": "warning",
    },
    "ingest": {"replicas": 3, "settings": {"WIREWATCH_LOG_LEVEL": "debug"}},
    "processors": {"replicas": 48},
    "web": {"trustedProxies": "10.0.0.0/8"},
    "service": {"annotations": {"example.org/a": "b"}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "host": "wire.example.org",
        "path": "/wirewatch",
        "stripPath": "nginx",
        "tls": [{"secretName": "wire-tls", "hosts": ["wire.example.org"]}],
    },
    "listen": "::",
    "metrics": {
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    },
    "networkPolicy": {
        "enabled": True,
        "consoleFrom": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
        "metricsFrom": [{"podSelector": {"matchLabels": {"app": "prometheus"}}}],
    },
    "podAnnotations": {"example.org/a": "b"},
    "podLabels": {"team": "news"},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "news", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
}
CLAIM: dict[str, Any] = {
    "stopped": True,
    "config": {"existingClaim": "desk"},
    "web": {"trustedProxies": "10.0.0.0/8"},
    "ingress": {"enabled": True, "path": "/wire/", "stripPath": "traefik"},
}
DEFAULTS: dict[str, Any] = {
    "web": {"trustedProxies": "10.0.0.0/8"},
    "ingress": {"enabled": True},
}
"""All values are the chart's own, but for an Ingress that takes no path away."""


def faults_of_pod(pod: Pod) -> Iterator[str]:
    """Yield what keeps a pod from working, or what it may do that it need not."""
    container = pod.container
    volumes = {volume["name"] for volume in pod.spec["volumes"]}
    if {*pod.mounts.values()} != volumes:
        yield "volumes and mounts differ"
    if pod.spec["enableServiceLinks"] or pod.spec["automountServiceAccountToken"]:
        yield "Kubernetes puts into it what it does not need"
    security = pod.spec["securityContext"] | container["securityContext"]
    if not (
        security["runAsNonRoot"]
        and security["readOnlyRootFilesystem"]
        and not security["allowPrivilegeEscalation"]
        and security["capabilities"] == {"drop": ["ALL"]}
        and security["seccompProfile"] == {"type": "RuntimeDefault"}
    ):
        yield "it has more rights than it needs"
    if pod.spec["terminationGracePeriodSeconds"] <= STOP_SECONDS:
        yield "it has no time to stop"
    if container["args"] != ["run", "--only", pod.stage]:
        yield f"it runs {container['args']}"
    for name in ("startupProbe", "livenessProbe", "readinessProbe"):
        probe = container[name]
        if probe.get("exec") == {"command": ["wirewatch", "health"]}:
            continue
        port, path = probe["httpGet"]["port"], probe["httpGet"]["path"]
        if port not in pod.ports:
            yield f"{name}: it has no port {port}"
        if pod.stage == "web":
            if not (ROOT / "wirewatch" / "web" / path.removeprefix("/")).is_file():
                yield f"{name}: the console has no {path}"
        elif path != "/metrics":
            yield f"{name}: a stage answers no {path}"
    files = {n: v for n, v in pod.environment.items() if n.endswith("_FILE")}
    for name, path in files.items():
        if str(Path(path).parent) not in pod.mounts:
            yield f"{name}: nothing is mounted at {path}"


def settings_of(pod: Pod, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Settings:
    """Return the settings that the program would have in a pod; secrets are invented."""
    with monkeypatch.context() as patch:
        patch.chdir(folder)
        for name, value in pod.environment.items():
            if value.startswith("/run/secrets/wirewatch/"):
                file = folder / Path(value).name
                file.write_text(URL if "DATABASE" in name else "0123456789abcdef")
                patch.setenv(name, str(file))
            else:
                patch.setenv(name, value)
        return Settings()


def faults_of_selectors(manifests: list[Manifest]) -> Iterator[str]:
    """Yield selectors that find no pod, or no service, or one that has not what they expect."""
    found = pods(manifests)
    services = of_kind(manifests, "Service")
    for manifest in of_kind(manifests, "StatefulSet", "Deployment", "PodDisruptionBudget"):
        labels = manifest["spec"]["selector"]["matchLabels"]
        chosen = {pod.name for pod in found if selects(labels, pod.labels)}
        if chosen != {manifest["metadata"]["name"]}:
            yield f"{manifest['kind']} {manifest['metadata']['name']} finds {chosen}"
    for service in services:
        chosen_pods = [pod for pod in found if selects(service["spec"]["selector"], pod.labels)]
        names = {port["targetPort"] for port in service["spec"]["ports"]}
        if not chosen_pods or not all(names <= pod.ports.keys() for pod in chosen_pods):
            yield f"Service {service['metadata']['name']} finds no such port"
    for monitor in of_kind(manifests, "ServiceMonitor"):
        labels = monitor["spec"]["selector"]["matchLabels"]
        [service] = [s for s in services if selects(labels, s["metadata"]["labels"])]
        [endpoint] = monitor["spec"]["endpoints"]
        if endpoint["port"] not in {port["name"] for port in service["spec"]["ports"]}:
            yield f"{monitor['metadata']['name']}: the service has no port {endpoint['port']}"
    for policy in of_kind(manifests, "NetworkPolicy"):
        labels = policy["spec"]["podSelector"]["matchLabels"]
        [rule] = policy["spec"]["ingress"]
        ports = {port["port"] for port in rule["ports"]}
        chosen_pods = [pod for pod in found if selects(labels, pod.labels)]
        if not chosen_pods or not all(ports == pod.ports.keys() for pod in chosen_pods):
            yield f"{policy['metadata']['name']} finds other ports"


def test_helm_accepts_the_chart_and_kubernetes_the_objects() -> None:
    for values in ({}, EVERYTHING):
        done = run_helm("lint", "--strict", values=values)
        assert done.returncode == 0, done.stdout + done.stderr
    for values in (DEFAULTS, EVERYTHING, CLAIM):
        manifests = render(values)
        assert [*schema_faults(manifests)] == []
        assert [*faults_of_selectors(manifests)] == []
        faults = {pod.name: [*faults_of_pod(pod)] for pod in pods(manifests)}
        assert {name: each for name, each in faults.items() if each} == {}
        assert sorted(pod.stage for pod in pods(manifests)) == sorted([*STAGES, "web"])


def test_the_schemas_of_kubernetes_find_a_mistake() -> None:
    [console] = of_kind(render(DEFAULTS), "Deployment")
    console["spec"]["template"]["spec"]["enableServiceLink"] = False
    assert any("enableServiceLink" in fault for fault in schema_faults([console]))


def test_every_pod_has_valid_settings_and_a_stage_wins_over_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_stage = {}
    for pod in pods(render(EVERYTHING)):
        by_stage[pod.stage] = settings = settings_of(pod, monkeypatch, tmp_path)
        assert settings.streams_location == "kafka://kafka-0:9093,kafka-1:9093"
        assert settings.streams_partitions == 48
        assert settings.database_location == URL
        assert settings.slot == f"{pod.name}-0"
        assert str(settings.config_dir) == "/etc/wirewatch"
        assert str(settings.kafka_ca_file) == "/run/secrets/kafka-ca/ca.crt"
        assert pod.environment["DESK_WEBHOOK_FILE"] == "/run/secrets/wirewatch/desk_webhook"
        assert (environment_name("web_token") + "_FILE" in pod.environment) == (pod.stage == "web")
        assert settings.metrics_listen == ("" if pod.stage == "web" else "[::]:9464")
    assert by_stage["ingest"].log_level == "debug"
    assert by_stage["alerts"].log_level == "warning"
    assert by_stage["ingest"].extract_workers == 2
    console = by_stage["web"]
    assert console.web_everywhere
    assert {"wire.example.org", "desk-wirewatch-web.news.svc"} <= {*console.web_names}
    assert [str(network) for network in console.web_proxies] == ["10.0.0.0/8"]
    for pod in pods(render(DEFAULTS)):
        assert settings_of(pod, monkeypatch, tmp_path).streams_replication == 3


def test_values_reach_the_objects() -> None:
    manifests = render(EVERYTHING)
    running = of_kind(manifests, "StatefulSet", "Deployment")
    replicas = {each["metadata"]["name"]: each["spec"]["replicas"] for each in running}
    assert replicas["desk-wirewatch-ingest"] == 3
    assert replicas["desk-wirewatch-web"] == 1
    for pod in pods(manifests):
        assert pod.container["image"] == f"registry.example.org/wirewatch@sha256:{'a' * 64}"
        assert pod.labels["team"] == "news"
        assert pod.spec["priorityClassName"] == "high"
        [config] = [v for v in pod.spec["volumes"] if v["name"] == "config"]
        [own, other] = config["projected"]["sources"]
        assert {"key": "topics__flood.yaml", "path": "topics/flood.yaml"} in own["configMap"][
            "items"
        ]
        assert other == {"configMap": EVERYTHING["config"]["configMaps"][0]}
    [files] = of_kind(manifests, "ConfigMap")
    assert files["data"]["topics__flood.yaml"] == "id: flood\nquery: 'a: b'\n"
    [rules] = of_kind(manifests, "PrometheusRule")
    assert rules["spec"] == load_yaml(CHART.parents[1] / "prometheus" / "wirewatch.rules.yaml")
    [console] = [
        m for m in of_kind(manifests, "ServiceMonitor") if m["metadata"]["name"].endswith("-web")
    ]
    credentials = console["spec"]["endpoints"][0]["authorization"]["credentials"]
    assert credentials == {"name": "desk-secrets", "key": "web_token"}


def test_an_ingress_takes_the_path_away_and_names_it() -> None:
    [nginx] = of_kind(render(EVERYTHING), "Ingress")
    prefix = "nginx.ingress.kubernetes.io"
    assert nginx["metadata"]["annotations"] == {
        f"{prefix}/use-regex": "true",
        f"{prefix}/rewrite-target": "/$2",
        f"{prefix}/x-forwarded-prefix": "/wirewatch",
    }
    assert path_of(nginx) == ("/wirewatch(/|$)(.*)", "ImplementationSpecific")
    manifests = render(CLAIM)
    [traefik] = of_kind(manifests, "Ingress")
    [middleware] = of_kind(manifests, "Middleware")
    assert middleware["spec"] == {"stripPrefix": {"prefixes": ["/wire"]}}
    assert traefik["metadata"]["annotations"] == {
        "traefik.ingress.kubernetes.io/router.middlewares": "news-desk-wirewatch-web@kubernetescrd"
    }
    assert path_of(traefik) == ("/wire", "Prefix")
    [plain] = of_kind(render(DEFAULTS), "Ingress")
    assert path_of(plain) == ("/", "Prefix")
    assert "annotations" not in plain["metadata"]


def path_of(ingress: Manifest) -> tuple[str, str]:
    [path] = ingress["spec"]["rules"][0]["http"]["paths"]
    return path["path"], path["pathType"]


def test_stopped_keeps_everything_but_the_pods() -> None:
    stopped, running = render(CLAIM), render(DEFAULTS)
    assert {m["spec"]["replicas"] for m in of_kind(stopped, "StatefulSet", "Deployment")} == {0}
    kept = {(m["kind"], m["metadata"]["name"]) for m in stopped}
    assert {(m["kind"], m["metadata"]["name"]) for m in running} <= kept
    [volume] = [v for v in pods(stopped)[0].spec["volumes"] if v["name"] == "config"]
    assert volume["persistentVolumeClaim"] == {"claimName": "desk", "readOnly": True}


def test_values_that_cannot_work_are_refused_with_what_to_do() -> None:
    files = {"files": {"sources.yaml": "outlets: []"}}
    cases: list[tuple[Mapping[str, Any], str]] = [
        ({"processors": {"replicas": 13}}, "a stream has 12 partitions"),
        ({"config": files | {"existingClaim": "desk"}}, "remove config.files"),
        ({"config": {"files": {"topics/a.yaml": ""}}}, "has sources.yaml"),
        ({"ingress": {"enabled": True}}, "web.trustedProxies is empty"),
        (CLAIM | {"ingress": {"enabled": True, "path": "/wire"}}, "set ingress.stripPath"),
        ({"settings": {"WIREWATCH_LOG_LEVL": "info"}}, "WIREWATCH_LOG_LEVL"),
        ({"settings": {"WIREWATCH_WEB_PORT": "80"}}, "WIREWATCH_WEB_PORT"),
    ]
    assert [text for values, text in cases if text not in refusal(values)] == []
