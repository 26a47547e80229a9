"""What was used: single events and their hourly sums, each counted exactly once."""
