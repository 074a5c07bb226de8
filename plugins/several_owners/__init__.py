"""Several owners of one record, all with equal rights."""
