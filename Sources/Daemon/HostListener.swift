// SPDX-License-Identifier: Apache-2.0
package import Remediation
package import Vocabulary

/// Whoever wants to know what a host did. Values only; each call returns soon.
package protocol HostListener: Sendable {
    /// These series changed at `time`, outside the sampling rhythm.
    func changed(_ series: [Labels], at time: Timestamp) async
    func heard(_ event: DomainEvent) async
    func found(_ finding: DomainFinding) async
    func heard(_ event: ObjectNews) async
    /// All domains of the connection, after `found` was told of those that had changed.
    /// `isHere`: they run on this machine.
    func listed(_ domains: [RemediationInput.ListedStatus], on connection: String, isHere: Bool) async
    /// A domain's signs of life.
    func sampled(_ vitals: DomainVitals, of domain: DomainIdentity) async
}

extension HostListener {
    package func heard(_ event: ObjectNews) async {}
    package func sampled(_ vitals: DomainVitals, of domain: DomainIdentity) async {}
    package func listed(_ domains: [RemediationInput.ListedStatus], on connection: String, isHere: Bool) async {}
}
