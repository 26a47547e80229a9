"""The test runner itself."""
