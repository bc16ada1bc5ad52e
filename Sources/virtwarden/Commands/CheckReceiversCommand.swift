// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Daemon
import Notifying
import Synchronization
import Vocabulary
import WebClient

struct CheckReceiversCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receivers", abstract: "Checks whether receivers of alerts, and Alertmanagers, can be told.",
        discussion: """
            Reads the files that their settings name, and makes messages of sample alerts, one of them with quotes and \
            line feeds in its labels; sends nothing, unless a test is asked for. Alertmanagers are asked for their state \
            (/api/v2/status), and sent no alert. Exits with 1 when something is wrong.

            Examples:
              virtwarden check receivers --config /etc/virtwarden/config.yml
              virtwarden check receivers --config /etc/virtwarden/config.yml --send-test ops
            """)

    @Option(help: "The configuration file.") var config: String?
    @Option(help: "Send a message, marked as a test, to this receiver, and say what it answers.") var sendTest: String?

    func run() async throws {
        guard let file = config ?? Environment.flag("config") else {
            throw ValidationError("--config: give the configuration file")
        }
        let settings: Settings
        switch ConfigurationFile.load(file) {
        case .success(let loaded): settings = loaded
        case .failure(let problems): throw CommandFailure(status: .wrong, sentence: problems.description)
        }
        let url = settings.web.externalURL ?? "http://127.0.0.1:9177"
        let receivers = settings.notifying.receivers
        if let sendTest, !receivers.contains(where: { $0.name == sendTest }) {
            let names = receivers.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                status: .wrong,
                sentence: "there is no receiver \"\(sendTest)\" in \(file); it has: \(names.isEmpty ? "none" : names)")
        }
        let asked = receivers.filter { sendTest == nil || $0.name == sendTest }
        var wrong: [String] = []
        for receiver in asked {
            let problems = ReceiverCheck.problems(of: receiver, externalURL: url, at: .now)
            wrong += problems.map { "\(receiver.name): \($0)" }
            if problems.isEmpty { Output.say("\(receiver.name): ok: \(type(of: receiver.channel).key)") }
        }
        let targets = sendTest == nil ? settings.alertmanagers.targets : []
        for target in targets {
            switch await AlertmanagerCheck.ask(target) {
            case .success(let answer): Output.say("alertmanager \(target.name): ok: \(answer)")
            case .failure(let refusal): wrong.append("alertmanager \(target.name): \(refusal.sentence)")
            }
        }
        if asked.isEmpty, targets.isEmpty { Output.say("\(file): ok: no receivers, no Alertmanagers") }
        guard wrong.isEmpty else { throw CommandFailure(status: .wrong, sentence: wrong.joined(separator: "\n")) }
        if sendTest != nil, let receiver = asked.first { try await Self.test(receiver, url) }
    }

    /// Sends the test, and its end where something stays open otherwise.
    private static func test(_ receiver: Receiver, _ url: String) async throws {
        let answers = Answers()
        let carrier = Carrier {
            Output.say($0)
        } heard: {
            answers.note($0.status)
        }
        let staysOpen = type(of: receiver.channel).key == PagerDuty.key
        for state in staysOpen ? [Alert.State.firing, .resolved] : [.firing] {
            let message = ReceiverCheck.test(of: receiver, externalURL: url, state, at: .now)
            switch await carrier.tell(message, by: receiver.channel).verdict {
            case .told: break
            case .again(let reason, _), .refused(let reason), .tooMuch(let reason):
                throw CommandFailure(status: .wrong, sentence: "\(receiver.name): the test was not taken: \(reason)")
            }
        }
        Output.say("\(receiver.name): the test was sent\(answers.text)")
    }
}

/// What a receiver answered, as numbers: a body might repeat what is secret.
private final class Answers: Sendable {
    private let statuses = Mutex<[Int]>([])

    func note(_ status: Int) {
        statuses.withLock { $0.append(status) }
    }

    var text: String {
        let all = statuses.withLock { $0 }
        return all.isEmpty ? "" : "; it answered \(all.map(String.init).joined(separator: ", "))"
    }
}
