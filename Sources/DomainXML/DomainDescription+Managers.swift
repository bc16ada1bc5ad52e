// SPDX-License-Identifier: Apache-2.0

extension DomainDescription.OVirt {
    private static let namespace = "http://ovirt.org/vm/1.0"

    /// From the element `vm` that VDSM writes into `<metadata>`; nil when there is none. It holds neither the domain's
    /// identity nor the cluster's name: only the engine knows those.
    init?(_ metadata: Element) {
        guard let vm = metadata.child("vm", in: Self.namespace) else { return nil }
        // VDSM reads it with and without the namespace.
        let version = vm.child("clusterVersion", in: Self.namespace) ?? vm.child("clusterVersion")
        self.init(clusterVersion: version?.content)
    }
}

extension DomainDescription.KubeVirt {
    private static let namespace = "http://kubevirt.io"

    /// From the element `kubevirt` that virt-launcher writes into `<metadata>`; nil when there is none.
    init?(_ metadata: Element) {
        guard let entry = metadata.child("kubevirt", in: Self.namespace) else { return nil }
        self.init(uid: entry.child("uid", in: Self.namespace)?.content)
    }
}
