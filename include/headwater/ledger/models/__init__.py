"""The ledger's tables as SQLAlchemy models, a few related ones a file. ``registry.py`` loads them all."""
