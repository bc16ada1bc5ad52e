// SPDX-License-Identifier: Apache-2.0

/// What a client may cost.
struct ServerLimits: Sendable {
    /// Connections at once; for one more, the one that has been idle longest is closed, or itself when none is idle.
    var connections = 256
    /// Bytes of a request's target, and of all its header fields.
    var target = 8192
    var headers = 16384
    /// Bytes of a request's body: a form is kept so far, any other is read past and thrown away.
    var body = 65536
    /// Bytes of an answer that wait for the kernel to take them, and of requests that are read at once.
    var part = 65536
    var reading = 8192
    /// How long a connection may wait for its next request, the request's arrival included.
    var idle = Duration.seconds(120)
    /// How long a client may take to read an answer.
    var writing = Duration.seconds(30)
}
