# SPDX-License-Identifier: Apache-2.0
# `make run` and `make test` do their own set-up; CONTRIBUTING.md lists the rest.

SWIFT ?= swift
CHECKS := --explicit-target-dependency-import-check error
SOURCES := Sources Tests Package.swift
# Swift leaves its temporary files behind. In /tmp they would also meet those of other users, and where it may not write
# /tmp/swift-generated-sources the compiler (6.3) puts files with garbled names into the current directory.
TEMPORARY := $(CURDIR)/.build/tmp
SWIFTPM = mkdir -p "$(TEMPORARY)" && TMPDIR="$(TEMPORARY)" $(SWIFT)

.PHONY: run test build release reference format lint outbox-kills bench bench-delivery bench-hang bench-repair bench-rules bench-scale bench-sources bench-store drivers setup setup-test setup-bench setup-drivers clean
.NOTPARALLEL:

run: setup
	$(SWIFTPM) build --product virtwarden
	@exec "$$($(SWIFTPM) build --show-bin-path)/virtwarden" demo

test: setup-test lint
	$(SWIFTPM) build --build-tests $(CHECKS)
	TMPDIR="$(TEMPORARY)" Tests/run.sh "$(SWIFT)" $(CHECKS)

build: setup
	$(SWIFTPM) build $(CHECKS)

release: setup
	$(SWIFTPM) build -c release --product virtwarden --static-swift-stdlib
	mkdir -p dist
	strip -o dist/virtwarden "$$($(SWIFTPM) build -c release --static-swift-stdlib --show-bin-path)/virtwarden"

reference: setup
	$(SWIFTPM) build --product virtwarden
	"$$($(SWIFTPM) build --show-bin-path)/virtwarden" metrics --output markdown >dashboards/METRICS.md

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)

bench-hang: setup-bench release
	PYTHONDONTWRITEBYTECODE=1 python3 Tests/Bench/hang.py dist/virtwarden

# What is killed twelve times in `make test`, fifty times.
outbox-kills: setup-test
	$(SWIFTPM) build --build-tests $(CHECKS)
	OUTBOX_KILLS=50 $(SWIFTPM) test --skip-build --disable-xctest $(CHECKS) --filter OutboxKillTests

bench-scale: setup-bench release
	PYTHONDONTWRITEBYTECODE=1 python3 Tests/Bench/scale.py dist/virtwarden

bench-delivery: setup-bench release
	PYTHONDONTWRITEBYTECODE=1 python3 Tests/Bench/delivery.py dist/virtwarden

bench: setup-bench release
	Tests/Bench/run.sh dist/virtwarden

bench-sources: setup-bench
	python3 Tests/Bench/sources.py

# Records series of real domains first, for five minutes; `make test` has made the guests' kernel.
bench-store: setup-bench release
	$(SWIFTPM) build -c release --product StoreBench
	PYTHONDONTWRITEBYTECODE=1 python3 Tests/Bench/record.py dist/virtwarden .build/recorded.txt 300 1s
	"$$($(SWIFTPM) build -c release --show-bin-path)/StoreBench" .build/recorded.txt

bench-repair: setup-bench release
	$(SWIFTPM) build -c release --product RepairBench
	PYTHONDONTWRITEBYTECODE=1 python3 Tests/Bench/repair.py dist/virtwarden "$$($(SWIFTPM) build -c release --show-bin-path)/RepairBench"

# A thousand domains' hour, over which the sample rules are evaluated here and by Prometheus.
bench-rules: setup-bench
	$(SWIFTPM) build -c release --product RuleBench
	"$$($(SWIFTPM) build -c release --show-bin-path)/RuleBench" dashboards/rules/*.yml

# As root: drivers whose hosts need more than a user may do.
drivers: setup-drivers
	$(SWIFTPM) build --product virtwarden
	Tests/Drivers/lxc.sh "$$($(SWIFTPM) build --show-bin-path)/virtwarden"
	Tests/Drivers/qemu.sh "$$($(SWIFTPM) build --show-bin-path)/virtwarden"

setup:
	@packaging/setup.sh run

setup-test:
	@packaging/setup.sh test

setup-bench:
	@packaging/setup.sh bench

setup-drivers:
	@packaging/setup.sh drivers

clean:
	rm -rf .build dist
