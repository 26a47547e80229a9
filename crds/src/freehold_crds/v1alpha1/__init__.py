"""Version v1alpha1 of the custom resources: fields are only added, never changed or removed."""
