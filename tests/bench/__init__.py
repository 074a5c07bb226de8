"""Benchmarks: ratios within one run, printed as a table; never part of the tests."""
