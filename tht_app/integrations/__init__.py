"""The outside world, one folder a system; none knows another."""
