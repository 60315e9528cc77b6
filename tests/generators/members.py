"""Every built-in member, with the settings that keep its fit short in tests. A new member adds its line here."""

from __future__ import annotations

import os
from typing import Any

# Small networks, few epochs: the shared suite asks for what holds whatever was learned.
_NEURAL: dict[str, Any] = {"epochs": 4, "batch_size": 100, "embedding_dim": 16}
_GAN: dict[str, Any] = {"generator_dim": [32], "discriminator_dim": [32], "pac": 2}

MEMBERS: dict[str, dict[str, Any]] = {
    "trees": {},
    "gaussian_copula": {},
    "logit_trees": {"rows": 20_000},
    "mixture": {},
    "ctgan": _NEURAL | _GAN,
    "copula_gan": _NEURAL | _GAN,
    "tvae": _NEURAL | {"compress_dims": [32], "decompress_dims": [32]},
    "ensemble": {"members": ["trees", {"kind": "mixture", "settings": {"classes": 20}}], "holdout": 0.5},
}
"""Kind to settings, in the order in which tests run them."""

# A user's own generator joins for one run: see docs/own_generator.md.
_OWN = os.environ.get("HEADWATER_TEST_MEMBER")
if _OWN:
    MEMBERS[_OWN] = {}
