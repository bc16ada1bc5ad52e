// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc

/// Signals as a stream: SIGTERM and SIGINT end the agent, SIGHUP reloads it. SIGPIPE is ignored. Of many that come at
/// once the last few are kept, so that the end is never lost.
package final class SignalWatch {
    package enum Kind: Sendable {
        case terminate, reload
    }

    package let signals: AsyncStream<Kind>
    private var sources: [any DispatchSourceSignal] = []

    package init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Kind.self, bufferingPolicy: .bufferingNewest(4))
        self.signals = signals
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "virtwarden.signals")
        for (number, kind) in [(SIGTERM, Kind.terminate), (SIGINT, .terminate), (SIGHUP, .reload)] {
            // Ignored for the process, so that only the source hears it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in continuation.yield(kind) }
            source.activate()
            sources.append(source)
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
