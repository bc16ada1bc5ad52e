// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Sampling

/// One domain of which everything is known.
enum Specimen {
    static func reading() throws -> DomainReading {
        var reading = DomainReading(
            stats: stats(), description: try description(), isPersistent: true, hasAutostart: true,
            hasManagedSave: true, isTimedOut: false, startedAt: Readings.time, details: details(), guest: guest(),
            isGuestAgentUp: true)
        reading.stats.extra = extra()
        reading.time = Readings.time
        return reading
    }

    private static func description() throws -> DomainDescription {
        let nova = "xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'"
        return try DomainDescription.parse(
            """
            <domain type='kvm'><name>web1</name><title>t</title>
            <metadata><nova:instance \(nova)><nova:name>n</nova:name><nova:flavor name='f'/>
            <nova:owner><nova:user uuid='1'>u</nova:user><nova:project uuid='2'>p</nova:project></nova:owner>
            <nova:root type='image' uuid='3'/>
            </nova:instance>
            <vm xmlns='http://ovirt.org/vm/1.0'><clusterVersion>4.7</clusterVersion></vm>
            <kubevirt xmlns='http://kubevirt.io'><uid>u</uid></kubevirt></metadata>
            <os><type arch='x86_64' machine='pc'>hvm</type></os>
            <devices>
            <disk type='file' device='disk'><driver name='qemu' type='raw' cache='none' discard='unmap'/>
            <source file='/a'/><target dev='vda' bus='virtio'/><serial>s</serial></disk>
            <disk type='network' device='disk'><source protocol='rbd' name='b'/><target dev='vdb' bus='virtio'/></disk>
            <disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vdc' bus='virtio'/></disk>
            <interface type='network'><mac address='02:00:00:00:00:01'/><source network='n' bridge='br0'/>
            <target dev='vnet0'/><model type='virtio'/><mtu size='1500'/>
            <virtualport type='openvswitch'><parameters interfaceid='i'/></virtualport></interface>
            </devices></domain>
            """)
    }

    private static func stats() -> DomainStats {
        // As KubeVirt names domains.
        var stats = DomainStats(uuid: Readings.uuid, name: "shop_web1")
        stats.status = Readings.status(1)
        var cpu = CPUStats()
        (cpu.time, cpu.user, cpu.system, cpu.haltpollSuccess, cpu.haltpollFail) = (1, 1, 1, 1, 1)
        stats.cpu = cpu
        stats.balloon = balloon()
        (stats.vcpuCurrent, stats.vcpuMaximum) = (1, 1)
        var vcpu = VCPUStats(index: 0)
        (vcpu.state, vcpu.time, vcpu.wait, vcpu.delay, vcpu.halted) = (1, 1, 1, 1, false)
        stats.vcpus = [vcpu]
        stats.interfaces = [interface()]
        stats.disks = [disk()]
        return stats
    }

    private static func balloon() -> BalloonStats {
        var balloon = BalloonStats()
        (balloon.current, balloon.maximum, balloon.swapIn, balloon.swapOut) = (1, 1, 1, 1)
        (balloon.majorFault, balloon.minorFault, balloon.unused, balloon.available) = (1, 1, 1, 1)
        (balloon.usable, balloon.rss, balloon.diskCaches, balloon.lastUpdate) = (1, 1, 1, 1)
        (balloon.hugetlbPgalloc, balloon.hugetlbPgfail) = (1, 1)
        return balloon
    }

    private static func interface() -> InterfaceStats {
        var one = InterfaceStats(name: "vnet0")
        (one.receiveBytes, one.receivePackets, one.receiveErrors, one.receiveDrops) = (1, 1, 1, 1)
        (one.transmitBytes, one.transmitPackets, one.transmitErrors, one.transmitDrops) = (1, 1, 1, 1)
        return one
    }

    private static func disk() -> DiskStats {
        var disk = DiskStats(name: "vda")
        (disk.readRequests, disk.readBytes, disk.readTimes) = (1, 1, 1)
        (disk.writeRequests, disk.writeBytes, disk.writeTimes) = (1, 1, 1)
        (disk.flushRequests, disk.flushTimes, disk.errors) = (1, 1, 1)
        (disk.allocation, disk.capacity, disk.physical, disk.threshold) = (1, 1, 1, 1)
        return disk
    }

