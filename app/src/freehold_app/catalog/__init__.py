"""Models as people see and change them: Kubernetes holds the truth, this slice watches, words and writes it."""
