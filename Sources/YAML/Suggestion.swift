// SPDX-License-Identifier: Apache-2.0

/// Finds the word that was probably meant.
public enum Suggestion {
    /// The word of `words` that is nearest to `word`, if one is near: at most a third of its letters differ.
    public static func nearest(to word: String, among words: [String]) -> String? {
        let typed = Array(word.lowercased().utf8.prefix(64))
        let found = words.map { ($0, distance(typed, Array($0.utf8))) }.min { $0.1 < $1.1 }
        guard let found, found.1 <= max(1, found.0.utf8.count / 3) else { return nil }
        return found.0
    }

    /// Insertions, deletions and replacements from one to the other (Levenshtein); letters that only changed places
    /// count as one.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left != right, left.sorted() == right.sorted() { return 1 }
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
