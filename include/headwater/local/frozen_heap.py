"""Imported last by the process that tasks are forked from: its objects are left out of every later garbage collection.

A task would look through all objects of the libraries again and again, and copy their memory by that, although none of
them is ever garbage. Belongs here: nothing else.
"""

import gc

gc.collect()
gc.freeze()
