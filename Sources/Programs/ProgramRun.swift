// SPDX-License-Identifier: Apache-2.0

/// A program to be run once: which, with what on its standard input, and for how long.
///
/// It runs with this process's user, rights and limits, in `/`, in a session of its own. Of all else it gets nothing: no
/// descriptor but its input and where it prints, no environment but `PATH`, no blocked or ignored signal, no terminal.
public struct ProgramRun: Hashable, Sendable {
    /// The most bytes that an input may have.
    public static let inputLimit = 64 << 20
    /// How long after SIGTERM it and its process group get SIGKILL.
    public static let grace = Duration.seconds(1)

    /// An absolute path.
    public var program: String
    public var arguments: [String]
    public var input: [UInt8]
    /// After which it is ended.
    public var timeout: Duration

    public init(program: String, arguments: [String], input: [UInt8], timeout: Duration) {
        self.program = program
        self.arguments = arguments
        self.input = input
        self.timeout = timeout
    }

    /// Runs it to its end. When its time is over, or the task is cancelled, its process group is ended, first by SIGTERM;
    /// and what it leaves of the group is killed when it ends. Returns a few seconds after `timeout` at the latest,
    /// whatever the kernel does with it. What moves to a group of its own lives on.
    public func report() async -> ProgramReport {
        let watch = RunWatch(self)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { watch.begin($0) }
        } onCancel: {
            watch.cancel()
        }
    }
}
