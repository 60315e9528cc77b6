"""Generators: what learns from real rows and makes synthetic ones.

Belongs here: the protocol, one file a member, block seeding, model files. ``sdv`` is imported nowhere else.
Nothing heavy is imported before a generator is used.
"""
