"""deploy/helm-values.yaml, as far as it can be held against this repository without Helm."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main
import yaml
from tests.airflow_says import airflow_says

from headwater import __version__
from headwater.local import one_shot
from headwater.orchestration import settings
from headwater.orchestration.settings import DATASETS, LEDGER_URL, STORE_URL
from headwater_plugin import places

ROOT = Path(__file__).resolve().parents[2]
VALUES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "helm-values.yaml").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
COMPOSED: dict[str, str] = COMPOSE["x-airflow-common"]["environment"]
DOCS = (ROOT / "docs" / "deploy.md").read_text()
SECRETS = {
    "AIRFLOW__CORE__FERNET_KEY": "fernetKeySecretName",
    "AIRFLOW__API__SECRET_KEY": "apiSecretKeySecretName",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwtSecretName",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "metadataSecretName",
}
"""By secret setting of Airflow, the key under which the chart takes it."""
OF_THE_CHART = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC",  # Airflow makes it from the other
    "AIRFLOW__CELERY__BROKER_URL",  # the chart's own Redis
    "AIRFLOW__CELERY__RESULT_BACKEND",  # from the metadata connection
}
CHART = "1.22.0"


def leaves(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*at, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, (*at, str(index)))
    else:
        yield at, value


def test_the_image_is_this_version_and_its_airflow() -> None:
    assert VALUES["defaultAirflowTag"] == __version__
    assert f"apache-airflow=={VALUES['airflowVersion']}" in (ROOT / "requirements.txt").read_text().splitlines()
    assert "image: headwater:" + __version__ in (ROOT / "docker-compose.yaml").read_text()


def test_the_account_is_the_images() -> None:
    assert f"useradd --uid {VALUES['uid']} --gid {VALUES['gid']}" in (ROOT / "Dockerfile").read_text()


def test_our_settings_are_those_that_the_code_reads() -> None:
    plain = {each["name"] for each in VALUES["env"]}
    secret = {each["envName"] for each in VALUES["secret"]}
    ours = {name for name in plain | secret if name.startswith("HEADWATER_")}
    assert ours == {DATASETS, LEDGER_URL, STORE_URL}
    assert {LEDGER_URL, "AIRFLOW_CONN_HEADWATER_SOURCE"} == secret


def asked_for(module: ModuleType) -> set[str]:
    """The settings without which the module refuses to work."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call)]
    named = [call.args[0] for call in calls if ast.unparse(call.func).lstrip("_") == "required"]
    return {str(getattr(module, each.id)) for each in named if isinstance(each, ast.Name)}


@pytest.mark.parametrize("module", [settings, places], ids=["tasks", "plugin"])
def test_every_setting_that_the_product_requires_is_there(module: ModuleType) -> None:
    asked = asked_for(module)
    assert asked
    assert asked <= {each["name"] for each in VALUES["env"]} | {each["envName"] for each in VALUES["secret"]}


def test_settings_are_as_in_compose() -> None:
    """Store, datasets and Airflow's own settings; a secret comes from a file there, and from a Secret here."""
    shared = {each["name"]: each["value"] for each in VALUES["env"]}
    assert {name: COMPOSED.get(name) for name in shared} == shared
    files = {name.removesuffix("_CMD") for name in COMPOSED if name.endswith("_CMD")}
    assert files == SECRETS.keys() | OF_THE_CHART
    given = {at[-1] for at, _ in leaves(VALUES)}
    assert set(SECRETS.values()) <= given
    assert f"{LEDGER_URL}_FILE" in COMPOSED


def test_both_take_dags_and_plugins_from_the_image() -> None:
    image = (ROOT / "Dockerfile").read_text()
    folders = re.findall(r"AIRFLOW__CORE__(?:DAGS|PLUGINS)_FOLDER=/opt/headwater/(\w+)", image)
    assert folders == ["dags", "plugins"]
    assert all(f"COPY {folder} ./{folder}" in image for folder in folders)
    assert not [name for name in COMPOSED if name.endswith("_FOLDER")]
    assert not VALUES.keys() & {"dags", "config", "extraEnv", "extraEnvFrom"}
    (datasets,) = [each["value"] for each in VALUES["env"] if each["name"] == DATASETS]
    assert (ROOT / Path(datasets).relative_to("/opt/headwater")).is_dir()


