"""One file a change, named by number; never edited once released."""
