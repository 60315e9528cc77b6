"""Recursion over generations: what becomes of a table when generators learn from what generators made.

``make bench BENCH=collapse``. Regimes in ``regimes.py``; everything that is measured goes through ``headwater.chain``.
"""
