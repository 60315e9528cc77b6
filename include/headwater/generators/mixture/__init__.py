"""Latent-class mixture: within a class the columns are independent, across classes they are not.

Belongs here: the ``mixture`` member and its parts. Does not: what other members share (ids, codecs, model files).
"""
