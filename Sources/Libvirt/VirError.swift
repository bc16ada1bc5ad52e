// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// An error of libvirt, with its code and message and the call that failed.
public struct VirError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `virErrorNumber`; a number that a newer libvirt adds is kept.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let internalError = Code(rawValue: 1)
        public static let noSupport = Code(rawValue: 3)
        public static let operationFailed = Code(rawValue: 9)
        public static let operationDenied = Code(rawValue: 29)
        public static let systemError = Code(rawValue: 38)
        public static let noDomain = Code(rawValue: 42)
        public static let noNetwork = Code(rawValue: 43)
        public static let authFailed = Code(rawValue: 45)
        public static let noStoragePool = Code(rawValue: 49)
        public static let operationInvalid = Code(rawValue: 55)
        public static let operationTimeout = Code(rawValue: 68)
        public static let agentUnresponsive = Code(rawValue: 86)
    }

    public let code: Code
    /// `virErrorDomain`: which part of libvirt raised it.
    public let domain: Int32
    /// The C function that failed.
    public let call: String
    public let message: String

    public init(code: Code, domain: Int32, call: String, message: String) {
        self.code = code
        self.domain = domain
        self.call = call
        self.message = message
    }

    public var description: String { "\(call): \(message) (code \(code.rawValue))" }

    /// The calling thread's last error; libvirt keeps one a thread, so this comes directly after the call.
    static func last(_ call: String) -> VirError {
        guard let error = virGetLastError() else {
            return VirError(code: .internalError, domain: 0, call: call, message: "failed and gave no reason")
        }
        let message = error.pointee.message.map { String(cString: $0) } ?? "no message"
        return VirError(
            code: Code(rawValue: error.pointee.code), domain: error.pointee.domain, call: call, message: message)
    }

    /// Says what a caller can do where the system's own words don't.
    func opening(_ uri: String) -> VirError {
        var advice = ""
        if message.contains("Permission denied") || code == .authFailed {
            advice = "; run as a user that may open the socket, or name another with --connect"
        } else if message.contains("No such file") || message.contains("Connection refused") {
            advice = "; is the libvirt daemon running?"
        }
        return VirError(code: code, domain: domain, call: call, message: "cannot open \"\(uri)\": \(message)\(advice)")
    }
}

/// Turns the C convention "negative means failed" into a thrown error, on the calling thread, at once.
@discardableResult
func checked(_ call: String, _ result: Int32) throws(VirError) -> Int32 {
    guard result >= 0 else { throw VirError.last(call) }
    return result
}
