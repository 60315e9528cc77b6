"""Train: fit one candidate on the training rows and judge it on the anchor."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from headwater.chain import identity, keys
from headwater.chain.house import House
from headwater.chain.judge import judge
from headwater.chain.training_rows import mix, plan_mixture
from headwater.checks.verdict import score, verdict
from headwater.generators import registry
from headwater.generators.errors import SettingsError
from headwater.ledger.records import Generator, Snapshot, TrainingRun
from headwater.spec import Candidate, DatasetSpec

log = logging.getLogger(__name__)


def train(house: House, spec: DatasetSpec, snapshot_id: str, label: str) -> str:
    """Fit the candidate called ``label`` and return the generator's id; an existing model is not fitted again.

    Raises:
        SettingsError: the spec has no such candidate, or its kind or settings cannot be used.
        GateClosedError: the policy of the spec would fall below its floor of real rows.
    """
    candidate = _candidate(spec, label)
    started = datetime.now(UTC)
    run = TrainingRun(
        training_run_id=identity.training_run_id(house.run_id, snapshot_id, label),
        dataset=spec.dataset,
        snapshot_id=snapshot_id,
        label=label,
        run_id=house.run_id,
        generator_id=None,
        status="running",
        seconds=None,
        error=None,
        started_at=started,
        finished_at=None,
    )
    with house.ledger.transaction() as books:
        books.generators.record_training(run)
        snapshot = books.snapshots.get(snapshot_id)
    try:
        generator_id = fit(house, spec, snapshot, candidate)
        judge_candidate(house, spec, generator_id, snapshot_id)
    except Exception as error:
        _finish(house, run, "failed", None, f"{type(error).__name__}: {error}")
        raise
    _finish(house, run, "succeeded", generator_id, None)
    return generator_id


def fit(house: House, spec: DatasetSpec, snapshot: Snapshot, candidate: Candidate) -> str:
    """The generator of this snapshot, candidate and seed: found in the ledger, or fitted now. It is not judged yet.

    Raises:
        GateClosedError: the policy of the spec would fall below its floor of real rows.
    """
    mixture = plan_mixture(house, spec, snapshot)
    generator_id = identity.generator_id(
        snapshot.snapshot_id, candidate, spec.seed, spec.constraints, mixture=(mixture.ids, mixture.wanted)
    )
    model_key = keys.model(spec.dataset, generator_id)
    with house.ledger.transaction() as books:
        known = books.generators.find(generator_id)
    if known is not None and house.store.exists(model_key):
        house.store.read_bytes(model_key, sha256=known.model_sha256)
        return generator_id
    rows = mix(house, spec, snapshot, mixture)
    member = registry.create(candidate.kind, candidate.settings, spec.constraints)
    model = member.fit(rows.frame, snapshot.schema, spec.seed)
    artifact = house.store.write_bytes(model_key, model.save())
    with house.ledger.transaction() as books:
        books.generators.record(
            Generator(
                generator_id=generator_id,
                dataset=spec.dataset,
                snapshot_id=snapshot.snapshot_id,
                kind=candidate.kind,
                label=candidate.label,
                settings=candidate.settings,
                seed=spec.seed,
                model_key=model_key,
                model_sha256=artifact.sha256,
                model_bytes=artifact.size,
                depth=rows.depth,
                depth_max=rows.depth_max,
                real_share=rows.real_share,
                score=None,
                code_version=house.code_version,
                created_at=datetime.now(UTC),
            )
        )
        books.lineage.record("snapshot", snapshot.snapshot_id, "generator", generator_id)
        for batch_id in mixture.ids:
            books.lineage.record("batch", batch_id, "generator", generator_id)
    return generator_id


def judge_candidate(house: House, spec: DatasetSpec, generator_id: str, snapshot_id: str) -> None:
    """Keep what the anchor of the snapshot says of the generator, and its score, in the ledger."""
    with house.ledger.transaction() as books:
        generator = books.generators.get(generator_id)
    results = judge(house, spec, generator, snapshot_id)
    with house.ledger.transaction() as books:
        books.validations.record_checks("generator", generator_id, results)
        books.generators.record(generator.model_copy(update={"score": score(results)}))
    told = verdict(results).sentence
    log.info("%s, candidate %s scores %.3f on the anchor. %s", spec.dataset, generator.label, score(results), told)


def _candidate(spec: DatasetSpec, label: str) -> Candidate:
    """A run knows the labels that Airflow read; its first task reads the file anew, which a person may have changed."""
    known = {each.label: each for each in spec.candidates}
    if label not in known:
        raise SettingsError(
            f"{spec.dataset} has no candidate {label!r}; it has {', '.join(known)}. The spec was changed after Airflow "
            f"had read it. Cure: trigger retrain__{spec.dataset} again when its page names these candidates"
        )
    return known[label]


def _finish(house: House, run: TrainingRun, status: str, generator_id: str | None, error: str | None) -> None:
    finished = datetime.now(UTC)
    changes = {"status": status, "generator_id": generator_id, "error": error, "finished_at": finished}
    seconds = (finished - run.started_at).total_seconds()
    with house.ledger.transaction() as books:
        books.generators.record_training(run.model_copy(update={**changes, "seconds": seconds}))
