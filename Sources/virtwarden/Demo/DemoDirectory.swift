// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

/// A temporary directory, removed with all that is in it.
struct DemoDirectory: ~Copyable {
    let path: String

    init() throws {
        let parent = Environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/virtwarden-demo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure(
                status: .wrong, sentence: "cannot make a directory in \(parent): \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // A directory that somebody has removed already is no loss.
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ text: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        } catch {
            throw CommandFailure(status: .wrong, sentence: "cannot write \(path)/\(name): \(error)")
        }
    }
}
