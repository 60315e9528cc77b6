"""The README's figures of speed, from the committed results: ``python -m benchmarks.table`` prints them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.detection.report import sentence_of

RESULTS = Path(__file__).resolve().parent / "results"


def speed_table() -> str:
    """Markdown: one row a size, from ``pipeline.json``."""
    found: dict[str, Any] = json.loads((RESULTS / "pipeline.json").read_text())
    lines = [
        "| rows × columns | produce | validate | release | together | peak memory | SDV's `sample` alone | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        stages = row["stages"]
        cells = [f"{row['rows']:,} × {row['columns']}"]
        cells += [f"{stages[name]['seconds']:.1f} s" for name in ("produce", "validate", "release")]
        cells += [f"{row['chain_seconds']:.1f} s", f"{row['chain_peak_mb']:,.0f} MB"]
        cells += [f"{row['sdv_sample_seconds']:.1f} s", f"{row['ratio']:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def night_sentence() -> str:
    """Two sentences from ``nightly.json``, and from ``pipeline.json`` what takes most of a retraining."""
    (row,) = json.loads((RESULTS / "nightly.json").read_text())["rows"]
    stages = json.loads((RESULTS / "pipeline.json").read_text())["rows"][0]["stages"]
    return (
        f"A whole night of {row['rows']:,} rows on a real Airflow (table {row['table']}, {row['repetitions']} nights) "
        f"takes {row['nightly_seconds']:.0f} s from trigger to released, a retraining {row['retrain_seconds']:.0f} s. "
        f"Of that, limits and looks of the watch are drawn from honest rows in **profile** "
        f"({stages['profile']['seconds']:.0f} s) and **promote** ({stages['promote']['seconds']:.0f} s)."
    )


def docs_sentence() -> str:
    """One sentence from ``docs.json``."""
    found = json.loads((RESULTS / "docs.json").read_text())
    docs, ours = found["docs"], found["rules"][0]
    publish, index = docs["publish"]["full ledger"], docs["index"]
    slowest = max(one["slowest_seconds"] for one in index.values())
    beside = docs["stock_publish"]
    return (
        f"At {docs['stored_validations']:,} stored validations one more Data Docs page is published in "
        f"{publish['publish_seconds']:.2f} s and the index opens in {index['first page']['seconds']:.2f} s (slowest "
        f"request, every filter and a cold start among them: {slowest:.2f} s); stock Great Expectations needs "
        f"{beside['publish_seconds']:.1f} s for a page and its index at {beside['stored_validations']:,}. The suite's "
        f"{ours['rules']} rules of a table take {ours['cpu_seconds']:.1f} CPU s on {ours['rows']:,} rows."
    )


def detection_sentence() -> str:
    """One sentence from ``detection.json``."""
    return sentence_of(json.loads((RESULTS / "detection.json").read_text()))


def battery_sentence() -> str:
    """One sentence from ``battery.json``."""
    found = json.loads((RESULTS / "battery.json").read_text())
    ours, beside = found["battery"], found["quality_report"]
    return (
        f"The whole battery judges {found['rows']:,} rows against {found['real_rows']:,} real ones in "
        f"{ours['cpu_seconds']:.0f} CPU s and {ours['peak_mb'] / 1024:.1f} GiB, imports included; sdmetrics' "
        f"QualityReport takes {beside['cpu_seconds']:.0f} CPU s and {beside['peak_mb'] / 1024:.1f} GiB."
    )


def parsing_sentence() -> str:
    """One sentence from ``parsing.json``."""
    found = json.loads((RESULTS / "parsing.json").read_text())
    whole, one, sdk = found["all"], found["one_task"], found["sdk"]
    return (
        f"A fresh process parses `dags/` with {found['datasets']} datasets ({whole['dags']:,} DAGs) in "
        f"{whole['cpu_seconds']:.1f} CPU s ({whole['seconds']:.1f} s of wall time; the slowest of "
        f"{found['repetitions']} {whole['slowest_cpu_seconds']:.1f} and {whole['slowest_seconds']:.1f}), "
        f"{whole['times_sdk']:.1f} times what importing airflow.sdk alone takes ({sdk['cpu_seconds']:.1f} CPU s); "
        f"a task that starts builds its own DAG in {one['cpu_seconds']:.1f} CPU s, {one['times_sdk']:.1f} times."
    )


def pages_sentence() -> str:
    """Two sentences from ``pages.json``."""
    found = json.loads((RESULTS / "pages.json").read_text())
    answers = dict(found["answers"])
    first = answers.pop("first request of the process")
    slow, quick = (choose(answers, key=lambda name: answers[name]["seconds"]) for choose in (max, min))
    slowest = max(one["slowest_seconds"] for one in answers.values())
    return (
        f"At {found['datasets']} datasets times {found['nights']:,} nights ({found['stored']['batches']:,} batches, "
        f"{found['stored']['checks']:,} checks) Headwater's pages in Airflow answer in "
        f"{answers[quick]['seconds']:.2f} s ({quick}) to {answers[slow]['seconds']:.2f} s ({slow}), medians of "
        f"{found['repetitions']}. The slowest of all answers took {slowest:.2f} s, the first of a new process "
        f"{first['seconds']:.2f} s."
    )


def proposals_sentence() -> str:
    """Two sentences from ``proposals.json``."""
    found: list[dict[str, Any]] = json.loads((RESULTS / "proposals.json").read_text())["tables"]
    shown = ", ".join(f"{row['passed']} of {row['table']} ({row['rows']:,} × {row['columns']})" for row in found)
    return (
        f"Proposals for {len(found)} real tables went through the chain unchanged, each to a champion. Of "
        f"{found[0]['nights']} nights by it so many passed at the first look: {shown}."
    )


def contamination_sentence() -> str:
    """A few sentences from ``contamination.json``."""
    found = json.loads((RESULTS / "contamination.json").read_text())
    rows = {(row["table"], row["way"], row["share"]): row for row in found["rows"]}
    unchanged, emptied, rounded = (rows["census", way, 0.05] for way in ("unchanged", "emptied", "to_two_digits"))
    replaced = [rows["census", "replaced", share] for share in (0.05, 0.005)]
    small, common = rows["census", "unchanged", 0.005], rows["fair", "unchanged", 0.05]
    honest, honest_common = rows["census", "honest", 0.0], rows["fair", "honest", 0.0]
    cost = found["cost"]
    return (
        f"Rows of 30 released batches that came back through a census snapshot of 20,000 rows: "
        f"{unchanged['named_share']:.1%} of unchanged ones are named ({unchanged['scans']} scans), "
        f"{emptied['named_share']:.1%} where two columns came back empty ({emptied['scans']} scans), "
        f"{rounded['named_share']:.1%} where all numbers were rounded to two digits ({rounded['scans']} scans), "
        f"{replaced[0]['named_share']:.1%} where two columns, not the nearly unique one, came back with values "
        f"of other rows ({replaced[0]['scans']} scans; {replaced[1]['named_share']:.0%} where the leak was 0.5 %). "
        f"A leak of 5 % of the rows was noticed {_of(unchanged)} times, one of 0.5 % {_of(small)}; honest snapshots "
        f"raised an alarm {_of(honest)} times. In the marriage survey, where rows are equal by nature, honest ones "
        f"raised an alarm {_of(honest_common)} times, and a leak of 5 % was noticed {_of(common)} times. "
        f"{cost['rows']:,} rows against {cost['batches']} batches of {cost['batch_rows']:,} take "
        f"{cost['scan']['parts']['scan']:.1f} CPU s ({cost['scan']['cpu_seconds']:.1f} with imports and the reading of "
        f"both snapshots, the median of {cost['repetitions']}; the slowest {cost['scan']['slowest_cpu_seconds']:.1f}) "
        f"and {cost['scan']['peak_mb'] / 1024:.1f} GiB."
    )


def _of(row: dict[str, Any]) -> str:
    return f"{row['noticed']} of {row['scans']}"


if __name__ == "__main__":
    print(speed_table())
    print(night_sentence())
    print(docs_sentence())
    print(parsing_sentence())
    print(pages_sentence())
    print(contamination_sentence())
    print(detection_sentence())
    print(battery_sentence())
    print(proposals_sentence())
