"""Custom team roles: roles of the account's own, and several roles in one team."""
