// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Testing
import Vocabulary

@testable import Sampling

@Suite struct NodeSeriesTests {
    private var series = NodeSeries(host: nil)

    private mutating func lines(_ reading: NodeReading) -> [String] {
        Readings.lines(series.batch(reading, at: Readings.time))
    }

    @Test mutating func `what was not read yields no series`() {
        #expect(lines(.cpu([])).isEmpty && lines(.memory([])).isEmpty && lines(.freePages([])).isEmpty)
        #expect(lines(.sharedPages(NodeSharedPages())).isEmpty)
    }

    @Test mutating func `libvirt's units become seconds and bytes, and what is no time or has no name is left out`() {
        let info = NodeInfo(
            model: "x86_64", cpus: 8, numaCells: 1, socketsPerCell: 1, coresPerSocket: 4, threadsPerCore: 2)
        #expect(
            lines(.info(info)) == [
                #"libvirt_node_info{model="x86_64"} 1.0"#, "libvirt_node_cpus 8.0", "libvirt_node_numa_cells 1.0",
                "libvirt_node_sockets 1.0", "libvirt_node_cores 4.0", "libvirt_node_threads 2.0",
            ])
        #expect(
            lines(.cpu([NodeStat(name: "user", value: 1_500_000_000), NodeStat(name: "utilization", value: 12)])) == [
                #"libvirt_node_cpu_seconds_total{mode="user"} 1.5"#
            ])
        #expect(
            lines(.memory([NodeStat(name: "free", value: 2), NodeStat(name: "unheard-of", value: 1)])) == [
                "libvirt_node_memory_free_bytes 2048.0"
            ])
    }

    @Test mutating func `cells have names of their own, so that a sum counts nothing twice`() throws {
        let topology = try HostTopology(
            parsing: """
                <capabilities><host><topology><cells num='2'>
                <cell id='0'><memory unit='KiB'>8</memory><pages unit='KiB' size='2048'>3</pages></cell>
                <cell id='4'><memory unit='KiB'>16</memory></cell></cells></topology></host></capabilities>
                """)
        #expect(topology.pageSizes == [2048] && topology.cells.map(\.number) == [0, 4])
        #expect(
            lines(.topology(topology)) == [
                #"libvirt_node_cell_memory_total_bytes{cell="0"} 8192.0"#,
                #"libvirt_node_pages{cell="0", page_size="2097152"} 3.0"#,
                #"libvirt_node_cell_memory_total_bytes{cell="4"} 16384.0"#,
            ])
        #expect(
            lines(.cellMemory([NodeCellMemory(cell: 4, free: 7)])) == [
                #"libvirt_node_cell_memory_free_bytes{cell="4"} 7.0"#
            ])
        #expect(
            lines(.freePages([NodePages(cell: 0, size: 4, count: 9)])) == [
                #"libvirt_node_free_pages{cell="0", page_size="4096"} 9.0"#
            ])
    }

    @Test mutating func `pages that KSM shares`() {
        var pages = NodeSharedPages()
        pages.pages = ["sharing": 5, "shared": 2]
        pages.fullScans = 7
        #expect(
            lines(.sharedPages(pages)) == [
                #"libvirt_node_ksm_pages{state="shared"} 2.0"#, #"libvirt_node_ksm_pages{state="sharing"} 5.0"#,
                "libvirt_node_ksm_full_scans_total 7.0",
            ])
    }
}
