// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// One run: who waits for it, and until when.
///
/// The run has a thread of its own (a queue), as its start and its end may block. A thread that the kernel holds longer than
/// anybody waits is left behind with its run, and at most eight may be.
final class RunWatch: Sendable {
    typealias Waiter = CheckedContinuation<ProgramReport, Never>

    private let run: ProgramRun
    /// nil once it has its report.
    private let waiter = Mutex<Waiter?>(nil)
    private let isCancelled = Atomic(false)

    private static let timers = DispatchQueue(label: "virtwarden.program.timers")
    static let leftBehind = Atomic(0)
    private static let mostLeftBehind = 8
    /// How long a killed program may take to be gone.
    private static let patience = Duration.seconds(4)

    init(_ run: ProgramRun) {
        self.run = run
    }

    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
    }

    /// Resumes `waiter`, once.
    func begin(_ waiter: Waiter) {
        self.waiter.withLock { $0 = waiter }
        guard Self.leftBehind.load(ordering: .relaxed) < Self.mostLeftBehind else {
            tell(.notStarted("\(Self.mostLeftBehind) programs can neither be started nor ended"))
            return
        }
        DispatchQueue(label: "virtwarden.program").async { self.perform() }
        let limit = run.timeout + ProgramRun.grace + Self.patience
        // Weak: what has its report is not kept till then.
        Self.timers.asyncAfter(deadline: .now() + limit.interval) { [weak self] in self?.leave() }
    }

    private func perform() {
        let deadline = ContinuousClock.now + run.timeout
        let report: ProgramReport
        do throws(StartFailure) {
            let child = try ChildProgram(run)
            let ending = child.ending(by: deadline) { isCancelled.load(ordering: .relaxed) }
            report = ProgramReport(run, ending, printed: child.printed)
        } catch {
            report = ProgramReport(run, .notStarted(error.reason))
        }
        if !tell(report) { Self.leftBehind.subtract(1, ordering: .relaxed) }
    }

    private func leave() {
        cancel()
        if tell(ProgramReport(run, .stuck)) { Self.leftBehind.add(1, ordering: .relaxed) }
    }

    private func tell(_ ending: ProgramReport.Ending) {
        tell(ProgramReport(run, ending))
    }

    /// Whether anybody still waited.
    @discardableResult
    private func tell(_ report: ProgramReport) -> Bool {
        let waiter = waiter.withLock { waiter in
            defer { waiter = nil }
            return waiter
        }
        waiter?.resume(returning: report)
        return waiter != nil
    }
}

extension Duration {
    fileprivate var interval: DispatchTimeInterval {
        let (seconds, attoseconds) = components
        return .milliseconds(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
