// SPDX-License-Identifier: Apache-2.0

/// What is wrong in a file, and where: `file:line:column: message`.
public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    public let path: String
    /// Counted from 1; nil when the whole file is meant.
    public let line: Int?
    public let column: Int?
    public let message: String

    public init(path: String, line: Int? = nil, column: Int? = nil, message: String) {
        self.path = path
        self.line = line
        self.column = column
        self.message = message
    }

    public var description: String {
        ([path] + [line, column].compactMap { $0.map(String.init) } + [" " + message]).joined(separator: ":")
    }
}

/// Collects the problems of one file, so that none hides another.
public final class ProblemList {
    public let path: String
    public private(set) var problems: [Problem] = []

    public init(path: String) {
        self.path = path
    }

    /// Notes what is wrong at `node`, or with the whole file.
    public func add(_ message: String, at node: YAMLNode? = nil) {
        problems.append(Problem(path: path, line: node?.line, column: node?.column, message: message))
    }

    public func add(_ problem: Problem) {
        problems.append(problem)
    }
}
