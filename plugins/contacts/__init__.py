"""Persons and companies: the people the organisation deals with."""
