"""A game written down for other programs: pure functions from a game book to text."""
