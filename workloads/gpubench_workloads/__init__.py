"""The workloads that ship with gpubench: a plug-in like any other, found by its entry points."""
