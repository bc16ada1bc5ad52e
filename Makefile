# SPDX-License-Identifier: Apache-2.0
# `make run` and `make test` do their own set-up; CONTRIBUTING.md lists the rest.

SWIFT ?= swift
CHECKS := --explicit-target-dependency-import-check error
SOURCES := Sources Tests Package.swift

.PHONY: run test build release format lint bench setup setup-test setup-bench clean
.NOTPARALLEL:

run: setup
	$(SWIFT) build --product virtwarden
	@exec "$$($(SWIFT) build --show-bin-path)/virtwarden" demo

test: setup-test lint
	$(SWIFT) build --build-tests $(CHECKS)
	$(SWIFT) test --skip-build $(CHECKS)

build: setup
	$(SWIFT) build $(CHECKS)

release: setup
	$(SWIFT) build -c release --product virtwarden --static-swift-stdlib
	mkdir -p dist
	strip -o dist/virtwarden "$$($(SWIFT) build -c release --static-swift-stdlib --show-bin-path)/virtwarden"

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)

bench: setup-bench release
	Tests/Bench/run.sh dist/virtwarden

setup:
	@packaging/setup.sh run

setup-test:
	@packaging/setup.sh test

setup-bench:
	@packaging/setup.sh bench

clean:
	rm -rf .build dist
