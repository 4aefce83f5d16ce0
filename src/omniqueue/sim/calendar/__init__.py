"""Durations, clock times, weekdays, shifts on a real clock, and the simulated week."""
