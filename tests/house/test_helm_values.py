"""deploy/helm-values.yaml, as far as it can be held against this repository without Helm."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
import yaml
from tests.airflow_says import airflow_says

from headwater import __version__
from headwater.local import one_shot
from headwater.orchestration.settings import DATASETS, LEDGER_URL, STORE_URL

ROOT = Path(__file__).resolve().parents[2]
VALUES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "helm-values.yaml").read_text())
DOCS = (ROOT / "docs" / "deploy.md").read_text()
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


def test_airflows_settings_are_airflows_own(tmp_path: Path) -> None:
    names = [each["name"] for each in VALUES["env"] if each["name"].startswith("AIRFLOW__")]
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
