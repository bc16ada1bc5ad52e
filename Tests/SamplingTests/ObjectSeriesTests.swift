// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Testing
import Vocabulary

@testable import Sampling

@Suite struct ObjectSeriesTests {
    private let uuid = "00112233-4455-6677-8899-aabbccddeeff"

    @Test func `a pool that was not read has its name and no figures`() {
        var series = StoragePoolSeries(pool: "images", host: nil)
        #expect(
            Readings.lines(series.batch(.init(uuid: Readings.uuid), at: Readings.time)) == [
                #"libvirt_storage_pool_timed_out{storage_pool="images"} 0.0"#,
                #"libvirt_storage_pool_info{storage_pool="images", uuid="\#(uuid)"} 1.0"#,
            ])
    }

    @Test func `a pool's figures, and its volumes when they were read`() throws {
        var series = StoragePoolSeries(pool: "images", host: "one")
        var facts = StoragePoolSeries.Facts(uuid: Readings.uuid)
        var reading = StoragePoolReading()
        (reading.state, reading.capacity, reading.volumeCount, reading.isPersistent) = (2, 4096, 3, true)
        facts.reading = reading
        facts.description = try StoragePoolDescription(
            parsing: "<pool type='dir'><target><path>/images</path></target></pool>")
        facts.volumes = [StorageVolume(name: "a\"b", capacity: 100, allocation: 7)]
        let fixed = #"host="one", "#
        #expect(
            Readings.lines(series.batch(facts, at: Readings.time)) == [
                #"libvirt_storage_pool_timed_out{\#(fixed)storage_pool="images"} 0.0"#,
                #"libvirt_storage_pool_state{\#(fixed)storage_pool="images"} 2.0"#,
                #"libvirt_storage_pool_capacity_bytes{\#(fixed)storage_pool="images"} 4096.0"#,
                #"libvirt_storage_pool_volumes{\#(fixed)storage_pool="images"} 3.0"#,
                #"libvirt_storage_pool_info{\#(fixed)path="/images", persistent="true", storage_pool="images", "#
                    + #"type="dir", uuid="\#(uuid)"} 1.0"#,
                #"libvirt_storage_volume_capacity_bytes{\#(fixed)storage_pool="images", volume="a\"b"} 100.0"#,
                #"libvirt_storage_volume_allocation_bytes{\#(fixed)storage_pool="images", volume="a\"b"} 7.0"#,
            ])
    }

    @Test(arguments: [true, false])
    func `leases are counted, and listed when that is wanted`(listsLeases: Bool) throws {
        var series = NetworkSeries(network: "lan", host: nil)
        var facts = NetworkSeries.Facts(uuid: Readings.uuid)
        facts.description = try NetworkDescription(parsing: "<network><bridge name='br9'/></network>")
        facts.leases = [
            DHCPLease(mac: "02:00:00:00:00:01", address: "10.0.0.2", hostname: "a", expiry: 1_700_000_000),
            DHCPLease(mac: "02:00:00:00:00:02", address: "10.0.0.3", hostname: "b", expiry: 0),
        ]
        let listed =
            #"libvirt_network_dhcp_lease_expiry_timestamp_seconds{address="10.0.0.2", mac="02:00:00:00:00:01", "#
            + #"network="lan"} 1700000000.0"#
        #expect(
            Readings.lines(series.batch(facts, listsLeases: listsLeases, at: Readings.time)) == [
                #"libvirt_network_dhcp_leases{network="lan"} 2.0"#,
                #"libvirt_network_info{bridge="br9", forward_mode="isolated", network="lan", uuid="\#(uuid)"} 1.0"#,
            ] + (listsLeases ? [listed] : []))
    }

    @Test func `an interface of the host`() throws {
        var series = HostInterfaceSeries(interface: "br0", host: nil)
        let description = try InterfaceDescription(
            parsing: "<interface type='bridge'><bridge><interface name='eth0'/></bridge></interface>")
        let listed = HostInterface(name: "br0", mac: "02:00:00:00:00:01", isActive: true)
        #expect(
            Readings.lines(series.batch(listed, description, at: Readings.time)) == [
                #"libvirt_interface_active{interface="br0"} 1.0"#, #"libvirt_interface_members{interface="br0"} 1.0"#,
                #"libvirt_interface_info{interface="br0", mac="02:00:00:00:00:01", type="bridge"} 1.0"#,
            ])
    }

    @Test func `devices and secrets that were not counted have no series`() {
        var series = NodeDeviceSeries(host: nil)
        #expect(series.batch(devices: nil, secrets: nil, at: Readings.time).values.isEmpty)
        #expect(
            Readings.lines(series.batch(devices: ["pci": 3, "net": 0], secrets: 2, at: Readings.time)) == [
                #"libvirt_node_devices{capability="pci"} 3.0"#, "libvirt_secrets 2.0",
            ])
        // What was there once is missed, what never was is not.
        #expect(
            Readings.lines(series.batch(devices: ["pci": 0, "net": 0], secrets: nil, at: Readings.time)) == [
                #"libvirt_node_devices{capability="pci"} 0.0"#
            ])
    }

    @Test func `known events begin at 0, and unknown ones are bounded`() {
        var counters = ObjectEventCounters(.network, name: "lan", host: nil)
        #expect(
            Readings.lines(counters.batch(at: Readings.time))
                == [
                    "defined", "undefined", "started", "stopped",
                ].map { #"libvirt_network_events_total{event="\#($0)", network="lan"} 0.0"# })
        for number in 0..<100 { counters.count("\(number)") }
        counters.count("started")
        let batch = counters.batch(at: Readings.time)
        #expect(batch.values.count == 4 + ObjectEventCounters.addedLimit + 1)
        #expect(batch.values.last == Double(100 - ObjectEventCounters.addedLimit))
        #expect(batch.values[2] == 1)
    }

    @Test func `devices are counted together, under no name`() {
        var counters = ObjectEventCounters(.nodeDevice, name: nil, host: nil)
        counters.count("created")
        #expect(
            Readings.lines(counters.batch(at: Readings.time)).first
                == #"libvirt_node_device_events_total{event="created"} 1.0"#)
    }
}
