// SPDX-License-Identifier: Apache-2.0
import Notifying
import YAML

extension Webhook: ConfiguredChannel {
    static func read(_ reader: inout MappingReader) -> Webhook? {
        let body = reader.template("body")
        return reader.target().map { Webhook($0, body: body) }
    }
}
