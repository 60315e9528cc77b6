"""The ``ctgan`` member: SDV's CTGANSynthesizer, a conditional GAN on one-hot columns. SDV 2 is BUSL-1.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import pandas as pd

from headwater.generators.bridge import Bridge
from headwater.generators.neural import settings
from headwater.generators.neural.base import Neural
from headwater.generators.neural.shares import DRAWS, move_shares, spans


@dataclass(eq=False, repr=False, kw_only=True)
class Ctgan(Neural):
    """A generator and a critic, trained against each other on rows picked by category (Xu et al. 2019, on SDV 2).

    Settings of SDV, with its defaults:
        epochs: passes over the table (300).
        batch_size: rows a step, a multiple of 2 and of ``pac`` (500).
        embedding_dim: size of the noise that a row is made from (128).
        generator_dim, discriminator_dim: sizes of the hidden layers ([256, 256]).
        generator_lr, discriminator_lr: learning rates of Adam (2.0e-4).
        generator_decay, discriminator_decay: weight decays of Adam (1.0e-6).
        discriminator_steps: steps of the critic for each of the generator (1).
        log_frequency: pick categories for training by the logarithm of their frequency (true).
        pac: rows that the critic judges together (10).
        enforce_min_max_values: let SDV keep to the range itself; Headwater does in any case (true).

    See :class:`Neural` for Headwater's own settings. With ``match_shares`` (the default) rows are drawn with the real
    frequencies of categories as conditions, as in the paper; SDV draws with those of the training, logarithmic ones.
    """

    kind: ClassVar[str] = "ctgan"
    loop: ClassVar[str] = "ctgan.synthesizers.ctgan"

    batch_size: int = 500
    embedding_dim: int = 128
    generator_dim: Sequence[int] = (256, 256)
    discriminator_dim: Sequence[int] = (256, 256)
    generator_lr: float = 2e-4
    generator_decay: float = 1e-6
    discriminator_lr: float = 2e-4
    discriminator_decay: float = 1e-6
    discriminator_steps: int = 1
    log_frequency: bool = True
    pac: int = 10

    def check(self) -> None:
        """Check the member's own settings. Raises: SettingsError."""
        settings.batch(self.kind, self.batch_size, self.pac)
        settings.whole(self.kind, "embedding_dim", self.embedding_dim, 1)
        self.generator_dim = settings.sizes(self.kind, "generator_dim", self.generator_dim)
        self.discriminator_dim = settings.sizes(self.kind, "discriminator_dim", self.discriminator_dim)
        for name in ("generator_lr", "discriminator_lr"):
            settings.real(self.kind, name, getattr(self, name), zero=False)
        for name in ("generator_decay", "discriminator_decay"):
            settings.real(self.kind, name, getattr(self, name), zero=True)
        settings.whole(self.kind, "discriminator_steps", self.discriminator_steps, 1)
        settings.flag(self.kind, "log_frequency", self.log_frequency)

    def arguments(self, bridge: Bridge) -> dict[str, Any]:
        """The settings as SDV takes them."""
        own = {field.name for field in fields(Ctgan)} - {field.name for field in fields(Neural)}
        return {name: getattr(self, name) for name in sorted(own)} | {"epochs": self.epochs}

    def build(self, metadata: Any, arguments: dict[str, Any]) -> Any:
        """SDV's unfitted synthesizer, on the CPU."""
        from sdv.single_table import CTGANSynthesizer

        return CTGANSynthesizer(metadata, enforce_rounding=False, enable_gpu=False, **arguments)

    def finish(self, model: Any, plain: pd.DataFrame) -> None:
        """Real shares; and what only training needs is dropped: which rows hold a category, running means."""
        import torch

        model._data_sampler._rid_by_cat_cols = None
        for layer in model._generator.modules():
            if isinstance(layer, torch.nn.BatchNorm1d):
                # ctgan draws with the means of each batch. The running ones would only change the file with each draw.
                layer.track_running_stats, layer.running_mean, layer.running_var = False, None, None
                layer.num_batches_tracked = None
        if self.match_shares:
            targets = spans(model._transformer, plain)
            for place, span in enumerate(span for span in targets if span.is_column):
                model._data_sampler._discrete_column_category_prob[place, : len(span.shares)] = span.shares
            move_shares(model._generator.seq[-1], _logits(model), targets)


def _logits(model: Any) -> Any:
    """What the generator returns for noise and conditions as in sampling, shape ``(at least DRAWS, width)``."""
    import numpy as np
    import torch

    parts = []
    with torch.no_grad():
        for _ in range(-(-DRAWS // model._batch_size)):
            noise = torch.randn(model._batch_size, model._embedding_dim)
            given = model._data_sampler.sample_original_condvec(model._batch_size)
            noise = noise if given is None else torch.cat([noise, torch.from_numpy(given)], dim=1)
            parts.append(model._generator(noise).numpy())
    return np.concatenate(parts)
