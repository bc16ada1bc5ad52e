// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// What a guest's agent is asked; needs a read-write connection, and an agent that is connected.
extension Connection {
    /// What the guest says of itself (`virDomainAgentSetResponseTimeout`, `virDomainGetGuestInfo`). Kinds that the
    /// agent or libvirt does not know are left out.
    ///
    /// An agent that does not answer within `timeout`, in whole seconds, ends the call with `agentUnresponsive`. The
    /// call asks the guest and not the monitor, but waits behind a call that hangs in the monitor.
    public func guestInfo(of uuid: ObjectUUID, timeout: Duration) throws(VirError) -> GuestInfo {
        let domain = try DomainHandle(uuid, on: handle())
        let seconds = Int32(clamping: max(1, timeout.components.seconds))
        try checked("virDomainAgentSetResponseTimeout", virDomainAgentSetResponseTimeout(domain.pointer, seconds, 0))
        var parameters: virTypedParameterPtr?
        var count: Int32 = 0
        // 0: everything that agent and libvirt know, and no error for what they don't.
        try checked("virDomainGetGuestInfo", virDomainGetGuestInfo(domain.pointer, 0, &parameters, &count, 0))
        defer { virTypedParamsFree(parameters, count) }
        return GuestInfo(TypedParameters(parameters, count: count))
    }
}
