"""docker-compose.yaml and Dockerfile: accepted by compose, and every command, module and path in them exists."""

from __future__ import annotations

import importlib.util
import json
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.airflow_says import airflow_says

from headwater import local
from headwater.local import compose_secrets

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yaml"
ONE_SHOTS = {"secrets", "headwater-migrate", "demo"}
AIRFLOW = {"api-server", "scheduler", "dag-processor", "triggerer"}
CELERY = {"redis", "worker"}
SERVICES = {"postgres"} | ONE_SHOTS | AIRFLOW
DRAWN = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "AIRFLOW_ADMIN_PASSWORD", "AIRFLOW_FERNET_KEY"} | {
    "AIRFLOW_API_SECRET_KEY",
    "AIRFLOW_JWT_SECRET",
}
SECRETS = re.compile(r"PASSWORD|SECRET|FERNET|SQL_ALCHEMY_CONN|LEDGER_URL|SOURCE|BROKER_URL|RESULT_BACKEND")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def example() -> dict[str, str]:
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What compose makes of the file after ``cp .env.example .env``."""
    return config(tmp_path_factory.mktemp("compose"), {})


def config(folder: Path, changed: dict[str, str]) -> dict[str, Any]:
    binary = shutil.which("docker-compose")
    if binary is None:
        pytest.skip("there is no docker-compose on this machine")
    lines = {**example(), **changed}
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    shutil.copy(COMPOSE, folder)
    environment = {name: text for name, text in os.environ.items() if name not in lines}
    done = subprocess.run([binary, "config"], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


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


def test_the_example_as_it_is_gives_airflow_and_the_demo(resolved: dict[str, Any]) -> None:
    services = resolved["services"]
    assert {name for name, service in services.items() if not service.get("profiles")} == SERVICES
    assert {name for name, service in services.items() if service.get("profiles") == ["celery"]} == CELERY
    executors = {services[name]["environment"]["AIRFLOW__CORE__EXECUTOR"] for name in AIRFLOW}
    assert executors == {"LocalExecutor"}


def test_the_profile_changes_the_executor_of_all(tmp_path: Path) -> None:
    services = config(tmp_path, {"COMPOSE_PROFILES": "celery", "AIRFLOW_EXECUTOR": "CeleryExecutor"})["services"]
    executors = {services[name]["environment"]["AIRFLOW__CORE__EXECUTOR"] for name in AIRFLOW | {"worker"}}
    assert executors == {"CeleryExecutor"}


def test_what_stays_is_watched_and_comes_back(resolved: dict[str, Any]) -> None:
    assert set(resolved["services"]) == SERVICES | CELERY
    for name, service in resolved["services"].items():
        assert service["restart"] == ("no" if name in ONE_SHOTS else "unless-stopped"), name
        assert ("healthcheck" in service) == (name not in ONE_SHOTS), name


def test_secrets_come_first_then_the_migration_then_the_others(resolved: dict[str, Any]) -> None:
    waits = {name: service.get("depends_on", {}) for name, service in resolved["services"].items()}
    ended, healthy = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    started = {"condition": "service_started"}
    assert waits["secrets"] == {}
    assert waits["postgres"] == waits["redis"] == {"secrets": ended}
    assert waits["headwater-migrate"] == {"postgres": healthy}
    for name in AIRFLOW:
        assert waits[name] == {"postgres": healthy, "headwater-migrate": ended}
    assert waits["worker"] == {"postgres": healthy, "headwater-migrate": ended, "redis": healthy}
    assert waits["demo"] == {"api-server": healthy, "scheduler": healthy, "dag-processor": started}


def test_ports_are_for_this_machine_only() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 1
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_service_runs_as_root(resolved: dict[str, Any]) -> None:
    users = {name: service["user"] for name, service in resolved["services"].items()}
    assert {name for name, user in users.items() if user == "999:0"} == {"postgres", "redis"}
    assert {user for name, user in users.items() if name not in ("postgres", "redis")} == {"50000:0"}
    assert [line for line in dockerfile() if line.startswith("USER ")] == ["USER airflow"]


def test_no_secret_has_a_default_or_stands_in_the_environment_of_a_service_that_stays(tmp_path: Path) -> None:
    assert {name for name, value in example().items() if value} == {
        "AIRFLOW_PARALLELISM",
        "AIRFLOW_PORT",
        "AIRFLOW_WORKER_CONCURRENCY",
        "HEADWATER_DEMO",
        "AIRFLOW_EXECUTOR",
    }
    assert re.findall(r"\$\{\w*(?:PASSWORD|SECRET|KEY|URL)\w*:-[^}]", COMPOSE.read_text()) == []
    services = config(tmp_path, dict.fromkeys([*DRAWN, "HEADWATER_SOURCE_URL"], "topsecret"))["services"]
    holders = {name for name, service in services.items() if "topsecret" in json.dumps(service)}
    assert holders == {"secrets"}


def test_the_one_that_draws_secrets_is_given_every_variable(resolved: dict[str, Any]) -> None:
    assert {variable for variable, _ in compose_secrets.DRAWN.values()} == DRAWN
    given = set(resolved["services"]["secrets"]["environment"])
    assert given == DRAWN | {"HEADWATER_SOURCE_URL", compose_secrets.FOLDER, compose_secrets.GIVEN}


def test_every_secret_is_a_file_that_is_written(tmp_path: Path, resolved: dict[str, Any]) -> None:
    compose_secrets.write_secrets(tmp_path)
    read = set()
    for name, service in resolved["services"].items():
        text = json.dumps([service.get("environment"), service.get("command"), service.get("healthcheck")])
        files = set(re.findall(r"/opt/secrets/(\w+)", text))
        assert name == "secrets" or files, name
        read |= files
        for variable, value in service.get("environment", {}).items():
            if SECRETS.search(variable) and name != "secrets":
                assert re.fullmatch(r"cat /opt/secrets/\w+|/opt/secrets/\w+", value), variable
                assert variable.endswith("_CMD" if value.startswith("cat ") else "_FILE"), variable
    assert read == {file.name for file in tmp_path.iterdir()}


def test_only_the_one_that_draws_secrets_may_write_them(resolved: dict[str, Any]) -> None:
    for name, service in resolved["services"].items():
        (mount,) = [volume for volume in service["volumes"] if volume.split(":")[1] == "/opt/secrets"]
        assert mount.endswith(":ro") or mount == "secrets:/opt/secrets:rw", name
        assert mount.endswith(":ro") == (name != "secrets"), name


def test_secrets_that_are_given_as_files_stay_out_of_git() -> None:
    rules = (ROOT / "deploy" / "secrets" / ".gitignore").read_text().splitlines()
    assert [rule for rule in rules if not rule.startswith("#")] == ["*", "!.gitignore"]
    assert "./deploy/secrets:/opt/given:ro" in compose()["services"]["secrets"]["volumes"]


def test_tasks_are_forked_from_a_process_that_has_imported_what_they_need() -> None:
    for name in ("scheduler", "worker"):
        environment = compose()["services"][name]["environment"]
        preloaded = environment["AIRFLOW__CORE__MP_FORKSERVER_PRELOAD"]
        assert json.loads(environment["AIRFLOW__CELERY__EXTRA_CELERY_CONFIG"]) == {"imports": [preloaded]}
        # Whoever imports it passes over what is not there, without a word.
        assert preloaded in {each.name for each in pkgutil.iter_modules(local.__path__, "headwater.local.")}


def test_the_example_names_every_variable_and_no_other() -> None:
    assert set(re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text())) | {"COMPOSE_PROFILES"} == set(example())


def test_volumes_and_networks_are_declared() -> None:
    found = compose()
    used = {volume.split(":")[0] for service in found["services"].values() for volume in service["volumes"]}
    assert used == set(found["volumes"]) | {"./deploy/secrets"}
    assert {"postgres", "redis", "store", "logs", "secrets"} == set(found["volumes"])
    assert {net for service in found["services"].values() for net in service["networks"]} == set(found["networks"])


def test_every_airflow_command_exists(tmp_path: Path) -> None:
    services = compose()["services"].values()
    commands = [words for service in services for words in words_of(service) if words[0] == "airflow"]
    # Airflow knows this one where its provider is installed, which is in the image only.
    commands.remove(["airflow", "celery", "worker"])
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
    assert len(found) == 5
    for words in found:
        if words[1] == "-m":
            assert importlib.util.find_spec(words[2]) is not None, words
        else:
            assert words[1] == "-c"
            compile(words[2], "healthcheck", "exec")


def test_other_programs_are_those_of_the_images_of_postgres_and_redis() -> None:
    from headwater.local.programs import binary

    services = compose()["services"]
    others = {words[0] for name in SERVICES for words in words_of(services[name])} - {"airflow", "python"}
    assert others == {"pg_isready"}
    assert binary("pg_isready").exists()
    assert "exec redis-server" in services["redis"]["command"][-1]
    assert "redis-cli ping" in services["redis"]["healthcheck"]["test"][1]
    assert "celery --app airflow.providers.celery." in services["worker"]["healthcheck"]["test"][1]


def test_celery_is_below_the_version_that_breaks_its_provider() -> None:
    lock, all_others = (pins(name) for name in ("requirements-celery.txt", "requirements.txt"))
    assert tuple(map(int, lock["celery"].split(".")[:2])) < (5, 7)
    assert {"apache-airflow-providers-celery", "redis"} <= set(lock) - set(all_others)
    assert {name: version for name, version in lock.items() if all_others.get(name, version) != version} == {}


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_airflow_settings_are_airflows_own(tmp_path: Path) -> None:
    named = set(compose()["x-airflow-common"]["environment"]) | set(
        re.findall(r"(AIRFLOW__\w+)=", "\n".join(dockerfile()))
    )
    plain = [name.removeprefix("AIRFLOW__").removesuffix("_CMD").lower() for name in named if "AIRFLOW__" in name]
    celery = {name for name in plain if name.startswith("celery__")}  # of a provider that only the image has
    of_celery = {"broker_url", "extra_celery_config", "result_backend", "worker_concurrency"}
    assert celery == {f"celery__{name}" for name in of_celery}
    options = [name.split("__", 1) for name in plain if name not in celery]
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
        "requirements-celery.txt",
        "requirements.txt",
    ]
    assert all((ROOT / source).exists() for sources in copied for source in sources)
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(allowed) == sorted(source for sources in copied for source in sources)


def test_paths_in_the_containers_come_from_the_image_or_a_volume() -> None:
    text = "\n".join(dockerfile())
    environment = compose()["x-airflow-common"]["environment"]
    paths = set(re.findall(r"/opt/[\w/]+", text + "\n" + "\n".join(map(str, environment.values()))))
    paths = {path for path in paths if not path.startswith("/opt/secrets/")}
    made = {"/opt/headwater", "/opt/airflow", "/opt/airflow/logs", "/opt/store", "/opt/secrets"}
    copied = {f"/opt/headwater/{path}" for path in ("dags", "plugins", "include", "include/datasets")}
    assert paths <= made | copied
    assert all((ROOT / path.removeprefix("/opt/headwater/")).exists() for path in copied)
    mounts = {volume.split(":")[1] for volume in compose()["x-airflow-common"]["volumes"]}
    assert mounts <= made
