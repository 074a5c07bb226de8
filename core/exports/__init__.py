"""Exports: rows of lists as files, made outside requests and kept for a week for who asked."""
