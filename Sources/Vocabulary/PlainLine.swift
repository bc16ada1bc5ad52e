// SPDX-License-Identifier: Apache-2.0

extension String {
    /// With everything that could end a line, move a cursor or turn the reading direction written as an escape, and cut
    /// after 2,000 characters: how untrusted text is shown.
    public var asOneLine: String {
        let limit = 2000
        var result = ""
        var count = 0
        for scalar in unicodeScalars {
            count += 1
            if count > limit { return result + "…" }
            if scalar.isUnsafeInLine {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether it does more on a line than stand there: controls, line separators, bidirectional overrides.
    public var isUnsafeInLine: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
