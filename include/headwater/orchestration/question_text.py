"""A question as Airflow shows it: a subject line, and facts in Markdown with links to the pages that say more.

Belongs here: words and Markdown. Does not: the facts (``chain/questions.py``), parking the task (``question.py``).
What comes from tables and people is escaped: a column may be called anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from headwater.orchestration.links import PREFIX, data_docs_path

if TYPE_CHECKING:
    from headwater.chain.questions import Question
    from headwater.checks.result import CheckResult
    from headwater.spec.decisions import Decisions, Matter

CHECKS_MAX, TEXT_MAX = 12, 600
"""Failed checks that are listed, characters of one text; the pages have all."""
MEANING = {
    "Release anyway": "readers get the batch as it is; your name and reason stand in the ledger and in its manifest.",
    "Repair again": "it is mended anew with other rows, within the spec's limits, and judged by narrower ones; if it "
    "passes, it is released.",
    "Discard": "no reader sees it; its files stay until the spec's retention ends.",
    "Promote": "it makes the batches from now on.",
    "Keep the champion": "the candidate is not asked about again.",
    "Confirm": "the first answer is carried out.",
    "Object": "it is not; the batch is discarded, the champion stays.",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:@/])")


def subject_of(question: Question) -> str:
    """One line for lists."""
    return cut(question.headline, 200)


def body_of(question: Question, dataset: str, decisions: Decisions, base: str) -> str:
    """The facts, shown below the subject; ``base`` is the path below which Airflow is served."""
    parts = [plain(question.sentence), _table(question.failed)]
    parts += [_list(question.told), _links(question, dataset, base), _list_of_options(question.options)]
    parts.append(_who(decisions, question.matter))
    return "\n\n".join(part for part in parts if part)


def plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line of at most :data:`TEXT_MAX` characters."""
    return _MARKDOWN.sub(r"\\\1", cut(" ".join(text.split()), TEXT_MAX))


def cut(text: str, longest: int) -> str:
    """The text, or its beginning."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _table(failed: Sequence[CheckResult]) -> str:
    """Failed checks with value and limit."""
    if not failed:
        return ""
    from headwater.expectations.wording import limit_of, value_of

    cells = [(each.name, value_of(each), ", ".join(limit_of(each)), each.sentence) for each in failed[:CHECKS_MAX]]
    rows = [f"| {' | '.join(map(plain, row))} |" for row in cells]
    more = f"\n\nand {len(failed) - CHECKS_MAX} more" if len(failed) > CHECKS_MAX else ""
    return "\n".join(["| Failed check | Found | Limit | In words |", "| --- | --- | --- | --- |", *rows]) + more


def _list(told: Sequence[str]) -> str:
    return "\n".join(f"- {plain(each)}" for each in told)


def _links(question: Question, dataset: str, base: str) -> str:
    links = []
    if question.matter == "release":
        links.append(f"[Batch]({base}{PREFIX}/batches/{dataset}/{question.subject_id}/)")
    else:
        links.append(f"[Generator]({base}{PREFIX}/generators/{dataset}/{question.subject_id}/)")
    if question.validation_id:
        links.append(f"[Data Docs]({base}{data_docs_path(dataset, question.validation_id)})")
    verb = "nightly" if question.matter == "release" else "retrain"
    if question.run_id:
        links.append(f"[Run]({base}/dags/{verb}__{dataset}/runs/{quote(question.run_id, safe='')})")
    return " · ".join(links)


def _list_of_options(options: Sequence[str]) -> str:
    return "\n".join(f"- **{option}**: {MEANING[option]}" for option in options)


def _who(decisions: Decisions, matter: Matter) -> str:
    asked, allowed = decisions.about(matter), decisions.allowed(matter)
    who = f"Answered by one of {plain(', '.join(sorted(allowed)))}." if allowed else ""
    second = "What lets it through is confirmed by a second person." if asked.four_eyes else ""
    last = "The reason is required. Why an answer was not taken stands on the linked page, and in the task's log."
    return " ".join(filter(None, (who, second, last)))
