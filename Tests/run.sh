#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh SWIFT [ARGUMENT ...]: runs the tests that `swift build --build-tests` has built, and says again at the end which
# failed. First what computes, then what runs programs and watches the clock: computing beside it would keep Swift's few
# threads busy, so that it waited for one of them, and not for what it tests.
set -u

swift=$1
shift
targets='Alerting|Configuration|Database|DomainXML|Exposition|PromQL|PrometheusAPI|Regex2|Sampling|SeriesStore|Terminal'
computing="^(($targets|Vocabulary|YAML)Tests\\.|RemediationTests\\.(RandomSimulation|Scenario|Flood)Tests/)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Width, and which tests. What the pipe to tee would hide, a failure, is in the file.
run() {
    width=$1
    shift
    { $swift test --skip-build --disable-xctest --experimental-maximum-parallelization-width "$width" "$@" 2>&1 ||
        echo "✘ swift test $* has failed"; } | tee -a "$log"
}

run 2 --filter "$computing" "$@"
run 4 --skip "$computing" "$@"

if grep -q '^✘' "$log"; then
    printf '\nWhat failed, once more:\n'
    grep '^✘' "$log" | cut -c 1-1000
    exit 1
fi
