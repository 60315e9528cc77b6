"""Questions and answers of the generator pages: champions by version, retraining runs, one generator wholly. Read only.

Belongs here: frozen, validated answers. Does not: SQL, how it looks.
"""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime, Field

from headwater.checks.result import CheckResult
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.records import BatchStatus, Count, Decision, Id, Seconds, Share, TrainingStatus
from headwater.spec.model import Model


class TrialFigure(Model):
    """What one check found in a generator's trial on the anchor, and the limit it was held against then."""

    name: str
    value: float | None
    limit: float | None
    passed: bool
    n: Count


class Version(Model):
    """A champion, present or former: its reign, what it learned from, the figures of its trial that were asked for."""

    reign: ChampionVersion
    depth: float = Field(description="Mean generations since real rows of what it learned from.")
    depth_max: float
    real_share: Share
    train_rows: Count
    anchor_rows: Count
    figures: tuple[TrialFigure, ...]


class Tried(Model):
    """One attempt of a retraining run to fit a candidate. ``error`` is the text of what stopped it."""

    run_id: str
    label: str
    status: TrainingStatus
    seconds: Seconds | None
    error: str | None
    generator_id: Id | None
    kind: str | None
    score: float | None
    started_at: AwareDatetime


class Retraining(Model):
    """One retraining run: the candidates, the best first, and what was decided in it, None where nothing was."""

    run_id: str
    started_at: AwareDatetime
    tried: tuple[Tried, ...]
    decision: Decision | None


class History(Model):
    """One page of a dataset's champions and one of its retraining runs, the newest first.

    ``champion``, who reigns ``since`` then, and ``last_run`` are there whatever page was asked for. ``waiting`` batches
    are in quarantine, ``alarms`` are open. ``decisions`` are those of people and the coronations, the newest first.
    """

    champion: Version | None
    since: AwareDatetime | None
    versions: tuple[Version, ...]
    version_count: Count
    last_run: Retraining | None
    runs: tuple[Retraining, ...]
    run_count: Count
    decisions: tuple[Decision, ...]
    waiting: Count
    alarms: Count


class Certificate(Model):
    """The null that a champion's nights are held to: rows of each drawn sample, how many were drawn, when."""

    n: Count
    draws: Count
    drawn_at: AwareDatetime


class Contender(Model):
    """A candidate of one run. ``version`` is its number where it ever was champion. Its checks have no detail."""

    tried: Tried
    version: int | None
    checks: tuple[CheckResult, ...]


class Outcomes(Model):
    """So many of a generator's batches have this status; their first and last dates, and their rows together."""

    status: BatchStatus
    batches: Count
    first: date
    last: date
    rows: Count


class Learned(Model):
    """What a generator is and what it learned from."""

    generator_id: Id
    snapshot_id: Id
    kind: str
    label: str
    depth: float
    depth_max: float
    real_share: Share
    score: float | None
    model_sha256: str
    model_bytes: Count
    code_version: str
    created_at: AwareDatetime
    content_hash: str = Field(description="Of the snapshot.")
    train_rows: Count
    anchor_rows: Count
    source: str
    taken_at: AwareDatetime


class GeneratorPage(Model):
    """Everything about one generator.

    ``reign`` is None for one that never was champion. ``contenders`` are the candidates of the run that crowned it, or
    of the last run that tried it, ``decision`` what that run decided. ``decisions`` are about this generator, the
    newest first; ``defences`` counts the retrainings after which it stayed champion.
    """

    dataset: str
    learned: Learned
    reign: ChampionVersion | None
    checks: tuple[CheckResult, ...]
    certificate: Certificate | None
    run_id: str | None
    contenders: tuple[Contender, ...]
    decision: Decision | None
    decisions: tuple[Decision, ...]
    defences: Count
    outcomes: tuple[Outcomes, ...]
