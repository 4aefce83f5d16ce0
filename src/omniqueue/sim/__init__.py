"""Chance and calendars around the one engine: contact logs, staff files, scenarios, runs.

The folders, in the order in which they may import: `files` and `calendar`; `laws` (of chance);
`logs` (real days, routed); `scenarios`; `centre` (one replication); `runs` (many of them);
`studies` (questions asked of runs) and `validation` (against theory).
"""
