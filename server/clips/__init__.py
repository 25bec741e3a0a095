"""Clips: the few seconds around a play, cut out of the recording, and reels made of them.

What is cut follows from the log: a clip belongs to an entry that stands, its words are made when
somebody asks. So a correction relabels it, a void takes it away and an undo brings it back.
"""
