"""Account-wide settings and the pages they are changed on."""
