// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc

/// Signals as a stream: SIGTERM and SIGINT end the agent, SIGHUP reloads it. SIGPIPE is ignored. The first that ends the
/// agent is the last of the stream, and of many before it the newest few are kept: so the end is never lost.
///
/// After it the process has a grace to end in good order; then it ends whatever still runs or hangs.
package final class SignalWatch {
    package enum Kind: Sendable {
        case terminate, reload
    }

    package let signals: AsyncStream<Kind>
    private static let grace = DispatchTimeInterval.milliseconds(4500)
    private var sources: [any DispatchSourceSignal] = []

    package init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Kind.self, bufferingPolicy: .bufferingNewest(4))
        self.signals = signals
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "virtwarden.signals")
        // Dispatch installs its handlers a moment later, in this order, on a thread of its own. Until then a signal does what
        // it does to any process: were it ignored, as is usual beside such a source, it would be lost.
        for (number, kind) in [(SIGHUP, Kind.reload), (SIGINT, .terminate), (SIGTERM, .terminate)] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in
                continuation.yield(kind)
                guard kind == .terminate else { return }
                continuation.finish()
                // Not a task: all of Swift's threads may hang.
                queue.asyncAfter(deadline: .now() + Self.grace) { _exit(0) }
            }
            source.activate()
            sources.append(source)
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
