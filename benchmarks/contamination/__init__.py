"""Rows that come back: how many are named, how often a leak is noticed, how often honest rows raise an alarm.

Belongs here: leaks planted into real snapshots, and the scan's cost. Does not: the scan.
"""
