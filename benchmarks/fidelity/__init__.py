"""The parts of ``benchmarks.generators``: tables, splits, entries, one measure a file, and how results are shown."""
