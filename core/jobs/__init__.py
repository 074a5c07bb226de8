"""Work outside requests: an outbox in the database, workers, and the clock."""
