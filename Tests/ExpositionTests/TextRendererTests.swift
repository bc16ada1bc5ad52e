// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing
import Vocabulary

@testable import Exposition

@Suite struct TextRendererTests {
    private let up = MetricFamily("libvirt_up", .gauge, "Whether it answers.")
    private let bytes = MetricFamily("libvirt_bytes_total", .counter, "A \\ and a\nnewline, \"quoted\".")
    private let time = Timestamp(milliseconds: 1_700_000_000_000)

    private func layout(_ series: [(MetricFamily, [(String, String)])]) -> SeriesLayout {
        SeriesLayout(series.map { .init(family: $0.0, labels: Labels(name: $0.0.name, $0.1)) })
    }

    private func batch(_ series: [(MetricFamily, [(String, String)], Double)]) -> SeriesBatch {
        SeriesBatch(layout: layout(series.map { ($0.0, $0.1) }), values: series.map(\.2), time: time)
    }

    private func page(_ batches: [SeriesBatch]) -> String {
        var renderer = TextRenderer()
        return String(decoding: renderer.render(Snapshot(time: time, batches: batches)), as: UTF8.self)
    }

    @Test func `writes families once, sorted by name, across batches`() {
        let text = page([
            batch([(up, [], 1), (bytes, [("domain", "a")], 1.5)]), batch([(bytes, [("domain", "b")], 2)]),
        ])
        #expect(
            text == """
                # HELP libvirt_bytes_total A \\\\ and a\\nnewline, "quoted".
                # TYPE libvirt_bytes_total counter
                libvirt_bytes_total{domain="a"} 1.5
                libvirt_bytes_total{domain="b"} 2
                # HELP libvirt_up Whether it answers.
                # TYPE libvirt_up gauge
                libvirt_up 1

                """)
    }

    @Test(arguments: [
        ("quote\"d", "quote\\\"d"), ("back\\slash", "back\\\\slash"), ("new\nline", "new\\nline"),
        ("\\n", "\\\\n"), ("\"} 1\nup 0", "\\\"} 1\\nup 0"), ("größe 🐧", "größe 🐧"), ("a\r\nb", "a\r\\nb"),
        ("tab\tnul\u{0}", "tab\tnul\u{0}"),
    ])
    func `escapes hostile label values`(value: String, written: String) {
        let expected = """
            # HELP libvirt_up Whether it answers.
            # TYPE libvirt_up gauge
            libvirt_up{domain="\(written)",z="1"} 0

            """
        #expect(Array(page([batch([(up, [("domain", value), ("z", "1")], 0)])]).utf8) == Array(expected.utf8))
    }

    @Test func `keeps a value of 5,000 characters whole on one line`() {
        let long = String(repeating: "a\"", count: 2500)
        let text = page([batch([(up, [("domain", long)], 3)])])
        let escaped = String(repeating: "a\\\"", count: 2500)
        #expect(text.hasSuffix("\nlibvirt_up{domain=\"\(escaped)\"} 3\n"))
        #expect(text.utf8.count { $0 == 0x0A } == 3)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-42, "-42"), (9_007_199_254_740_992, "9007199254740992"),
            (1_700_000_000.5, "1700000000.5"), (0.1, "0.1"), (1e-7, "1e-07"), (1e300, "1e+300"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (StaleMarker.value, "NaN"), (0x1p62, "4611686018427387904"),
            (-9_223_372_036_854_775_808, "-9223372036854775808"),
            (18_446_744_073_709_551_616, "1.8446744073709552e+19"),
            (-2.2250738585072014e-308, "-2.2250738585072014e-308"),
        ] as [(Double, String)])
    func `writes values that read back as the same number`(value: Double, written: String) {
        #expect(page([batch([(up, [], value)])]).hasSuffix("\nlibvirt_up \(written)\n"))
    }

    @Test func `the later batch wins over an equal series`() {
        let text = page([
            batch([(up, [("a", "1")], 1), (up, [("a", "2")], 2)]), batch([(up, [("a", "1")], 3)]),
            batch([(up, [("a", "2")], 4), (up, [("a", "3")], 5)]),
        ])
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines == ["libvirt_up{a=\"1\"} 3", "libvirt_up{a=\"2\"} 4", "libvirt_up{a=\"3\"} 5"])
    }

    @Test func `one layout in two batches gives its series once`() {
        let shared = layout([(up, [])])
        let text = page([1, 2].map { SeriesBatch(layout: shared, values: [$0], time: time) })
        #expect(text.hasSuffix("gauge\nlibvirt_up 2\n"))
    }

    @Test func `two family values of one name share one header`() {
        let other = MetricFamily("libvirt_up", .gauge, "Another text.")
        let text = page([batch([(up, [("a", "1")], 1)]), batch([(other, [("a", "2")], 2)])])
        #expect(text.split(separator: "\n").count { $0.hasPrefix("#") } == 2)
        #expect(text.hasSuffix("\nlibvirt_up{a=\"1\"} 1\nlibvirt_up{a=\"2\"} 2\n"))
    }

    @Test func `the parts of a histogram stand under one header, which promtool accepts`() async throws {
        let latency = MetricFamily("libvirt_latency_seconds", .histogram, "How long it took.")
        let bucket = MetricFamily("_bucket", of: latency)
        let count = MetricFamily("_count", of: latency)
        func domain(_ name: String) -> SeriesBatch {
            batch([
                (up, [("domain", name)], 1), (bucket, [("domain", name), ("le", "0.001")], 4),
                (bucket, [("domain", name), ("le", "+Inf")], 6), (count, [("domain", name)], 6),
            ])
        }
        let text = page([domain("a"), domain("b")])
        #expect(
            text.hasPrefix(
                """
                # HELP libvirt_latency_seconds How long it took.
                # TYPE libvirt_latency_seconds histogram
                libvirt_latency_seconds_bucket{domain="a",le="0.001"} 4
                libvirt_latency_seconds_bucket{domain="a",le="+Inf"} 6
                libvirt_latency_seconds_count{domain="a"} 6
                libvirt_latency_seconds_bucket{domain="b",le="0.001"} 4
                libvirt_latency_seconds_bucket{domain="b",le="+Inf"} 6
                libvirt_latency_seconds_count{domain="b"} 6
                # HELP libvirt_up
                """))
        let directory = try OwnedDirectory()
        let file = try directory.write("page", text.utf8)
        // It prints what it finds fault with, and fails.
        try await run("sh", ["-c", "promtool check metrics <\"$1\" 2>&1", "sh", file])
        await directory.remove()
    }

    @Test func `leaves out what the format cannot name`() {
        let text = page([
            batch([
                (up, [("bad-name", "1")], 1), (MetricFamily("9up", .gauge, "no"), [], 1),
                (MetricFamily("", .gauge, "no"), [], 1), (up, [("a:b", "1")], 1),
            ])
        ])
        #expect(text.isEmpty)
    }

    @Test func `fills in new values and follows a change of layout`() {
        var renderer = TextRenderer()
        func text(_ batches: [SeriesBatch]) -> String {
            let page = renderer.render(Snapshot(time: time, batches: batches))
            return String(decoding: page, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
                .joined(separator: "\n")
        }
        let first = layout([(up, [("a", "1")]), (bytes, [])])
        #expect(
            text([SeriesBatch(layout: first, values: [1, 2], time: time)])
                == "libvirt_bytes_total 2\nlibvirt_up{a=\"1\"} 1")
        #expect(
            text([SeriesBatch(layout: first, values: [3, 4], time: time)])
                == "libvirt_bytes_total 4\nlibvirt_up{a=\"1\"} 3")
        #expect(text([batch([(up, [("a", "2")], 5)])]) == "libvirt_up{a=\"2\"} 5")
        #expect(text([]) == "")
    }

    @Test func `a page that follows another is the page that is made anew`() {
        let entries = [("a", "1"), ("domain", "z"), ("bad-name", "2"), ("é", "3"), ("", "")].map {
            SeriesTemplate.Entry(family: up, label: $0.0, value: $0.1)
        }
        let templates = [
            SeriesTemplate(entries), SeriesTemplate(entries.reversed()),
            SeriesTemplate([.init(family: bytes), .init(family: up, label: "domain", value: "d1")]),
        ]
        let gaps: [[Label]] = [[], [Label("domain", "d1")], [Label("domain", "d2")], [Label("b", "\"")]]
        var renderer = TextRenderer()
        // Each step has other templates under other labels, and some that the one before had.
        for step in 0..<48 {
            let batches = (0...step % 7).map { place in
                let layout = SeriesLayout(
                    templates[(step * place + place) % 3], fixed: gaps[(step / (place + 1) + place) % 4])
                return SeriesBatch(
                    layout: layout, values: (0..<layout.count).map { Double(step * 10 + $0) }, time: time)
            }
            let text = String(
                decoding: renderer.render(Snapshot(time: time, batches: batches)), as: UTF8.self)
            #expect(text == page(batches))
            let names = text.split(separator: "\n").compactMap { $0.split(separator: " ").first }
            #expect(Set(names.filter { $0 != "#" }).count == names.count { $0 != "#" })
        }
    }
}
