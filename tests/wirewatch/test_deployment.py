"""The image and the Compose file, as far as they can be checked without Docker."""

from __future__ import annotations

import json
import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
from ruamel.yaml import YAML

from config.settings import Settings
from config.settings.sources import environment_name, is_secret
from wirewatch.cli.app import app
from wirewatch.cli.run import parse_stages
from wirewatch.contracts.generate import ROOT
from wirewatch.install_check import PACKAGES
from wirewatch.run.supervisor import STOP_SECONDS

Service = dict[str, Any]

EXACT = re.compile(r"^[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?$")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
SERVICES: dict[str, Service] = COMPOSE["services"]
OURS = {name: s for name, s in SERVICES.items() if "build" in s}
PROFILES = sorted({p for s in SERVICES.values() for p in s.get("profiles", [])})


def active(*profiles: str) -> dict[str, Service]:
    """Return the services that `docker compose --profile ... up` starts."""
    return {
        name: s
        for name, s in SERVICES.items()
        if not s.get("profiles") or {*s["profiles"]} & {*profiles}
    }


def lines(instruction: str) -> list[str]:
    """Return the arguments of each occurrence of an instruction in the Dockerfile."""
    parts = (line.partition(" ") for line in DOCKERFILE.splitlines())
    return [rest.strip() for word, _, rest in parts if word == instruction]


def stages(service: Service) -> frozenset[str]:
    """Return the stages that a service of Wirewatch runs."""
    command = service.get("command") or json.loads(lines("CMD")[0])
    assert command[0] == "run"
    return parse_stages(command[2] if command[1:2] == ["--only"] else "")


def environment(service: Service) -> dict[str, str]:
    """Return the container's environment where the machine's sets nothing."""
    variables = service.get("environment", {})
    return {
        name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", str(value)) for name, value in variables.items()
    }


def exists(command: list[str]) -> bool:
    """Return whether the command line has a command with these options."""
    root: Any = typer.main.get_command(app)
    subcommand = root.commands.get(command[0])
    options = (
        {option for parameter in subcommand.params for option in parameter.opts}
        if subcommand
        else {}
    )
    return bool(subcommand) and {word for word in command[1:] if word.startswith("-")} <= {*options}


# ── compose ──────────────────────────────────────────────────────────────────────────────────────


def test_it_is_a_compose_file() -> None:
    path = files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(COMPOSE)


def test_by_default_one_program_runs_all_stages_on_its_own_files() -> None:
    [only] = active().values()
    assert stages(only) == parse_stages("")
    settings = {environment_name("streams_url"), environment_name("database_url")}
    assert not settings & {n.removesuffix("_FILE") for n in environment(only)}
    assert any(volume.startswith("data:") for volume in only["volumes"])


def test_the_full_profile_is_the_split_deployment() -> None:
    full = {name: s for name, s in active("full").items() if s.get("profiles")}
    kinds = sorted(sorted(stages(s)) for s in full.values() if "build" in s)
    assert kinds == [["alerts", "archive"]] * 2 + [["ingest"]] * 2 + [["processors"]] * 2 + [
        ["web"]
    ]
    assert {name for name, s in full.items() if "build" not in s} == {"kafka", "postgres"}
    assert PROFILES == ["full"]


@pytest.mark.parametrize("profiles", [[], PROFILES])
def test_every_service_waits_for_running_services_with_a_health_check(profiles: list[str]) -> None:
    running = active(*profiles)
    for name, service in running.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in running or not how.get("required", True), f"{name} needs {other}"
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in SERVICES[other]


def test_started_beside_the_split_deployment_the_single_program_waits_for_the_console() -> None:
    [only] = active().values()
    [[other, how]] = only["depends_on"].items()
    assert stages(SERVICES[other]) == {"web"}
    assert how == {"condition": "service_healthy", "required": False}
    assert only["network_mode"] == SERVICES[other]["network_mode"] == "host"


def test_every_service_has_a_health_check_a_restart_policy_and_time_to_stop() -> None:
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["restart"] == "unless-stopped", name
        assert int(service["stop_grace_period"].removesuffix("s")) > STOP_SECONDS, name


def test_images_have_exact_versions() -> None:
    foreign = [s["image"] for s in SERVICES.values() if "build" not in s]
    assert foreign
    assert [i for i in [*foreign, *lines("FROM")] if not EXACT.match(i)] == []


