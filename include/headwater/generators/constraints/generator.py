"""The wrapper around a member that keeps constraints: what is learned and made inside is the table without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self, cast

import numpy as np
import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions, Generator
from headwater.generators.constraints.asking import check_asked, translate
from headwater.generators.constraints.filling import Filling
from headwater.generators.constraints.free_keys import axes_of, possible, too_few
from headwater.generators.constraints.keeping import check_real_rows, check_schema
from headwater.generators.constraints.layout import Layout
from headwater.generators.constraints.planning import plan_layout
from headwater.generators.constraints.redraw import Tally, bound, redrawn, replaced, round_seed
from headwater.generators.constraints.storing import Stored, pack_constrained, unpack_constrained
from headwater.generators.constraints.unique import Keys, Swap, keys_of, search
from headwater.generators.errors import ModelFileError
from headwater.generators.made import made_column
from headwater.generators.seeding import Block, blocks
from headwater.generators.table_codec import TableCodec, fitted
from headwater.spec.constraints import Constraint, Expression, Inequality, Range, Unique

_PICK_MAX = 10_000
Seeds = Callable[[int], int]


class Constrained:
    """Any member, made to keep constraints in every row. Keeps the generator protocol itself.

    Attributes:
        kind: the member's.
        capabilities: the member's; conditions stay exact only under constraints that are kept without drawing again.
        member: the member inside.
        constraints: what is kept.
    """

    def __init__(self, member: Generator, constraints: Sequence[Constraint]) -> None:
        self.member = member
        self.constraints = tuple(constraints)
        self.kind = member.kind
        inexact = any(isinstance(one, Expression | Unique | Inequality | Range) for one in self.constraints)
        of = member.capabilities
        self.capabilities = Capabilities(of.exact_conditions and not inexact, of.pickled, of.missing_values)
        self._rules = tuple(one for one in self.constraints if not isinstance(one, Unique))
        self._unique = tuple(one for one in self.constraints if isinstance(one, Unique))
        self._layout: Layout | None = None
        self._seen: dict[int, np.ndarray] = {}

    def fit(self, rows: pd.DataFrame, schema: Any, seed: int) -> Self:
        """Learn from ``rows``, at least 2, conforming to ``schema``. Same input, same model.

        Raises:
            FitError: as the member's; or a constraint names a column that does not fit it, or real rows break one.
        """
        table = TableCodec.learn(rows, schema)
        check_schema(self.constraints, schema)
        check_real_rows(self.constraints, rows)
        layout = plan_layout(self.constraints, rows, table)
        self.member.fit(layout.inward(rows, seed), layout.inner_schema, seed)
        cells = table.encode(rows)
        self._seen = {
            table.codecs[name].position: np.unique(cells[name].numbers[~cells[name].missing]).astype(np.int64)
            for one in self._unique
            for name in one.columns
            if table.codecs[name].form == "codes"
        }
        self._layout = layout
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema that keep every constraint; keys are unique within the call.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
            ConstraintError: rows that keep a constraint were not found in bounded time.
        """
        layout = self._fitted(n)
        rows = redrawn(self._draw, self._rules, n, seed)
        if self._unique and n:
            swap = self._swap([self._keys(rows)], n, seed)
            rows = replaced(rows, swap.places, swap.rows)
        return _with_made(rows, layout, n, seed)

    def of_batch(self, rows: int, seed_of: Seeds) -> Callable[[Block], pd.DataFrame]:
        """What makes the blocks of a batch of ``rows`` rows, keys unique over all of them.

        With a unique constraint each call of this draws the whole batch once, to know its keys: a batch in several
        shards costs that much more in each. Without one, a block is ``sample`` of its rows and seed.
        """
        layout = self._fitted()
        every = blocks(rows)
        if not self._unique or len(every) == 1:
            return lambda block: self.sample(block.rows, seed_of(block.index))
        keys = [self._keys(redrawn(self._draw, self._rules, one.rows, seed_of(one.index))) for one in every]
        swap = self._swap(keys, rows, seed_of(0))

        def make(block: Block) -> pd.DataFrame:
            seed = seed_of(block.index)
            made = redrawn(self._draw, self._rules, block.rows, seed)
            start = sum(one.rows for one in every[: block.index])
            return _with_made(replaced(made, *swap.part(start, block.rows)), layout, block.rows, seed)

        return make

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions`` and keep every constraint, in bounded time.

        Raises:
            ValueError: a condition is wrong in itself, or contradicts a constraint; names both, and the cure.
        """
        layout = self._fitted(n)
        asked = translate(conditions, layout)
        check_asked(self.constraints, asked.outer, layout)
        found, count = [self._draw(0, seed)], 0
        taken = [np.zeros(0, dtype=np.uint64)] * len(self._unique)
        left, index, size = 0 if asked.conditions is None else bound(n), 0, n
        while count < n and left > 0:
            size = min(left, size, max(2 * n, _PICK_MAX))
            drawn = self.member.sample_where(
                asked.conditions or {}, size, seed if index == 0 else round_seed(seed, 4, index)
            )
            rows = layout.outward(drawn.rows)
            good = layout.table.meets(rows, asked.outer) & Tally(self._rules).keep(rows)
            rows = rows[good]
            if self._unique:
                keys = self._keys(rows)
                fresh = ~keys.repeats() & ~keys.within(taken)
                rows, taken = rows[fresh], keys.of(fresh).added(taken)
            found.append(rows.iloc[: n - count])
            count += len(found[-1])
            if drawn.missing:
                break  # the member has searched as long as it may
            left, index = left - size, index + 1
            size = int(1.2 * (n - count) * size / max(len(rows), size / 100)) + 16
        rows = pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)
        return Conditional(_with_made(rows, layout, count, seed), n - count)

    def save(self) -> bytes:
        """The member's own file within one that holds constraints and layout."""
        layout = self._fitted()
        return pack_constrained(Stored(self.kind, self.constraints, layout, self._seen, self.member.save()))

    @classmethod
    def load(cls, data: bytes, kind: str, load_member: Callable[[bytes], Generator]) -> Self:
        """The model of :meth:`save`.

        Args:
            data: the bytes.
            kind: of the member that is expected inside.
            load_member: the member's own ``load``. Where it is a pickle, this runs code of the file.

        Raises:
            ModelFileError: cut short, altered, of another member or version.
        """
        stored = unpack_constrained(data)
        if stored.kind != kind:
            cure = "load it with the kind it was made by"
            raise ModelFileError(f"the model file is of kind {stored.kind!r}, not {kind!r}; {cure}")
        found = cls(load_member(stored.inner), stored.constraints)
        found._layout, found._seen = stored.layout, dict(stored.seen)
        return found

    def _draw(self, n: int, seed: int) -> pd.DataFrame:
        return self._fitted().outward(self.member.sample(n, seed))

    def _keys(self, rows: pd.DataFrame) -> Keys:
        return keys_of(self._unique, rows, self._fitted().table)

    def _swap(self, keys: list[Keys], wanted: int, seed: int) -> Swap:
        """What replaces the rows of a batch that repeat a key."""
        layout = self._fitted()
        axes = [axes_of(one, layout, self._seen) for one in self._unique]
        for one, parts in zip(self._unique, axes, strict=True):
            can_lack = any(layout.table.schema[name].nullable for name in one.columns)
            if wanted > possible(parts) and not can_lack:
                raise too_few(one, possible(parts), wanted)

        def draw(rows: int, round_: int) -> pd.DataFrame:
            return redrawn(self._draw, self._rules, rows, round_)

        swap, taken = search(Keys.joined(keys), draw, self._keys, seed)
        lacking = len(swap.places) - len(swap.rows)
        if not lacking:
            return swap
        if len(self._unique) > 1:
            raise too_few(self._unique[0], float("inf"), wanted)
        filling = Filling(self._unique[0], axes[0], layout, Tally(self._rules).keep, seed)
        rows = filling.fill(draw(lacking, round_seed(seed, 3, 0)), taken[0], wanted)
        return Swap(swap.places, pd.concat([swap.rows, rows], ignore_index=True) if len(swap.rows) else rows)

    def _fitted(self, n: int = 0) -> Layout:
        fitted(None if self._layout is None else self._layout.table, n)
        return cast("Layout", self._layout)


def _with_made(rows: pd.DataFrame, layout: Layout, n: int, seed: int) -> pd.DataFrame:
    """The learned columns with fresh ids and personal data, in the schema's order."""
    schema = layout.table.schema
    made = {
        column.name: rows[column.name] if column.is_learned else made_column(column, position, n, seed)
        for position, column in enumerate(schema.columns)
    }
    return pd.DataFrame(made, index=pd.RangeIndex(n), columns=pd.Index(schema.names, dtype=object))
