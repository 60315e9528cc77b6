"""One table in memory: its schema, its canonical frame, its Arrow form and its hash.

Belongs here: what every later package agrees on about a frame. Does not: reading, judging or making rows.
"""
