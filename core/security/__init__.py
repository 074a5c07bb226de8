"""What keeps a user's way in safe: passwords, links in mails, two-factor login, sessions."""
