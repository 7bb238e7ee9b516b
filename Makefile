# Everything that a developer of azflow runs. `make help` lists it.
SHELL := bash
GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
CACHE := $(CURDIR)/.cache
NODE := $(CACHE)/node/node_modules
DATA ?= $(CACHE)/demo

# The tests find the ClickHouse engine, Microsoft's KQL service and Azurite here.
export AZFLOW_CHDB_LIB := $(NODE)/@chdb/lib-linux-x64-gnu/libchdb.so
export KUSTO_LS_DIR := $(NODE)/@kusto/language-service-next
export AZFLOW_AZURITE := $(NODE)/azurite/dist/src/azurite.js

.PHONY: help build test lint fmt generate update bench accuracy demo conformance test-crash clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

build: ## Build bin/azflow
	$(GO) build -o bin/azflow ./cmd/azflow

test: node-modules ## Run every test, installing what they need (npm, apt)
	$(GO) vet ./...
	for os in windows darwin; do CGO_ENABLED=0 GOOS=$$os $(GO) vet ./kql/... ./flowlog/... ./schema/... ./internal/lake/... || exit 1; done
	$(GO) test -timeout 20m ./...

lint: ## Check format, vet and staticcheck; changes nothing
	@bad=$$($(TOOL) gofumpt -l $$(git ls-files '*.go' | xargs -n1 dirname | sort -u)); if [ -n "$$bad" ]; then echo "not gofumpt's format (make fmt mends it):"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	$(TOOL) staticcheck ./...

fmt: ## Format the sources
	$(TOOL) gofumpt -l -w $$(git ls-files '*.go' | xargs -n1 dirname | sort -u)

generate: ## Write the generated documents anew
	$(GO) generate ./...

update: node-modules ## Record goldens anew; look at the difference before you commit it
	$(GO) test ./kql/... ./internal/... ./cmd/... -update

bench: node-modules ## Measure against the alternatives in one run; exit status says whether all targets hold
	$(GO) run ./bench/run

accuracy: ## Measure how often owners of addresses are found, and right; exit status says whether the targets hold
	$(GO) run ./bench/accuracy $(ACCURACY)

demo: build ## Ask the demo estate three questions
	bin/azflow demo --data $(DATA)

conformance: node-modules ## Compare with Kusto's emulator and binder, on every engine
	@test -d ../shared/kql/cases || { echo "conformance needs the recorded cases in ../shared/kql"; exit 1; }
	set -o pipefail; $(GO) test -timeout 10m -count=1 -run 'Conformance' -v ./kql/... ./internal/conformance ./internal/query | grep -vE '^\s*(---|===) '

KILLS ?= 200
test-crash: build node-modules ## Kill azflow KILLS times, break its connections and fill its disk against Azurite
	$(GO) run ./test/crash -azflow bin/azflow -kills $(KILLS)

clean: ## Remove what make installed and built
	rm -rf bin .cache

node-modules: $(CACHE)/node/installed
.PHONY: node-modules

$(CACHE)/node/installed: tools/node/package.json tools/node/package-lock.json
	@command -v npm >/dev/null || { echo "installing Node.js"; apt-get update -q && apt-get install -yq nodejs npm; }
	mkdir -p $(CACHE)/node
	cp tools/node/package.json tools/node/package-lock.json $(CACHE)/node/
	cd $(CACHE)/node && npm ci --no-fund --no-audit --loglevel=error
	touch $@
