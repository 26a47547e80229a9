"""The OpenAI-compatible data path."""
