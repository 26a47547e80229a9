"""Real PostgreSQL and Valkey out of Python wheels, for tests and development: no container, no root, no traces."""
