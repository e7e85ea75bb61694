# Everything a contributor types. Needs Go, git and make; nothing else.
# `make` alone lists the targets.

# Where Go's own installer puts it, for shells that do not know yet.
export PATH := $(PATH):/usr/local/go/bin
# A go.work in a parent folder must not change what is built here.
export GOWORK := off

VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
IMAGE     ?= atticgen:$(VERSION)
MEASURE   ?=
BENCH     ?= .
BENCHTIME ?= 1s
AUTHZ     ?=
RUN       ?=
PACKAGES  ?= ./...
SCAN      ?=

# Every Go module that the project maintains.
MODULES := . cmd/atticgen-sops internal/tools test test/servers test/servers/flux test/scanners/kube-score test/scanners/trivy

# kustomize, helm, kubeconform and golangci-lint are built from internal/tools/go.mod and kept in
# the user's cache, beside Go's. The folder's name is a checksum of what they
# are built from, so they are built again only when that changes.
tools_sum = $(shell { cat internal/tools/go.mod internal/tools/go.sum; PATH="$(PATH)" go version; } | cksum | cut -d ' ' -f 1)
TOOLS = $(shell dirname "$$(PATH="$(PATH)" go env GOCACHE)")/atticgen/tools-$(tools_sum)

# The servers that the module test runs, likewise from test/servers.
servers_sum = $(shell { cat test/servers/go.mod test/servers/go.sum test/servers/flux/go.mod test/servers/flux/go.sum; PATH="$(PATH)" go version; } | cksum | cut -d ' ' -f 1)
SERVERS = $(shell dirname "$$(PATH="$(PATH)" go env GOCACHE)")/atticgen/servers-$(servers_sum)

# The scanners, likewise from the modules in test/scanners, and from what they are
# given to ask.
scanners_sum = $(shell { cat test/scanners/*/go.mod test/scanners/*/go.sum test/scanners/trivy/main.go; PATH="$(PATH)" go version; } | cksum | cut -d ' ' -f 1)
SCANNERS = $(shell dirname "$$(PATH="$(PATH)" go env GOCACHE)")/atticgen/scanners-$(scanners_sum)

