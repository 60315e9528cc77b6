"""A first spec for a table that nobody has described yet: read, looked at, written down with what is unsure.

Belongs here: what is found in a table's columns, keys and rules, and the commented YAML. Does not: anything the chain
does with a spec afterwards. A person reads the proposal and decides; nothing here is decided for them.
"""
