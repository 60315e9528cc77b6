"""Where a local installation lies: code below the repository, state below ``var/``. No process starts here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# `reset` deletes these and nothing else: var itself may be any folder that a person named.
FOLDERS = ("postgres", "airflow", "store", "log", "run", "secrets", "demo")


@dataclass(frozen=True)
class Home:
    """The places of one installation. ``root`` is the repository; ``var`` holds all state; both absolute."""

    root: Path
    var: Path
    dags: Path
    datasets: Path

    @classmethod
    def at(
        cls, root: Path = REPOSITORY, *, var: Path | None = None, dags: Path | None = None, datasets: Path | None = None
    ) -> Home:
        """Return the home of the repository ``root``.

        Where not given, ``var`` is HEADWATER_VAR or ``<root>/var``, ``datasets`` is HEADWATER_DATASETS or
        ``<root>/include/datasets``, ``dags`` is ``<root>/dags``.
        """
        return cls(
            root=root.resolve(),
            var=(var or Path(os.environ.get("HEADWATER_VAR") or root / "var")).resolve(),
            dags=(dags or root / "dags").resolve(),
            datasets=(
                datasets or Path(os.environ.get("HEADWATER_DATASETS") or root / "include" / "datasets")
            ).resolve(),
        )

    def make_folders(self) -> None:
        """Create what is missing below ``var``. Only the owner may look inside: real rows, logs and secrets lie there.

        ``var`` can be passed through without being listed, because root's Postgres is another account. A folder that
        exists already keeps its mode, except that of the secrets.
        """
        self.var.parent.mkdir(parents=True, exist_ok=True)
        _make(self.var, 0o711)
        for name in FOLDERS:
            if name != "postgres":  # makes its own
                _make(self.var / name, 0o700)
        self.secrets.chmod(0o700)

    @property
    def postgres(self) -> Path:
        """Folder of the embedded Postgres."""
        return self.var / "postgres"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.var / "airflow"

    @property
    def store(self) -> Path:
        """Folder of the artifacts."""
        return self.var / "store"

    @property
    def log(self) -> Path:
        """What the processes print."""
        return self.var / "log"

    @property
    def run(self) -> Path:
        """Process records, ports and the lock."""
        return self.var / "run"

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys; mode 0700."""
        return self.var / "secrets"

    @property
    def demo(self) -> Path:
        """What the demo writes."""
        return self.var / "demo"

    @property
    def password_file(self) -> Path:
        """The JSON file ``{user: password}`` of Airflow's login."""
        return self.secrets / "airflow_passwords.json"


def _make(folder: Path, mode: int) -> None:
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(mode)  # mkdir's own mode is narrowed by the umask
