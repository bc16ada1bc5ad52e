// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Vocabulary

/// Who orders what of a running agent, and why.
struct RemediationWish: ParsableArguments {
    @Option(help: "The domain's connection.") var host: String?
    @Option(help: "Why.") var comment = ""
    @OptionGroup var by: ChangeAuthor
    @OptionGroup var agent: AgentOptions
    @Flag(help: "Print JSON.") var json = false

    /// Asks the agent, and says that it is done: `done` follows the domain's name.
    func order(_ kind: RemediationOrder.Kind, _ domain: String?, done: String) async throws {
        let order = RemediationOrder(
            domain: domain, host: host, note: ChangeNote(author: by.name, comment: comment))
        let taken = try await AgentClient(agent).post(
            RemediationOrderTaken.self, "/api/v1/remediation/\(kind.rawValue)", order)
        for sentence in taken.warnings ?? [] { Output.complain(sentence) }
        if json { return Output.say(JSONLine.text(taken)) }
        let whole = taken.name.map { "\($0.asOneLine) on \((taken.host ?? "").asOneLine)" }
        Output.say("\(whole ?? "all domains"): \(done)")
    }
}

struct RemediationReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Lifts a domain's quarantine.",
        discussion: """
            Its budget of repairs is whole again, and its next failure is repaired. What failed before is not: start the \
            domain by hand. Exits with 4 when no agent answers, with 1 when there is nothing to release.
            """)

    @Argument(help: "The domain's name or UUID.") var domain: String
    @OptionGroup var wish: RemediationWish

    func run() async throws {
        try await wish.order(.release, domain, done: "released; its next failure is repaired")
    }
}

struct RemediationPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Holds every step of repair, of one domain or of all, until resume.",
        discussion: """
            What is needed meanwhile is done after resume. A pause outlives the agent; a maintenance ends by itself.

            Examples:
              virtwarden remediation pause web-1 --comment 'its disk is being copied'
              virtwarden remediation pause --comment 'storage is being moved'
            """)

    @Argument(help: "The domain's name or UUID; all domains when left out.") var domain: String?
    @OptionGroup var wish: RemediationWish

    func run() async throws {
        try await wish.order(.pause, domain, done: "paused, until virtwarden remediation resume")
    }
}

struct RemediationResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lets paused repairs go on.",
        discussion: "What a pause held is judged anew. A pause of all domains leaves those of single ones.")

    @Argument(help: "The domain's name or UUID; the pause of all domains when left out.") var domain: String?
    @OptionGroup var wish: RemediationWish

    func run() async throws {
        try await wish.order(.resume, domain, done: "repairs go on")
    }
}
