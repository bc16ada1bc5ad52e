// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The C callbacks of events about a host's objects. Each copies what the handle holds locally, enqueues, and returns.
enum ObjectEventCallbacks {
    static let network = ["defined", "undefined", "started", "stopped"]
    static let storagePool = ["defined", "undefined", "started", "stopped", "created", "deleted"]
    static let nodeDevice = ["created", "deleted", "defined", "undefined"]
    static let secret = ["defined", "undefined"]

    /// `virConnectNetworkEventMetadataChangeCallback`: what kind of metadata, and its namespace.
    typealias NetworkMetadata =
        @convention(c) (virConnectPtr?, virNetworkPtr?, Int32, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void

    static func send(
        _ id: ObjectEventID, _ opaque: UnsafeMutableRawPointer?, _ uuid: ObjectUUID?, _ name: UnsafePointer<CChar>?,
        _ family: String, _ detail: String
    ) {
        guard let opaque else { return }
        let event = ObjectEvent(
            kind: id.kind, uuid: uuid, name: name.map { String(cString: $0) } ?? "", family: family, detail: detail)
        Unmanaged<ObjectEventSink>.fromOpaque(opaque).takeUnretainedValue().yield(event, id: id)
    }

    fileprivate static func send(
        _ id: ObjectEventID, _ opaque: UnsafeMutableRawPointer?, pool: virStoragePoolPtr?, _ family: String,
        _ detail: String
    ) {
        guard let pool, let uuid = Connection.uuid({ virStoragePoolGetUUID(pool, $0) }) else { return }
        send(id, opaque, uuid, virStoragePoolGetName(pool), family, detail)
    }

    fileprivate static func send(
        _ id: ObjectEventID, _ opaque: UnsafeMutableRawPointer?, secret: virSecretPtr?, _ family: String,
        _ detail: String
    ) {
        guard let secret, let uuid = Connection.uuid({ virSecretGetUUID(secret, $0) }) else { return }
        send(id, opaque, uuid, nil, family, detail)
    }
}

extension ObjectEvent {
    /// The details, which no two families of a kind share, that are counted from 0 when an object of the kind appears.
    public static func details(of kind: Kind) -> [String] {
        switch kind {
        case .network: ObjectEventCallbacks.network
        case .storagePool: ObjectEventCallbacks.storagePool + ["refresh"]
        case .nodeDevice: ObjectEventCallbacks.nodeDevice + ["update"]
        case .secret: ObjectEventCallbacks.secret + ["value_changed"]
        }
    }
}

let onNetwork: virConnectNetworkEventLifecycleCallback = { _, network, event, _, opaque in
    guard let network, let uuid = Connection.uuid({ virNetworkGetUUID(network, $0) }) else { return }
    ObjectEventCallbacks.send(
        .network, opaque, uuid, virNetworkGetName(network), "lifecycle", ObjectEventCallbacks.network.word(event))
}
let onNetworkMetadata: ObjectEventCallbacks.NetworkMetadata = { _, network, _, _, opaque in
    guard let network, let uuid = Connection.uuid({ virNetworkGetUUID(network, $0) }) else { return }
    ObjectEventCallbacks.send(
        .networkMetadata, opaque, uuid, virNetworkGetName(network), "metadata_change", "metadata_change")
}
let onStoragePool: virConnectStoragePoolEventLifecycleCallback = { _, pool, event, _, opaque in
    ObjectEventCallbacks.send(
        .storagePool, opaque, pool: pool, "lifecycle", ObjectEventCallbacks.storagePool.word(event))
}
let onStoragePoolRefresh: virConnectStoragePoolEventGenericCallback = { _, pool, opaque in
    ObjectEventCallbacks.send(.storagePoolRefresh, opaque, pool: pool, "refresh", "refresh")
}
let onNodeDevice: virConnectNodeDeviceEventLifecycleCallback = { _, device, event, _, opaque in
    guard let device else { return }
    ObjectEventCallbacks.send(
        .nodeDevice, opaque, nil, virNodeDeviceGetName(device), "lifecycle",
        ObjectEventCallbacks.nodeDevice.word(event))
}
let onNodeDeviceUpdate: virConnectNodeDeviceEventGenericCallback = { _, device, opaque in
    guard let device else { return }
    ObjectEventCallbacks.send(
        .nodeDeviceUpdate, opaque, nil, virNodeDeviceGetName(device), "update", "update")
}
let onSecret: virConnectSecretEventLifecycleCallback = { _, secret, event, _, opaque in
    ObjectEventCallbacks.send(.secret, opaque, secret: secret, "lifecycle", ObjectEventCallbacks.secret.word(event))
}
let onSecretValue: virConnectSecretEventGenericCallback = { _, secret, opaque in
    ObjectEventCallbacks.send(.secretValue, opaque, secret: secret, "value_changed", "value_changed")
}
