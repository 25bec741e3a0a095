"""The rules of basketball: calls in, events out. Standard library only; time is passed in."""
