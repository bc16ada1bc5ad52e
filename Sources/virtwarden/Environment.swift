// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// The environment's words: a flag `--log-level` can also be said as `VIRTWARDEN_LOG_LEVEL`.
enum Environment {
    static let all = ProcessInfo.processInfo.environment

    /// nil when it is not set, or empty.
    static subscript(name: String) -> String? {
        all[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What stands for the flag `name`, as `log-level`.
    static func flag(_ name: String) -> String? {
        self["VIRTWARDEN_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()]
    }
}
