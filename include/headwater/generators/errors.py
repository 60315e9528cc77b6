"""What can go wrong with a generator, each with words for a person. Nothing is raised here."""

from __future__ import annotations


class ModelFileError(ValueError):
    """A model file is cut short, altered, of another kind, or of a version this code does not know."""


class SettingsError(ValueError):
    """A generator was given a setting it does not take, or a value that cannot work; names setting and cure."""


class FitError(ValueError):
    """The rows cannot be learned from; names the column or the number of rows, and the cure."""
