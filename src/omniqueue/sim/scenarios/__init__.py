"""Scenarios: who calls and who answers, as values, and the files that say so."""
