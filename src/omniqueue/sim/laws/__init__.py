"""The laws of chance: random streams, arrivals, handling times and all other times."""
