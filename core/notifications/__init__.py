"""Telling users in the application what needs them."""
