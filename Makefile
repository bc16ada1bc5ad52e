# SPDX-License-Identifier: Apache-2.0
# `make run` and `make test` do all their own set-up; the Swift 6 toolchain is the one prerequisite.
FLAGS = --explicit-target-dependency-import-check error

.PHONY: build test format lint setup
setup:
	@packaging/setup.sh
build: setup
	swift build $(FLAGS)
lint:
	swift format lint --strict --recursive Package.swift Sources Tests
format:
	swift format -i --recursive Package.swift Sources Tests
test: setup
	swift build --build-tests $(FLAGS)
	swift test --skip-build $(FLAGS)
