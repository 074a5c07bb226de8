"""Change sets: every write of business data, captured with the values before and after."""
