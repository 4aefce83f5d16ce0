"""Simulation and routing of logs: chance and calendars around the engine.

The folders, in the order in which they may import: `logs`; `scenarios`; `replication` (one run);
`runs` (many runs, estimates); `studies` and `validation`.
"""
