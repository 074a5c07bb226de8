"""Who may what: changing it as facts that come and go, and seeing the effect before."""
