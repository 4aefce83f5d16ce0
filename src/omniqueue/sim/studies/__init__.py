"""Questions asked of runs: comparisons, what-ifs, and the cheapest staffing."""
