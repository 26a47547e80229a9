"""Tests of tools/localkube: pure parts, a real API server, a real node."""
