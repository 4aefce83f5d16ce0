"""Many replications: running them anywhere, summing them up, estimates and results."""
