// SPDX-License-Identifier: Apache-2.0
import Notifying
import YAML

extension Teams: ConfiguredChannel {
    static func read(_ reader: inout MappingReader) -> Teams? {
        let title = reader.template("title")
        let text = reader.template("text")
        let link = reader.template("link")
        guard let target = reader.target() else { return nil }
        var teams = Teams(target)
        if let title { teams.title = title }
        if let text { teams.text = text }
        if let link { teams.link = link }
        return teams
    }
}
