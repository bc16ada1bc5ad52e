// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

extension Notifier {
    /// Alerts that are told once, to one receiver.
    public func take(notices: [Alert], to receiver: String) async {
        await take(notices)
    }
}
