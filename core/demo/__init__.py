"""Made-up people and companies that fill the demo account."""
