"""A centre as its planner describes it: groups and their shifts, times, the week, its files."""
