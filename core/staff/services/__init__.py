"""Changing users, and what leads to new ones."""
