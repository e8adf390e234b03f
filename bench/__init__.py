"""The performance suite: one file a promise, `python -m bench.x`, each ending with one line of JSON."""
