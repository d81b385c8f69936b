"""The backends that ship: one package a framework, its declaration apart from what imports the framework."""
