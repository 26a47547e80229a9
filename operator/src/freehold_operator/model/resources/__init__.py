"""One builder per child of a Model: pure functions from what was observed to a manifest, without empty fields."""
