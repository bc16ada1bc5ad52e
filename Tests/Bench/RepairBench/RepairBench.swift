// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How much of domains' lives the simulator plays in a second of processor time: of the state machine, everything but
/// libvirt and the journal's file is real. Prints domain-hours per CPU second.
@main enum RepairBench {
    private static let seconds = 10.0

    private static var cpuTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func main() {
        let life = RandomLife()
        var (hours, calls, seed) = (0, 0, UInt64(0))
        let began = cpuTime
        while cpuTime - began < seconds {
            let simulation = life.run(seed: seed)
            // What was played at the end, until everything had come to rest, counts as well.
            hours += life.domains * (life.days * 24 + 4)
            calls += simulation.book.calls.count
            seed += 1
        }
        let taken = cpuTime - began
        print("\(Int(Double(hours) / taken)) \(calls)")
    }
}
