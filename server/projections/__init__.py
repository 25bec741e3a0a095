"""What viewers see of a game: pure folds over its entries, as sections of JSON without names."""
