// SPDX-License-Identifier: Apache-2.0
import Terminal
import Testing

@Suite struct TextTableTests {
    @Test func `columns stand under each other, and no line ends in spaces`() {
        var table = TextTable(["NAME", "STATE", "TITLE"])
        table.add(["web-1", "running", ""])
        table.add(["database-1", "off", "Orders"])
        #expect(
            table.lines == [
                "NAME        STATE    TITLE",
                "web-1       running",
                "database-1  off      Orders",
            ])
    }

    @Test func `a hostile cell stays in its place`() {
        var table = TextTable(["A", "B"], widest: 10)
        table.add(["\u{1B}[2J", "b"])
        table.add([String(repeating: "x", count: 50), "b", "beyond the header"])
        table.add([])
        #expect(table.lines[1] == "\\u{1b}[2J   b")
        #expect(table.lines[2] == "xxxxxxxxx…  b")
        #expect(table.lines.count == 4)
    }

    @Test func `colours are left out when they are not wanted`() {
        #expect(Palette(isColoured: false).paint("x", .bad) == "x")
        #expect(Palette(isColoured: true).paint("x", .bad) == "\u{1B}[31mx\u{1B}[0m")
        #expect(!Palette(environment: ["NO_COLOR": "1"]).isColoured)
    }
}
