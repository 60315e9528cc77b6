"""Every fault of the detection bench, with its doses, in one place.

Belongs here: the list. Does not: how a fault is planted; that is in the files beside it.
"""

from __future__ import annotations

from benchmarks.detection.faults import columns, copies, joint, rows
from benchmarks.detection.faults.honest import Fault, Honest

__all__ = ["FAULTS", "Fault", "Honest"]

FAULTS = (
    Fault("cluster_dropped", (0.005, 0.01, 0.02, 0.05, 0.1), rows.drop_cluster),
    Fault("rare_categories_dropped", (0.001, 0.002, 0.005), rows.drop_rare_categories, "a category that is so rare"),
    Fault("variance_reduced", (0.05, 0.1, 0.2), columns.reduce_variance, "a numerical or datetime column"),
    Fault("tail_clipped", (0.005, 0.01, 0.02), columns.clip_tails, "a numerical or datetime column with tails"),
    Fault("rows_duplicated", (0.01, 0.02, 0.05), copies.duplicate),
    Fault("near_duplicates", (0.01, 0.05), copies.duplicate_nearly, "a numerical or datetime column"),
    Fault("exact_copies", (0.005, 0.01, 0.05), copies.copy_train),
    Fault("near_copies", (0.005, 0.01, 0.05), copies.copy_train_nearly, "a numerical or datetime column"),
    Fault("column_shuffled", (0.25, 0.5, 1.0), joint.shuffle_column),
    Fault("labels_flipped", (0.02, 0.05, 0.1), joint.flip_labels, "a target of two values or more"),
    Fault("class_collapsed", (0.3, 0.6), rows.collapse_class, "a target with a class of 5 % of the rows"),
    Fault("sharpened", (1.0,), rows.sharpen),
    Fault("independent_columns", (1.0,), joint.make_independent),
    Fault("pair_decoupled", (1.0,), joint.decouple_pair, "three columns"),
    Fault("unit_changed", (1.1, 1000.0), columns.change_unit, "a numerical column that is not the target"),
    Fault("dates_shifted", (90.0, 365.0), columns.shift_dates, "a datetime column"),
    Fault("nulls_redistributed", (1.0,), columns.redistribute_nulls, "a column with missing values"),
    Fault("yesterday_repeated", (0.5, 1.0), copies.repeat_yesterday),
)
