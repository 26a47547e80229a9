"""The Model controller: from one custom resource to everything that makes a model answer."""
