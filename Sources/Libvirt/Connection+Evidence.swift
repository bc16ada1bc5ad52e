// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// What a domain's screen showed.
public struct Screenshot: Hashable, Sendable {
    /// libvirt's word for the image's form: `image/x-portable-pixmap`, `image/png` …
    public let mediaType: String
    public let image: [UInt8]
}

/// What can be kept of a domain before something is done to it; needs a read-write connection.
extension Connection {
    /// The screen of a domain that has one (`virDomainScreenshot`). Fails when the image is larger than `limit` bytes, or
    /// `isOverdue` says so between two parts of it.
    public func screenshot(
        of uuid: ObjectUUID, limit: Int, isOverdue: @Sendable () -> Bool
    ) throws(VirError) -> Screenshot {
        let pointer = try handle()
        let domain = try DomainHandle(uuid, on: pointer)
        guard let stream = virStreamNew(pointer, 0) else { throw VirError.last("virStreamNew") }
        defer { virStreamFree(stream) }
        let type = try Connection.text("virDomainScreenshot", virDomainScreenshot(domain.pointer, stream, 0, 0))
        do throws(VirError) {
            let image = try Self.received(from: stream, limit, isOverdue)
            try checked("virStreamFinish", virStreamFinish(stream))
            return Screenshot(mediaType: type, image: image)
        } catch {
            virStreamAbort(stream)
            throw error
        }
    }

    private static func received(
        from stream: virStreamPtr, _ limit: Int, _ isOverdue: () -> Bool
    ) throws(VirError) -> [UInt8] {
        var image: [UInt8] = []
        var part = [CChar](repeating: 0, count: 64 << 10)
        while true {
            let count = Int(try checked("virStreamRecv", virStreamRecv(stream, &part, part.count)))
            if count == 0 { return image }
            guard image.count + count <= limit else {
                throw VirError(
                    code: .operationFailed, domain: 0, call: "virStreamRecv",
                    message: "the image is larger than \(limit) bytes")
            }
            guard !isOverdue() else {
                throw VirError(
                    code: .operationTimeout, domain: 0, call: "virStreamRecv", message: "the image took too long")
            }
            image += part.prefix(count).map { UInt8(bitPattern: $0) }
        }
    }

    /// Writes the domain's memory to the file `path`, which the libvirt host makes (`virDomainCoreDumpWithFormat` with
    /// `VIR_DUMP_MEMORY_ONLY`). The domain stands still meanwhile and goes on then. A call that takes too long can't be
    /// taken back; powering the domain off ends it.
    public func dumpMemory(of uuid: ObjectUUID, to path: String) throws(VirError) {
        let format = VIR_DOMAIN_CORE_DUMP_FORMAT_RAW.rawValue
        try act("virDomainCoreDumpWithFormat", uuid) { domain in
            virDomainCoreDumpWithFormat(domain, path, format, VIR_DUMP_MEMORY_ONLY.rawValue)
        }
    }

    /// Whether libvirt's daemon runs on this host, as far as the address tells.
    public nonisolated var isOfThisHost: Bool {
        guard let colon = uri.firstIndex(of: ":") else { return true }
        let transport = uri[..<colon].split(separator: "+").dropFirst().first
        let rest = uri[uri.index(after: colon)...]
        guard transport == nil || transport == "unix", rest.hasPrefix("//") else { return false }
        return rest.dropFirst(2).first == "/"
    }

    /// KiB that the domain has at most (`virDomainGetInfo`).
    public func memory(of uuid: ObjectUUID) throws(VirError) -> UInt64 {
        var info = virDomainInfo()
        try act("virDomainGetInfo", uuid) { virDomainGetInfo($0, &info) }
        return UInt64(info.maxMem)
    }
}
