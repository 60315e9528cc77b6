"""SDV's neural members: ``ctgan``, ``tvae`` and ``copula_gan``, with what they share in the files beside them."""
