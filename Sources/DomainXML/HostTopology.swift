// SPDX-License-Identifier: Apache-2.0

/// The host's NUMA cells with their memory, as `virConnectGetCapabilities` writes them.
public struct HostTopology: Hashable, Sendable {
    public struct Cell: Hashable, Sendable {
        /// libvirt's number; numbers may be left out.
        public let number: Int32
        /// KiB.
        public let memory: UInt64?
        /// How many pages there are, by their size in KiB.
        public let pages: [UInt32: UInt64]
    }

    /// The most cells that are read, and the most sizes of pages; libvirt's own limit of cells is the same.
    public static let cellLimit = 1024
    public static let sizeLimit = 16

    public let cells: [Cell]

    /// The sizes of pages, in KiB.
    public var pageSizes: [UInt32] {
        Set(cells.flatMap { $0.pages.keys }).sorted().prefix(Self.sizeLimit).map { $0 }
    }

    /// Reads a host's capabilities. Throws as `DomainDescription` does.
    public init(parsing xml: String) throws(XMLError) {
        self = try Document.read(xml, as: "capabilities", of: "host", HostTopology.init)
    }

    private init(_ capabilities: Element) {
        let list = capabilities.child("host")?.child("topology")?.child("cells")
        cells = list.map { $0.children("cell").prefix(Self.cellLimit).compactMap(Cell.init) } ?? []
    }
}

extension HostTopology.Cell {
    /// No kernel has more.
    private static let numberLimit: Int32 = 4096

    fileprivate init?(_ element: Element) {
        guard let number = element.attribute("id").flatMap({ Int32($0) }), (0..<Self.numberLimit).contains(number)
        else { return nil }
        self.number = number
        memory = element.child("memory")?.content.flatMap { UInt64($0) }
        var pages: [UInt32: UInt64] = [:]
        for entry in element.children("pages").prefix(HostTopology.sizeLimit) {
            guard let size = entry.attribute("size").flatMap({ UInt32($0) }) else { continue }
            pages[size] = entry.content.flatMap { UInt64($0) }
        }
        self.pages = pages
    }
}
