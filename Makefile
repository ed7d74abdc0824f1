# Verbs only; each works from a fresh clone with nothing but Go. `make help` lists them.

GO       ?= go
FUZZTIME ?= 30s
SEEDS    ?= 40
OUT      ?= out/screens
SALES    ?= 1000
RINGS    ?= kill,proxy,disk,power,postgres,pair
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LINT      = v2.14.0
build     = CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/qrkiosk ./cmd/qrkiosk
# plain runs tests and leaves out who began; a pipe alone would end as its last part does.
plain     = @mkdir -p out; { $(1); echo $$? >out/$@.status; } | grep -v '^=== '; exit $$(cat out/$@.status)

.DEFAULT_GOAL := help
.PHONY: run check test generate lint fmt fuzz sim torture torture-control bench bench-smoke image screens lighthouse pictures clean help tills flood

run: ## start the demo with its sandbox; LAN=1 for real tablets and phones, ARGS for more flags
	@$(build)
	@exec bin/qrkiosk demo $(if $(LAN),--lan) $(ARGS)

check: ## before a commit: generate, format, vet, lint, and the tests that need no browser and no long run
	@GO='$(GO)' .ci/check

test: ## run everything that this machine can, and say what it could not; PACKAGES for some
	@GO='$(GO)' PACKAGES='$(PACKAGES)' .ci/test

generate: ## write the Go of the templ pages again
	$(GO) tool templ generate

lint: bin/golangci-lint ## run the linters of .golangci.yml
	@bin/golangci-lint version | grep -qF 'version $(LINT:v%=%) ' || { rm bin/golangci-lint; $(MAKE) bin/golangci-lint; }
	bin/golangci-lint run ./...

bin/golangci-lint:
	GOBIN='$(CURDIR)/bin' $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT)

fmt: ## format Go and templ
	$(GO) tool gofumpt -l -w .
	$(GO) tool templ fmt .

fuzz: ## fuzz every parser for FUZZTIME each
	@GO='$(GO)' FUZZTIME='$(FUZZTIME)' .ci/fuzz

sim: ## play SEEDS afternoons of mishaps in virtual time; SEED=n plays one again; WRITE=1 writes down what they come to
	$(call plain,QRKIOSK_SEEDS='$(SEEDS)' QRKIOSK_SEED='$(SEED)' QRKIOSK_SIM_WRITE='$(WRITE)' $(GO) test -count=1 -timeout $(if $(WRITE),10h,60m) -run TestSim -v ./cmd/qrkiosk/simulation)

torture: ## drive and kill the real program for SALES sales in RINGS, then check its books; SEED=n
	@$(GO) run ./cmd/torture -sales '$(SALES)' -rings '$(RINGS)' $(if $(SEED),-seed '$(SEED)')

torture-control: ## the same with known bugs switched on: all of them must be found
	@$(GO) run ./cmd/torture -control -sales '$(SALES)' $(if $(SEED),-seed '$(SEED)')

tills: ## thirty tills on one account for a virtual hour, at 24 and at 60 sales a minute
	$(call plain,QRKIOSK_TILLS=1 $(GO) test -count=1 -timeout 30m -run ThirtyTills -v ./cmd/qrkiosk/simulation)

flood: ## five hundred webhooks a second for 30 s, one in a hundred true; then a million guessed addresses
	$(call plain,QRKIOSK_FLOOD=30s QRKIOSK_GUESSES=1000000 $(GO) test -count=1 -timeout 20m -run 'TestFlood$$|F27' -v ./cmd/qrkiosk/simulation ./cmd/qrkiosk/faults)

bench: ## print the ratios of speed and size that are promised
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 300ms -timeout 30m ./kiosk/... ./views
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 20m -p 1 ./cmd/qrkiosk/...

bench-smoke: ## run every benchmark once at its smallest: it must work, its figures mean nothing
	QRKIOSK_BENCH_SMALL=1 $(GO) test -run '^$$' -bench . -benchtime 1x -timeout 10m ./...

image: ## build the container image with buildah and run the binary inside once
	@GO='$(GO)' VERSION='$(VERSION)' .ci/image

screens: ## write every state of every screen to OUT and measure all in every language; SCENES=till-,receipt- for some, BEFORE=commit for those of then
	@mkdir -p '$(OUT)'
	$(if $(BEFORE),GO='$(GO)' QRKIOSK_SCENES='$(SCENES)' .ci/before '$(BEFORE)' '$(abspath $(OUT))/before')
	QRKIOSK_TEST_ALL=1 QRKIOSK_SCREENS='$(abspath $(OUT))' QRKIOSK_SCENES='$(SCENES)' $(GO) test -count=1 -timeout 90m -run TestScreens_ ./views
	QRKIOSK_TEST_ALL=1 QRKIOSK_SCREENS='$(abspath $(OUT))/sale' $(GO) test -count=1 -run Browser_aSale ./cmd/qrkiosk/screens
	QRKIOSK_TEST_ALL=1 QRKIOSK_SCREENS='$(abspath $(OUT))/office' $(GO) test -count=1 -run 'Browser_wall|TestEvening' ./cmd/qrkiosk/screens ./cmd/qrkiosk/evening

lighthouse: ## let Lighthouse judge till, display and receipt; it comes from npm into a folder that goes away
	@GO='$(GO)' .ci/lighthouse

pictures: ## make the two pictures of the README anew
	QRKIOSK_TEST_ALL=1 QRKIOSK_PICTURES='$(CURDIR)/assets/pictures' $(GO) test -count=1 -run Browser_aSale ./cmd/qrkiosk/screens

clean: ## remove what was built; data stays
	rm -rf bin out

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