    private static func extra() -> ExtraStats {
        var extra = ExtraStats()
        var perf = PerfStats()
        perf.events = [PerfEvent(name: "cpu_cycles", count: 1), PerfEvent(name: "cpu_clock", count: 1)]
        (perf.cacheBytes, perf.totalBandwidth, perf.localBandwidth) = (1, 1, 1)
        extra.perf = perf
        var thread = IothreadStats(index: 1)
        (thread.pollMax, thread.pollGrow, thread.pollShrink) = (1, 1, 1)
        extra.iothreads = [thread]
        var cache = CacheMonitor(index: 0)
        cache.banks = [.init(index: 0)]
        (cache.name, cache.banks[0].id, cache.banks[0].bytes) = ("m", 0, 1)
        extra.cacheMonitors = [cache]
        var bandwidth = BandwidthMonitor(index: 0)
        bandwidth.nodes = [.init(index: 0)]
        (bandwidth.name, bandwidth.nodes[0].id, bandwidth.nodes[0].localBytes) = ("m", 0, 1)
        extra.bandwidthMonitors = [bandwidth]
        var dirty = DirtyRateStats()
        dirty.vcpus = [.init(index: 0)]
        (dirty.status, dirty.mebibytesPerSecond, dirty.vcpus[0].mebibytesPerSecond) = (2, 1, 1)
        (dirty.startTime, dirty.period) = (1_700_000_000, 1)
        extra.dirtyRate = dirty
        extra.hypervisor = HypervisorStat.Kind.allCases.map { .init(vcpu: 0, name: "n", kind: $0, value: 1) }
        extra.disks = [diskDetails()]
        return extra
    }

    private static func diskDetails() -> DiskDetails {
        var disk = DiskDetails(name: "vda")
        var limits = DiskLimits()
        (limits.requestAlignment, limits.discardMax, limits.discardAlignment) = (1, 1, 1)
        (limits.writeZeroesMax, limits.writeZeroesAlignment) = (1, 1)
        (limits.transferOptimal, limits.transferMax, limits.transferHardwareMax) = (1, 1, 1)
        (limits.iovMax, limits.iovHardwareMax) = (1, 1)
        (limits.memoryAlignmentMinimal, limits.memoryAlignmentOptimal) = (1, 1)
        disk.limits = limits
        var window = LatencyWindow(index: 0)
        window.interval = 1
        window.latencies = [.init(.read, .min, nanoseconds: 1)]
        window.queueDepths = [.init(.read, requests: 1)]
        disk.windows = [window]
        var histogram = LatencyHistogram(operation: .read)
        histogram.binCount = 1
        histogram.bins = [.init(index: 0)]
        (histogram.bins[0].start, histogram.bins[0].count) = (0, 1)
        disk.histograms = [histogram]
        return disk
    }

    private static func details() -> DomainDetails {
        var details = DomainDetails()
        details.disks = ["vda"]
        var figures: [DomainJob.Figure: UInt64] = [:]
        for figure in DomainJob.Figure.allCases { figures[figure] = 1 }
        details.job = DomainJob(type: 1, figures: figures)
        details.completedJob = DomainJob(type: 3, figures: figures)
        details.blockJobs = ["vda": BlockJob(type: 1, current: 1, end: 1)]
        details.diskErrors = [:]
        var blocks = BlockLimits()
        (blocks.bytes[.read], blocks.requests[.read]) = (1, 1)
        details.blockLimits = ["vda": blocks]
        (details.snapshots, details.checkpoints, details.vcpuPlaces) = (1, 1, [0: 0])
        var interfaces = InterfaceLimits()
        interfaces.rates[.inbound] = ["average": 1]
        interfaces.burst[.inbound] = 1
        details.interfaceLimits = ["vnet0": interfaces]
        details.messages = [DomainMessage(kind: "tainting", text: "t")]
        details.addresses = [
            DomainAddress(interface: "vnet0", mac: "m", family: "ipv4", address: "a", source: "arp")
        ]
        return details
    }

    private static func guest() -> GuestInfo {
        var guest = GuestInfo()
        (guest.osID, guest.osName, guest.osVersion, guest.kernelRelease) = ("i", "n", "v", "k")
        (guest.osVariant, guest.kernelVersion, guest.machine) = ("a", "l", "m")
        (guest.hostname, guest.timezone, guest.users) = ("h", "t", 1)
        (guest.load1, guest.load5, guest.load15) = (1, 1, 1)
        guest.filesystems = [.init(mountpoint: "/", kind: "ext4", device: "vda", total: 2, used: 1)]
        return guest
    }
}
