"""The `logit_trees` member: regressions learn the table, trees learn from rows that the regressions draw.

Belongs here: the regressions and the member. Does not: trees (``generators.trees``) and codes (``generators.mixture``).
"""
