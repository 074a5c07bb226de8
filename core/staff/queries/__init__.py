"""Questions about users and invitations."""
