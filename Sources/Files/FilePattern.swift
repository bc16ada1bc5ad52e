// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Shell patterns of paths, as rule files are named: `/etc/virtwarden/rules/*.yml`.
public enum FilePattern {
    /// The paths that match, sorted; none when none do (`glob(3)`).
    public static func paths(_ pattern: String) -> [String] {
        guard !pattern.utf8.contains(0) else { return [] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let list = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in list[index].map { String(cString: $0) } }
    }
}
