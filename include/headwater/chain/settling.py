"""Settling: what a person answered is carried out, once, and stands in the ledger with name and reason.

Belongs here: what each answer leads to. Does not: the question (``questions.py``), whether an answer is one
(``answers.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from headwater.chain.answers import DISCARD, HEADWATER, KEEP, RELEASE, REPAIR, Resolution
from headwater.chain.crowning import approved, crown
from headwater.chain.decisions import decided
from headwater.chain.house import GateClosedError, House
from headwater.chain.overrule import Ruling
from headwater.chain.questions import AGAIN, AGAIN_MAX, rounds_of
from headwater.chain.release import release, release_anyway
from headwater.chain.repair import repair
from headwater.ledger.records import DISCARDED, LAPSED, REJECTED, Batch, Decision, Generator, Validation
from headwater.spec import DatasetSpec
from headwater.spec.decisions import Matter


@dataclass(frozen=True)
class Settled:
    """What an answer led to.

    Attributes:
        sentence: in plain words.
        released_id: the batch that its readers have now; None: none.
        champion_id: the champion that was crowned; None: none was.
        asks_again: whether the batch is still in quarantine, and a person has to decide anew.
    """

    sentence: str
    released_id: str | None = None
    champion_id: str | None = None
    asks_again: bool = False


def settle(house: House, spec: DatasetSpec, matter: Matter, subject_id: str, resolved: Resolution) -> Settled:
    """Carry an answer out. Run again under the same ``house.run_id``, it changes nothing more.

    An answer that a second person did not confirm, or nobody looked at in time, is not carried out: the batch stays
    where it is, the champion too.

    Raises:
        GateClosedError: the batch is in another state by now, or an alarm or a recall stands against its release; the
            candidate's comparison no longer holds. Nothing was changed.
    """
    if matter == "promotion":
        return _settle_candidate(house, spec, subject_id, resolved)
    option = resolved.answer.option if resolved.is_confirmed else DISCARD
    if option == RELEASE:
        return _release(house, spec, subject_id, resolved)
    if option == REPAIR:
        return _repair(house, spec, subject_id, resolved)
    _record(house, spec, DISCARDED, ("batch", subject_id), resolved)
    return Settled(f"The batch is discarded. {resolved.reason} Its files stay until the spec's retention ends.")


def _release(house: House, spec: DatasetSpec, batch_id: str, resolved: Resolution) -> Settled:
    _, judged = _in_quarantine(house, batch_id, ("quarantined", "released"))
    ruling = _ruling(resolved)
    place = release_anyway(house, spec, judged.validation_id, ruling)
    return Settled(f"{ruling.by} released it whatever its verdict; readers find it at {place}.", released_id=batch_id)


def _repair(house: House, spec: DatasetSpec, batch_id: str, resolved: Resolution) -> Settled:
    batch, judged = _in_quarantine(house, batch_id, ("quarantined",))
    _record(house, spec, AGAIN, ("batch", batch_id), resolved)
    with house.ledger.transaction() as books:
        rounds = rounds_of(books.decisions.of(batch_id))
        its_spec = DatasetSpec.model_validate(books.datasets.spec(batch.spec_sha256))
    if rounds > AGAIN_MAX:
        raise GateClosedError(f"Batch {batch_id} was mended {AGAIN_MAX} times more. Cure: release or discard it.")
    mended = repair(house, its_spec, judged.validation_id, again=rounds)
    if not mended.judgement.is_passed:
        return Settled(f"{mended.sentence} It stays in quarantine.", asks_again=True)
    release(house, spec, mended.judgement.validation_id)
    return Settled(f"{mended.sentence} It is with its readers.", released_id=mended.batch_id)


def _in_quarantine(house: House, batch_id: str, statuses: Sequence[str]) -> tuple[Batch, Validation]:
    with house.ledger.transaction() as books:
        batch, judged = books.batches.get(batch_id), books.validations.latest(batch_id)
    if judged is None or batch.status not in statuses:
        raise GateClosedError(
            f"Batch {batch_id} of {batch.batch_date} is {batch.status}, not in quarantine. Nothing was changed. Cure: "
            f"see its night in nightly__{batch.dataset}."
        )
    return batch, judged


def _settle_candidate(house: House, spec: DatasetSpec, generator_id: str, resolved: Resolution) -> Settled:
    with house.ledger.transaction() as books:
        asked = books.open_decisions.approvals([spec.dataset]).get(spec.dataset)
        candidate, champion = books.generators.get(generator_id), books.generators.champion(spec.dataset)
    if champion is not None and champion.generator_id == generator_id:
        return Settled(f"{candidate.label} is champion of {spec.dataset}.", champion_id=generator_id)
    if asked is None or asked.subject_id != generator_id:
        return Settled(f"{candidate.label} does not wait for approval any more.")
    if resolved.answer.option == KEEP or not resolved.is_confirmed:
        # Nobody's silence bars a candidate for good.
        kind = LAPSED if resolved.by is None else REJECTED
        _record(house, spec, kind, ("generator", generator_id), resolved)
        return Settled(f"The champion stays. {resolved.reason}")
    return _approve(house, asked, candidate, resolved)


def _approve(house: House, asked: Decision, candidate: Generator, resolved: Resolution) -> Settled:
    with house.ledger.transaction() as books:
        its_spec = DatasetSpec.model_validate(books.datasets.spec(asked.detail["spec_sha256"]))
    ruling = _ruling(resolved)
    if not crown(house, its_spec, candidate, asked.detail["held_against"], approved(house, asked, ruling)):
        raise GateClosedError(
            f"{candidate.label} was held against a champion of {asked.dataset} that is none any more. Cure: retrain; "
            "it is compared with the present one."
        )
    sentence = f"{ruling.by} approved {candidate.label}; it is champion of {asked.dataset}."
    return Settled(sentence, champion_id=candidate.generator_id)


def _ruling(resolved: Resolution) -> Ruling:
    return Ruling(resolved.by or HEADWATER, resolved.reason, resolved.detail)


def _record(house: House, spec: DatasetSpec, kind: str, subject: tuple[str, str], resolved: Resolution) -> None:
    decision = decided(
        house,
        spec.dataset,
        kind,
        subject,
        reason=resolved.reason,
        at=datetime.now(UTC),
        decided_by=resolved.by or HEADWATER,
        detail=resolved.detail,
    )
    with house.ledger.transaction() as books:
        books.decisions.record(decision)
