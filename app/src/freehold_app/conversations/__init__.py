"""Conversations of people with Models: kept, brought up to date on every device, and answered."""
