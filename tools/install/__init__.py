"""The program behind `make up`, `make down` and `make doctor`: from a clone to a model that answers.

It decides in pure modules (`choice`, `sources`, `pods`, `conditions`, `summary`, `dotenv`, `progress`) and acts in few
others (`commands`, `processes`, the clusters, `release`, `forwarding`). It knows the parts only by their commands.
"""
