"""Chance and calendars around the one engine: contact logs, staff files, shifts, handling."""
