// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The host's memory by NUMA cell and page size, and what is shared of it. No call here reaches a monitor.
extension Connection {
    /// The host's capabilities as XML (`virConnectGetCapabilities`). A daemon may start each QEMU there is before it
    /// answers, so this is no call for a queue on which a round waits.
    public func capabilities() throws(VirError) -> String {
        try Self.text("virConnectGetCapabilities", virConnectGetCapabilities(try handle()))
    }

    /// Free pages of each of `sizes`, in KiB, in each of `cells` (`virNodeGetFreePages`).
    public func freePages(ofSizes sizes: [UInt32], in cells: [Int32]) throws(VirError) -> [NodePages] {
        let pointer = try handle()
        guard !sizes.isEmpty else { return [] }
        var wanted = sizes
        var found: [NodePages] = []
        for run in Self.runs(cells) {
            var counts = [UInt64](repeating: 0, count: sizes.count * run.count)
            let call = virNodeGetFreePages(
                pointer, UInt32(wanted.count), &wanted, run.lowerBound, UInt32(run.count), &counts, 0)
            // The test driver says 0 and has filled them all.
            let filled = try checked("virNodeGetFreePages", call)
            for (index, count) in counts.prefix(filled > 0 ? Int(filled) : counts.count).enumerated() {
                found.append(
                    NodePages(
                        cell: run.lowerBound + Int32(index / sizes.count), size: sizes[index % sizes.count],
                        count: count))
            }
        }
        return found
    }

    /// Free bytes of each of `cells` (`virNodeGetCellsFreeMemory`).
    public func freeMemory(in cells: [Int32]) throws(VirError) -> [NodeCellMemory] {
        let pointer = try handle()
        var found: [NodeCellMemory] = []
        for run in Self.runs(cells) {
            var bytes = [UInt64](repeating: 0, count: run.count)
            let call = virNodeGetCellsFreeMemory(pointer, &bytes, run.lowerBound, Int32(run.count))
            let filled = try checked("virNodeGetCellsFreeMemory", call)
            for (cell, free) in zip(run, bytes.prefix(Int(filled))) {
                found.append(NodeCellMemory(cell: cell, free: free))
            }
        }
        return found
    }

    /// What the host's kernel shares of equal pages (`virNodeGetMemoryParameters`).
    public func sharedPages() throws(VirError) -> NodeSharedPages {
        let pointer = try handle()
        // Eight are known; a list that is too short is an error, one that is too long is none.
        var count: Int32 = 32
        var list = [virTypedParameter](repeating: virTypedParameter(), count: Int(count))
        let found = try list.withUnsafeMutableBufferPointer { (buffer) throws(VirError) -> TypedParameters in
            try checked(
                "virNodeGetMemoryParameters", virNodeGetMemoryParameters(pointer, buffer.baseAddress, &count, 0))
            defer { virTypedParamsClear(buffer.baseAddress, count) }
            return TypedParameters(buffer.baseAddress, count: count)
        }
        var pages = NodeSharedPages()
        for state in ["shared", "sharing", "unshared", "volatile"] {
            pages.pages[state] = found.number("shm_pages_" + state)
        }
        pages.fullScans = found.number("shm_full_scans")
        return pages
    }

    /// Cells without a gap between them: each run is one call, since to ask about a cell that is not there is an error.
    private static func runs(_ cells: [Int32]) -> [ClosedRange<Int32>] {
        var runs: [ClosedRange<Int32>] = []
        for cell in cells.sorted() {
            if let last = runs.last, cell - last.upperBound <= 1 {
                runs[runs.count - 1] = last.lowerBound...max(last.upperBound, cell)
            } else {
                runs.append(cell...cell)
            }
        }
        return runs
    }
}

/// How many pages of one size a NUMA cell has free.
public struct NodePages: Hashable, Sendable {
    public let cell: Int32
    /// KiB.
    public let size: UInt32
    public let count: UInt64

    public init(cell: Int32, size: UInt32, count: UInt64) {
        self.cell = cell
        self.size = size
        self.count = count
    }
}

/// What a NUMA cell has free, in bytes.
public struct NodeCellMemory: Hashable, Sendable {
    public let cell: Int32
    public let free: UInt64

    public init(cell: Int32, free: UInt64) {
        self.cell = cell
        self.free = free
    }
}

/// What the kernel's KSM has made of equal pages; what it does not tell is not there.
public struct NodeSharedPages: Hashable, Sendable {
    /// By libvirt's word: `shared`, `sharing`, `unshared`, `volatile`.
    public var pages: [String: UInt64] = [:]
    public var fullScans: UInt64?

    public init() {}
}
