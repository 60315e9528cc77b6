"""The dataset spec: one YAML file as frozen, strict models.

Belongs here: the models, loading with errors that name file, line and cure, the JSON Schema.
Does not: anything that reads rows, a database or Airflow. Nothing here imports pandas.
"""

from headwater.spec.columns import Column, Sdtype
from headwater.spec.contract import Contract
from headwater.spec.dataset import Candidate, DatasetSpec
from headwater.spec.loading import load_folder, load_spec
from headwater.spec.problems import SpecError, SpecProblem
from headwater.spec.source import CsvSource, ParquetSource, QuerySource, Source, TableSource

__all__ = [
    "Candidate",
    "Column",
    "Contract",
    "CsvSource",
    "DatasetSpec",
    "ParquetSource",
    "QuerySource",
    "Sdtype",
    "Source",
    "SpecError",
    "SpecProblem",
    "TableSource",
    "load_folder",
    "load_spec",
]
