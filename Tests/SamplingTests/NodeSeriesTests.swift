// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Testing
import Vocabulary

@testable import Sampling

@Suite struct NodeSeriesTests {
    private var series = NodeSeries(host: nil)

    @Test mutating func `what was not read yields no series`() {
        #expect(series.batch(info: nil, cpu: [], memory: [], at: Readings.time).values.isEmpty)
    }

    @Test mutating func `libvirt's units become seconds and bytes, and what is no time or has no name is left out`() {
        let info = NodeInfo(
            model: "x86_64", cpus: 8, numaCells: 1, socketsPerCell: 1, coresPerSocket: 4, threadsPerCore: 2)
        let batch = series.batch(
            info: info,
            cpu: [NodeStat(name: "user", value: 1_500_000_000), NodeStat(name: "utilization", value: 12)],
            memory: [NodeStat(name: "free", value: 2), NodeStat(name: "unheard-of", value: 1)], at: Readings.time)
        #expect(
            Readings.lines(batch) == [
                #"libvirt_node_info{model="x86_64"} 1.0"#, "libvirt_node_cpus 8.0", "libvirt_node_numa_cells 1.0",
                "libvirt_node_sockets 1.0", "libvirt_node_cores 4.0", "libvirt_node_threads 2.0",
                #"libvirt_node_cpu_seconds_total{mode="user"} 1.5"#, "libvirt_node_memory_free_bytes 2048.0",
            ])
    }
}
