"""/api/v1/me: who you are, where you are signed in, in which tenant you work."""
