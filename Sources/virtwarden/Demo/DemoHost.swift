// SPDX-License-Identifier: Apache-2.0

/// The simulated host: a dozen domains in the format of libvirt's test driver (`test:///FILE`).
enum DemoHost {
    struct Domain {
        let name: String
        let title: String
        let memoryMiB: Int
        let vcpus: Int
        var isRunning = true
    }

    static let domains = [
        Domain(name: "web-1", title: "Shop, first front end", memoryMiB: 2048, vcpus: 2),
        Domain(name: "web-2", title: "Shop, second front end", memoryMiB: 2048, vcpus: 2),
        Domain(name: "api-1", title: "Orders API", memoryMiB: 4096, vcpus: 4),
        Domain(name: "api-2", title: "Stock API", memoryMiB: 4096, vcpus: 4),
        Domain(name: "db-1", title: "Orders database", memoryMiB: 16384, vcpus: 8),
        Domain(name: "db-2", title: "Orders database, replica", memoryMiB: 16384, vcpus: 8),
        Domain(name: "cache-1", title: "Session cache", memoryMiB: 8192, vcpus: 2),
        Domain(name: "mail-1", title: "Mail relay", memoryMiB: 1024, vcpus: 1),
        Domain(name: "dns-1", title: "Name server", memoryMiB: 512, vcpus: 1),
        Domain(name: "build-1", title: "Build machine", memoryMiB: 8192, vcpus: 8),
        Domain(name: "test-1", title: "Test bench", memoryMiB: 2048, vcpus: 2, isRunning: false),
        Domain(name: "old-1", title: "Last year's shop", memoryMiB: 2048, vcpus: 2, isRunning: false),
    ]

    /// `virDomainState`: 1 runs, 5 is shut off.
    static var xml: String {
        let all = domains.enumerated().map { index, domain in
            let number = String(index + 1)
            let uuid = "5f0d9b52-1c8e-4b1f-9c53-" + String(repeating: "0", count: 12 - number.count) + number
            return """
                <domain type="test" xmlns:test="http://libvirt.org/schemas/domain/test/1.0">
                  <name>\(domain.name)</name><uuid>\(uuid)</uuid><title>\(domain.title)</title>
                  <memory unit="MiB">\(domain.memoryMiB)</memory><vcpu>\(domain.vcpus)</vcpu>
                  <os><type arch="x86_64">hvm</type></os><on_crash>destroy</on_crash>
                  <devices>
                    <disk type="file" device="disk"><source file="/demo/\(domain.name).qcow2"/><target dev="vda"/></disk>
                    <interface type="network"><source network="default"/><target dev="vnet\(index)"/></interface>
                  </devices>
                  <test:runstate>\(domain.isRunning ? 1 : 5)</test:runstate>
                </domain>
                """
        }
        return """
            <node>
              <network><name>default</name><bridge name="virbr0"/></network>
              \(all.joined(separator: "\n"))
            </node>

            """
    }

    static let rules = """
        groups:
          - name: demo
            rules:
              - alert: DomainCrashed
                expr: increase(libvirt_domain_events_total{event="lifecycle",detail=~"stopped_(crashed|failed)"}[30s]) > 0
                labels: {severity: critical}
                annotations: {summary: "{{ $labels.domain }} has crashed"}
              - alert: DomainPaused
                expr: libvirt_domain_state{state="paused"} == 1
                labels: {severity: warning}
                annotations: {summary: "{{ $labels.domain }} is paused"}
              - record: host:domain_memory_bytes:sum
                expr: sum(libvirt_domain_info_memory_usage_bytes)

        """

    /// The configuration of the demonstration, as a user would write it.
    static func configuration(directory: String, listen: String) -> String {
        """
        connections:
          - {name: demo, uri: "test://\(directory)/host.xml"}
        sampling: {interval: 1s}
        web: {listen: ["\(listen)"]}
        rule_files: ["\(directory)/rules.yml"]
        state: {directory: "\(directory)/state"}
        remediation:
          mode: auto
          policies:
            - name: default
              on: {causes: [panic, hypervisor-crash]}
              settle: 500ms
              verify: 1s

        """
    }
}