def test_the_executor_is_one_that_image_and_compose_have() -> None:
    executor = VALUES["executor"]
    assert executor == "CeleryExecutor"
    assert COMPOSE["services"]["worker"]["profiles"] == ["celery"]
    assert f"AIRFLOW_EXECUTOR={executor}" in DOCS
    assert COMPOSED["AIRFLOW__CORE__EXECUTOR"] == "${AIRFLOW_EXECUTOR:-LocalExecutor}"
    assert "apache-airflow-providers-celery==" in (ROOT / "requirements-celery.txt").read_text()
    assert "-r requirements-celery.txt" in (ROOT / "Dockerfile").read_text()


def test_airflows_settings_are_airflows_own(tmp_path: Path) -> None:
    found = {each["name"]: each["value"] for each in VALUES["env"] if each["name"].startswith("AIRFLOW__")}
    # Of a provider that only the image has; there it was seen to work, by compose.
    of_celery = {name for name in found if name.startswith("AIRFLOW__CELERY__")}
    assert {name: found[name] for name in of_celery} == {name: COMPOSED[name] for name in of_celery}
    names = found.keys() - of_celery
    script = """
import json, sys
from airflow.configuration import retrieve_configuration_description as known
print(json.dumps([pair for pair in json.loads(sys.argv[1]) if pair[1] not in known()[pair[0]]["options"]]))
"""
    assert names
    assert airflow_says(tmp_path, script, [name.lower().split("__")[1:] for name in names]) == []


def test_env_holds_texts_only() -> None:
    """The chart's schema takes nothing else: a number without quotes ends `helm install`."""
    assert all(set(each) == {"name", "value"} and isinstance(each["value"], str) for each in VALUES["env"])
    assert all(set(each) == {"envName", "secretName", "secretKey"} for each in VALUES["secret"])


def test_no_secret_stands_in_the_file() -> None:
    hidden = re.compile(r"pass|fernet|secret|token|jwt|connection", re.IGNORECASE)
    names_of_secrets = re.compile(r"SecretName$|^secretName$|^secretKey$|^envName$")
    bare = [at for at, _ in leaves(VALUES) if hidden.search(at[-1]) and not names_of_secrets.search(at[-1])]
    assert bare == []
    assert not re.search(r"://[^/\s]*:[^/\s]*@", (ROOT / "deploy" / "helm-values.yaml").read_text())
    assert VALUES["createUserJob"] == {"defaultUser": {"enabled": False}}
    assert VALUES["postgresql"] == {"enabled": False}


def test_the_docs_make_every_secret_that_is_named() -> None:
    named = {text for at, text in leaves(VALUES) if at[-1].lower().endswith("secretname")}
    assert set(re.findall(r"create secret generic (\S+)", DOCS)) == named


def test_the_migration_is_a_command_of_ours() -> None:
    shell, flag, line = VALUES["migrateDatabaseJob"]["args"]
    assert (shell, flag) == ("bash", "-c")
    first, then = line.split(" && ")
    module, option = re.fullmatch(r"python -m (\S+) (--\S+)", first).groups()  # type: ignore[union-attr]
    assert importlib.util.find_spec(module) is not None
    assert module == one_shot.__name__
    assert option in [name for each in typer.main.get_command(one_shot.app).params for name in each.opts]
    assert then == "exec airflow db migrate"


def test_the_store_is_mounted_where_it_is_named() -> None:
    (mount,), (volume,) = VALUES["volumeMounts"], VALUES["volumes"]
    (url,) = [each["value"] for each in VALUES["env"] if each["name"] == STORE_URL]
    assert (url, mount["name"]) == (f"file://{mount['mountPath']}", volume["name"])
    assert volume["persistentVolumeClaim"]["claimName"] in DOCS


def test_the_chart_is_named_once_for_all() -> None:
    told = re.findall(r"--version (\S+)", DOCS + (ROOT / "deploy" / "helm-values.yaml").read_text())
    assert len(told) >= 2
    assert set(told) == {CHART}
