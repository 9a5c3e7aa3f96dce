# The front door. `make run` and `make test` are all that a user needs; the rest is for those who build Vigie.
SHELL := /bin/bash
BUILD ?= build
JOBS := $(shell nproc)

.PHONY: all deps run test test-deep bench fuzz interop arm64 format lint install clean
all: deps
	@scripts/build.sh $(BUILD)
deps:
	@scripts/install-deps.sh build
run: all
	@scripts/run.sh $(BUILD) $(if $(ONCE),--once)
test:
	@scripts/install-deps.sh test
	@scripts/test.sh
test-deep:
	@scripts/install-deps.sh test
	@VIGIE_DEEP=1 scripts/test.sh
bench:
	@scripts/install-deps.sh test
	@scripts/build.sh build
	@scripts/bench.sh build $(NAME)
fuzz:
	@scripts/install-deps.sh test
	@scripts/fuzz.sh $(or $(SECONDS_EACH),60)
interop: all
	@scripts/interop.sh $(BUILD)
arm64:
	@scripts/install-deps.sh arm64
	@scripts/arm64.sh
format:
	@git ls-files '*.[ch]' | xargs clang-format-14 -i
lint:
	@bash tests/architecture/format.sh
install: all
	@meson install -C $(BUILD)
clean:
	rm -rf build build-*
