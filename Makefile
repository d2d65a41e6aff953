# make help lists what there is. ARGS reaches the program: make run ARGS="--port 9000"
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PROGRAMS := gateway tenant-admin authorization token standalone
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
ARGS ?=

##@ Use

.PHONY: run
run: console ## Start the whole service on this machine (needs only Go; with Node it has the web console)
	go run ./services/standalone/cmd/standalone $(ARGS)

.PHONY: console
console: ## Build the web console and the API reference, where Node is there and they are not built yet
	scripts/console
	scripts/reference

.PHONY: build
build: console ## Build the five programs into bin/
	@mkdir -p bin
	@for program in $(PROGRAMS); do \
		echo "  bin/$$program"; \
		CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X github.com/signet-authz/signet/pkg/boot.Version=$(VERSION)" \
			-o "bin/$$program" "./services/$$program/cmd/$$program"; \
	done

.PHONY: image
image: ## Build the container image signet:VERSION
	docker build --build-arg VERSION="$(VERSION)" --tag "signet:$(VERSION)" .

##@ Work

.PHONY: test-fast
test-fast: ## Everyday tests: no services, no network, under a minute
	env -u DATABASE_URL -u REDIS_URL -u REDIS_CLUSTER_URL go test -short work

.PHONY: test
test: ## The full run: every check, with real Postgres, Redis and a browser
	scripts/test

.PHONY: bench
bench: ## Measure against the budgets (ARGS="--help" lists what)
	scripts/services run -- env GOWORK=off go run -C scripts/bench . $(ARGS)

.PHONY: lint
lint: ## The linter over every module, import rules included
	scripts/lint $(ARGS)

.PHONY: fmt
fmt: ## Format the Go code
	scripts/format

.PHONY: generate
generate: ## Write the generated files anew
	scripts/generate

.PHONY: check-generated
check-generated: ## Fail if a generated file is not what its source says
	scripts/generate --check

.PHONY: tidy-check
tidy-check: ## Fail if a module is untidy or does not build alone
	scripts/tidy-check

.PHONY: fuzz
fuzz: ## Every fuzz target for a while (ARGS=1m each)
	scripts/fuzz $(or $(ARGS),30s)

.PHONY: vuln
vuln: ## Look for published faults in what the programs call (needs the network)
	scripts/vuln

##@ Surroundings

.PHONY: services-up
services-up: ## Start a private Postgres and Redis, for development
	scripts/services up

.PHONY: services-down
services-down: ## Stop them; their data goes with them
	scripts/services down

.PHONY: certs
certs: ## Make a development authority, server and client certificate
	scripts/dev-certs

.PHONY: clean
clean: services-down ## Remove what was built and every private server
	rm -rf bin .tools .signet-dev

.PHONY: help
help: ## Show this
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
