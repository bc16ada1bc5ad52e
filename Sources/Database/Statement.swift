// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A prepared statement, finalized once (`sqlite3_finalize`).
struct Statement: ~Copyable {
    let pointer: OpaquePointer
    /// `SQLITE_TRANSIENT`, a cast that C's macro hides from Swift: SQLite copies what is bound before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        sqlite3_finalize(pointer)
    }

    /// Binds the value of the parameter `position`, counted from 1; SQLite's result code.
    func bind(_ value: Value, at position: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(pointer, position)
        case .integer(let number): return sqlite3_bind_int64(pointer, position, number)
        case .real(let number): return sqlite3_bind_double(pointer, position, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                // A null pointer would bind NULL, and an empty string may have one.
                guard let base = bytes.baseAddress else {
                    return sqlite3_bind_text(pointer, position, "", 0, Self.copied)
                }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text(pointer, position, $0, Int32(clamping: bytes.count), Self.copied)
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(pointer, position, 0) }
            return sqlite3_bind_blob(pointer, position, bytes, Int32(clamping: bytes.count), Self.copied)
        }
    }

    /// The current row.
    func row() -> [Value] {
        (0..<sqlite3_column_count(pointer)).map { column in
            switch sqlite3_column_type(pointer, column) {
            case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, column))
            case SQLITE_FLOAT: return .real(sqlite3_column_double(pointer, column))
            case SQLITE_TEXT:
                guard let text = sqlite3_column_text(pointer, column) else { return .null }
                let count = Int(sqlite3_column_bytes(pointer, column))
                return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
            case SQLITE_BLOB:
                let count = Int(sqlite3_column_bytes(pointer, column))
                return .blob([UInt8](UnsafeRawBufferPointer(start: sqlite3_column_blob(pointer, column), count: count)))
            default: return .null
            }
        }
    }
}
