"""Other people's event lists, told again as calls and compared with their official box."""
