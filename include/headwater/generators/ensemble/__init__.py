"""Ensemble: several members as one, weighted and reweighted where held-out rows show that it helps.

Belongs here: the ``ensemble`` member and its parts. Does not: the members it is made of.
"""
