// SPDX-License-Identifier: Apache-2.0

extension Task where Success == Void, Failure == Never {
    /// Waits for the task's end, but no longer than `limit`: what waits for a disk that hangs cannot be cancelled.
    func value(within limit: Duration) async {
        let (ends, end) = AsyncStream<Never>.makeStream()
        Task<Void, Never> {
            await self.value
            end.finish()
        }
        let timer = Task<Void, Never> {
            // A cancelled wait is the end, too.
            try? await Task<Never, Never>.sleep(for: limit)
            end.finish()
        }
        for await _ in ends {}
        timer.cancel()
    }
}
