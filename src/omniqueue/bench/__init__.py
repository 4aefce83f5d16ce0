"""The workloads that `omniqueue bench` runs alone, and results that name what they measured."""
