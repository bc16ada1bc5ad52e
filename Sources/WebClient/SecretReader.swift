// SPDX-License-Identifier: Apache-2.0
import Files
import Glibc

/// Reads the secrets that settings name, at the moment when they are needed.
enum SecretReader {
    /// Why a secret cannot be used; holds the file's name, never what is in it.
    struct Refusal: Error {
        let reason: String
    }

    private static let longest = 65_536

    static func credentials(of settings: WebClientSettings) throws(Refusal) -> WebRequest.Credentials? {
        switch settings.authorization {
        case nil: nil
        case .basic(let user, let password): .basic(user: try read(user), password: try read(password))
        case .other(let type, let credentials): .other(type: type, credentials: try read(credentials))
        }
    }

    private static func read(_ secret: WebClientSettings.Secret) throws(Refusal) -> String {
        let text: String
        switch secret {
        case .text(let given): text = given
        case .file(let path):
            do throws(TextFileError) {
                text = try TextFile.read(path, limit: longest).trimmed
            } catch {
                throw Refusal(reason: error.description)
            }
            guard !text.isEmpty else { throw Refusal(reason: "\(path) is empty; write the secret into it") }
        }
        guard !text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
            throw Refusal(reason: "a secret for it holds a control character")
        }
        return text
    }

    /// What tells whether the files of `tls` are still the same: libcurl keeps what it has read of them.
    static func stamp(of tls: WebClientSettings.TLS) -> [Int] {
        [tls.authorityFile, tls.certificateFile, tls.keyFile].flatMap { path -> [Int] in
            var status = stat()
            guard let path, stat(path, &status) == 0 else { return [0] }
            return [
                Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        func isSpace(_ character: Character) -> Bool { character.isWhitespace }
        guard let start = firstIndex(where: { !isSpace($0) }), let end = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[start...end])
    }
}
