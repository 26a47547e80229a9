# The front door. `make` alone explains itself; no recipe here is longer than five lines.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PYTHONPATH := tools

##@ Start
.PHONY: up down dev dev-reset doctor
up: setup ## A running Freehold on a real Kubernetes, with a real model answering
	@$(PY) -m install up
down: setup ## Remove it all again: processes, mounts, links, rules, state
	@$(PY) -m install down
dev: setup ## App, web app and a small model without a cluster, with hot reload; Ctrl-C stops it
	@$(PY) -m dev up
dev-reset: setup ## Forget what `make dev` keeps in .dev/
	@$(PY) -m dev reset
doctor: setup ## What this machine can carry, and what it lacks
	@$(PY) -m install doctor

##@ Check
.PHONY: check check-fast check-generated check-lock format
check: check-fast check-generated check-lock ## Everything CI checks, but the tests
	@sh tools/check.sh full
check-fast: setup ## Format, lint, types, boundaries (< 60 s)
	@sh tools/check.sh fast
check-generated: setup ## Every generated file follows from its source
	@$(PY) -m gen --check
check-lock: setup ## The hashed locks follow from the pyprojects
	@sh tools/lock.sh --check
format: setup ## Rewrite the Python files in the house format
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

##@ Test
.PHONY: test test-unit test-inproc test-stores test-charts test-frontend test-browser test-api test-node
test: setup ## Every test this machine can run, and a list of what it could not
	@$(PY) -m tiers
test-unit: setup ## Pure tests only (< 45 s)
	@$(PY) -m tiers unit
test-inproc: setup ## Over ASGI and loopback sockets
	@$(PY) -m tiers inproc
test-stores: setup ## On a real PostgreSQL and Valkey
	@$(PY) -m tiers stores
test-charts: setup ## The charts, rendered
	@$(PY) -m tiers charts
test-frontend: setup ## The web app: types, style, boundaries, units
	@$(PY) -m tiers frontend
test-browser: setup ## The web app, built, in Chromium
	@$(PY) -m tiers browser
test-api: setup ## On a real API server
	@$(PY) -m tiers api
test-node: setup ## On a real node, with the whole install
	@$(PY) -m tiers node

##@ Build
.PHONY: setup generate lock images
setup: ## The Python environment in .venv, from the hashed lock
	@sh tools/setup.sh
generate: setup ## Rewrite every generated file
	@$(PY) -m gen && sh tools/frontend.sh generate
lock: setup ## Update the hashed locks
	@sh tools/lock.sh --upgrade
images: setup ## Build the container images
	@$(PY) -m install images

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' Makefile
