"""The pictures of a report: one module each, drawn from findings alone."""
