"""The page beside the result file: what each regime came to, to read. Measures nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.collapse.regimes import WATCHED
from benchmarks.collapse.summary import Chain, chains, change, first_alarm, tstr_lost

Row = dict[str, Any]


def markdown(found: Row, picture: str) -> str:
    """``collapse.md``, rendered from ``collapse.json``."""
    machine = found["machine"]
    if not found["rows"]:
        return "# Collapse, measured\n\nNothing was measured yet.\n"
    lines = [
        "# Collapse, measured",
        "",
        f"`make bench BENCH=collapse` on {machine['processor']}, {machine['cores']} cores; {machine['measured_at']}. "
        f"Sources of {found['about']['source_rows']:,} real rows; every generation is measured on held-out real rows "
        "that nothing else sees.",
        "",
        f"![Coverage and TSTR by generation]({picture})",
        "",
        "## Regimes",
        "",
        "At the last generation, beside generation 1; the median over the cells, and the worst in brackets. Chains "
        f"that nobody protects are watched until their first alarm, for {WATCHED} generations at most.",
        "",
        "| regime | cells | coverage kept | rare lost | pair TVD | C2ST AUC | TSTR | first alarm | TSTR lost .01 at |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_regime(one) for one in found["summary"]),
        "",
        *(f"- `{one['regime']}`: {one['words']}." for one in found["summary"]),
        "",
        "## Targets",
        "",
        "| regime | target | cells that meet it |",
        "|---|---|---|",
        *(_target(one, target) for one in found["summary"] for target in one["targets"]),
        *_honest(found["honest"]),
        "",
        *_noise(found["noise"]),
        *_notes(found["rows"]),
        *_cells(found["rows"], found["real"]),
    ]
    return "\n".join(lines) + "\n"


def _regime(one: Row) -> str:
    median, worst = one["median"], one["worst"]
    cells = [
        f"{median['coverage_kept']:.1%} ({worst['coverage_kept']:.1%})",
        f"{median['rare_lost']:g} ({worst['rare_lost']:g})",
        *(
            f"{-median[name] if name == 'tstr_fall' else median[name]:+.3f} "
            f"({-worst[name] if name == 'tstr_fall' else worst[name]:+.3f})"
            for name in ("pair_tvd_rise", "c2st_rise", "tstr_fall")
        ),
        _generations(one["first_alarms"]),
        _generations(one["tstr_lost"]),
    ]
    return f"| `{one['regime']}` | {one['cells']} | " + " | ".join(cells) + " |"


def _target(one: Row, target: Row) -> str:
    return f"| `{one['regime']}` | {target['target']} | {target['met_by']} of {target['of']} |"


def _honest(found: Sequence[Row]) -> Iterator[str]:
    for one in found:
        yield (
            f"| honest chains ({one['table']}, {one['generator']}) | 99 of 100 without an alarm in "
            f"{one['generations']} generations | {one['quiet']} of {one['chains']} |"
        )
    if found:
        yield ""
        yield (
            f"Honest chains are drawn from a pool of {found[0]['pool']} generations, each fitted on fresh real rows "
            "and judged once: chains share generations, and their draws of rows overlap."
        )


def _noise(found: Sequence[Row]) -> Iterator[str]:
    """How much of a difference is none: nights of one and the same model."""
    if not found:
        return
    yield "## Night to night"
    yield ""
    yield (
        "Nights of one and the same model differ too. Where no retraining was let through, all nights of a `guarded` "
        "cell are of one model; their standard deviation, pooled over the cells (a difference of two nights has 1.4 "
        "times it):"
    )
    yield ""
    yield "| generator | cells | coverage | pair TVD | C2ST AUC | TSTR |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        shown = [_plain(one[name], 4) for name in ("coverage", "pair_tvd", "c2st_auc", "tstr")]
        yield f"| {one['generator']} | {one['cells']} | " + " | ".join(shown) + " |"
    yield ""


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    """How retraining under the guard ended, generation by generation."""
    by_regime: dict[str, list[Row]] = {}
    for row in rows:
        if row["released"] is not None and row["generation"] > 1:
            by_regime.setdefault(row["regime"], []).append(row)
    if not by_regime:
        return
    yield "## What the gates did"
    yield ""
    yield "| regime | generations after the first | with a new champion | batches released |"
    yield "|---|---|---|---|"
    for regime, own in by_regime.items():
        counts = [len(own), sum(row["retrained"] for row in own), sum(row["released"] for row in own)]
        yield f"| `{regime}` | " + " | ".join(map(str, counts)) + " |"
    yield ""
    if any(not any(row["retrained"] for row in own) for own in by_regime.values()):
        yield (
            "Where no generation has a new champion, the gate for leaks stopped every retraining, as shipped: that "
            "regime's figures are of one generator's nights, kept from the attack, and say nothing of generations."
        )
        yield ""


def _cells(rows: Sequence[Row], real: Sequence[Row]) -> Iterator[str]:
    yield "## Cells"
    yield ""
    yield (
        "| table | generator | regime | seed | coverage 1 → end | rare | pair TVD | C2ST AUC | TSTR | first alarm | "
        "TSTR lost .01 at | code |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for chain in chains(rows):
        yield _cell(chain)
    for one in real:
        shown = " | ".join(
            f"{one[name]:.3f}" if one[name] is not None else "–" for name in ("pair_tvd", "c2st_auc", "tstr")
        )
        yield (
            f"| {one['table']} | real rows in the place of a batch | – | {one['seed']} | {one['coverage']:.3f} | "
            f"{one['rare_kept']} of {one['rare_of']} | {shown} | – | – | – |"
        )


def _cell(chain: Chain) -> str:
    first, last = chain[0], chain[-1]
    told = [
        f"{first['coverage']:.3f} → {last['coverage']:.3f} ({change(chain)['coverage_kept'] or 0:.1%})",
        f"{last['rare_kept']} of {last['rare_of']}",
        *(f"{_plain(first[name])} → {_plain(last[name])}" for name in ("pair_tvd", "c2st_auc", "tstr")),
        _generations([first_alarm(chain)]),
        _generations([tstr_lost(chain)]),
        first.get("code") or "–",
    ]
    head = [first["table"], first["generator"], f"`{first['regime']}`", str(first["seed"])]
    return "| " + " | ".join([*head, *told]) + " |"


def _plain(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _generations(found: Sequence[int | None]) -> str:
    """Each generation once, with how often, where there are many cells; a dash: never."""
    counts: dict[int | None, int] = {}
    for each in sorted(found, key=lambda one: (one is None, one or 0)):
        counts[each] = counts.get(each, 0) + 1
    parts = [
        ("never" if each is None else str(each)) + (f" (×{count})" if count > 1 else "")
        for each, count in counts.items()
    ]
    return ", ".join(parts)
