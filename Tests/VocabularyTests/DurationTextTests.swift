// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("0", 0), ("5s", 5000), ("1h30m", 5_400_000), ("1d", 86_400_000), ("2w", 1_209_600_000), ("15ms", 15),
        ("1m500ms", 60_500), ("292y", 292 * 31_536_000_000), ("9223372036854ms", 9_223_372_036_854),
    ])
    func `reads what Prometheus writes`(text: String, milliseconds: Int64) {
        #expect(DurationText.parse(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "5", "s", "5x", "1m1h", "1s1s", "-5s", "1.5s", "99999999999999999999s", "9999999999999y", "293y",
        "9223372036855ms", "292y5000w",
    ])
    func `refuses everything else`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [(0, "0s"), (90_000, "1m30s"), (86_400_000, "1d"), (1500, "1s500ms"), (604_800_000, "1w")])
    func `writes it the same way`(milliseconds: Int64, text: String) {
        #expect(DurationText.format(.milliseconds(milliseconds)) == text)
    }
}
