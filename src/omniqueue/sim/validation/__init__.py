"""The simulator against everything that theory knows: the systems and the checks."""
