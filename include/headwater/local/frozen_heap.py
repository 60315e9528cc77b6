"""Imported last by a process that has imported what it needs: its objects are left out of later garbage collections.

By the one that tasks are forked from, and by Airflow's API server behind the first of our pages.

A task would look through all objects of the libraries again and again, and copy their memory by that, although none of
them is ever garbage. And it would have SQLAlchemy find out anew how tables hang together, Airflow's among them, which
are all imported for it: this is done here, once. Belongs here: nothing else.
"""

import gc

from sqlalchemy.orm import configure_mappers

configure_mappers()
gc.collect()
gc.freeze()
