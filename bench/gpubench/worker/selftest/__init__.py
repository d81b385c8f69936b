"""The self-test of one backend on one device: whether its numbers can be believed, asked in independent ways."""
