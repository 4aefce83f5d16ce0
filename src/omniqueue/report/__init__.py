"""What people look at: tables of a result, and the same as JSON."""
