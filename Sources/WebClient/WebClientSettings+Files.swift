// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What the files are that settings name, at the moment when they are needed.
extension WebClientSettings {
    func credentials() throws(SecretError) -> WebRequest.Credentials? {
        switch authorization {
        case nil: nil
        case .basic(let user, let password):
            .basic(user: try user.read(as: "user name"), password: try password.read(as: "password"))
        case .other(let type, let credentials): .other(type: type, credentials: try credentials.read(as: "credentials"))
        }
    }

    /// What is wrong with the files: each is read, or could be.
    public var problems: [String] {
        var problems: [String] = []
        do throws(SecretError) {
            _ = try credentials()
        } catch {
            problems.append(error.description)
        }
        for path in tls.files where access(path, R_OK) != 0 {
            problems.append("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        return problems
    }
}

extension WebClientSettings.TLS {
    fileprivate var files: [String] { [authorityFile, certificateFile, keyFile].compactMap { $0 } }

    /// What tells whether the files are still the same: libcurl keeps what it has read of them.
    var stamp: [Int] {
        [authorityFile, certificateFile, keyFile].flatMap { path -> [Int] in
            var status = stat()
            guard let path, stat(path, &status) == 0 else { return [0] }
            return [
                Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }
}
