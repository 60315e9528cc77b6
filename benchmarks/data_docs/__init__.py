"""The parts of the Data Docs bench: a full ledger, one more page, the index, stock Great Expectations, column rules.

Belongs here: what is measured and how. Does not: the order and the report (``benchmarks/docs.py``).
"""
