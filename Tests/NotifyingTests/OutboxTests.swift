// SPDX-License-Identifier: Apache-2.0
import Alerting
import Database
import FoundationEssentials
import Glibc
import Notifying
import Synchronization
import TestHosts
import Testing
import Vocabulary
import WebClient

/// What a notifier leaves in its file for the one after it. "Killed" is a notifier that is just left: what it has put on
/// the disk is all that the next one gets.
@Suite struct OutboxTests {
    private let complaints = Complaints()

    private final class Complaints: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func take(_ text: String) { kept.withLock { $0.append(text) } }
    }

    private func notifier(_ url: String, _ path: String, receiver: String = "ops") -> Notifier {
        let settings = NotifierSettings(
            receivers: [
                Receiver(name: receiver, channel: Webhook(address: .url(url), timeout: .milliseconds(500)))
            ],
            routes: [
                Route(
                    matchers: .all, receiver: receiver, grouping: Grouping(labels: nil, interval: .zero))
            ])
        let complaints = complaints
        return Notifier(settings, outbox: OutboxFile(path: path, rest: .milliseconds(100)) { complaints.take($0) }) {
            _ in
        }
    }

    /// An address where nobody listens.
    private func deadURL() throws -> String {
        let sink = try WebSink()
        defer { sink.stop() }
        return sink.url
    }

    private func texts(_ sink: WebSink) -> [String] { sink.requests.map(\.text) }

    @Test func `what was taken before a crash is told after it`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/outbox.db"
        let killed = notifier(try deadURL(), path)
        await killed.take([.of("web-1"), .of("web-2"), .of("web-2", .resolved)])
        await killed.take(notices: [.of("web-3", name: "crashed")], to: "ops")
        let sink = try WebSink()
        defer { sink.stop() }
        let next = notifier(sink.url, path)
        await next.take([])
        try await waitUntil("all three are told") { sink.requests.count == 3 }
        #expect(texts(sink).contains { $0.contains("web-1") && $0.contains(#""status":"firing""#) })
        #expect(texts(sink).contains { $0.contains("web-2") && $0.contains(#""status":"resolved""#) })
        #expect(texts(sink).contains { $0.contains("web-3") })
        try await waitUntil("nothing is owed") { await next.figures()["ops"]?.depth == 0 }
        await next.stop(within: .seconds(1))
        // And nothing is told twice by the one after.
        let last = notifier(sink.url, path)
        await last.take([.of("web-1"), .of("web-2", .resolved)])
        #expect(await last.figures()["ops"]?.depth == 0)
        await last.take([.of("web-1", .resolved)])
        try await waitUntil("the end is told") { sink.requests.count == 4 }
        await last.stop(within: .seconds(1))
        #expect(sink.requests.count == 4)
        #expect(complaints.all.isEmpty)
        await directory.remove()
    }

    @Test func `an alert of before a crash that no rule knows is ended`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/outbox.db"
        let sink = try WebSink()
        defer { sink.stop() }
        let killed = notifier(sink.url, path)
        await killed.take([.of("web-1"), .of("web-2"), .of("web-3")])
        try await waitUntil("they are told") { sink.requests.count == 3 }
        await killed.stop(within: .seconds(1))
        let next = notifier(sink.url, path)
        await next.take([.of("web-1")])
        await next.endUnheard(but: [Alert.of("web-2").labels])
        try await waitUntil("the third is ended") { sink.requests.count == 4 }
        #expect(texts(sink)[3].contains("web-3") && texts(sink)[3].contains(#""status":"resolved""#))
        await next.stop(within: .seconds(1))
        #expect(sink.requests.count == 4)
        await directory.remove()
    }

    @Test func `what a receiver is owed that is gone is forgotten`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/outbox.db"
        let first = notifier(try deadURL(), path)
        await first.take([.of("web-1")])
        await first.stop(within: .zero)
        let sink = try WebSink()
        defer { sink.stop() }
        let second = notifier(sink.url, path, receiver: "others")
        await second.take([])
        await second.stop(within: .zero)
        let third = notifier(sink.url, path)
        await third.take([])
        #expect(await third.figures()["ops"]?.depth == 0)
        await third.stop(within: .zero)
        #expect(sink.requests.isEmpty)
        await directory.remove()
    }

    @Test(arguments: ["no database", "a directory"])
    func `a file that cannot be used stops no alert, and is said once`(kind: String) async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/outbox.db"
        if kind == "a directory" {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        } else {
            try directory.write("outbox.db", String(repeating: "not a database ", count: 500).utf8)
        }
        let sink = try WebSink()
        defer { sink.stop() }
        let notifier = notifier(sink.url, path)
        for count in 1...3 {
            await notifier.take([.of("web-\(count)")])
            try await waitUntil("it is told") { sink.requests.count == count }
        }
        #expect(complaints.all.count == 1)
        #expect(complaints.all.first?.hasPrefix("cannot keep notifications over a restart: ") == true)
        #expect(notifier.outboxFailures >= 1)
        await notifier.stop(within: .seconds(1))
        await directory.remove()
    }
}

