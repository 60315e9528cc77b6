"""Constraints between columns, kept by every generator in every row.

Belongs here: turning a constrained table into one without constraints and back, drawing again what breaks a rule,
unique keys over a batch, and the wrapper around a member that does all of it. Does not: how constraints are written
(``spec.constraints``), or any learning.

The idea of learning a gap instead of the higher column, and a combination instead of its parts, is that of the
constraints of SDV (Patki, Wedge and Veeramachaneni 2016, "The Synthetic Data Vault"; sdv.cag of SDV 2). What differs:
everything is exact on the numbers of ``generators.columns``, and it stands outside of any one member.
"""
