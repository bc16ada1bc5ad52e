// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_795_545_766_834, "2026-11-24T18:42:46.834Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
    ])
    func `is written as RFC 3339`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }
}

@Suite struct TimestampParsingTests {
    @Test(arguments: [
        ("0", 0), ("1435781451.781", 1_435_781_451_781), ("-1.5", -1500), ("1e3", 1_000_000),
        ("1970-01-01T00:00:00Z", 0), ("2015-07-01T20:10:51.781Z", 1_435_781_451_781),
        ("2015-07-01T22:10:51.7819+02:00", 1_435_781_451_781), ("2000-02-29t23:59:60z", 951_868_800_000),
        ("1969-12-31T23:59:59-00:30", 1_799_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func `seconds and RFC 3339 are read`(text: String, milliseconds: Int64) {
        #expect(Timestamp(parsing: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "x", "NaN", "inf", "1e30", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z",
        "2001-02-29T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Z ", "1970-01-01T00:00:00+1:00",
        "+970-01-01T00:00:00Z", "0x10", "-0X10",
    ])
    func `anything else is no time`(text: String) {
        #expect(Timestamp(parsing: text) == nil)
    }

    @Test func `what is written can be read`() {
        for milliseconds in stride(from: -62_167_219_200_000 as Int64, to: 253_402_300_799_999, by: 86_399_999 * 1000) {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }
}
