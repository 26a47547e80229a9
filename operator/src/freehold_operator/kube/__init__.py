"""The only door to the API server: raw dictionaries over one small protocol."""
