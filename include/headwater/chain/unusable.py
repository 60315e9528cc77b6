"""Errors that say a model, a file or an anchor cannot be used: an outcome of what was tried with it, not a fault.

Belongs here: the list. Does not: what follows. A ledger that cannot be reached is none of them: it is worth a retry.
Nor is a KeyError or an IndexError: those are faults of ours.
"""

from __future__ import annotations

from headwater.chain.preparing import NoProfileError
from headwater.checks.refusal import CannotJudgeError
from headwater.generators.constraints.errors import ConstraintError
from headwater.generators.errors import ModelFileError, SettingsError
from headwater.store.artifact import ArtifactError

UNUSABLE = (ArtifactError, ModelFileError, SettingsError, ConstraintError, CannotJudgeError, NoProfileError)
"""A file gone or altered; a model file or class that cannot be loaded; no rows under the constraints; real rows that
cannot judge; a snapshot without a profile. Their messages name the thing and the cure, and no value of a row."""