# Where the tests find a PostgreSQL; empty if there is none.
POSTGRES = $(firstword $(ATTICGEN_POSTGRES) $(shell command -v postgres) $(wildcard /usr/lib/postgresql/*/bin/postgres))

# golangci-lint's cache remembers paths, and would report one checkout's files in
# another's run: each checkout has its own.
LINT_CACHE = $(CURDIR)/.cache/golangci-lint

# $(call build-program,<name>,<package>,<module>,<folder>,<note>): moved into
# place whole, so that another make never runs half a file.
define build-program
@test -x "$(4)/$(1)" || { \
	echo "building $(1) into $(4) ($(or $(5),once))" >&2; \
	new="$(4)/.new.$$$$"; \
	go build -C $(3) -ldflags "$(kubernetes_version)" -o "$$new/" $(2) && \
	mv -f "$$new/$(1)" "$(4)/$(1)" && rmdir "$$new"; }
endef
build-tool = $(call build-program,$(1),$(2),internal/tools,$(TOOLS))
build-server = $(call build-program,$(1),$(2),$(or $(4),test/servers),$(SERVERS),once; $(3) of 10)

build-scanner = $(call build-program,$(1),$(2),test/scanners/$(1),$(SCANNERS))

# Kubernetes' programs refuse to work with each other unless they know which
# version they are; the others do not mind.
kubernetes_version = -X k8s.io/component-base/version.gitVersion=$(shell sed -n 's/.*k8s.io\/kubernetes \(v[0-9.]*\).*/\1/p' test/servers/go.mod)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: atticgen ## Build bin/atticgen, and bin/atticgen-sops beside it
	go build -C cmd/atticgen-sops -trimpath -buildvcs=false -o "$(CURDIR)/bin/" .

# Rendering needs no more, and SOPS takes minutes to build the first time.
.PHONY: atticgen
atticgen: check-go
	go build -trimpath -buildvcs=false -ldflags "-X main.version=$(VERSION)" -o bin/ ./cmd/atticgen

.PHONY: render
render: atticgen ## Render all overlays into environments/
	bin/atticgen render

.PHONY: verify
verify: atticgen ## Check environments/ as they are committed
	bin/atticgen verify --fail-on warning

.PHONY: test
test: kustomize helm kubeconform ## Run the tests that need no servers
	go test -C cmd/atticgen-sops ./...
	ATTICGEN_KUSTOMIZE="$(TOOLS)/kustomize" ATTICGEN_HELM="$(TOOLS)/helm" ATTICGEN_KUBECONFORM="$(TOOLS)/kubeconform" go test ./...

# What Kubernetes' own validation finds is found in seconds, before the servers
# are built. Go keeps results of tests by what is in their module, and manifests
# and generators are outside of this one, so every run is a new one.
go-test-real = ATTICGEN_KUSTOMIZE="$(TOOLS)/kustomize" ATTICGEN_SERVERS="$(SERVERS)" go test -C test -count=1 -timeout 30m

.PHONY: test-real
test-real: kustomize ## Run the tests against real servers (PACKAGES=./apply, RUN=regexp)
	$(go-test-real) ./validation
	@$(MAKE) --no-print-directory servers
	@test -d ../shared/crds || echo "skipped: what needs the definitions of Crossplane and Grafana, because there is no folder ../shared/crds" >&2
	@test -n "$(POSTGRES)" || echo "skipped, unless CI is true: the tests of PostgreSQL, because none is on PATH or in /usr/lib/postgresql, nor named by ATTICGEN_POSTGRES" >&2
	$(go-test-real) -run '$(RUN)' $(PACKAGES)

.PHONY: scan
scan: kubeconform kube-score trivy ## Run kube-score, Trivy and kubeconform (SCAN=-update writes docs/scanners.md)
	ATTICGEN_KUBECONFORM="$(TOOLS)/kubeconform" ATTICGEN_SCANNERS="$(SCANNERS)" go test -C test -count 1 ./scanners $(SCAN)

.PHONY: golden
golden: kustomize ## Write the golden files anew; review the diff
	ATTICGEN_KUSTOMIZE="$(TOOLS)/kustomize" go test ./golden ./docs -update

.PHONY: lint
lint: golangci-lint ## Check style, the rules of the house, and go.mod
	"$(TOOLS)/golangci-lint" fmt --diff
	GOLANGCI_LINT_CACHE="$(LINT_CACHE)" "$(TOOLS)/golangci-lint" run ./...
	cd test && GOLANGCI_LINT_CACHE="$(LINT_CACHE)" "$(TOOLS)/golangci-lint" run ./...
	cd cmd/atticgen-sops && GOLANGCI_LINT_CACHE="$(LINT_CACHE)" "$(TOOLS)/golangci-lint" run ./...
	for module in $(MODULES); do go mod tidy -C "$$module" -diff || exit 1; done

.PHONY: bench
bench: atticgen kustomize helm ## Measure, beside the real kustomize and helm (MEASURE=-json, BENCH=regexp, AUTHZ=-rate=9000)
	go run ./internal/bench/measure -kustomize "$(TOOLS)/kustomize" -helm "$(TOOLS)/helm" $(MEASURE)
	go run ./internal/bench/authz $(AUTHZ)
	ATTICGEN_KUSTOMIZE="$(TOOLS)/kustomize" go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) ./internal/bench

.PHONY: image
image: ## Build the container image (IMAGE=name:tag) with docker, podman or buildah
	@set -- --file cmd/atticgen/Dockerfile --build-arg "VERSION=$(VERSION)" --tag "$(IMAGE)" .; \
	for engine in docker podman; do \
		command -v $$engine >/dev/null || continue; \
		if $$engine info >/dev/null 2>&1; then exec $$engine build "$$@"; fi; \
		echo "make image: $$engine is installed, but '$$engine info' fails: is it running?" >&2; \
	done; \
	if command -v buildah >/dev/null; then exec buildah build "$$@"; fi; \
	echo "make image: needs a running docker or podman, or buildah, to build the image" >&2; \
	exit 1

.PHONY: clean
clean: ## Remove what build and lint wrote; tools stay in the cache
	rm -rf bin "$(LINT_CACHE)"

# Not listed: what the targets above need.

.PHONY: check-go
check-go:
	@have=$$(go version 2>&1) || { \
		echo "atticgen needs Go $(go_line) or newer, and 'go version' failed: $$have" >&2; \
		echo "Install it from https://go.dev/doc/install and put it on PATH." >&2; \
		exit 1; }; \
	awk -v have="$$(echo "$$have" | sed -n 's/.*go\([1-9][0-9]*\.[0-9][0-9.]*\).*/\1/p')" -v want="$(go_line)" 'BEGIN { \
		split(have, h, "."); split(want, w, "."); \
		for (i = 1; i <= 3; i++) if (h[i] + 0 != w[i] + 0) exit (h[i] + 0 < w[i] + 0) }' || { \
		echo "atticgen needs Go $(go_line) or newer; this is $${have#go version }. See https://go.dev/doc/install." >&2; \
		exit 1; }

go_line = $(shell sed -n 's/^go //p' go.mod)

.PHONY: kustomize
kustomize: check-go
	$(call build-tool,kustomize,sigs.k8s.io/kustomize/kustomize/v5)

.PHONY: helm
helm: check-go
	$(call build-tool,helm,helm.sh/helm/v3/cmd/helm)

.PHONY: kubeconform
kubeconform: check-go
	$(call build-tool,kubeconform,github.com/yannh/kubeconform/cmd/kubeconform)

.PHONY: servers
servers: check-go
	$(call build-server,minio,github.com/minio/minio,1)
	$(call build-server,versitygw,github.com/versity/versitygw/cmd/versitygw,2)
	$(call build-server,etcd,./etcd,3)
	$(call build-server,kube-apiserver,k8s.io/kubernetes/cmd/kube-apiserver,4)
	$(call build-server,kube-controller-manager,k8s.io/kubernetes/cmd/kube-controller-manager,5)
	$(call build-server,kube-scheduler,k8s.io/kubernetes/cmd/kube-scheduler,6)
	$(call build-server,kubectl,k8s.io/kubernetes/cmd/kubectl,7)
	$(call build-server,kwok,sigs.k8s.io/kwok/cmd/kwok,8)
	$(call build-server,kustomize-controller,github.com/fluxcd/kustomize-controller,9,test/servers/flux)
	$(call build-server,sops,github.com/getsops/sops/v3/cmd/sops,10,test/servers/flux)

.PHONY: kube-score
kube-score: check-go
	$(call build-scanner,kube-score,github.com/zegl/kube-score/cmd/kube-score)

# It reads JSON with a package that this Go still calls an experiment.
.PHONY: trivy
trivy: export GOEXPERIMENT := jsonv2
trivy: check-go
	$(call build-scanner,trivy,.)

.PHONY: golangci-lint
golangci-lint: check-go
	$(call build-tool,golangci-lint,github.com/golangci/golangci-lint/v2/cmd/golangci-lint)
