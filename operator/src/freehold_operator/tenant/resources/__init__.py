"""Builders of a Tenant's children: pure functions from the Tenant to the manifests that should exist."""
