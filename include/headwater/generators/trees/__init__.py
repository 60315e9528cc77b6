"""Sequential trees (CART): each column drawn from the leaf that the columns before it lead to.

Belongs here: the ``trees`` member and its parts. Does not: what other members share (ids, codecs, model files).
"""
