"""Is Airflow healthy: asked of its own page, believed only if the answer is newer than the process. Starts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

# Process name, its name on the health page, the name of its heartbeat there.
COMPONENTS = {
    "scheduler": ("scheduler", "latest_scheduler_heartbeat"),
    "dag-processor": ("dag_processor", "latest_dag_processor_heartbeat"),
    "triggerer": ("triggerer", "latest_triggerer_heartbeat"),
}


@dataclass(frozen=True)
class Health:
    """What the health page says: component to word ("healthy", "unhealthy", "no answer", "starting")."""

    words: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """Whether every component is healthy."""
        return all(word == "healthy" for word in self.words.values())


def check(base_url: str, born: Mapping[str, float]) -> Health:
    """Ask ``base_url``. ``born``: when each process started (seconds since 1970); older heartbeats do not count."""
    try:
        answer = httpx.get(f"{base_url}/api/v2/monitor/health", timeout=5, trust_env=False)
        answer.raise_for_status()
        page = answer.json()
    except (httpx.HTTPError, ValueError):
        return Health(dict.fromkeys(("api-server", "database", *COMPONENTS), "no answer"))
    words = {"api-server": "healthy", "database": str(page.get("metadatabase", {}).get("status"))}
    for name, (component, heartbeat) in COMPONENTS.items():
        found = page.get(component) or {}
        words[name] = _word(found.get("status"), found.get(heartbeat), born.get(name, 0.0))
    return Health(words)


def _word(status: str | None, heartbeat: str | None, born: float) -> str:
    if status != "healthy":
        return status or "starting"
    seen = datetime.fromisoformat(heartbeat).astimezone(UTC).timestamp() if heartbeat else 0.0
    return "healthy" if seen >= born else "starting"
