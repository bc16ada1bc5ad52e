// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Daemon

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

    func run() {
        Output.say("virtwarden \(Version.text)")
    }
}
