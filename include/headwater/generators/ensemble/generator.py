"""The ``ensemble`` member: several members behind one generator protocol. The method is in the files beside it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from headwater.generators import registry
from headwater.generators.base import Capabilities, Conditional, Conditions, Generator
from headwater.generators.ensemble.blend import Blend
from headwater.generators.ensemble.choice import Choice, Draw, Trial
from headwater.generators.ensemble.lens import learn_lens
from headwater.generators.ensemble.settings import DEFAULT_MEMBERS, checked_members, checked_number
from headwater.generators.ensemble.storing import pack_blend, unpack_blend
from headwater.generators.errors import ModelFileError, SettingsError
from headwater.generators.table_codec import TableCodec
from headwater.tables.schema import TableSchema

_LOG = logging.getLogger(__name__)
_HELD_ROWS_MIN = 200
_HELD_ROWS_MAX = 20_000


class Ensemble:
    """A weighted mixture of members, reweighted by a density ratio, where held-out rows show that it helps.

    Method: part of the training rows is held out and the members are fitted on the rest. Weights maximise the
    held-out likelihood by estimated density ratios (stacking: Smyth and Wolpert 1999; ratios by classification:
    Sugiyama, Suzuki and Kanamori 2012). A second ratio, of real rows to the mixture's, thins what the mixture makes.
    On held-out rows that neither step has seen, each must bring the classifier two-sample test nearer to chance by
    more than its standard error; else the best single member is used as it is. The members in use are then fitted
    again on all rows. It costs about twice the fits of its members, and sampling up to ``bound`` times theirs.

    Settings:
        members: list of ``{kind, settings}``; default ``trees`` and ``mixture``. None may be saved as a pickle.
        reweight: try the density ratio; False only weighs members.
        holdout: share of the training rows that is held out while choosing, 0.1 to 0.5; at most 20,000 rows. Below
            200 held-out rows nothing can be measured: the first member is used.
        bound: the ratio is held within ``[1 / bound, bound]``, 1.1 to 10.

    Attributes:
        report: what was measured and decided, JSON-safe; kept in the model file.
    """

    kind: ClassVar[str] = "ensemble"
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=False, pickled=False, missing_values=True)

    def __init__(
        self,
        members: Sequence[dict[str, Any]] | None = None,
        reweight: bool = True,
        holdout: float = 0.3,
        bound: float = 3.0,
    ) -> None:
        if not isinstance(reweight, bool):
            raise SettingsError(f"ensemble: reweight is true or false, not {reweight!r}")
        self.members = checked_members(DEFAULT_MEMBERS if members is None else members)
        self.reweight = reweight
        self.holdout = checked_number("holdout", holdout, 0.1, 0.5)
        self.bound = checked_number("bound", bound, 1.1, 10.0)
        self.report: dict[str, Any] = {}
        self._blend: Blend | None = None

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        """Learn from ``rows``, at least 2, conforming to ``schema``. Same input, same model.

        Raises:
            FitError: fewer than 2 rows, infinities, free text, or an id or pii column that cannot be made.
            SettingsError: a member's settings do not fit the table.
        """
        codec = TableCodec.learn(rows, schema)
        choice = self._choice(codec, rows, seed)
        used = np.flatnonzero(choice.weights).tolist()
        fitted = [self._created(place).fit(rows, schema, seed) for place in used]
        self._blend = Blend(codec, fitted, choice.weights[used], choice.reweighting)
        self.report = {"members": [self.members[place]["kind"] for place in used], **choice.report}
        _LOG.info("ensemble: %s", self.report)
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
        """
        return self._fitted(n).sample(n, seed)

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``, in the bounded time that the members take.

        Each member is asked by its weight in the whole table, since how likely it finds the conditions is not known
        for every kind of member; so between members the rows follow the mixture of conditionals, not exactly the
        conditional of the mixture. Where rows are reweighted, those that fit best are chosen, none twice.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        return self._fitted(n).sample_where(conditions, n, seed)

    def save(self) -> bytes:
        """The model in a versioned format of arrays and JSON, those of its members inside; nothing is executed."""
        settings = {
            "members": self.members,
            "reweight": self.reweight,
            "holdout": self.holdout,
            "bound": self.bound,
        }
        blend = self._fitted(0)
        return pack_blend(settings, self.report, blend)

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model of :meth:`save`.

        Raises:
            ModelFileError: cut short, altered, of another kind or version, or with a member that is a pickle.
        """
        settings, report, blend = unpack_blend(data)
        try:
            member = cls(**settings)
        except (SettingsError, TypeError) as error:
            raise ModelFileError("the settings of the model file cannot be used; retrain the dataset") from error
        member.report, member._blend = report, blend
        return member

    def _choice(self, codec: TableCodec, rows: pd.DataFrame, seed: int) -> Choice:
        """Members' weights and the density ratio, measured on held-out rows; the first member where that cannot be."""
        rng = np.random.Generator(np.random.PCG64([seed % 2**63, len(rows)]))
        order, held = rng.permutation(len(rows)), min(int(len(rows) * self.holdout), _HELD_ROWS_MAX)
        lens = learn_lens(codec, rows)
        if held < _HELD_ROWS_MIN or not lens.cuts:
            first = np.eye(len(self.members))[0]
            reason = "too few rows, or too little variety, to measure anything: the first member is used"
            return Choice(first, None, {"reason": reason, "weights": first.tolist(), "is_reweighted": False})
        rest = rows.iloc[np.sort(order[held:])].reset_index(drop=True)
        fitted = [self._created(place).fit(rest, codec.schema, seed) for place in range(len(self.members))]

        def draw_of(member: Generator) -> Draw:
            return lambda count, draw_seed: lens.of_rows(member.sample(count, draw_seed))

        seen = lens.of_rows(rows.iloc[order[:held]])
        return Trial([draw_of(member) for member in fitted], seen, lens, seed).choose(self.reweight, self.bound)

    def _created(self, place: int) -> Generator:
        member = self.members[place]
        return registry.create(member["kind"], member["settings"])

    def _fitted(self, n: int) -> Blend:
        if self._blend is None:
            raise ValueError("this ensemble generator has learned nothing yet; call fit or load first")
        if n < 0:
            raise ValueError(f"cannot make {n} rows; ask for 0 or more")
        return self._blend
