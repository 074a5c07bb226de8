"""The users of an account as its administrators keep them: list, invitations, leaving."""
