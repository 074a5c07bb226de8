"""Merging records of a kind into one, and splitting them again."""
