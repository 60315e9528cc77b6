"""Imported last by the process that tasks are forked from: its objects are left out of every later garbage collection.

A task would look through all objects of the libraries again and again, and copy their memory by that, although none of
them is ever garbage. And it would have SQLAlchemy find out anew how tables hang together, Airflow's among them, which
are all imported for it: this is done here, once. Belongs here: nothing else.
"""

import gc

from sqlalchemy.orm import configure_mappers

configure_mappers()
gc.collect()
gc.freeze()
