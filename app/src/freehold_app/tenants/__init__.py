"""The app's rows for tenants: an id that survives the cluster, under the name that the cluster uses."""
