"""Mail to people: asked for in a transaction, written and sent after it."""
