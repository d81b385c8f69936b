"""What the results say: speed-ups, comparisons, crossovers, caveats; each with its interval, none with a rendering."""
