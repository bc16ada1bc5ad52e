// SPDX-License-Identifier: Apache-2.0

/// What a libvirtd that listens on 127.0.0.1 as well needs; an unprivileged one may.
struct ListeningPorts: Sendable {
    let tcp: UInt16
    let tls: UInt16
    let certificates: Certificates

    init(_ directory: OwnedDirectory) throws {
        tcp = try freePort()
        tls = try freePort()
        try directory.makeFolder("pki")
        certificates = Certificates(folder: "\(directory.path)/pki")
    }

    /// The lines of libvirtd.conf.
    var settings: String {
        """
        listen_addr = "127.0.0.1"
        listen_tcp = 1
        tcp_port = "\(tcp)"
        auth_tcp = "none"
        listen_tls = 1
        tls_port = "\(tls)"
        auth_tls = "none"

        """ + certificates.settings
    }
}

extension PrivateLibvirtd {
    /// Over TCP without encryption; nil unless it was started to listen.
    public var tcpURI: String? {
        ports.map { "qemu+tcp://127.0.0.1:\($0.tcp)/session" }
    }

    /// Over TLS, with a client certificate; nil unless it was started to listen.
    public var tlsURI: String? {
        ports.map { "qemu+tls://127.0.0.1:\($0.tls)/session?pkipath=\($0.certificates.folder)" }
    }
}
