"""The history of the tables, run at every start by `server/gamelog/engine.py`."""
