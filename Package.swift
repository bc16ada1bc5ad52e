// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// What every Swift target is built with: notes in ARCHITECTURE.md say what each setting guards.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], unbuilt: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies,
        exclude: unbuilt, swiftSettings: settings)
}

let nioHTTP: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map {
    .product(name: $0, package: "swift-nio")
}
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "virtwarden",
    products: [
        .executable(name: "virtwarden", targets: ["virtwarden"]),
        .library(name: "Libvirt", targets: ["Libvirt"]),
        .library(name: "PromQL", targets: ["PromQL", "Vocabulary"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        // Floor 0: system libraries.
        .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "CEpoll"),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        // Floor 1: shared values, and one wrapped library each.
        library("Queues"),
        library("Vocabulary"),
        library("Files"),
        library("Programs", ["CSpawn"]),
        library("Libvirt", ["CEpoll", "CLibvirt", "Queues"]),
        library("DomainXML", ["CLibXML2"]),
        library("YAML", ["CYAML"]),
        library("WebClient", ["CCurl", "Files", "Queues"]),
        library("Database", ["CSQLite"]),
        library("Regex2", ["CRE2"]),
        // Floor 2: pure.
        library("Sampling", ["Vocabulary", "Libvirt", "DomainXML", "Regex2"]),
        library("SeriesStore", ["Vocabulary"]),
        library("PromQL", ["Vocabulary", "Regex2"]),
        library("Alerting", ["Vocabulary", "Regex2", "YAML", "PromQL", "SeriesStore"]),
        library("Exposition", ["Vocabulary"]),
        library("PrometheusAPI", ["Vocabulary", "PromQL"]),
        // Floor 3: effects, one kind each.
        library("Notifying", ["Queues", "Vocabulary", "Programs", "Database", "Alerting", "WebClient", heap]),
        library(
            "Remediation",
            ["Queues", "Vocabulary", "Programs", "Libvirt", "WebClient", "Database", "Alerting", "Sampling", heap]),
        library("Web", ["CZlib", "Vocabulary", "PromQL", "PrometheusAPI"] + nioHTTP),
        library("Terminal", ["Vocabulary"]),
        // Floor 4: settings, wiring.
        library(
            "Configuration",
            [
                "Vocabulary", "Files", "DomainXML", "YAML", "Sampling", "PromQL", "Alerting", "Notifying",
                "Remediation", "Web", "WebClient",
            ]),
        library(
            "Daemon",
            [
                "CMalloc", "Queues", "Vocabulary", "Files", "Libvirt", "DomainXML", "YAML", "Database", "Sampling",
                "SeriesStore",
                "Alerting",
                "Exposition", "PromQL", "PrometheusAPI", "Notifying", "Remediation", "Web", "WebClient",
                "Configuration",
                logging,
            ]),
        // Floor 5: the program.
        .executableTarget(
            name: "virtwarden",
            dependencies: [
                "Vocabulary", "Files", "Libvirt", "DomainXML", "YAML", "Sampling", "PromQL", "Alerting",
                "PrometheusAPI", "Notifying",
                "Remediation", "Web", "WebClient", "Terminal", "Configuration", "Daemon", logging, arguments,
            ],
            swiftSettings: settings),
        // Tests, by module. TestHosts starts the real daemons they need.
        .target(name: "TestHosts", dependencies: ["Vocabulary"], path: "Tests/TestHosts", swiftSettings: settings),
        // Part of no product: `make bench-rules`, `make bench-store`.
        .executableTarget(
            name: "RuleBench",
            dependencies: ["Alerting", "PromQL", "SeriesStore", "TestHosts", "Vocabulary", "WebClient", "YAML"],
            path: "Tests/Bench/RuleBench", swiftSettings: settings),
        // Plays the simulator of the tests, by links to it.
        .executableTarget(
            name: "RepairBench", dependencies: ["Alerting", "Libvirt", "Remediation", "Vocabulary"],
            path: "Tests/Bench/RepairBench", swiftSettings: settings),
        .executableTarget(
            name: "StoreBench", dependencies: ["CMalloc", "SeriesStore", "Vocabulary"], path: "Tests/Bench/StoreBench",
            swiftSettings: settings),
        tests("Programs", ["CSpawn", "TestHosts"]),
        tests("Libvirt", ["CLibvirt", "TestHosts"]),
        tests("DomainXML"),
        tests("YAML"),
        tests("WebClient", ["TestHosts"]),
        tests("Database"),
        tests("Regex2"),
        tests("Vocabulary"),
        tests("Sampling", ["Vocabulary", "Libvirt", "DomainXML", "TestHosts"]),
        tests("SeriesStore", ["Vocabulary"]),
        tests("PromQL", ["TestHosts", "Vocabulary", "WebClient"], unbuilt: ["Corpus"]),
        tests("Alerting", ["PromQL", "SeriesStore", "TestHosts", "Vocabulary", "YAML"]),
        tests("Exposition", ["TestHosts", "Vocabulary"]),
        tests("PrometheusAPI", ["PromQL", "SeriesStore", "TestHosts", "Vocabulary"]),
        tests(
            "Notifying", ["Alerting", "Database", "TestHosts", "Vocabulary", "WebClient"], unbuilt: ["Fixtures"]),
        tests(
            "Remediation", ["Alerting", "Database", "Libvirt", "Sampling", "TestHosts", "Vocabulary"],
            unbuilt: ["Scenarios"]),
        tests("Web", ["CZlib", "PromQL", "PrometheusAPI", "TestHosts", "Vocabulary"]),
        tests("Terminal"),
        tests(
            "Configuration",
            [
                "Alerting", "DomainXML", "Notifying", "Remediation", "Sampling", "TestHosts", "Vocabulary", "Web",
                "WebClient", "YAML",
            ]),
        tests(
            "Daemon",
            [
                "Alerting", "Configuration", "Database", "PromQL", "PrometheusAPI", "Remediation", "Sampling",
                "SeriesStore", "TestHosts",
                "Vocabulary", "Web", logging,
            ]),
        tests("virtwarden", ["Database", "Libvirt", "TestHosts", "WebClient"]),
    ],
    cxxLanguageStandard: .cxx17
)
