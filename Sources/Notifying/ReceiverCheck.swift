// SPDX-License-Identifier: Apache-2.0
import Programs
public import Vocabulary
import WebClient

/// What can be told of a receiver before there is anything to tell it.
public enum ReceiverCheck {
    /// What is wrong: files that cannot be read, templates that fail, bodies that are no JSON, programs that are
    /// missing. Makes messages of two samples, one with quotes and line feeds in its labels; sends nothing.
    public static func problems(of receiver: Receiver, externalURL: String, at time: Timestamp) -> [String] {
        var problems: [String] = []
        let samples = [("", "web-1"), (" when labels hold quotes or line feeds", "a \"b\"\n\\c <d> [e]")]
        for (name, value) in samples {
            let found = self.problems(
                of: receiver, message(to: receiver, about: value, externalURL, .firing, at: time))
            // What is wrong with any message is said once.
            if problems.isEmpty { problems = found.map { $0 + name } }
        }
        return problems
    }

    private static func problems(of receiver: Receiver, _ message: Message) -> [String] {
        var problems = receiver.channel.destination?.client.problems ?? []
        do throws(ChannelError) {
            for parcel in try receiver.channel.parcels(for: message, complain: { problems.append($1) }) {
                if case .program(let run) = parcel, let problem = run.problem { problems.append(problem) }
            }
        } catch {
            problems.append(error.description)
        }
        return problems
    }

    /// A message that says that it is a test, to be sent through the receiver's own channel.
    public static func test(
        of receiver: Receiver, externalURL: String, _ state: Alert.State, at time: Timestamp
    ) -> Message {
        message(to: receiver, about: "test-of-virtwarden", externalURL, state, at: time)
    }

    private static func message(
        to receiver: Receiver, about domain: String, _ externalURL: String, _ state: Alert.State, at time: Timestamp
    ) -> Message {
        let labels = Labels([
            Label("alertname", "VirtwardenTest"), Label("domain", domain), Label("severity", "info"),
        ])
        let summary = "TEST: virtwarden can reach receiver \(receiver.name); nothing is wrong with any domain"
        let alert = Alert(
            labels: labels, annotations: Labels([Label("summary", summary)]), state: state, value: 1,
            activeAt: time, firedAt: time, resolvedAt: state == .resolved ? time : nil, expression: "vector(1)")
        return Message(
            receiver: receiver.name, groupLabels: labels.keeping(["alertname"]), routeKey: Route.rootKey,
            alerts: [alert],
            externalURL: externalURL)
    }
}
