// SPDX-License-Identifier: Apache-2.0
import CCurl
import Glibc
import Synchronization

/// What libcurl's callbacks fill while one request runs; any thread may cancel it.
final class Transfer: Sendable {
    struct Received {
        var body: [UInt8] = []
        var headerBytes = 0
        var isBodyTooLong = false
        var isHeaderTooLong = false
    }

    /// Bytes of header lines an answer may have; libcurl itself keeps them all.
    static let headerLimit = 256 * 1024

    let bodyLimit: Int
    let refusedTargets: Set<AddressKind>
    private let refused = Mutex<AddressKind?>(nil)
    private let received = Mutex(Received())
    private let cancelled = Atomic(false)

    init(bodyLimit: Int, refusing refusedTargets: Set<AddressKind> = []) {
        self.bodyLimit = max(bodyLimit, 0)
        self.refusedTargets = refusedTargets
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    var result: Received { received.withLock { $0 } }
    /// The kind of the address that was not connected to, when one was not.
    var refusedTarget: AddressKind? { refused.withLock { $0 } }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    /// Forgets what was received: another request of the same transfer follows.
    func begin() {
        received.withLock { $0 = Received() }
        refused.withLock { $0 = nil }
    }

    /// Whether an address may be connected to.
    func allows(family: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let kind = AddressKind.of(family: family, bytes), refusedTargets.contains(kind) else { return true }
        refused.withLock { $0 = kind }
        return false
    }

    /// Keeps what fits; false, which ends the transfer, when not all of it did.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received.withLock { received in
            let kept = min(bytes.count, bodyLimit - received.body.count)
            received.body.append(contentsOf: bytes.prefix(kept))
            received.isBodyTooLong = kept < bytes.count
            return kept == bytes.count
        }
    }

    /// Counts a header line; false, which ends the transfer, when there were too many.
    func takeHeader(_ count: Int) -> Bool {
        received.withLock { received in
            received.headerBytes += count
            received.isHeaderTooLong = received.headerBytes > Self.headerLimit
            return !received.isHeaderTooLong
        }
    }
}

/// CURLOPT_WRITEFUNCTION; the context is a `Transfer` that lives as long as `curl_easy_perform` runs.
let writeBody: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    // Fewer bytes than were given end the transfer with CURLE_WRITE_ERROR; none at all is no failure.
    return transfer.takeBody(buffer) || buffer.isEmpty ? buffer.count : 0
}

/// CURLOPT_HEADERFUNCTION.
let countHeader: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    _, size, count, context in
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.takeHeader(size * count) ? size * count : 0
}

/// CURLOPT_XFERINFOFUNCTION: libcurl calls it at least once a second; not 0 ends the transfer.
let watchCancellation:
    @convention(c) (UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> Int32 = {
        context, _, _, _, _ in
        guard let context else { return 0 }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isCancelled ? 1 : 0
    }

/// CURLOPT_OPENSOCKETFUNCTION: the address is the one that the name has been resolved to, so that no other answer of a
/// name server comes between the check and the connection. The socket is closed when another program is started.
let openSocket:
    @convention(c) (UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t = {
        context, _, target in
        guard let context, let target, let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return -1 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let (family, type, protocolNumber) = (
            target.pointee.family, target.pointee.socktype, target.pointee.protocol
        )
        let bytes = UnsafeRawBufferPointer(
            start: UnsafeRawPointer(target) + offset, count: Int(target.pointee.addrlen))
        guard transfer.allows(family: family, bytes) else { return -1 }
        return socket(family, type | Int32(SOCK_CLOEXEC.rawValue), protocolNumber)
    }
