"""Benchmarks: each module measures one thing and writes ``benchmarks/results/NAME.json``."""
