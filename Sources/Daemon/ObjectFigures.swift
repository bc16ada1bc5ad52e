// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Sampling
import Vocabulary

/// What is read of a host beyond what a round costs anyway.
package struct ObjectOptions: Hashable, Sendable {
    /// Whether each volume of each storage pool has series.
    package var volumes: Bool
    /// Whether each DHCP lease of each network has a series.
    package var leases: Bool
    /// Whether storage pools are refreshed before they are read; only where a read-write connection is wanted anyway.
    package var refreshesPools: Bool

    package init(volumes: Bool = false, leases: Bool = false, refreshesPools: Bool = false) {
        self.volumes = volumes
        self.leases = leases
        self.refreshesPools = refreshesPools
    }
}

/// One call after another about a host's objects, on a connection of its own.
struct ObjectChain {
    /// nil until it is needed; the main connection, where there is no other.
    var lane: Connection?
    /// Whether `lane` may write.
    var isWriter = false
    /// The number of the run under way.
    var running: Int?
    /// When the call under way was begun, and the object it is about.
    var callSince: Duration?
    var at: ObjectUUID?
    /// Whether that call has not returned in time.
    var isOverdue = false
    /// When the last run began, and the last of those that read everything.
    var began: Duration?
    var beganAll: Duration?
    /// Whether an event asks for a run, and whether one is put off for it.
    var isWanted = false
    var isPutOff = false
}

/// What is kept of a host's objects between rounds.
struct ObjectFigures {
    /// The chains there are: what storage does to one must not stop the other.
    enum Chain: String, CaseIterable {
        case storage, others
    }

    struct Pool {
        let name: String
        let met = Duration.monotonic
        var facts: StoragePoolSeries.Facts
        var series: StoragePoolSeries
        /// Used where the settings wish for Tinkoff's names.
        var tinkoff: TinkoffPoolSeries
        var counters: ObjectEventCounters
        var isDirty = true
    }

    struct Network {
        let name: String
        let met = Duration.monotonic
        var facts: NetworkSeries.Facts
        var series: NetworkSeries
        var counters: ObjectEventCounters
        var isDirty = true
        /// Whether the definition that is known may be an old one.
        var isStale = false
    }

    struct Interface {
        var listed: HostInterface
        var description: InterfaceDescription?
        var describedAt: Duration
        var series: HostInterfaceSeries
    }

    /// The most objects of one kind that are watched.
    static let limit = 4096
    /// The most host interfaces that are watched.
    static let interfaceLimit = 512
    /// How long what sends no events, or should have, is believed.
    static let belief = Duration.seconds(600)

    let host: String?
    var pools: [ObjectUUID: Pool] = [:]
    var networks: [ObjectUUID: Network] = [:]
    var interfaces: [String: Interface] = [:]
    var arePoolsListed = false
    var devices: [String: Int]?
    var devicesAt: Duration?
    var secrets: Int?
    var deviceSeries: NodeDeviceSeries
    /// Events of what has no series of its own.
    var counters: [ObjectEvent.Kind: ObjectEventCounters]
    var events: ObjectEventStream?
    /// Whether it was tried to hear events; before that nothing is read, so that no change falls between.
    var isListening = false
    /// How many events had been dropped when everything was last held to be old.
    var droppedBefore = 0
    private var storage = ObjectChain()
    private var others = ObjectChain()

    init(host: String?) {
        self.host = host
        deviceSeries = NodeDeviceSeries(host: host)
        counters = [
            .nodeDevice: ObjectEventCounters(.nodeDevice, name: nil, host: host),
            .secret: ObjectEventCounters(.secret, name: nil, host: host),
        ]
    }

    subscript(chain: Chain) -> ObjectChain {
        get { chain == .storage ? storage : others }
        set { if chain == .storage { storage = newValue } else { others = newValue } }
    }

    /// Whether the daemon tells of every change of these.
    func hears(_ id: ObjectEventID) -> Bool {
        events.map { !$0.refused.contains(id) } ?? false
    }

    mutating func adopt(pool: ObjectName) {
        guard pools.count < Self.limit else { return }
        pools[pool.uuid] = Pool(
            name: pool.name, facts: .init(uuid: pool.uuid), series: StoragePoolSeries(pool: pool.name, host: host),
            tinkoff: TinkoffPoolSeries(pool: pool.name, host: host),
            counters: ObjectEventCounters(.storagePool, name: pool.name, host: host))
    }

    mutating func adopt(network: ObjectName) {
        guard networks.count < Self.limit else { return }
        networks[network.uuid] = Network(
            name: network.name, facts: .init(uuid: network.uuid),
            series: NetworkSeries(network: network.name, host: host),
            counters: ObjectEventCounters(.network, name: network.name, host: host))
    }

    /// Nothing that was read is believed any more; what was counted stays.
    mutating func doubt() {
        for uuid in pools.keys {
            pools[uuid]?.isDirty = true
            pools[uuid]?.facts.description = nil
        }
        for uuid in networks.keys {
            networks[uuid]?.isDirty = true
            networks[uuid]?.isStale = true
        }
        devicesAt = nil
    }

    /// The connection is gone, and the runs with it.
    mutating func restart() {
        doubt()
        for uuid in pools.keys {
            pools[uuid]?.facts.reading = nil
            pools[uuid]?.facts.volumes = []
            pools[uuid]?.facts.isTimedOut = false
        }
        for uuid in networks.keys { networks[uuid]?.facts = .init(uuid: uuid) }
        interfaces = [:]
        (devices, secrets, arePoolsListed) = (nil, nil, false)
        (events, droppedBefore, isListening) = (nil, 0, false)
        (storage, others) = (ObjectChain(), ObjectChain())
    }
}
