"""The child process that measures: one framework, one device, many cells.

Only the standard library, NumPy and the framework are imported here: a worker may run in an interpreter
that has nothing else.
"""
