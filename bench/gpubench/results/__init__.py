"""What was measured, kept: records, the results file, and pandas frames."""
