// SPDX-License-Identifier: Apache-2.0
import HeapModule
import Vocabulary

/// What one receiver has been told and what it has still to be told: groups of alerts, each as it stands now. Pure.
///
/// A message is made when it is sent, so that what changed while a receiver was away is told once, in its newest state;
/// an alert that fired and was resolved meanwhile is told as resolved. What was told is kept beside each alert: one that
/// comes again as it was told, as after a restart, is not told again.
struct Backlog: Sendable {
    var limits: OutboxLimits
    var sendsResolved: Bool
    var entries: [Key: Entry] = [:]
    var threads: [Group: Thread] = [:]
    /// Alerts whose end was told, for a while.
    var past: [Labels: Told] = [:]
    /// What has changed since it was last asked for.
    var touched: Set<Key> = []
    var bytes = 0
    /// Owed alerts that were given up, by reason.
    var givenUp: [GiveUpReason: Int] = [:]
    var nextSweep = Duration.zero
    /// Attempts that failed since one worked, and until when, after several, none of any group is made.
    private var failuresInRow = 0
    private var notBefore = Duration.zero
    private var queue = Heap<Ticket>()
    private var tickets = 0

    /// How long after it was told an alert's end is remembered: as long as rules remember it.
    static let memory = Duration.seconds(15 * 60)
    /// What is muted is looked at again after this time.
    static let mutedRest = Duration.seconds(2)

    init(limits: OutboxLimits = OutboxLimits(), sendsResolved: Bool = true) {
        self.limits = limits
        self.sendsResolved = sendsResolved
    }

    /// How many groups wait to be told.
    var depth: Int { threads.values.count { !$0.owed.isEmpty } }
    /// Since when the alert that waits longest does.
    var oldest: Duration? {
        threads.values.lazy.flatMap { thread in thread.owed.lazy.compactMap { entries[$0]?.since } }.min()
    }

    // MARK: What comes in

    /// An alert as it stands now.
    mutating func take(_ alert: Alert, in group: Group, _ grouping: Grouping, now: Duration) {
        let key = Key(labels: alert.labels, moment: nil)
        let old = entries[key]
        if alert.state == .resolved {
            if old == nil, let told = past[alert.labels], told.firedAt == alert.firedAt { return }
            if !sendsResolved, let told = old?.told, told.firedAt == alert.firedAt { return end(key, told) }
        }
        var entry = Entry(alert: alert, group: group, told: old?.told, since: now, bytes: alert.roughBytes)
        // The wait of what was owed before goes on.
        if let old, isOwed(key, old) { entry.since = old.since }
        put(entry, as: key, grouping, now: now)
    }

    /// Something that happened and has no end: told once.
    mutating func take(notice: Alert, in group: Group, _ grouping: Grouping, now: Duration) {
        let key = Key(labels: notice.labels, moment: notice.firedAt ?? notice.activeAt)
        guard entries[key] == nil else { return }
        put(
            Entry(alert: notice, group: group, told: nil, since: now, bytes: notice.roughBytes), as: key, grouping,
            now: now)
    }

    /// What was kept over a restart; whether it is taken. What is newer stays.
    mutating func adopt(_ key: Key, _ entry: Entry, _ grouping: Grouping, now: Duration) -> Bool {
        guard entries[key] == nil, past[key.labels] == nil else { return false }
        put(entry, as: key, grouping, now: now)
        guard let told = entry.told else { return true }
        edit(entry.group) { $0.lastTold = max($0.lastTold ?? told.at, told.at) }
        schedule(entry.group, now: now)
        return true
    }

    /// That the end of an alert was told before a restart.
    mutating func adopt(past labels: Labels, _ told: Told) {
        guard entries[Key(labels: labels, moment: nil)] == nil else { return }
        past[labels] = told
    }

    /// Asks of each alert where it belongs now; nil is nowhere, and forgets it.
    mutating func reroute(now: Duration, _ place: (Labels) -> (Group, Grouping)?) {
        for (key, entry) in entries {
            guard let (group, grouping) = place(key.labels) else {
                forget(key)
                continue
            }
            if group == entry.group {
                edit(group) { $0.grouping = grouping }
            } else {
                let lastTold = threads[entry.group]?.lastTold
                leave(entry.group, key)
                var moved = entry
                moved.group = group
                put(moved, as: key, grouping, now: now)
                if entry.told != nil { edit(group) { $0.lastTold = $0.lastTold ?? lastTold } }
            }
        }
        for group in Array(threads.keys) { schedule(group, now: now) }
    }

    mutating func forgetAll() {
        for key in Array(entries.keys) { forget(key) }
        touched.formUnion(past.keys.map { Key(labels: $0, moment: nil) })
        past = [:]
    }

