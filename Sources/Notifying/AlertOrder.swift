// SPDX-License-Identifier: Apache-2.0
import Vocabulary

extension Labels {
    /// Whether an alert of these labels stands before one of the others' in a message, as Alertmanager has it: by `job` and
    /// `instance`, of which what has none comes last, then by how many labels there are, then by names and values.
    func stands(before other: Labels) -> Bool {
        for name in ["job", "instance"] {
            switch (self[name], other[name]) {
            case (nil, nil): continue
            case (nil, _): return false
            case (_, nil): return true
            case (let mine?, let theirs?): if let order = mine.order(to: theirs) { return order }
            }
        }
        if all.count != other.all.count { return all.count < other.all.count }
        for (mine, theirs) in zip(all, other.all) {
            // The name that comes first is one that the other side has not.
            if let order = mine.name.order(to: theirs.name) { return !order }
            if let order = mine.value.order(to: theirs.value) { return order }
        }
        return false
    }
}

extension String {
    /// Whether it comes first, byte by byte; nil when they are the same.
    fileprivate func order(to other: String) -> Bool? {
        if utf8.elementsEqual(other.utf8) { return nil }
        return utf8.lexicographicallyPrecedes(other.utf8)
    }
}
