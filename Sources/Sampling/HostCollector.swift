// SPDX-License-Identifier: Apache-2.0

/// What is read of a host beside its domains: the names under which settings turn it off and a page can be asked for it.
public enum HostCollector: String, CaseIterable, Sendable {
    case hostInterface = "host_interface"
    case network
    case node
    case nodeDevice = "node_device"
    case storagePool = "storage_pool"
}
