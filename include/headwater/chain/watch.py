"""Watch: after every release and promotion, look for slow slides that no single night shows.

Four looks: later nights of the champion beside its earlier ones, generation after generation against the real anchor,
each champion beside the best generations before it, and the union of the last released nights. Each look is written
down; an alarm is raised once.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain import alarms
from headwater.chain.charts import generation_levels, nights
from headwater.chain.house import House
from headwater.chain.succession import succession
from headwater.chain.union import union
from headwater.ledger.guard_records import Alarm
from headwater.spec import DatasetSpec


@dataclass(frozen=True)
class Watched:
    """What a run of the watch found.

    Attributes:
        raised: alarms that this run raised, also when it is run again.
        still_open: all alarms that are open now.
    """

    raised: tuple[Alarm, ...]
    still_open: tuple[Alarm, ...]


def watch(house: House, spec: DatasetSpec) -> Watched:
    """Look at nights, generations and their union; without a champion there is nothing to look at.

    Raises:
        CannotJudgeError: released rows can no longer be read as the champion's table.
    """
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
    if champion is not None:
        looks = [*nights(house, spec, champion), *generation_levels(house, spec, champion)]
        looks += [*succession(house, spec, champion), *union(house, spec, champion)]
        alarms.record(house, spec, champion, looks)
    with house.ledger.transaction() as books:
        raised = books.watch.alarms(spec.dataset, run_id=house.run_id)
        still_open = books.watch.alarms(spec.dataset, is_open=True)
    return Watched(tuple(raised), tuple(still_open))
