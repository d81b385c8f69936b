"""What somebody else adds to gpubench, through its public names alone."""

GPUBENCH_INTERFACE = "1.0"
