"""docker-compose.yaml and Dockerfile: accepted by compose, and every command, module and path in them exists."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yaml"
SERVICES = {"postgres", "headwater-migrate", "api-server", "scheduler", "dag-processor", "triggerer"}
SECRETS = re.compile(r"PASSWORD|SECRET|FERNET|SQL_ALCHEMY_CONN|LEDGER_URL|SOURCE")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def example() -> dict[str, str]:
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def words_of(service: dict[str, Any]) -> list[list[str]]:
    """Every command of a service: what it runs, and what its health check runs."""
    commands = [service["command"]] if "command" in service else []
    kind, *test = service.get("healthcheck", {}).get("test", ["NONE"])
    if kind == "CMD-SHELL":
        commands.append(shlex.split(test[0]))
    elif test:
        commands.append(test)
    return commands


def dockerfile() -> list[str]:
    return (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()


def test_the_services_are_those_of_airflow() -> None:
    services = compose()["services"]
    assert set(services) == SERVICES
    for name, service in services.items():
        assert service["restart"] == ("no" if name == "headwater-migrate" else "unless-stopped"), name
        assert ("healthcheck" in service) == (name != "headwater-migrate"), name


def test_the_others_wait_for_the_migration() -> None:
    for name in SERVICES - {"postgres", "headwater-migrate"}:
        waits = compose()["services"][name]["depends_on"]
        assert waits["headwater-migrate"] == {"condition": "service_completed_successfully"}
        assert waits["postgres"] == {"condition": "service_healthy"}


def test_ports_are_for_this_machine_only() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 1
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_service_of_ours_runs_as_root() -> None:
    users = {service.get("user") for name, service in compose()["services"].items() if name != "postgres"}
    assert users == {"50000:0"}
    assert [line for line in dockerfile() if line.startswith("USER ")] == ["USER airflow"]


def test_no_secret_has_a_default() -> None:
    seen = 0
    for service in compose()["services"].values():
        for name, text in service["environment"].items():
            if SECRETS.search(name):
                seen += 1
                assert re.search(r"\$\{[A-Z_]+:\?", text), name
    assert seen >= 10
    text = COMPOSE.read_text()
    assert re.findall(r"\$\{\w*(?:PASSWORD|SECRET|KEY|URL)\w*:-", text) == []
    assert {name: value for name, value in example().items() if value} == {"AIRFLOW_PORT": "8080"}


def test_tasks_start_with_the_same_libraries_as_in_the_local_installation() -> None:
    from headwater.local.environment import PRELOADED

    preloaded = compose()["services"]["scheduler"]["environment"]["AIRFLOW__CORE__MP_FORKSERVER_PRELOAD"]
    assert tuple(name.strip() for name in preloaded.split(",")) == PRELOADED


def test_the_example_names_every_variable_and_no_other() -> None:
    assert set(re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text())) == set(example())


def test_volumes_and_networks_are_declared() -> None:
    found = compose()
    used = {volume.split(":")[0] for service in found["services"].values() for volume in service["volumes"]}
    assert used == set(found["volumes"])
    assert {net for service in found["services"].values() for net in service["networks"]} == set(found["networks"])


def airflow_says(home: Path, script: str, question: object) -> Any:
    """What a fresh Python with Airflow prints as JSON; ``question`` is its argument, ``home`` its AIRFLOW_HOME."""
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    words = [sys.executable, "-c", script, json.dumps(question)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_airflow_command_exists(tmp_path: Path) -> None:
    services = compose()["services"].values()
    commands = [words for service in services for words in words_of(service) if words[0] == "airflow"]
    asked = [["here" if "$" in word else word for word in words[1:]] for words in commands]
    script = """
import json, sys
from airflow.cli.cli_parser import get_parser
print(json.dumps([get_parser().parse_args(words).func is not None for words in json.loads(sys.argv[1])]))
"""
    names = ["api-server", "dag-processor", "jobs", "jobs", "scheduler", "triggerer"]
    assert sorted(words[0] for words in asked) == names
    # The parser ends with an error at a command, option or job type that it does not know.
    assert airflow_says(tmp_path, script, asked) == [True] * len(names)


def test_every_python_module_and_snippet_exists() -> None:
    found = [words for service in compose()["services"].values() for words in words_of(service) if words[0] == "python"]
    assert len(found) == 3
    for words in found:
        if words[1] == "-m":
            assert importlib.util.find_spec(words[2]) is not None, words
        else:
            assert words[1] == "-c"
            compile(words[2], "healthcheck", "exec")


def test_other_programs_are_those_of_the_postgres_image() -> None:
    from headwater.local.programs import binary

    others = {words[0] for service in compose()["services"].values() for words in words_of(service)} - {
        "airflow",
        "python",
    }
    assert others == {"pg_isready"}
    assert binary("pg_isready").exists()


def test_airflow_settings_are_airflows_own(tmp_path: Path) -> None:
    named = set(compose()["x-airflow-common"]["environment"]) | set(
        re.findall(r"(AIRFLOW__\w+)=", "\n".join(dockerfile()))
    )
    options = [name.removeprefix("AIRFLOW__").lower().split("__", 1) for name in named if name.startswith("AIRFLOW__")]
    script = """
import json, sys
from airflow.configuration import retrieve_configuration_description
known = retrieve_configuration_description()
def is_known(section, option):
    own, core = (known.get(place, {}).get("options", {}) for place in (section, "core"))
    # Some options of [core] may be set for one component; their description names its section.
    return option in own or f"[{section}]" in core.get(option, {}).get("description", "")
print(json.dumps([pair for pair in json.loads(sys.argv[1]) if not is_known(*pair)]))
"""
    assert len(options) >= 12
    assert airflow_says(tmp_path, script, options) == []


def test_what_the_image_copies_exists() -> None:
    copied = [line.split()[1:-1] for line in dockerfile() if line.startswith("COPY ")]
    assert sorted(source for sources in copied for source in sources) == [
        "dags",
        "include",
        "plugins",
        "requirements.txt",
    ]
    assert all((ROOT / source).exists() for sources in copied for source in sources)


def test_paths_in_the_containers_come_from_the_image_or_a_volume() -> None:
    text = "\n".join(dockerfile())
    environment = compose()["x-airflow-common"]["environment"]
    paths = set(re.findall(r"/opt/[\w/]+", text + "\n" + "\n".join(map(str, environment.values()))))
    made = {"/opt/headwater", "/opt/airflow", "/opt/airflow/logs", "/opt/store"}
    copied = {f"/opt/headwater/{path}" for path in ("dags", "plugins", "include", "include/datasets")}
    assert paths <= made | copied
    assert all((ROOT / path.removeprefix("/opt/headwater/")).exists() for path in copied)
    mounts = {volume.split(":")[1] for volume in compose()["x-airflow-common"]["volumes"]}
    assert mounts <= made


@pytest.mark.parametrize("is_filled", [True, False])
def test_compose_accepts_it_only_with_its_secrets(tmp_path: Path, is_filled: bool) -> None:
    binary = shutil.which("docker-compose")
    if binary is None:
        pytest.skip("there is no docker-compose on this machine")
    filled = {name: value or "x1" for name, value in example().items()} if is_filled else example()
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in filled.items()))
    shutil.copy(COMPOSE, tmp_path)
    environment = {name: text for name, text in os.environ.items() if name not in filled}
    done = subprocess.run(
        [binary, "config"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    if is_filled:
        assert done.returncode == 0, done.stderr
        assert set(yaml.safe_load(done.stdout)["services"]) == SERVICES
    else:
        assert done.returncode != 0
        assert ".env.example" in done.stderr
