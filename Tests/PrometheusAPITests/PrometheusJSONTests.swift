// SPDX-License-Identifier: Apache-2.0
import PromQL
import SeriesStore
import Testing
import Vocabulary

@testable import PrometheusAPI

@Suite struct PrometheusJSONTests {
    /// What Prometheus 2.42 answers for `vector(x)`.
    @Test(arguments: [
        (1e-6, "0.000001"), (1e-7, "1e-07"), (1.5e-7, "1.5e-07"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
        (-1.25e30, "-1.25e+30"), (.leastNonzeroMagnitude, "5e-324"), (0, "0"), (-0.0, "-0"),
        (123_456_789_012_345_680, "123456789012345680"),
        (0.30000000000000004, "0.30000000000000004"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
    ])
    func `values are written as the API does`(value: Double, text: String) {
        #expect(APINumber.value(value) == text)
    }

    @Test(arguments: [
        (3, "3e+00"), (1e7, "1e+07"), (0.00012, "1.2e-04"), (123_456, "1.23456e+05"), (-10.5, "-1.05e+01"),
        (0, "0e+00"),
        (0.5, "5e-01"), (1.5e-7, "1.5e-07"), (100, "1e+02"), (.infinity, "+Inf"), (.nan, "NaN"),
    ])
    func `an alert's value has an exponent`(value: Double, text: String) {
        #expect(APINumber.scientific(value) == text)
    }

    @Test(arguments: [(1000, "1"), (1500, "1.500"), (1005, "1.005"), (-5500, "-5.500"), (-5, "-0.005"), (0, "0")])
    func `times have three digits or none after the point`(milliseconds: Int64, text: String) {
        #expect(APINumber.time(Timestamp(milliseconds: milliseconds)) == text)
    }

    private func text(_ expression: String) throws -> String {
        let answer = try Query(parsing: expression).evaluate(at: Timestamp(milliseconds: 1500), over: Store())
        return String(decoding: PrometheusJSON.answer(answer, at: Timestamp(milliseconds: 1500)), as: UTF8.self)
    }

    @Test func `each kind of result has its shape`() throws {
        let start = #"{"status":"success","data":{"resultType":"#
        #expect(try text("1") == start + #""scalar","result":[1.500,"1"]}}"#)
        #expect(try text("1e-7") == start + #""scalar","result":[1.500,"0.0000001"]}}"#)
        #expect(try text("vector(1e-7)") == start + #""vector","result":[{"metric":{},"value":[1.500,"1e-07"]}]}}"#)
        #expect(try text(#""<\n""#) == start + #""string","result":[1.500,"\u003c\n"]}}"#)
        #expect(try text("vector(2)") == start + #""vector","result":[{"metric":{},"value":[1.500,"2"]}]}}"#)
        #expect(try text("nothing") == start + #""vector","result":[]}}"#)
        #expect(try text("nothing[5m]") == start + #""matrix","result":[]}}"#)
    }

    @Test func `a refusal names its kind`() {
        #expect(
            String(decoding: PrometheusJSON.failure(.badData, "no \"x\""), as: UTF8.self)
                == #"{"status":"error","errorType":"bad_data","error":"no \"x\""}"#)
    }

    @Test func `every character of a label is written so that JSON reads it`() {
        let odd = "\u{0}\u{1f}\u{7f}\"\\</script>&\u{2028}é"
        let text = String(decoding: PrometheusJSON.series([Labels(name: "a", [("b", odd)])]), as: UTF8.self)
        #expect(
            text == #"{"status":"success","data":[{"__name__":"a","b":"\u0000\u001f\u007f\"\\"#
                + #"\u003c/script\u003e\u0026"# + "\u{2028}é\"}]}")
    }
}
