"""The contract of the spec: what every batch keeps, whatever its generator showed. Never tighter than noise.

Belongs here: the limit of each statistic that the contract speaks of. Does not: statistics, certificates.

A limit of the contract is loosened to what two samples of real rows may do to each other (decision 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from headwater.checks import category, cell, joint, neighbours, utility
from headwater.checks.null import RATE_MAX, Null
from headwater.checks.prepared import Prepared
from headwater.checks.result import LimitOrigin
from headwater.checks.telling import Bound


@dataclass(frozen=True)
class Promise:
    """One statistic under the contract: the component nearest to breaking it, and whether it is kept."""

    place: int
    bound: Bound
    origin: LimitOrigin
    is_kept: bool


def promise(name: str, floor: Null, measured: NDArray[np.float64], prepared: Prepared, look: int = 1) -> Promise | None:
    """What the contract says of a statistic; None where it says nothing.

    Args:
        name: the statistic's.
        floor: the noise floor.
        measured: the statistic's components, held against the training rows.
        prepared: whose contract.
        look: how often the night was judged, this time included; ``floor`` is of the same look.
    """
    contract = prepared.reference.contract
    honest = floor.statistics[name]
    mean, sd = np.array(honest.mean), np.array(honest.sd)
    reach = (honest.typical + floor.family * (honest.limit - honest.typical)) * sd
    if name == category.KEPT.name:
        limit = float(norm.isf(min(RATE_MAX, contract.false_alarm * look)))
        return Promise(0, Bound(float(measured[0]), 0.0, 1.0, limit, True, limit), "exact", bool(measured[0] <= limit))
    asked = {
        neighbours.COVERAGE.name: contract.coverage_min * mean,
        cell.MASS.name: np.full_like(mean, contract.cell_coverage_min),
        utility.SCORE.name: mean - contract.utility_gap_max,
        joint.C2ST.name: np.full_like(mean, contract.c2st_auc_max),
    }
    if name not in asked:
        return None
    is_upper = name == joint.C2ST.name
    limits = np.maximum(asked[name], mean + reach) if is_upper else np.minimum(asked[name], mean - reach)
    room = (limits - measured if is_upper else measured - limits) / sd
    place = int(room.argmin())
    origin: LimitOrigin = "spec" if limits[place] == asked[name][place] else "noise_floor"
    bound = Bound(float(measured[place]), float(mean[place]), float(sd[place]), float(limits[place]), is_upper, 0.0)
    return Promise(place, bound, origin, bool(np.isfinite(measured).all() and (room >= 0).all()))