    // MARK: What goes out

    /// The group that has been due for longest. `isMuted` says whether an alert must not be told now.
    mutating func next(now: Duration, isMuted: (Labels) -> Bool = { _ in false }) -> Step {
        sweep(now: now)
        while let ticket = queue.min {
            guard let thread = threads[ticket.group], thread.ticket == ticket.number else {
                queue.removeMin()
                continue
            }
            let due = max(ticket.due, notBefore)
            guard due <= now else { return .wait(until: due) }
            queue.removeMin()
            if let batch = batch(ticket.group, thread, now: now, isMuted) { return .send(batch) }
        }
        return .rest
    }

    private mutating func batch(_ group: Group, _ thread: Thread, now: Duration, _ isMuted: (Labels) -> Bool) -> Batch?
    {
        var owed: [Item] = []
        var others: [Item] = []
        for key in thread.members {
            guard let entry = entries[key] else { continue }
            let isOwed = thread.owed.contains(key)
            if isMuted(key.labels) {
                if isOwed { mute(key, entry, now: now) }
            } else if isOwed {
                owed.append(Item(key: key, alert: shown(entry), since: entry.since))
            } else if entry.alert.state == .firing {
                others.append(Item(key: key, alert: entry.alert, since: nil))
            }
        }
        let isRepeat = thread.lastTold.map { now - $0 >= thread.grouping.repeats } ?? false
        guard !owed.isEmpty || isRepeat && !others.isEmpty else {
            rest(group, now: now)
            return nil
        }
        let most = min(limits.message, thread.most ?? .max)
        let isCut = owed.count > most
        if isCut { owed.sort { ($0.since ?? .zero) < ($1.since ?? .zero) } }
        let items = owed.prefix(most) + others.prefix(max(0, most - owed.count))
        return Batch(
            group: group, items: items.sorted { $0.alert.labels.stands(before: $1.alert.labels) }, isCut: isCut)
    }

    /// A muted alert waits, and its wait counts from when it is muted no more; what is over, and of which the receiver
    /// knows nothing, is forgotten.
    private mutating func mute(_ key: Key, _ entry: Entry, now: Duration) {
        if key.moment != nil || entry.alert.state == .resolved && entry.told == nil { return forget(key) }
        entries[key]?.since = now
    }

    /// There is nothing to tell of the group now.
    private mutating func rest(_ group: Group, now: Duration) {
        guard let thread = threads[group], !thread.members.isEmpty else { return }
        let isRepeatDue = thread.lastTold.map { now - $0 >= thread.grouping.repeats } ?? false
        if thread.owed.isEmpty, !isRepeatDue { return schedule(group, now: now) }
        add(group, due: now + Self.mutedRest)
    }

    /// The receiver has been told of `batch`, or has refused it for good: what changed meanwhile is still owed.
    mutating func settled(_ batch: Batch, now: Duration, isRefused: Bool = false) {
        if isRefused { givenUp[.refused, default: 0] += batch.items.count { $0.since != nil } }
        edit(batch.group) { thread in
            thread.lastTold = now
            thread.attempts = 0
            thread.notBefore = now
            thread.hasMore = batch.isCut
            thread.owedSince = now
        }
        for item in batch.items { settled(item, now: now) }
        schedule(batch.group, now: now)
        if failuresInRow >= Self.outage { release(now: now) }
        failuresInRow = 0
    }

    /// The receiver is back: no group waits any more for having failed.
    private mutating func release(now: Duration) {
        for (group, thread) in threads where thread.notBefore > now {
            edit(group) { $0.notBefore = now }
            schedule(group, now: now)
        }
    }

    private mutating func settled(_ item: Item, now: Duration) {
        guard var entry = entries[item.key] else { return }
        guard item.key.moment == nil else { return forget(item.key) }
        let told = Told(state: item.alert.state, firedAt: item.alert.firedAt, at: now)
        entry.told = told
        if isOwed(item.key, entry) {
            entry.since = max(entry.since, item.since ?? entry.since)
        } else if entry.alert.state == .resolved {
            return end(item.key, told)
        }
        entries[item.key] = entry
        touched.insert(item.key)
        let isOwed = isOwed(item.key, entry)
        edit(entry.group) { thread in
            if isOwed { thread.owed.insert(item.key) } else { thread.owed.remove(item.key) }
            // A group that it has moved to meanwhile.
            thread.lastTold = thread.lastTold ?? now
        }
    }

