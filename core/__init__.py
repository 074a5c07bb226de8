"""The thin core: accounts, users, teams, roles, the access engine, records and their changes."""
