"""What the watch said of a generation: its alarms, how near it came to one, the trial's effects that it looks at.

Belongs here: reading the ledger after a look. Does not: looking (``headwater.chain.watch``).
"""

from __future__ import annotations

from typing import Any

from headwater.chain.house import House
from headwater.chain.watch import Watched
from headwater.checks import succession, union
from headwater.checks.indicators import NAMES, STEADY, TOGETHER
from headwater.spec import DatasetSpec

Row = dict[str, Any]
CHARTS = {"generations": (*STEADY, TOGETHER, succession.NAME), "nights": (*NAMES, TOGETHER), "union": union.NAMES}


def told(house: House, spec: DatasetSpec, watched: Watched | None) -> Row:
    """The last looks after this generation.

    ``alarms`` raised now; ``watch_ratio``, the largest score as a part of its limit (1 is an alarm), and
    ``watch_name``, whose it is; ``effects`` of the champion's trial beyond the noise of real rows, in standard
    deviations. Where nobody looked (``watched`` is None) there is nothing to tell.
    """
    if watched is None:
        return {"alarms": [], "watch_ratio": None, "watch_name": None, "effects": {}}
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
        assert champion is not None
        checks = {check.name: check.effect for check in books.validations.checks("generator", champion.generator_id)}
        points = [
            points[-1]
            for chart, names in CHARTS.items()
            for name in names
            if (points := books.watch.points(spec.dataset, chart, name))
        ]
    nearest = max(points, key=lambda point: point.score / point.limit, default=None)
    return {
        "alarms": [f"{alarm.chart}: {alarm.name}" for alarm in watched.raised],
        "watch_ratio": None if nearest is None else round(nearest.score / nearest.limit, 3),
        "watch_name": None if nearest is None else f"{nearest.chart}: {nearest.name}",
        "effects": {name: None if checks[name] is None else round(checks[name] or 0.0, 3) for name in STEADY},
    }
