// SPDX-License-Identifier: Apache-2.0
import Testing
import Web

@Suite struct ListenerTests {
    @Test(arguments: [
        ("127.0.0.1:9177", Listener.tcp(host: "127.0.0.1", port: 9177)), (":0", .tcp(host: "", port: 0)),
        ("[::1]:80", .tcp(host: "::1", port: 80)), ("localhost:1", .tcp(host: "localhost", port: 1)),
        ("unix:/run/v.sock", .unix(path: "/run/v.sock")),
    ])
    func `an address is read and written back`(text: String, listener: Listener) {
        #expect(Listener(parsing: text) == listener)
        #expect(listener.description == text)
    }

    @Test(arguments: ["", "host", "host:", "host:x", "host:65536", "::1:80", "[host]:1", "unix:rel", "a b:1", "h:-1"])
    func `what is no address is refused`(text: String) {
        #expect(Listener(parsing: text) == nil)
    }
}
