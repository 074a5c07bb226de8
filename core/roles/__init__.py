"""What team roles and access roles tick."""
