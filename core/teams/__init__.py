"""Where users belong: the tree of teams."""
