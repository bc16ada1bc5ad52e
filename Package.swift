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

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies,
        exclude: [], swiftSettings: settings)
}

let nioHTTP: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map {
    .product(name: $0, package: "swift-nio")
}
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "virtwarden",
    products: [
        .library(name: "Libvirt", targets: ["Libvirt"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // Floor 0: system libraries.
        .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        // Floor 1: shared values, and one wrapped library each.
        library("Queues"),
        library("Vocabulary"),
        library("Libvirt", ["CLibvirt", "Queues"]),
        library("DomainXML", ["CLibXML2"]),
        library("YAML", ["CYAML"]),
        library("Regex2", ["CRE2"]),
        // Floor 2: pure.
        library("Sampling", ["Vocabulary", "Libvirt", "DomainXML"]),
        library("SeriesStore", ["Vocabulary"]),
        library("PromQL", ["Vocabulary", "Regex2"]),
        library("Alerting", ["Vocabulary", "YAML", "PromQL"]),
        library("Exposition", ["Vocabulary"]),
        // Floor 3: effects, one kind each.
        library("Web", ["CZlib"] + nioHTTP),
        // Floor 4: wiring.
        .target(
            name: "Daemon",
            dependencies: [
                "Queues", "Vocabulary", "Libvirt", "DomainXML", "Sampling", "SeriesStore", "Exposition", logging,
            ],
            exclude: ["Agent.swift", "RuleRunner.swift", "DomainActions.swift"],
            swiftSettings: settings),
        // Tests, by module. TestHosts starts the real daemons they need.
        .target(name: "TestHosts", path: "Tests/TestHosts", swiftSettings: settings),
        tests("Libvirt", ["CLibvirt"]),
        tests("DomainXML"),
        tests("Sampling", ["Vocabulary", "Libvirt", "DomainXML"]),
        tests("Exposition", ["Vocabulary"]),
        tests("Regex2"),
        tests("Alerting", ["PromQL", "SeriesStore", "TestHosts", "Vocabulary", "YAML"]),
        tests("PromQL", ["Vocabulary"]),
        tests("YAML"),
        tests("SeriesStore", ["Vocabulary"]),
        tests("Web", ["CZlib"]),
        tests("Daemon", ["SeriesStore", "TestHosts", "Vocabulary", logging]),
    ],
    cxxLanguageStandard: .cxx17
)
