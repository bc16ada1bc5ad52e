// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// Devices of the host, and secrets: counted, never read.
extension Connection {
    /// The capabilities by which libvirt counts devices. A device may have several.
    public static let deviceCapabilities = [
        "system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage", "fc_host", "vports",
        "scsi_generic", "drm", "mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card", "ap_queue", "ap_matrix",
    ]

    /// How many devices have each capability (`virNodeNumOfDevices`). A capability that a daemon does not know, it has no
    /// device of.
    public func nodeDevices() throws(VirError) -> [String: Int] {
        let pointer = try handle()
        var result: [String: Int] = [:]
        for capability in Connection.deviceCapabilities {
            result[capability] = Int(
                try checked("virNodeNumOfDevices", virNodeNumOfDevices(pointer, capability, 0)))
        }
        return result
    }

    /// How many secrets libvirt keeps (`virConnectNumOfSecrets`).
    public func secretCount() throws(VirError) -> Int {
        Int(try checked("virConnectNumOfSecrets", virConnectNumOfSecrets(try handle())))
    }
}