extension OutboxTests {
    @Test func `a file that another program holds stops no alert either, and is written when it is free`() async throws
    {
        let directory = try OwnedDirectory()
        let path = directory.path + "/outbox.db"
        let sink = try WebSink()
        defer { sink.stop() }
        let first = notifier(sink.url, path)
        await first.take([.of("web-1")])
        try await waitUntil("it is told") { sink.requests.count == 1 }
        await first.stop(within: .seconds(1))
        let second = notifier(sink.url, path)
        do {
            let holder = try DatabaseHandle(path: path)
            try holder.execute("BEGIN EXCLUSIVE")
            await second.take([.of("web-2")])
            try await waitUntil("it is told") { sink.requests.count == 2 }
            try await waitUntil("it is said") { !self.complaints.all.isEmpty }
            try holder.execute("COMMIT")
        }
        try await waitUntil("it is in the file") {
            try DatabaseHandle(path: path).query("SELECT labels FROM outbox WHERE told = 'firing'").count == 2
        }
        await second.stop(within: .seconds(1))
        #expect(complaints.all.count == 1)
        await directory.remove()
    }

    @Test func `when a broken file is moved away a new one is begun`() async throws {
        let directory = try OwnedDirectory()
        let path = try directory.write("outbox.db", String(repeating: "not a database ", count: 500).utf8)
        let killed = notifier(try deadURL(), path)
        await killed.take([.of("web-1")])
        try FileManager.default.moveItem(atPath: path, toPath: path + ".broken")
        try await waitUntil("it is in the new file") {
            // A file that is just being made cannot be read yet.
            FileManager.default.fileExists(atPath: path)
                && (try? DatabaseHandle(path: path).query("SELECT labels FROM outbox").count) == 1
        }
        let sink = try WebSink()
        defer { sink.stop() }
        let next = notifier(sink.url, path)
        await next.take([])
        try await waitUntil("it is told") { sink.requests.count == 1 }
        await next.stop(within: .seconds(1))
        await killed.stop(within: .zero)
        await directory.remove()
    }

    @Test(.enabled(if: geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0))
    func `disks that hang, under the outbox and under a secret, hold nobody up`() async throws {
        let directory = try OwnedDirectory()
        let disk = try await HungDisk(in: directory)
        let sink = try WebSink()
        defer { sink.stop() }
        let complaints = complaints
        let outbox = OutboxFile(path: disk.path + "/outbox.db", rest: .milliseconds(100)) { complaints.take($0) }
        let settings = NotifierSettings(receivers: [
            Receiver(name: "ops", channel: Webhook(address: .url(sink.url))),
            Receiver(name: "hung", channel: Webhook(address: .file(disk.path + "/url"))),
        ])
        let notifier = Notifier(settings, outbox: outbox) { _ in }
        for count in 1...3 {
            await notifier.take([.of("web-\(count)", name: "Alert\(count)")])
            try await waitUntil("it is told") { sink.requests.count == count }
        }
        #expect(await notifier.figures()["hung"]?.depth == 3)
        await notifier.stop(within: .milliseconds(100))
        #expect(complaints.all.count == 1)
        #expect(complaints.all.first?.hasSuffix("does not answer: notifications go on in memory until it does") == true)
        await disk.end()
        await directory.remove()
    }

    @Test func `a thousand alerts are on the disk before take returns, each once`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/outbox.db"
        let notifier = notifier(try deadURL(), path)
        await notifier.take((0..<1000).map { .of("web-\($0)") })
        let rows = try DatabaseHandle(path: path).query("SELECT count(*), count(DISTINCT labels) FROM outbox")
        #expect(rows == [[.integer(1000), .integer(1000)]])
        await notifier.stop(within: .zero)
        await directory.remove()
    }
}

extension AlertMatchers {
    /// Those of every alert.
    static var all: AlertMatchers {
        guard let all = try? AlertMatchers(parsing: []) else { preconditionFailure("no matchers at all are none") }
        return all
    }
}
