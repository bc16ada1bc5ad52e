// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

/// Makes each call unless the driver has refused it before. What fails otherwise leaves nil.
struct DriverCalls {
    /// Names of C functions that the driver does not have.
    private(set) var refused: Set<String>

    init(refused: Set<String>) {
        self.refused = refused
    }

    /// What `body`, which makes the call, returned; nil when it failed or is not to be made.
    mutating func works(_ call: String, _ body: () -> Int32) -> Int32? {
        guard !refused.contains(call) else { return nil }
        let result = body()
        guard result < 0 else { return result }
        if VirError.last(call).code == .noSupport { refused.insert(call) }
        return nil
    }

    /// The answer of a call that gives yes or no as 1 or 0.
    mutating func answers(_ call: String, _ body: () -> Int32) -> Bool? {
        works(call, body).map { $0 == 1 }
    }
}

extension Connection {
    /// Makes a call of the kind `virConnectListAll…`; `take` owns each handle that it is given.
    static func each(
        _ call: String, _ list: (inout UnsafeMutablePointer<OpaquePointer?>?) -> Int32, _ take: (OpaquePointer) -> Void
    ) throws(VirError) {
        var found: UnsafeMutablePointer<OpaquePointer?>?
        let count = try checked(call, list(&found))
        defer { free(found) }
        for index in 0..<Int(count) {
            if let pointer = found?[index] { take(pointer) }
        }
    }

    /// The text that `call` made for the caller, which is freed here.
    static func text(_ call: String, _ made: UnsafeMutablePointer<CChar>?) throws(VirError) -> String {
        guard let made else { throw VirError.last(call) }
        defer { free(made) }
        return String(cString: made)
    }

    /// The UUID that `body` writes into the 16 bytes; it is held locally, so no call is made.
    static func uuid(_ body: (UnsafeMutablePointer<UInt8>) -> Int32) -> ObjectUUID? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer in
            guard let base = buffer.baseAddress, body(base) == 0 else { return nil }
            return ObjectUUID(bytes: base)
        }
    }
}
