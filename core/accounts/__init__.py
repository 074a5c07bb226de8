"""The account, its package and its plugin switches."""
