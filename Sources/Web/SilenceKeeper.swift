// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Who keeps silences and maintenances.
public protocol SilenceKeeper: Sendable {
    /// The time by which they begin and end.
    var now: Timestamp { get }
    /// Every one there is, or was a while ago; what is active first.
    func silences() async -> [Silence]
    /// Those silences whose matchers, read as labels, pass `filters`, as Alertmanager reads them.
    func silences(passing filters: [String]) async throws(ChangeRefusal) -> [Silence]
    /// Makes one, or changes the one that the draft names. It is kept when this returns.
    func put(_ draft: SilenceDraft) async throws(ChangeRefusal) -> SilenceTaken
    /// Ends one of this id, if it is what was asked for.
    func expire(_ id: String, isMaintenance: Bool) async throws(ChangeRefusal)
}