def test_commands_exist() -> None:
    commands = [s["command"] for s in OURS.values() if "command" in s]
    checks = [s["healthcheck"]["test"][1:] for s in OURS.values()]
    assert {check[0] for check in checks} == {"wirewatch"}
    named = [*commands, *(check[1:] for check in checks), json.loads(lines("CMD")[0])]
    assert [command for command in named if not exists(command)] == []
    assert not exists(["run", "--wrong"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_environment_leads_to_valid_settings(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = {environment_name(field): field for field in Settings.model_fields}
    monkeypatch.chdir(tmp_path)
    for variable, value in environment(SERVICES[name]).items():
        field = known[variable.removesuffix("_FILE")]
        if variable.endswith("_FILE"):
            assert is_secret(Settings.model_fields[field])
            (tmp_path / "secret").write_text("postgresql://wirewatch:x@postgres/wirewatch\n")
            monkeypatch.setenv(variable, str(tmp_path / "secret"))
        else:
            assert not is_secret(Settings.model_fields[field]), "a secret in plain text"
            monkeypatch.setenv(variable, value)
    settings = Settings()
    assert settings.streams_location.startswith("kafka:") == ("profiles" in SERVICES[name])
    assert settings.database_location.startswith("postgresql:") == ("profiles" in SERVICES[name])


def test_each_process_that_shares_the_work_has_a_slot_of_its_own() -> None:
    split = [s for s in OURS.values() if s.get("profiles")]
    slots = [environment(s)[environment_name("slot")] for s in split]
    assert len({*slots}) == len(split)


def test_the_file_contains_no_secret() -> None:
    for name, service in SERVICES.items():
        for variable, value in environment(service).items():
            assert "PASSWORD" not in variable or variable.endswith("_FILE"), f"{name}: {variable}"
            assert not re.search(r"://[^/]*:[^/]*@", value), f"{name}: {variable}"


@pytest.mark.parametrize("kind", ["volumes", "secrets"])
def test_mounts_and_declarations_agree(kind: str) -> None:
    used = {m.partition(":")[0] for s in SERVICES.values() for m in s.get(kind, [])}
    named = {mount for mount in used if not mount.startswith((".", "/"))}
    assert named == {*COMPOSE[kind]}
    for path in used - named:
        assert (ROOT / path).exists(), path


def test_secrets_are_mounted_where_they_are_read() -> None:
    for service in SERVICES.values():
        read = {v for n, v in environment(service).items() if n.endswith("_FILE")}
        assert read == {f"/run/secrets/{name}" for name in service.get("secrets", [])}
    folder = {Path(s["file"]).parts[0] for s in COMPOSE["secrets"].values()}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert folder <= {*ignored}


def test_ports_are_published_on_loopback_only() -> None:
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        if "build" in service:
            assert (service.get("network_mode") == "host") == ("web" in stages(service))


def test_a_service_on_the_hosts_network_knows_the_servers_names() -> None:
    for service in active("full").values():
        if service.get("network_mode") == "host" and service.get("profiles"):
            named = {entry.partition(":")[0] for entry in service["extra_hosts"]}
            assert named == {n for n in service["depends_on"] if SERVICES[n].get("ports")}
    [broker] = SERVICES["kafka"]["ports"]
    advertised = environment(SERVICES["kafka"])["KAFKA_ADVERTISED_LISTENERS"]
    assert advertised.endswith(f"kafka:{broker.rpartition(':')[2]}")


# ── Dockerfile ───────────────────────────────────────────────────────────────────────────────────


def test_everything_copied_exists_and_every_package_is_copied() -> None:
    copied = {source for line in lines("COPY") for source in shlex.split(line)[:-1]}
    assert [name for name in sorted(copied) if not (ROOT / name).exists()] == []
    assert {*PACKAGES, "wirewatch"} <= copied
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert not copied & {*ignored}


def test_it_runs_as_an_unprivileged_user_in_its_own_environment() -> None:
    [user] = lines("USER")
    added = next(line for line in lines("RUN") if "useradd" in line)
    assert f"--uid 10001 {user}" in added
    assert DOCKERFILE.index("USER ") > DOCKERFILE.rindex("\nRUN ")
    assert json.loads(lines("ENTRYPOINT")[0]) == ["wirewatch"]
    [env] = lines("ENV")
    assert env.startswith("PATH=/app/.venv/bin:")
    assert any("--require-hashes -r requirements.lock" in line for line in lines("RUN"))


def test_its_data_folder_belongs_to_that_user_and_is_a_volume() -> None:
    [volume] = lines("VOLUME")
    assert f"WIREWATCH_DATA_DIR={volume} " in lines("ENV")[0]
    assert f"install -d -o {lines('USER')[0]} -m 700 {volume}" in DOCKERFILE
    assert all(environment(s)["WIREWATCH_DATA_DIR"] == volume for s in OURS.values())


def test_its_python_is_a_supported_version() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    match = re.match(r"python:(\d+\.\d+)\.", lines("FROM")[0])
    assert match
    assert f"Programming Language :: Python :: {match[1]}" in project


def test_its_health_check_is_that_of_compose() -> None:
    [check] = lines("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command == SERVICES["wirewatch"]["healthcheck"]["test"][1:]
