"""Runs the test tiers one after another and says truly what ran, what failed and what this machine could not carry."""
