"""Checks: pure functions on frames that give a :class:`~headwater.checks.result.CheckResult`.

Belongs here: one statistic a file, calibration of its limit, the battery, the verdict.
Does not: reading or writing anything.
"""
