"""The tables that people read: one a dataset in the schema ``synthetic``, a partition a batch date.

Belongs here: names, types, loading, replacing, dropping. Does not: whether a batch may be read; that is the chain's.
"""
