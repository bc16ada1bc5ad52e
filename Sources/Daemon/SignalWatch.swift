// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc

/// Signals as a stream: SIGTERM and SIGINT end the agent, SIGHUP reloads it.
package struct SignalWatch: Sendable {
    package enum Kind: Sendable {
        case terminate, reload
    }

    package let signals: AsyncStream<Kind>

    package init() {
        signals = AsyncStream { continuation in
            let queue = DispatchQueue(label: "virtwarden.signals")
            let wanted: [(Int32, Kind)] = [(SIGTERM, .terminate), (SIGINT, .terminate), (SIGHUP, .reload)]
            let sources = wanted.map { number, kind in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { @Sendable in continuation.yield(kind) }
                source.activate()
                return source
            }
            signal(SIGPIPE, SIG_IGN)
            continuation.onTermination = { @Sendable _ in
                for source in sources { source.cancel() }
            }
        }
    }
}
