// SPDX-License-Identifier: Apache-2.0
import CLibvirt

// Field names of virConnectGetAllDomainStats, each group's own. Each function says whether the name is one of its own.

extension CPUStats {
    mutating func set(_ key: KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) -> Bool {
        let number = parameter.number
        if key.isEqual("time") {
            time = number
        } else if key.isEqual("user") {
            user = number
        } else if key.isEqual("system") {
            system = number
        } else if key.isEqual("haltpoll.success.time") {
            haltpollSuccess = number
        } else if key.isEqual("haltpoll.fail.time") {
            haltpollFail = number
        } else {
            return false
        }
        return true
    }
}

extension BalloonStats {
    mutating func set(_ key: KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) -> Bool {
        guard let path = BalloonStats.field(key) else { return false }
        self[keyPath: path] = parameter.number
        return true
    }

    private static func field(_ key: KeyCursor) -> WritableKeyPath<BalloonStats, UInt64?>? {
        if key.isEqual("current") { return \.current }
        if key.isEqual("maximum") { return \.maximum }
        if key.isEqual("rss") { return \.rss }
        if key.isEqual("last-update") { return \.lastUpdate }
        if key.isEqual("unused") { return \.unused }
        if key.isEqual("available") { return \.available }
        if key.isEqual("usable") { return \.usable }
        if key.isEqual("swap_in") { return \.swapIn }
        if key.isEqual("swap_out") { return \.swapOut }
        if key.isEqual("major_fault") { return \.majorFault }
        if key.isEqual("minor_fault") { return \.minorFault }
        if key.isEqual("disk_caches") { return \.diskCaches }
        if key.isEqual("hugetlb_pgalloc") { return \.hugetlbPgalloc }
        if key.isEqual("hugetlb_pgfail") { return \.hugetlbPgfail }
        return nil
    }
}

extension VCPUStats {
    mutating func set(_ key: KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) -> Bool {
        let number = parameter.number
        if key.isEqual("state") {
            state = number.map { Int32(truncatingIfNeeded: $0) }
        } else if key.isEqual("time") {
            time = number
        } else if key.isEqual("wait") {
            wait = number
        } else if key.isEqual("delay") {
            delay = number
        } else if key.isEqual("halted") {
            halted = number.map { $0 != 0 }
        } else {
            return false
        }
        return true
    }
}

extension InterfaceStats {
    mutating func set(_ key: KeyCursor, _ number: UInt64?) -> Bool {
        if key.isEqual("rx.bytes") {
            receiveBytes = number
        } else if key.isEqual("rx.pkts") {
            receivePackets = number
        } else if key.isEqual("rx.errs") {
            receiveErrors = number
        } else if key.isEqual("rx.drop") {
            receiveDrops = number
        } else if key.isEqual("tx.bytes") {
            transmitBytes = number
        } else if key.isEqual("tx.pkts") {
            transmitPackets = number
        } else if key.isEqual("tx.errs") {
            transmitErrors = number
        } else if key.isEqual("tx.drop") {
            transmitDrops = number
        } else {
            return false
        }
        return true
    }
}

extension DiskStats {
    mutating func set(_ key: KeyCursor, _ number: UInt64?) -> Bool {
        if key.isEqual("rd.reqs") {
            readRequests = number
        } else if key.isEqual("rd.bytes") {
            readBytes = number
        } else if key.isEqual("rd.times") {
            readTimes = number
        } else if key.isEqual("wr.reqs") {
            writeRequests = number
        } else if key.isEqual("wr.bytes") {
            writeBytes = number
        } else if key.isEqual("wr.times") {
            writeTimes = number
        } else if key.isEqual("fl.reqs") {
            flushRequests = number
        } else if key.isEqual("fl.times") {
            flushTimes = number
        } else if key.isEqual("allocation") {
            allocation = number
        } else if key.isEqual("capacity") {
            capacity = number
        } else if key.isEqual("physical") {
            physical = number
        } else if key.isEqual("threshold") {
            threshold = number
        } else if key.isEqual("errors") {
            errors = number
        } else {
            // The number of the image in its chain: the images below the one in use are passed over by their name.
            return key.isEqual("backingIndex")
        }
        return true
    }
}
