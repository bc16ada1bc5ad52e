// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Learns when scrapes come, so that rounds can end just before them. Pure: times are monotonic and come as arguments.
struct ScrapeRhythm {
    /// When the next scrape is awaited, and how long after it the one that follows.
    struct Beat: Equatable {
        let next: Duration
        let period: Duration
    }

    private struct Scraper {
        var last: Duration
        var period: Duration?
        /// How many gaps in a row were like the one before.
        var steady = 0
    }

    /// Clients that are remembered; of more, the one that has been silent longest is forgotten.
    static let scraperLimit = 16
    /// What is a rhythm: from a second, of which a busy client makes a little less.
    private static let periods = Duration.milliseconds(900) ... .seconds(600)
    private var scrapers: [String: Scraper] = [:]

    /// A client, by its address, asked for the page.
    mutating func note(_ client: String, at now: Duration) {
        guard var scraper = scrapers[client] else {
            if scrapers.count >= Self.scraperLimit,
                let oldest = scrapers.min(by: { $0.value.last < $1.value.last })
            {
                scrapers[oldest.key] = nil
            }
            scrapers[client] = Scraper(last: now)
            return
        }
        let gap = now - scraper.last
        if let period = scraper.period, Self.isAlike(gap, period) {
            scraper.steady += 1
            // Half old, half new: follows a clock that drifts, and smooths what the network adds.
            scraper.period = (period + gap) / 2
        } else {
            scraper.steady = 0
            scraper.period = gap
        }
        scraper.last = now
        scrapers[client] = scraper
    }

    /// What is awaited of the steadiest client, of equals the one that comes most often; nil while nobody is steady.
    func beat(at now: Duration) -> Beat? {
        var best: (steady: Int, beat: Beat)?
        for scraper in scrapers.values {
            guard let period = scraper.period, scraper.steady >= 2, Self.periods.contains(period) else { continue }
            let missed = (now - scraper.last) / period
            // One that has not come three times in a row has gone.
            guard missed < 3 else { continue }
            let beat = Beat(next: scraper.last + period * (Int(missed) + 1), period: period)
            let steady = min(scraper.steady, 10)
            if let best, (best.steady, -best.beat.period.inSeconds) >= (steady, -period.inSeconds) { continue }
            best = (steady, beat)
        }
        return best?.beat
    }

    private static func isAlike(_ left: Duration, _ right: Duration) -> Bool {
        let difference = left > right ? left - right : right - left
        return difference < max(.milliseconds(100), right / 20)
    }
}

/// When rounds begin.
enum RoundTimes {
    /// When the next round is to begin: `interval` after the last one, or, when scrapes come in a rhythm, so that one
    /// ends just before each of them and none is further apart than `interval`. `lead` is how long a round takes.
    static func next(
        after last: Duration, interval: Duration, beat: ScrapeRhythm.Beat?, lead: Duration
    ) -> Duration {
        guard let beat else { return last + interval }
        // A little slack, since a period of 10.01 s is one of 10 s.
        let parts = max(1, ((beat.period / interval) - 0.05).rounded(.up))
        let step = beat.period / parts
        var target = beat.next - min(lead, step / 2)
        while target - step > last { target -= step }
        while target < last { target += step }
        // A target that lies too near would make two rounds in a row: half a step is the least.
        return target - last < step / 2 ? target + step : target
    }
}
