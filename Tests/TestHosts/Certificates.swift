// SPDX-License-Identifier: Apache-2.0

/// An authority of its own, and a certificate for the server on 127.0.0.1 and one for a client, in one folder under the
/// names that libvirt looks for with `pkipath`.
public struct Certificates: Sendable {
    public let folder: String
    /// What the server is called, as `openssl` wants it.
    let serverNames: String

    public init(folder: String, serverNames: String = "IP:127.0.0.1") {
        self.folder = folder
        self.serverNames = serverNames
    }

    /// The authority's certificate; `key("server")` and `certificate("client")` are those of the others.
    public var authority: String { certificate("ca") }

    public func certificate(_ name: String) -> String { "\(folder)/\(name)cert.pem" }
    public func key(_ name: String) -> String { "\(folder)/\(name)key.pem" }

    /// The lines of libvirtd.conf that name them.
    var settings: String {
        """
        ca_file = "\(folder)/cacert.pem"
        cert_file = "\(folder)/servercert.pem"
        key_file = "\(folder)/serverkey.pem"

        """
    }

    /// Makes them, for two days, with `openssl`.
    public func make() async throws {
        try await make("ca", ["-addext", "keyUsage=critical,keyCertSign"])
        for name in ["server", "client"] {
            try await make(
                name,
                [
                    "-CA", "\(folder)/cacert.pem", "-CAkey", "\(folder)/cakey.pem",
                    "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=\(serverNames)",
                ])
        }
    }

    private func make(_ name: String, _ more: [String]) async throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        let files = ["-keyout", "\(folder)/\(name)key.pem", "-out", "\(folder)/\(name)cert.pem"]
        try await run("openssl", ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)"] + key + files + more)
    }
}
