// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// Events of networks, storage pools, devices of the host and secrets.
extension Connection {
    /// Registers for every event about the host's objects; what the daemon refuses is passed over, be it all. At most
    /// `buffer` events wait; what does not fit is dropped and counted (`virConnectNetworkEventRegisterAny` and its like).
    public func subscribeToObjects(buffer: Int) throws(VirError) -> ObjectEventStream {
        let pointer = try handle()
        let sink = ObjectEventSink(buffer: buffer)
        var refused: Set<ObjectEventID> = []
        for id in ObjectEventID.allCases {
            if let callback = id.register(on: pointer, sink) {
                opened?.objectRegistrations[id] = callback
            } else {
                refused.insert(id)
            }
        }
        objectSubscription = sink
        return ObjectEventStream(sink: sink, refused: refused)
    }

    /// Asks the daemon for no more events of this id, after a flood of them (`virConnectNetworkEventDeregisterAny` and its
    /// like).
    public func silence(_ id: ObjectEventID) throws(VirError) {
        let pointer = try handle()
        guard let callback = opened?.objectRegistrations.removeValue(forKey: id) else { return }
        let (call, result) = id.deregister(callback, on: pointer)
        try checked(call, result)
    }

    /// Asks for events of this id again. What happened meanwhile is lost: list the objects after it.
    public func listen(to id: ObjectEventID) throws(VirError) {
        let pointer = try handle()
        guard let objectSubscription, opened?.objectRegistrations[id] == nil else { return }
        objectSubscription.unsilence(id)
        guard let callback = id.register(on: pointer, objectSubscription) else {
            throw VirError.last("virConnectEventRegisterAny of \(id)")
        }
        opened?.objectRegistrations[id] = callback
    }
}
