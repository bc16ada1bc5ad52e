// SPDX-License-Identifier: Apache-2.0
import Files

/// What tells one boot of this machine from another (random(4)).
enum BootID {
    /// nil where nobody says.
    static var current: String? {
        // Silence is right: without it, what a boot ended counts as lost.
        let text = try? TextFile.read("/proc/sys/kernel/random/boot_id", limit: 64)
        return text?.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
