"""Real days: contact logs and staff files, and one routed through the other."""
