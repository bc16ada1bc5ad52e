// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Why the server cannot listen.
public struct WebError: Error, Hashable, Sendable, CustomStringConvertible {
    public let listener: Listener
    /// The system's number of what went wrong; nil when a name could not be resolved.
    public let errno: Int32?

    init(_ listener: Listener, errno: Int32?) {
        self.listener = listener
        self.errno = errno
    }

    public var description: String { "cannot listen on \(listener): \(reason)" }

    private var reason: String {
        switch (errno, listener) {
        case (EADDRINUSE, .tcp):
            "another program, perhaps another virtwarden, uses this port; choose another one with --listen"
        case (EADDRINUSE, .unix): "another program listens on this socket; choose another path with --listen"
        case (EACCES, .tcp): "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE"
        case (EACCES, .unix), (ENOENT, .unix): "the directory must exist and be writable"
        case (EADDRNOTAVAIL, _): "this host has no such address"
        case (nil, _): "the name cannot be resolved"
        case (let number?, _): String(cString: strerror(number))
        }
    }
}
