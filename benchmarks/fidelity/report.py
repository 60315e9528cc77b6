"""The results as Markdown: three short tables for each real table. Reads rows of the JSON, measures nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.fidelity.entries import INDEPENDENT, REAL

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column: its heading, the number it shows, how, and whether its range over the seeds follows."""

    heading: str
    name: str
    shown: Callable[[float], str]
    ranged: bool = False

    def cell(self, row: Row) -> str:
        """The median, and the range where several seeds differ; a dash where nothing was measured."""
        value = row.get(self.name)
        if value is None:
            return "–"
        low, high = row.get("ranges", {}).get(self.name, [value, value])
        shown = self.shown(value)
        return f"{shown} ({self.shown(low)}–{self.shown(high)})" if self.ranged and low != high else shown


def _share(value: float) -> str:
    """Three digits without the leading zero, as in .957."""
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _percent(value: float) -> str:
    return f"{value:.2%}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:.2f} MB"


FIDELITY = (
    Column("seeds", "seeds", _whole),
    Column("shape", "shape", _share),
    Column("trend", "trend", _share),
    Column("trend, all pairs", "trend_all_pairs", _share),
    Column("coverage", "coverage", _share, ranged=True),
    Column("density", "density", _share),
    Column("α-precision, naive", "alpha_precision_naive", _share),
    Column("β-recall, naive", "beta_recall_naive", _share),
    Column("C2ST boosting: score", "c2st_gb_score", _share, ranged=True),
    Column("AUC", "c2st_gb_auc", _share, ranged=True),
    Column("C2ST linear: AUC", "c2st_lr_auc", _share),
    Column("TSTR AUC", "tstr_auc", _share, ranged=True),
    Column("TRTR AUC", "trtr_auc", _share),
)
PRIVACY = (
    Column("nearness share", "nearness_share", _share, ranged=True),
    Column("the same, ranks", "nearness_share_ranks", _share, ranged=True),
    Column("exact copies", "exact_copies", _percent, ranged=True),
    Column("of real rows", "real_exact_copies", _percent),
    Column("near copies", "near_copies", _percent, ranged=True),
    Column("of real rows", "real_near_copies", _percent),
    Column("membership AUC", "mia_auc", _share, ranged=True),
)
COST = (
    Column("fit, CPU s", "fit_cpu_s", _seconds, ranged=True),
    Column("rows a CPU second", "sample_rows_per_cpu_s", _whole, ranged=True),
    Column("peak memory, MB", "peak_mb", _whole),
    Column("model file", "file_bytes", _megabytes),
)
NOTES = """\
Medians over the seeds, in brackets least and greatest. Each seed cuts the table anew into 80 % to learn from and 20 %
held out, the same for every row. `real` are real rows in the place of synthetic ones (a fifth of the table, taken out
of the training rows); `independent` are the training rows with every column shuffled by itself. At most 20,000
synthetic rows are judged; coverage, density, precision, recall and C2ST take as many as are held out, and are means
over the disjoint parts of that size.

- **shape, trend**: sdmetrics' quality report against the training rows; `trend` over the pairs the report counts (real
  association above its thresholds), then over all pairs. Sampling noise lowers both, and `real` has fewer rows than
  the generators make: it is no ceiling here.
- **coverage, density**: Naeem et al. 2020, k = 5, equal numbers of held-out and synthetic rows, ranks and one-hot.
- **α-precision, β-recall, naive**: Alaa et al. 2022 without the learned embedding; β-recall of real rows is near .5.
- **C2ST**: a classifier tells held-out from synthetic rows, 5 folds; score = 2 (1 − max(.5, AUC)).
- **TSTR, TRTR**: mean AUC of logistic regression, random forest and boosting on held-out rows, after learning from
  synthetic or from equally many real rows.
- **nearness share**: synthetic rows nearer to training rows than to equally many held-out rows; ideal .5, ties one
  half; with standardised numbers, and with ranks.
- **copies**: share of rows equal to a training row (exact), or as near as the nearest 1 % of held-out rows (near);
  beside it the same share of held-out rows.
- **membership AUC**: attacker who calls rows near a synthetic row members; .5 is guessing.
- **cost**: CPU seconds without imports; `peak memory` is of the whole process, imports and 200,000 sampled rows
  included.
"""


def markdown(rows: list[Row], machine: dict[str, Any], picture: str) -> str:
    """The whole page; ``picture`` is the file name of the frontier beside it."""
    where = f"{machine.get('processor', 'unknown processor')}, {machine.get('cores', '?')} cores"
    parts = ["# Generators, measured", f"`make bench BENCH=generators` on {where}; {machine.get('measured_at', '')}."]
    parts += [f"![Nearness share against C2ST AUC]({picture})", NOTES.strip()]
    for table in dict.fromkeys(row["table"] for row in rows):
        parts += _section(table, [row for row in rows if row["table"] == table])
    return "\n\n".join(parts) + "\n"


def title(row: Row) -> str:
    """Kind and label of a row."""
    return str(row["generator"]) if row["label"] == "default" else f"{row['generator']}, {row['label']}"


def _section(table: str, rows: list[Row]) -> list[str]:
    measured = [row for row in rows if row["seeds"]]
    members = [row for row in measured if row["generator"] not in (REAL, INDEPENDENT)]
    first = rows[0]
    size = f"{first['rows']:,} rows × {first['columns']} columns"
    parts = [f"## {table}", f"{size}; {first['train_rows']:,} to learn from, {first['holdout_rows']:,} held out."]
    parts += [_table(FIDELITY, measured), _table(PRIVACY, measured), _table(COST, members)]
    failed = [f"- {title(row)}: {row['error']}" for row in rows if row.get("error")]
    return [*parts, "Failed:", "\n".join(failed)] if failed else parts


def _table(columns: tuple[Column, ...], rows: list[Row]) -> str:
    heads = ["generator", *(column.heading for column in columns)]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        lines.append(f"| {' | '.join([title(row), *(column.cell(row) for column in columns)])} |")
    return "\n".join(lines)
