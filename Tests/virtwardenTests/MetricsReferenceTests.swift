// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// The reference of metrics, beside its file and beside the page of a real host.
@Suite(.serialized, .timeLimit(.minutes(4))) struct MetricsReferenceTests {
    @Test func `the file says what the code says`() async throws {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let file = try String(contentsOf: URL(filePath: folder + "/dashboards/METRICS.md"), encoding: .utf8)
        let made = try await BuiltProgram.run(["metrics", "--output", "markdown"])
        #expect(made.code == 0)
        #expect(made.output == file, "dashboards/METRICS.md is old: run make reference")
    }

    @Test func `each form has every metric, and a wrong collector is 2`() async throws {
        let all = try await DocumentedMetric.all()
        #expect(all.count > 200)
        let table = try await BuiltProgram.run(["metrics"]).output.split(separator: "\n")
        #expect(table.count == all.count + 1)
        let csv = try await BuiltProgram.run(["metrics", "--output", "csv", "--collector", "vcpu_place"]).output
        #expect(csv.hasPrefix("name,type,unit,labels,source,collector,default,help\nlibvirt_domain_vcpu_cpu,gauge,"))
        #expect(csv.split(separator: "\n").count == 2)
        let wrong = try await BuiltProgram.run(["metrics", "--collector", "blok"])
        #expect(wrong.code == 2 && wrong.errors.contains("there is no \"blok\""))
    }

    /// What emulated domains of an unprivileged libvirtd 9.0 have not, or only in passing: collectors of which nothing is
    /// seen, and single families.
    private static let unseenCollectors: Set<String> = [
        // No leases and no ARP entry, no job of a disk, no device on the host for an interface of the kind user.
        "address", "block_job", "interface", "interface_limit",
        // Newer versions of libvirt.
        "block_geometry", "block_latency",
        // KVM, and what the kernel lets only root have.
        "hypervisor", "perf", "resctrl",
    ]
    private static let unseenFamilies: Set<String> = [
        "libvirt_domain_block_stats_errors_total", "libvirt_domain_completed_job_success",
        "libvirt_domain_completed_job_downtime_net_seconds", "libvirt_domain_completed_job_time_elapsed_net_seconds",
        "libvirt_domain_dirty_rate_start_timestamp_seconds",
        "libvirt_domain_guest_load1", "libvirt_domain_guest_load5", "libvirt_domain_guest_load15",
        "libvirt_domain_interface_meta", "libvirt_domain_interface_stats_info",
        "libvirt_domain_vcpu_dirty_rate_bytes_per_second", "libvirt_domain_vcpu_halted", "libvirt_interface_members",
        "libvirt_network_dhcp_lease_expiry_timestamp_seconds", "libvirt_network_dhcp_leases",
        "libvirt_node_memory_available_bytes", "virtwarden_unknown_fields_total",
        // While a domain waits, or has metadata that cannot be used.
        "virtwarden_remediation_backoff_seconds", "virtwarden_remediation_metadata_problems",
    ]

    private static func isUnseen(_ metric: DocumentedMetric) -> Bool {
        unseenCollectors.contains(metric.collector) || unseenFamilies.contains(metric.name)
            // While a job runs; the others stand at 0 for inovex's dashboards.
            || metric.name.hasPrefix("libvirt_domain_job_") && !metric.name.hasPrefix("libvirt_domain_job_info_")
    }

    @Test func `a real host's page has the documented families, with their types and labels`() async throws {
        let scene = try await ReferenceScene()
        let agent = try BuiltProgram.start(["serve", "--config", scene.configuration])
        let port = try await agent.port()
        try await scene.makeNews(port)
        let documented = try await DocumentedMetric.all()
        let ordinary = documented.filter { $0.collector != "kumina" && $0.name != "libvirt_domains_number" }
        let expected = Set(ordinary.filter { !Self.isUnseen($0) }.map(\.name))
        // The end of this wait says little; what is missing, or too much, is said below.
        try? await waitUntil("all is seen", within: .seconds(60)) {
            Set(MetricsPage(try await Scenario.page(port)).types.keys) == expected
        }
        let page = try await check(port, scene, documented, more: [])
        #expect(expected.subtracting(page.types.keys).sorted() == [], "no longer on the page")
        #expect(Set(page.types.keys).subtracting(expected).sorted() == [], "said to be unseen")
        // The series that stay have labels more.
        try scene.configure(kumina: true)
        agent.signal(SIGHUP)
        try await scene.wait(port, for: "libvirt_domain_block_stats_flush_seconds_total{")
        try await scene.wait(port, for: "libvirt_domains_number 3\n")
        try await check(
            port, scene, documented,
            more: ["uuid", "source_file", "source_bridge", "name", "flavor", "project_name"])
        #expect(await agent.stop() == .exited(0))
        await scene.stop()
    }

    @discardableResult
    private func check(
        _ port: UInt16, _ scene: ReferenceScene, _ documented: [DocumentedMetric], more: Set<String>
    ) async throws -> MetricsPage {
        let text = try await Scenario.page(port)
        let page = MetricsPage(text)
        let known = Dictionary(uniqueKeysWithValues: documented.map { ($0.name, $0) })
        for (name, type) in page.types {
            let metric = try #require(known[name], "\(name) is not in the reference")
            #expect(metric.type == type, "\(name)")
            let others = page.labels[name, default: []].subtracting(metric.labels).subtracting(more)
            #expect(
                others.isSubset(of: name == "libvirt_domain_metadata_info" ? ["domain", "owner"] : ["domain"]),
                "\(name)")
        }
        #expect(page.labels.keys.allSatisfy { page.types[$0] != nil })
        #expect(page.series.count > 300)
        #expect(Set(page.series).count == page.series.count)
        let file = try scene.directory.write("page.txt", text.utf8)
        try await run("sh", ["-c", "promtool check metrics <\"$1\"", "sh", file])
        return page
    }
}

