"""Rows that miss part of reality, weighed and topped up towards the frozen profile. Nothing here reads real rows.

Belongs here: the frozen profile, how rows stand to it, and which rows are exchanged. Does not: the verdict, the
ledger, attempts and their budget (``chain/repair.py``).
"""
