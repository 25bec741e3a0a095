"""The append-only log of every game, and what is kept beside it: names, calls, proposals."""
