"""Looking for duplicates in the whole account."""
