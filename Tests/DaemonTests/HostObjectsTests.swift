// SPDX-License-Identifier: Apache-2.0
import Daemon
import FoundationEssentials
import Glibc
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

@Suite(.serialized, .timeLimit(.minutes(2))) struct HostObjectsTests {
    private let board = Board(store: Store())
    private let listening = Listening()
    private let lines = Lines()
    private let first = "00000000-0000-0000-0000-0000000000aa"
    private let overdueStorage = "virtwarden_object_calls_overdue{objects=\"storage\"}"
    private let second = "00000000-0000-0000-0000-0000000000bb"

    private func watch(
        _ uri: String, writes: Bool = false, every slow: Duration = .milliseconds(300), refused: Set<String> = [],
        choices: [String: SamplingPlan.Choice] = [:], _ objects: ObjectOptions = ObjectOptions()
    ) -> HostWatch {
        HostWatch(
            .init(
                name: "local", uri: uri, writes: writes,
                sampling: SamplingPlan(interval: .milliseconds(100), slowInterval: slow, choices: choices),
                deadline: .milliseconds(500),
                objects: objects),
            board: board, log: lines.logger(), listener: listening, refused: refused)
    }

    @Test func `shows what the test driver has, and asks once for what it has not`() async throws {
        let host = watch("test:///default", .init(volumes: true, leases: true, refreshesPools: true))
        await host.start()
        try await waitUntil("objects are on the page") {
            board.value(#"libvirt_storage_pool_capacity_bytes{storage_pool="default-pool"}"#) == 107_374_182_400
                && board.value(#"libvirt_network_active{network="default"}"#) == 1
                && board.value(#"libvirt_interface_active{interface="eth1"}"#) == 1
                && board.value(#"libvirt_node_devices{capability="system"}"#) == 1
        }
        try await waitUntil("the refresh that the agent asked for is seen and counted") {
            (board.value(#"libvirt_storage_pool_events_total{event="refresh",storage_pool="default-pool"}"#) ?? 0) >= 2
                && board.has("libvirt_storage_pool_refresh_timestamp_seconds{")
        }
        #expect(board.has(#"libvirt_network_info{bridge="virbr0",forward_mode="nat",network="default""#))
        #expect(board.value(#"libvirt_storage_pool_timed_out{storage_pool="default-pool"}"#) == 0)
        #expect(board.value(#"libvirt_node_device_events_total{event="created"}"#) != nil)
        #expect(!board.has("libvirt_secrets") && !board.has("libvirt_network_dhcp_leases"))
        for call in ["virConnectNumOfSecrets", "virNetworkGetDHCPLeases"] {
            #expect(lines.all.filter { $0.contains("has no \(call)") }.count == 1)
        }
        await host.stop()
        #expect(board.lines.filter { $0.hasPrefix("libvirt_") } == [])
    }

    @Test(arguments: ["virConnectListAllStoragePools", "virConnectListAllNetworks", "virConnectListAllInterfaces"])
    func `a driver that lacks one kind shows the others`(call: String) async throws {
        let host = watch("test:///default", refused: [call])
        await host.start()
        let shown = [
            "virConnectListAllStoragePools": "libvirt_storage_pool_state{",
            "virConnectListAllNetworks": "libvirt_network_active{",
            "virConnectListAllInterfaces": "libvirt_interface_active{",
        ]
        try await waitUntil("what is left is on the page") {
            shown.allSatisfy { $0.key == call || board.has($0.value) } && board.has("libvirt_node_devices{")
        }
        #expect(!board.has(shown[call] ?? ""))
        await host.stop()
    }

    @Test(arguments: [
        ("storage_pool", "libvirt_storage_pool_state{"), ("network", "libvirt_network_active{"),
        ("host_interface", "libvirt_interface_active{"), ("node_device", "libvirt_node_devices{"),
        ("node", "libvirt_node_cpus"),
    ])
    func `what settings turn off of a host is not read, and the rest is`(collector: String, series: String) async throws
    {
        let all = [
            "libvirt_storage_pool_state{", "libvirt_network_active{", "libvirt_interface_active{",
            "libvirt_node_devices{", "libvirt_node_cpus",
        ]
        let host = watch("test:///default", choices: [collector: .off])
        await host.start()
        try await waitUntil("the others are on the page") { all.allSatisfy { $0 == series || board.has($0) } }
        let time = "virtwarden_last_success_timestamp_seconds"
        let before = board.value(time) ?? 0
        try await waitUntil("a slow interval has passed twice") { (board.value(time) ?? 0) > before + 0.6 }
        #expect(!board.has(series))
        await host.stop()
    }

    @Test func `what is changed elsewhere is seen by its event`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        // Nothing is read again but after an event.
        let host = watch(daemon.uri, every: .seconds(3600), .init(volumes: true))
        await host.start()
        try await waitUntil("the host was read") { board.has("libvirt_secrets 0") }
        try await definePool("images", in: daemon)
        try await daemon.virsh("pool-start", "images")
        @Sendable func pool(_ name: String) -> Double? {
            board.value("libvirt_storage_pool_\(name){storage_pool=\"images\"}")
        }
        try await waitUntil("the pool runs") { pool("state") == 2 && pool("volumes") == 0 }
        #expect(pool("capacity_bytes") ?? 0 > 0)
        #expect(
            board.has(#"path="\#(daemon.directory.path)/images",persistent="true",storage_pool="images",type="dir""#))
        let events = #"libvirt_storage_pool_events_total{event="started",storage_pool="images"}"#
        #expect(board.value(events) == 1)
        try await daemon.virsh("vol-create-as", "images", "one", "1M")
        try await daemon.virsh("pool-refresh", "images")
        try await waitUntil("the volume is there") {
            board.value(#"libvirt_storage_volume_capacity_bytes{storage_pool="images",volume="one"}"#) == 1_048_576
        }

        try await defineNetwork("lan", bridge: "vwbr0", in: daemon)
        try await waitUntil("the network is there") {
            board.has(#"libvirt_network_info{bridge="vwbr0",forward_mode="bridge",network="lan""#)
        }
        #expect(board.value(#"libvirt_network_active{network="lan"}"#) == 0)
        #expect((board.value(#"libvirt_node_devices{capability="net"}"#) ?? 0) > 0)
        try await defineNetwork("lan", bridge: "vwbr1", in: daemon)
        try await waitUntil("the new definition is there, and the old is not") {
            board.has(#"bridge="vwbr1""#) && !board.has(#"bridge="vwbr0""#)
        }
        try await daemon.virsh("net-start", "lan")
        try await waitUntil("it is active") { board.value(#"libvirt_network_active{network="lan"}"#) == 1 }
        try await daemon.virsh("net-destroy", "lan")
        try await daemon.virsh("net-undefine", "lan")
        // Another network may take the name before the end of the first is noticed.
        try await defineNetwork("lan", bridge: "vwbr2", uuid: second, in: daemon)
        try await waitUntil("the new network has taken the place of the old") {
            board.has(#"network="lan",persistent="true",uuid="\#(second)""#) && !board.has(first)
        }
        try await waitUntil("its events are counted anew") {
            board.value(#"libvirt_network_events_total{event="defined",network="lan"}"#) == 1
                && board.value(#"libvirt_network_events_total{event="started",network="lan"}"#) == 0
        }
        try await daemon.virsh("net-undefine", "lan")
        try await waitUntil("the network is gone") { !board.has(#"network="lan""#) }

        let secret = "<secret ephemeral='yes'><usage type='volume'><volume>/x</volume></usage></secret>"
        try await daemon.virsh("secret-define", daemon.directory.write("secret.xml", secret.utf8))
        try await waitUntil("the secret is counted") {
            board.has("libvirt_secrets 1") && board.value(#"libvirt_secret_events_total{event="defined"}"#) == 1
        }
        await host.stop()
        await daemon.stop()
    }

    @Test func `what no event told of is found by the next reading`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await definePool("images", in: daemon)
        try await defineNetwork("lan", bridge: "vwbr0", in: daemon)
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("the objects are there") {
            board.has(#"libvirt_storage_pool_state{storage_pool="images"} 0"#) && board.has(#"network="lan""#)
        }
        try await daemon.killDaemon()
        try await waitUntil("the host is down") { board.has("libvirt_up 0") }
        #expect(!board.has("libvirt_storage_pool_state") && !board.has("libvirt_network_active"))
        try FileManager.default.removeItem(atPath: "\(daemon.directory.path)/config/libvirt/qemu/networks/lan.xml")
        try await daemon.restart()
        // A daemon that begins takes a pool whose directory is there for a running one.
        try await waitUntil("the pool is there again", within: .seconds(30)) {
            board.has(#"libvirt_storage_pool_state{storage_pool="images"} 2"#)
        }
        try await waitUntil("the network is not") { !board.has(#"network="lan""#) }
        await host.stop()
        await daemon.stop()
    }

    @Test func `storage that hangs is named, and stops nothing else`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        // The list hangs too, when it is asked first, and names nobody. Events tell of the pools as well.
        let host = watch(daemon.uri, refused: ["virConnectListAllStoragePools"])
        await host.start()
        try await waitUntil("events are heard") { board.has("libvirt_secrets 0") }
        for name in ["far", "near"] {
            try await definePool(name, in: daemon)
            try await daemon.virsh("pool-start", name)
        }
        @Sendable func pool(_ name: String, _ figure: String) -> Double? {
            board.value("libvirt_storage_pool_\(figure){storage_pool=\"\(name)\"}")
        }
        try await waitUntil("both are read") { pool("far", "state") == 2 && pool("near", "state") == 2 }
        let gate = try Gate(in: daemon)
        // libvirt opens an image's backing file to see what it is, and a FIFO that nobody writes to lets it wait; the
        // pool's lock is held meanwhile, as by an NFS server that went away.
        async let refresh = daemon.virsh("pool-refresh", "far")
        // After the call, which is waited for when this test fails: a gate that is open lets it end.
        defer { try? gate.open() }
        try await waitUntil("it is named") { pool("far", "timed_out") == 1 }
        #expect(pool("far", "state") == nil && pool("far", "capacity_bytes") == nil)
        #expect(lines.all.contains { $0.contains("storage does not answer") && $0.contains("far") })
        try await waitUntil("old numbers are withdrawn") { pool("near", "capacity_bytes") == nil }
        #expect(pool("near", "timed_out") == 0)
        #expect(board.value(overdueStorage) == 1)
        // Everything else goes on.
        try await defineNetwork("lan", bridge: "vwbr0", in: daemon)
        try await waitUntil("a new network is seen") { board.has(#"network="lan""#) }
        let sampled = board.value("virtwarden_last_success_timestamp_seconds") ?? 0
        try await waitUntil("rounds go on") {
            (board.value("virtwarden_last_success_timestamp_seconds") ?? 0) > sampled
        }
        #expect(board.has("libvirt_up 1"))
        try gate.open()
        _ = try await refresh
        try await waitUntil("both are read again") {
            pool("far", "state") == 2 && pool("near", "state") == 2 && pool("far", "timed_out") == 0
        }
        #expect(pool("far", "volumes") == 1 && board.value(overdueStorage) == 0)
        await host.stop()
        await daemon.stop()
    }

    @Test func `a list of pools that hangs is told of, with the pools that may be why`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["far", "near"] {
            try await definePool(name, in: daemon)
            try await daemon.virsh("pool-start", name)
        }
        // Nothing but the list is asked, so nothing else can meet the pool's lock.
        let host = watch(daemon.uri, refused: ["virStoragePoolLookupByUUID", "virStoragePoolGetXMLDesc"])
        await host.start()
        let known = ["far", "near"].map { "libvirt_storage_pool_timed_out{storage_pool=\"\($0)\"}" }
        try await waitUntil("both are known") { known.allSatisfy { board.value($0) == 0 } }
        #expect(board.value(overdueStorage) == 0)
        let gate = try Gate(in: daemon)
        async let refresh = daemon.virsh("pool-refresh", "far")
        defer { try? gate.open() }
        try await waitUntil("it is told of") { board.value(overdueStorage) == 1 }
        #expect(lines.all.contains { $0.contains("the list of pools waits for one") && $0.contains("far, near") })
        // Which of them it is, nobody knows.
        #expect(known.allSatisfy { board.value($0) == 0 })
        try gate.open()
        _ = try await refresh
        try await waitUntil("it answers again") { board.value(overdueStorage) == 0 }
        #expect(lines.all.contains { $0.contains("storage answers again") })
        await host.stop()
        await daemon.stop()
    }

    @Test func `a host that stops while storage hangs does not wait for it`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await definePool("far", in: daemon)
        try await daemon.virsh("pool-start", "far")
        let gate = try Gate(in: daemon)
        defer { try? gate.open() }
        // The agent's own refresh is what hangs.
        let host = watch(daemon.uri, writes: true, .init(refreshesPools: true))
        await host.start()
        let timedOut = #"libvirt_storage_pool_timed_out{storage_pool="far"}"#
        try await waitUntil("it is named") { board.value(timedOut) == 1 }
        await host.stop()
        #expect(!board.has("libvirt_"))
        await daemon.stop()
    }

    private func definePool(_ name: String, in daemon: PrivateLibvirtd) async throws {
        let path = "\(daemon.directory.path)/\(name)"
        let xml = "<pool type='dir'><name>\(name)</name><target><path>\(path)</path></target></pool>"
        try await daemon.virsh("pool-define", daemon.directory.write("\(name).xml", xml.utf8))
        try await daemon.virsh("pool-build", name)
    }

    /// A network that only names a bridge: libvirt starts it without making anything on the host.
    private func defineNetwork(
        _ name: String, bridge: String, uuid: String? = nil, in daemon: PrivateLibvirtd
    ) async throws {
        let uuid = uuid ?? first
        let xml = """
            <network><name>\(name)</name><uuid>\(uuid)</uuid><forward mode='bridge'/><bridge name='\(bridge)'/></network>
            """
        try await daemon.virsh("net-define", daemon.directory.write("\(name).xml", xml.utf8))
    }
}

/// A volume in the pool `far` whose backing file cannot be opened until the gate is.
private struct Gate {
    private let path: String

    init(in daemon: PrivateLibvirtd) throws {
        path = "\(daemon.directory.path)/gate"
        guard mkfifo(path, 0o666) == 0, chmod(path, 0o666) == 0 else { throw HostError("cannot make \(path)") }
        var header: [UInt8] = Array("QFI\u{FB}".unicodeScalars.map { UInt8($0.value) })
        // Version 2, the backing file's name behind the header, its length, cluster bits, size; no format of it.
        for number: UInt32 in [2, 0, 72, UInt32(path.utf8.count), 16, 0, 1 << 20] {
            header += withUnsafeBytes(of: number.bigEndian) { Array($0) }
        }
        header += [UInt8](repeating: 0, count: 72 - header.count) + Array(path.utf8)
        let file = try daemon.directory.write("far/image.qcow2", header)
        chmod(file, 0o644)
    }

    /// Lets the reader go on; opening for both never waits.
    func open() throws {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw HostError("cannot open \(path)") }
        close(descriptor)
    }
}
