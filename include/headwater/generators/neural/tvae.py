"""The ``tvae`` member: SDV's TVAESynthesizer, a variational autoencoder on one-hot columns. SDV 2 is BUSL-1.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from headwater.generators.bridge import Bridge
from headwater.generators.neural import settings
from headwater.generators.neural.base import Neural
from headwater.generators.neural.shares import DRAWS, DrawnCategories, move_shares, spans


@dataclass(eq=False, repr=False, kw_only=True)
class Tvae(Neural):
    """An encoder and a decoder; rows are decoded from noise (Xu et al. 2019, on SDV 2).

    Settings of SDV, with its defaults:
        epochs: passes over the table (300).
        batch_size: rows a step (500).
        embedding_dim: size of the noise that a row is made from (128).
        compress_dims, decompress_dims: sizes of the hidden layers of encoder and decoder ([128, 128]).
        l2scale: weight decay of Adam (1.0e-5).
        loss_factor: weight of the reconstruction against the divergence (2).
        enforce_min_max_values: let SDV keep to the range itself; Headwater does in any case (true).

    See :class:`Neural` for Headwater's own settings. With ``match_shares`` (the default) categories are drawn by their
    probabilities, as in the paper; SDV takes the most probable one, so that rare ones die out.
    """

    kind: ClassVar[str] = "tvae"
    loop: ClassVar[str] = "ctgan.synthesizers.tvae"

    batch_size: int = 500
    embedding_dim: int = 128
    compress_dims: Sequence[int] = (128, 128)
    decompress_dims: Sequence[int] = (128, 128)
    l2scale: float = 1e-5
    loss_factor: float = 2

    def check(self) -> None:
        """Check the member's own settings. Raises: SettingsError."""
        settings.whole(self.kind, "batch_size", self.batch_size, 1)
        settings.whole(self.kind, "embedding_dim", self.embedding_dim, 1)
        self.compress_dims = settings.sizes(self.kind, "compress_dims", self.compress_dims)
        self.decompress_dims = settings.sizes(self.kind, "decompress_dims", self.decompress_dims)
        settings.real(self.kind, "l2scale", self.l2scale, zero=True)
        settings.real(self.kind, "loss_factor", self.loss_factor, zero=False)

    def arguments(self, bridge: Bridge) -> dict[str, Any]:
        """The settings as SDV takes them."""
        own = {field.name for field in fields(Tvae)} - {field.name for field in fields(Neural)}
        return {name: getattr(self, name) for name in sorted(own)} | {"epochs": self.epochs}

    def build(self, metadata: Any, arguments: dict[str, Any]) -> Any:
        """SDV's unfitted synthesizer, on the CPU."""
        from sdv.single_table import TVAESynthesizer

        return TVAESynthesizer(metadata, enforce_rounding=False, enable_gpu=False, **arguments)

    def finish(self, model: Any, plain: pd.DataFrame) -> None:
        """Real shares, and categories drawn by them."""
        if self.match_shares:
            targets = spans(model.transformer, plain)
            move_shares(model.decoder.seq[-1], _logits(model), targets)
            model.decoder.register_forward_hook(DrawnCategories(tuple((span.start, span.stop) for span in targets)))


def _logits(model: Any) -> np.ndarray:
    """What the decoder returns for noise, shape ``(DRAWS, width)``."""
    import torch

    with torch.no_grad():
        logits: np.ndarray = model.decoder(torch.randn(DRAWS, model.embedding_dim))[0].numpy()
    return logits
