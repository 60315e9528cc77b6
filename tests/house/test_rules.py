"""The rules of the house that no linter knows: length of files and functions, docstrings, honest skips."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.table import (
    docs_sentence,
    night_sentence,
    pages_sentence,
    parsing_sentence,
    proposals_sentence,
    speed_table,
)

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES, FUNCTION_LINES, TEST_FILE_LINES = 260, 45, 450
PRODUCT = sorted(
    path for folder in ("include", "dags", "plugins", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_hold_one_idea() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in [*PRODUCT, *TESTS]}
    too_long = {str(p): n for p, n in lengths.items() if n > (TEST_FILE_LINES if p.parts[0] == "tests" else FILE_LINES)}
    assert too_long == {}


def test_no_two_test_files_share_a_name() -> None:
    """Pytest imports them by their bare name: the second one of a name would not be collected."""
    names = Counter(path.name for path in TESTS if path.name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []


def test_functions_are_short() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in PRODUCT
        for node in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_every_module_says_what_it_is() -> None:
    assert [str(path.relative_to(ROOT)) for path in PRODUCT if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_nothing_is_called_utils() -> None:
    banned = re.compile(r"^(utils?|helpers?|misc|common)$")
    assert [str(path) for path in PRODUCT if banned.match(path.stem) or banned.match(path.parent.name)] == []


def test_no_error_is_swallowed() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]
    assert silent == []


def test_every_test_asserts_something() -> None:
    empty = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in TESTS
        for node in functions(path)
        if node.name.startswith("test_")
        and not re.search(r"\bassert|pytest\.raises|_raises\(|\.validate\(|check_schema\(", ast.unparse(node))
    ]
    assert empty == []


def test_no_test_is_timed() -> None:
    """Speed is measured by benchmarks, beside something else; a busy machine would fail honest code."""
    timed = re.compile(r"^\s*assert (?:time\.)?(?:process_time|perf_counter|monotonic|time)\(\) - ", re.MULTILINE)
    assert [str(path.relative_to(ROOT)) for path in TESTS if timed.search(path.read_text())] == []


def test_every_skip_gives_its_reason() -> None:
    pattern = re.compile(r"pytest\.(?:mark\.)?skip(?:if)?\(")
    bare = []
    for path in TESTS:
        text = path.read_text()
        for found in pattern.finditer(text):
            call = text[found.start() : found.start() + 300]
            if path != Path(__file__) and "reason" not in call and not re.match(r"pytest\.skip\(f?[\"']", call):
                bare.append(f"{path.relative_to(ROOT)}:{text[: found.start()].count(chr(10)) + 1}")
    assert bare == []


def test_the_tree_names_no_registry_host() -> None:
    hosts = re.compile(
        r"files\.pythonhosted|registry\.npmjs|pypi\.org/simple|(?:index-url|find-links)\s*=?\s*(?:https?|file)://"
    )
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout: the list of files is unknown")
    text_files = [ROOT / name for name in tracked if Path(name).suffix not in {".png", ".parquet", ".woff2"}]
    found = [
        str(path)
        for path in text_files
        if path.is_file() and path != Path(__file__) and hosts.search(path.read_text(errors="ignore"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "name", ["pipeline", "nightly", "docs", "detection", "battery", "watch", "collapse", "parsing", "pages"]
)
def test_results_carry_their_machine(name: str) -> None:
    path = ROOT / "benchmarks" / "results" / f"{name}.json"
    assert '"machine"' in path.read_text()


def test_the_figures_of_the_readme_are_those_of_the_results() -> None:
    readme = (ROOT / "README.md").read_text()
    assert speed_table() in readme
    assert night_sentence() in readme.replace("\n", " ")
    assert docs_sentence() in readme.replace("\n", " ")
    assert pages_sentence() in readme.replace("\n", " ")
    assert parsing_sentence() in readme.replace("\n", " ")
    assert proposals_sentence() in readme.replace("\n", " ")
