"""Listeners over events: what happened, measured and judged apart from the engine."""
