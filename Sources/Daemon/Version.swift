// SPDX-License-Identifier: Apache-2.0

/// The program's version, after Semantic Versioning.
package enum Version {
    package static let text = "0.1.0"
}
