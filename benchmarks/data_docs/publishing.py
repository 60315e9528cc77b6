"""One more page: what ``chain.validate`` does once a batch is judged, timed inside the real stage.

Belongs here: where the judging ends and the publishing begins. Does not: the stage itself.
"""

from __future__ import annotations

import time
from typing import Any

from headwater.spec import DatasetSpec


def publish_one(places: dict[str, str], spec_json: str, batch_id: str) -> dict[str, Any]:
    """Validate the batch; seconds and CPU seconds of the whole stage, and of publishing alone.

    Publishing is the question for the trend (asked before judging) and all from the first line of the page's
    rendering to the end of the stage: HTML, failing rows, files, ledger.
    """
    from headwater.chain import validate as stage
    from headwater.chain.house import House
    from headwater.expectations import page
    from headwater.ledger import Ledger
    from headwater.store import Store

    house = House(Ledger(places["ledger"]), Store(places["store"]), lambda _: places["source"], "bench")
    spec = DatasetSpec.model_validate_json(spec_json)
    with house.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
        asked = time.perf_counter()
        books.validations.trend(spec.dataset, batch.batch_date)
        trend = time.perf_counter() - asked
    began: dict[str, float] = {}
    render = page.render

    def watched(*arguments: Any, **named: Any) -> str:
        began.update(wall=time.perf_counter(), cpu=time.process_time())
        html = render(*arguments, **named)
        began.update(rendered=time.perf_counter())
        return html

    page.render = watched
    started = time.perf_counter()
    judged = stage.validate(house, spec, batch_id)
    ended, cpu = time.perf_counter(), time.process_time()
    return {
        "validation_id": judged.validation_id,
        "docs_key": judged.docs_key,
        "stage_seconds": ended - started,
        "trend_seconds": trend,
        "render_seconds": began["rendered"] - began["wall"],
        "publish_seconds": trend + ended - began["wall"],
        "publish_cpu_seconds": cpu - began["cpu"],
    }
