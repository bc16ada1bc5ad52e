// SPDX-License-Identifier: Apache-2.0
import Files
public import YAML

/// Reads the configuration file: strictly, and every problem at once.
public enum ConfigurationFile {
    /// What is wrong, each with its place.
    public struct Problems: Error, Sendable, CustomStringConvertible {
        public let all: [Problem]

        public init(_ all: [Problem]) {
            self.all = all
        }

        public var description: String { all.map(\.description).joined(separator: "\n") }
    }

    /// The settings of the file `path`, with the rule files that it names.
    public static func load(_ path: String) -> Result<Settings, Problems> {
        do throws(TextFileError) {
            return parse(try TextFile.read(path, limit: YAMLNode.longestText), path: path)
        } catch {
            return .failure(Problems([Problem(path: path, message: error.description)]))
        }
    }

    /// The settings that `text` amounts to; `path` is what problems name. An empty text is a valid one.
    public static func parse(_ text: String, path: String) -> Result<Settings, Problems> {
        let problems = ProblemList(path: path)
        var settings = Settings()
        do throws(Problem) {
            if let root = try YAMLNode.parse(text, path: path), !root.isNull {
                if var reader = MappingReader(root, problems) {
                    for section in Sections.all { section.read(&reader, into: &settings) }
                    reader.end()
                }
            }
        } catch {
            problems.add(error)
        }
        return problems.problems.isEmpty ? .success(settings) : .failure(Problems(problems.problems))
    }
}
