// SPDX-License-Identifier: Apache-2.0
import YAML

/// `allow_exec`: whether programs are run, receivers' (`exec`) and repairs' (a policy's `exec`).
enum ProgramsSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        settings.allowsPrograms = reader.bool("allow_exec") ?? false
    }
}

extension MappingReader {
    /// What names a program is refused unless programs are allowed; whether they are.
    @discardableResult
    func requirePrograms(_ key: String, _ settings: Settings) -> Bool {
        if settings.allowsPrograms { return true }
        complain(key, "programs are run only with allow_exec: true at the top of the configuration")
        return false
    }
}