    /// The receiver could not be told: again later, after a delay that is made longer each time. It may be for what is in
    /// the message, so that other groups are tried; after three failures in a row it is the receiver's, and all wait.
    mutating func failed(_ batch: Batch, now: Duration, retryAfter: Duration?, random: Double) -> Duration {
        guard let thread = threads[batch.group] else { return .zero }
        let asked = min(retryAfter ?? .zero, Self.longest)
        let delay = max(Self.delay(after: thread.attempts, random: random), asked)
        failuresInRow += 1
        if failuresInRow >= Self.outage {
            notBefore = now + Self.delay(after: failuresInRow - Self.outage, random: random)
        }
        notBefore = max(notBefore, now + asked)
        edit(batch.group) { thread in
            thread.attempts += 1
            thread.notBefore = now + delay
        }
        schedule(batch.group, now: now)
        return max(delay, notBefore - now)
    }

    /// It was too much for one message: the next one of the group has half as many alerts.
    mutating func halve(_ batch: Batch, now: Duration) {
        edit(batch.group) { thread in
            thread.most = max(1, batch.items.count / 2)
            thread.hasMore = true
        }
        schedule(batch.group, now: now)
    }

    private static let longest = Duration.seconds(300)
    /// So many failures in a row are not for what is in a message.
    private static let outage = 3

    /// 1 s, doubled each time, at most 5 min, give or take a fifth; `random` is in 0..<1.
    static func delay(after attempts: Int, random: Double) -> Duration {
        let seconds = min(Double(1 << min(attempts, 20)), longest.inSeconds)
        return .seconds(seconds * (0.8 + 0.4 * random))
    }

    // MARK: Keeping the books

    /// Whether the receiver knows less than the alert as it stands.
    func isOwed(_ key: Key, _ entry: Entry) -> Bool {
        guard key.moment == nil, let told = entry.told else { return true }
        guard entry.alert.state == told.state else { return sendsResolved || entry.alert.state == .firing }
        return entry.alert.firedAt != told.firedAt
    }

    /// To a receiver that wants no ends, what is over before it was told is told as it fired.
    private func shown(_ entry: Entry) -> Alert {
        guard !sendsResolved, entry.alert.state == .resolved else { return entry.alert }
        var alert = entry.alert
        alert.state = .firing
        alert.resolvedAt = nil
        return alert
    }

    private mutating func put(_ entry: Entry, as key: Key, _ grouping: Grouping, now: Duration) {
        if let old = entries[key] {
            bytes -= old.bytes
            if old.group != entry.group { leave(old.group, key) }
        }
        if key.moment == nil { past[key.labels] = nil }
        bytes += entry.bytes
        entries[key] = entry
        touched.insert(key)
        let isOwed = isOwed(key, entry)
        var thread = threads[entry.group] ?? Thread(grouping: grouping)
        if isOwed, thread.owed.isEmpty { thread.owedSince = entry.since }
        thread.grouping = grouping
        thread.members.insert(key)
        if isOwed { thread.owed.insert(key) } else { thread.owed.remove(key) }
        threads[entry.group] = thread
        schedule(entry.group, now: now)
    }

    /// Its end is told, or nobody wants to know of it.
    private mutating func end(_ key: Key, _ told: Told) {
        forget(key)
        past[key.labels] = told
    }

    mutating func forget(_ key: Key) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        bytes -= entry.bytes
        touched.insert(key)
        leave(entry.group, key)
    }

    private mutating func leave(_ group: Group, _ key: Key) {
        edit(group) { thread in
            thread.members.remove(key)
            thread.owed.remove(key)
        }
        if threads[group]?.members.isEmpty == true { threads[group] = nil }
    }

    private mutating func edit(_ group: Group, _ change: (inout Thread) -> Void) {
        guard var thread = threads.removeValue(forKey: group) else { return }
        change(&thread)
        threads[group] = thread
    }

    /// Finds out when the group is to be looked at next.
    private mutating func schedule(_ group: Group, now: Duration) {
        guard let thread = threads[group] else { return }
        var due: Duration
        if thread.owed.isEmpty {
            guard let lastTold = thread.lastTold else { return }
            due = lastTold + thread.grouping.repeats
        } else if thread.hasMore {
            due = now
        } else {
            due = thread.owedSince + thread.grouping.wait
            if let lastTold = thread.lastTold { due = max(thread.owedSince, lastTold + thread.grouping.interval) }
        }
        add(group, due: max(due, thread.notBefore))
    }

    private mutating func add(_ group: Group, due: Duration) {
        tickets += 1
        let number = tickets
        edit(group) { $0.ticket = number }
        queue.insert(Ticket(due: due, number: number, group: group))
        // Overtaken tickets far in the future would gather.
        guard queue.count > 64 + 2 * threads.count else { return }
        queue = Heap(queue.unordered.filter { threads[$0.group]?.ticket == $0.number })
    }
}
