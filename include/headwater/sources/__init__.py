"""Real rows in: reading the source, holding it against the spec, setting the anchor aside.

Belongs here: everything between a user's table and a snapshot. Does not: storing, profiling or learning from rows.
"""
