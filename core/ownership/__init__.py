"""Owners who do nothing: taken away after a time that the account chose."""