/// A host that has one of everything that can be had there, and an agent told to read all of it.
final class ReferenceScene: Sendable {
    let host: PrivateLibvirtd
    let sink: WebSink
    let directory: OwnedDirectory

    var configuration: String { "\(directory.path)/config.yml" }

    init() async throws {
        host = try await PrivateLibvirtd.start()
        sink = try WebSink()
        directory = try OwnedDirectory()
        try directory.write("rules.yml", Scenario.rules.utf8)
        try configure(kumina: false)
        try await host.defineGuest("guest", GuestKernel.make())
        for name in ["web-1", "web-2"] { try await host.define(name) }
        for name in ["guest", "web-1", "web-2"] { try await host.start(name, booted: false) }
        try await fill("web-1")
        try await defineObjects()
    }

    /// All collectors run every second but the state's, which has no choice; what kumina replaces is there without it.
    func configure(kumina: Bool) throws {
        let every = [
            "address", "block", "block_geometry", "block_job", "block_latency", "block_limit", "cpu", "dirtyrate",
            "disk_error", "hypervisor", "information", "interface", "interface_limit", "iothread", "job", "memory",
            "message", "perf", "resctrl", "snapshot", "vcpu", "vcpu_place",
        ]
        try directory.write(
            "config.yml",
            """
            connections: [{name: local, uri: "\(host.uri)"}]
            sampling:
              interval: 500ms
              monitor_interval: 1s
              slow_interval: 1s
              volumes: true
              leases: true
              pool_refresh: true
              guest_agent: true
              compat: [inovex, tinkoff\(kumina ? ", kumina" : "")]
              collectors: {\(every.map { "\($0): 1s" }.joined(separator: ", "))}
            metadata: {namespaces: {app: "http://app"}, labels: {owner: "app:owner"}}
            web: {listen: ["127.0.0.1:0"]}
            rule_files: ["\(directory.path)/rules.yml"]
            receivers: [{name: ops, webhook: {url: "\(sink.url)"}}]
            alertmanagers: [{url: "\(sink.url)"}]
            state: {directory: "\(directory.path)/state"}
            remediation:
              mode: auto
              policies: [{name: all, match: {domains: [web-2]}, on: {causes: [hypervisor-crash]}, settle: 500ms, verify: 500ms}]

            """.utf8)
    }

    private func fill(_ name: String) async throws {
        try await host.virsh(
            "metadata", name, "http://app", "--key", "app", "--set", "<owner>ops</owner>", "--config", "--live")
        let managers = [
            ("http://openstack.org/xmlns/libvirt/nova/1.1", "<instance><name>n</name><flavor name='f'/></instance>"),
            ("http://ovirt.org/vm/1.0", "<vm><clusterVersion>4.7</clusterVersion></vm>"),
            ("http://kubevirt.io", "<kubevirt><uid>u</uid></kubevirt>"),
        ]
        for (number, manager) in managers.enumerated() {
            try await host.virsh(
                "metadata", name, manager.0, "--key", "m\(number)", "--set", manager.1, "--config", "--live")
        }
        try await host.virsh("blkdeviotune", name, "vda", "--total-bytes-sec", "1000000", "--total-iops-sec", "1000")
        try await host.virsh("iothreadadd", name, "1", "--live")
        try await host.virsh("domdirtyrate-calc", name, "--seconds", "1")
        try await host.virsh("domblkthreshold", name, "vda", "1000000")
        // What libvirt did not do itself, it calls tainting.
        try await host.virsh("qemu-monitor-command", name, "--hmp", "info status")
    }

    private func defineObjects() async throws {
        let pool =
            "<pool type='dir'><name>images</name><target><path>\(host.directory.path)/images</path></target></pool>"
        try await host.virsh("pool-define", host.directory.write("pool.xml", pool.utf8))
        try await host.virsh("pool-build", "images")
        try await host.virsh("pool-start", "images")
        try await host.virsh("vol-create-as", "images", "one", "1M")
        let network = "<network><name>lan</name><forward mode='bridge'/><bridge name='vwbr0'/></network>"
        try await host.virsh("net-define", host.directory.write("network.xml", network.utf8))
        try await host.virsh("net-start", "lan")
    }

    /// A repair, and a job that ends.
    func makeNews(_ port: UInt16) async throws {
        try await wait(port, for: #"libvirt_domain_state{domain="web-2",state="running"} 1"#)
        try host.kill("web-2")
        try await wait(port, for: "virtwarden_actions_total{")
        try await host.virsh("dump", "web-1", "\(host.directory.path)/dump", "--live")
    }

    func wait(_ port: UInt16, for part: String) async throws {
        try await waitUntil("the page shows \(part)", within: .seconds(30)) {
            try await Scenario.page(port).contains(part)
        }
    }

    func stop() async {
        sink.stop()
        await host.stop()
        await directory.remove()
    }
}
