"""Signing in with a password kept here: sessions, the first owner, invitations."""
