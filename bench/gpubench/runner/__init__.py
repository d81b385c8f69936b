"""The parent: order of launches, spawning, time limits, resume, progress. No framework, no pandas."""
