// SPDX-License-Identifier: Apache-2.0

/// What an evaluation asks of its limits on the way.
extension Limits {
    func checkTime(at offset: Int) throws(Fault) {
        guard !isOverdue() else { throw Fault("the query takes too long", at: offset) }
    }

    /// - Parameters:
    ///   - rows: how many series a vector has, or is about to have.
    ///   - width: how many steps.
    ///   - others: values of other vectors that are there at the same time.
    func checkSize(rows: Int, width: Int, beside others: Int = 0, at offset: Int) throws(Fault) {
        guard rows <= series else {
            throw Fault("more than \(series) series on the way; narrow the selectors", at: offset)
        }
        let (size, overflow) = rows.multipliedReportingOverflow(by: max(1, width))
        guard !overflow, size <= samples - others else {
            throw Fault("more than \(samples) values on the way; make the step longer", at: offset)
        }
    }
}
