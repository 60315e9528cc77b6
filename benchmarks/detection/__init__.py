"""The detection bench: how often the battery of checks finds a fault that was planted in an honest batch.

Belongs here: worlds (tables whose honest rows never run out), faults, and what counts them. The checks do not.
"""
