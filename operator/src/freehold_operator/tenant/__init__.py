"""Tenant: one namespace with its quota, walls, access and stores, kept as its spec says."""
