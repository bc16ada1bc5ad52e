// SPDX-License-Identifier: Apache-2.0
public import Dispatch

/// A serial executor on one Dispatch queue, for an actor whose work may block in C.
///
/// The standard library has no such type on Linux. An actor that returns this from `unownedExecutor` runs all its
/// code on `queue`, so a blocking call never holds one of Swift's own threads, and a handler that Dispatch runs on
/// `queue` may enter the actor by `assumeIsolated`.
public final class QueueExecutor: SerialExecutor {
    public let queue: DispatchQueue

    public init(label: String, qos: DispatchQoS = .unspecified) {
        queue = DispatchQueue(label: label, qos: qos)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    public func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
