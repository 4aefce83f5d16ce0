"""One optional library per file; each says what to install when it is missing."""
