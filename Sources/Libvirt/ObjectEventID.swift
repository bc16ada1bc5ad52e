// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// What one can ask to hear of a host's objects: libvirt numbers the kinds of event of each object apart.
public enum ObjectEventID: Int32, Sendable, Hashable, CaseIterable {
    case network, storagePool, storagePoolRefresh, nodeDevice, nodeDeviceUpdate, secret, secretValue
    case networkMetadata

    public var kind: ObjectEvent.Kind {
        switch self {
        case .network, .networkMetadata: .network
        case .storagePool, .storagePoolRefresh: .storagePool
        case .nodeDevice, .nodeDeviceUpdate: .nodeDevice
        case .secret, .secretValue: .secret
        }
    }

    /// libvirt's own number.
    private var number: Int32 {
        switch self {
        case .network: Int32(VIR_NETWORK_EVENT_ID_LIFECYCLE.rawValue)
        // VIR_NETWORK_EVENT_ID_METADATA_CHANGE, which came with libvirt 9.8.
        case .networkMetadata: 1
        case .storagePool: Int32(VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE.rawValue)
        case .storagePoolRefresh: Int32(VIR_STORAGE_POOL_EVENT_ID_REFRESH.rawValue)
        case .nodeDevice: Int32(VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE.rawValue)
        case .nodeDeviceUpdate: Int32(VIR_NODE_DEVICE_EVENT_ID_UPDATE.rawValue)
        case .secret: Int32(VIR_SECRET_EVENT_ID_LIFECYCLE.rawValue)
        case .secretValue: Int32(VIR_SECRET_EVENT_ID_VALUE_CHANGED.rawValue)
        }
    }

    /// Asks for events of every object of the kind; the callback's number, or nil when the daemon refuses.
    func register(on connection: virConnectPtr, _ sink: ObjectEventSink) -> Int32? {
        let box = Unmanaged.passRetained(sink).toOpaque()
        let free = releaseObjectEventSink
        let result: Int32
        switch kind {
        case .network:
            let callback =
                self == .networkMetadata
                ? unsafeBitCast(onNetworkMetadata, to: virConnectNetworkEventGenericCallback.self)
                : unsafeBitCast(onNetwork, to: virConnectNetworkEventGenericCallback.self)
            result = virConnectNetworkEventRegisterAny(connection, nil, number, callback, box, free)
        case .storagePool:
            let callback =
                self == .storagePoolRefresh
                ? onStoragePoolRefresh
                : unsafeBitCast(onStoragePool, to: virConnectStoragePoolEventGenericCallback.self)
            result = virConnectStoragePoolEventRegisterAny(connection, nil, number, callback, box, free)
        case .nodeDevice:
            let callback =
                self == .nodeDeviceUpdate
                ? onNodeDeviceUpdate
                : unsafeBitCast(onNodeDevice, to: virConnectNodeDeviceEventGenericCallback.self)
            result = virConnectNodeDeviceEventRegisterAny(connection, nil, number, callback, box, free)
        case .secret:
            let callback =
                self == .secretValue
                ? onSecretValue : unsafeBitCast(onSecret, to: virConnectSecretEventGenericCallback.self)
            result = virConnectSecretEventRegisterAny(connection, nil, number, callback, box, free)
        }
        if result < 0 { Unmanaged<ObjectEventSink>.fromOpaque(box).release() }
        return result < 0 ? nil : result
    }

    /// The name of the C function that takes a callback back, and its result.
    @discardableResult
    func deregister(_ callback: Int32, on connection: virConnectPtr) -> (call: String, result: Int32) {
        switch kind {
        case .network:
            ("virConnectNetworkEventDeregisterAny", virConnectNetworkEventDeregisterAny(connection, callback))
        case .storagePool:
            ("virConnectStoragePoolEventDeregisterAny", virConnectStoragePoolEventDeregisterAny(connection, callback))
        case .nodeDevice:
            ("virConnectNodeDeviceEventDeregisterAny", virConnectNodeDeviceEventDeregisterAny(connection, callback))
        case .secret:
            ("virConnectSecretEventDeregisterAny", virConnectSecretEventDeregisterAny(connection, callback))
        }
    }
}

private let releaseObjectEventSink: virFreeCallback = { opaque in
    if let opaque { Unmanaged<ObjectEventSink>.fromOpaque(opaque).release() }
}
