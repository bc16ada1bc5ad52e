// SPDX-License-Identifier: Apache-2.0
import CCurl
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
    private let received = Mutex(Received())
    private let cancelled = Atomic(false)

    init(bodyLimit: Int) {
        self.bodyLimit = max(bodyLimit, 0)
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    var result: Received { received.withLock { $0 } }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
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
